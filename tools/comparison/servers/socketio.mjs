// `node socketio.mjs PORT STORE`: Socket.IO with its Redis streams adapter, doing the work of a message of Sestetto.
// A message is deduplicated, numbered, logged and put on the feed in one script, acknowledged when that is on disk, and
// delivered to its room by way of the adapter.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createAdapter } from "@socket.io/redis-streams-adapter";
import { createClient } from "redis";
import { Server } from "socket.io";

const [port, path] = process.argv.slice(2);
const store = createClient({ socket: { path } });
await store.connect();
const say = await store.scriptLoad(readFileSync(new URL("say.lua", import.meta.url), "utf8"));

const http = createServer((_, response) => response.end("ok"));
const io = new Server(http, { adapter: createAdapter(store), transports: ["websocket"], serveClient: false });

io.on("connection", (socket) => {
  const { rooms, by } = socket.handshake.query;
  socket.join(String(rooms).split(","));
  socket.on("say", async ({ room, cid, text }, acknowledge) => {
    const fact = JSON.stringify({ room, by, cid, text });
    const seq = await store.evalSha(say, {
      keys: [`{bench}:room:${room}`, `{bench}:log:${room}`, "{bench}:feed"],
      arguments: [cid, room, fact],
    });
    acknowledge({ seq });
    io.to(room).emit("fact", { room, seq, by, cid, text });
  });
});

http.listen(Number(port), "127.0.0.1");
