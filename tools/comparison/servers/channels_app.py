"""`python channels_app.py PORT STORE`: Django Channels with channels_redis, doing the work of a message of Sestetto.

A message is deduplicated, numbered, logged and put on the feed in one script, acknowledged when that is on disk, and
delivered to its room's group through the channel layer.
"""

import sys
from pathlib import Path
from urllib.parse import parse_qs

import django
import uvicorn
from django.conf import settings

PORT, STORE = sys.argv[1:]
LAYER = {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [f"unix://{STORE}"]}}
settings.configure(CHANNEL_LAYERS={"default": LAYER}, ALLOWED_HOSTS=["*"], SECRET_KEY="of nothing")
django.setup()

from channels.generic.websocket import AsyncJsonWebsocketConsumer  # noqa: E402
from channels.routing import ProtocolTypeRouter  # noqa: E402
from django.core.asgi import get_asgi_application  # noqa: E402
from redis.asyncio import Redis  # noqa: E402

store = Redis(unix_socket_path=STORE)
say = store.register_script(Path(__file__).with_name("say.lua").read_text())


class Socket(AsyncJsonWebsocketConsumer):
    async def connect(self) -> None:
        query = parse_qs(self.scope["query_string"].decode())
        self.by = query["by"][0]
        self.rooms = query["rooms"][0].split(",")
        for room in self.rooms:
            await self.channel_layer.group_add(f"room.{room}", self.channel_name)
        await self.accept("sestetto.v1")

    async def receive_json(self, content: dict[str, str]) -> None:
        room, cid = content["room"], content["cid"]
        fact = {"room": room, "by": self.by, "cid": cid, "text": content["text"]}
        keys = [f"{{bench}}:room:{room}", f"{{bench}}:log:{room}", "{bench}:feed"]
        seq = await say(keys=keys, args=[cid, room, await self.encode_json(fact)])
        await self.send_json({"t": "ack", "cid": cid, "seq": seq})
        await self.channel_layer.group_send(f"room.{room}", {"type": "fact", "fact": {"t": "fact", "seq": seq, **fact}})

    async def fact(self, event: dict[str, dict[str, str]]) -> None:
        await self.send_json(event["fact"])

    async def disconnect(self, code: int) -> None:
        for room in self.rooms:
            await self.channel_layer.group_discard(f"room.{room}", self.channel_name)


if __name__ == "__main__":
    app = ProtocolTypeRouter({"websocket": Socket.as_asgi(), "http": get_asgi_application()})
    uvicorn.run(app, port=int(PORT), log_level="warning", ws="websockets-sansio", loop="uvloop", lifespan="off")
