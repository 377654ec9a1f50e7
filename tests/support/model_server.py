"""A language model on 127.0.0.1: a real HTTP server that streams, stalls, fails, lies and never ends."""

import asyncio
import gzip
import json
import ssl
from collections.abc import Awaitable, Callable
from typing import Any, Self

from tests.support.eventually import eventually

Writer = asyncio.StreamWriter
Manner = Callable[["ModelServer", Writer], Awaitable[None]]
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nConnection: close\r\n\r\n"
BOMB = gzip.compress(b'{"choices":[{"message":{"content":"' + b"a" * 5_000_000 + b'"}}]}', compresslevel=1)
CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


class ModelServer:
    """Answers as `manner` says, by default with `text` in a stream. `asked` are the requests' bodies.

    `going` counts requests that are being answered; `closed` those that the client closed before their end.
    """

    def __init__(self, text: str = "Your order is on its way.", manner: Manner | None = None) -> None:
        self.text = text
        self.manner: Manner = manner or streams
        self.asked: list[dict[str, Any]] = []
        self.heads: list[str] = []
        self.going = 0
        self.most = 0
        self.closed = 0
        self.go_on = asyncio.Event()
        self.port = 0
        self.tls: ssl.SSLContext | None = None
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def settings(self) -> dict[str, str]:
        """Return the settings of a Sestetto that asks here."""
        return {"model_url": self.url, "model_name": "sage", "model_key": "sk-hush-hush"}

    def document(self, at: int = -1) -> dict[str, Any]:
        """Return what one request contained about the chat."""
        found: dict[str, Any] = json.loads(self.asked[at]["messages"][1]["content"])
        return found

    async def is_asked(self, times: int = 1) -> None:
        await eventually(lambda: len(self.asked) >= times, f"the model to be asked {times} times")

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server:
            self._server.close()
        for task in [*self._tasks]:
            task.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: Writer) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        self.going += 1
        self.most = max(self.most, self.going)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = next(int(line[15:]) for line in head.lower().splitlines() if line.startswith("content-length:"))
            body = json.loads(await reader.readexactly(length))
            self.heads.append(head)
            self.asked.append(body)
            answering = asyncio.ensure_future(self.manner(self, writer))
            left = asyncio.ensure_future(reader.read())
            await asyncio.wait((answering, left), return_when=asyncio.FIRST_COMPLETED)
            if not answering.done():
                self.closed += 1
            answering.cancel()
            left.cancel()
            await asyncio.gather(answering, left, return_exceptions=True)
        except (asyncio.IncompleteReadError, asyncio.CancelledError, OSError):
            pass
        finally:
            self.going -= 1
            self._tasks.discard(task)
            writer.close()


def event(content: str, finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": finish}
    return b"data: " + json.dumps({"object": "chat.completion.chunk", "choices": [choice]}).encode() + b"\n\n"


async def streams(model: ModelServer, writer: Writer) -> None:
    """Stream word by word, in chunks that are cut anywhere."""
    whole = b": hello\n\n" + b"".join(event(word) for word in model.text.split(" ", 1)[:1])
    whole += b"".join(event(f" {word}") for word in model.text.split(" ")[1:]) + event("", "stop") + b"data: [DONE]\n\n"
    writer.write(CHUNKED)
    for at in range(0, len(whole), 37):
        piece = whole[at : at + 37]
        writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        await writer.drain()
    writer.write(b"0\r\n\r\n")
    await writer.drain()


async def answers_whole(model: ModelServer, writer: Writer) -> None:
    """Answer in one piece, as servers do that cannot stream."""
    message = {"role": "assistant", "content": model.text}
    await _send(writer, json.dumps({"choices": [{"message": message, "finish_reason": "stop"}]}).encode())


async def waits(model: ModelServer, writer: Writer) -> None:
    """Send nothing until the test says so, then a stream."""
    await model.go_on.wait()
    await streams(model, writer)


async def stalls(model: ModelServer, writer: Writer) -> None:
    """Send some words, and then nothing."""
    writer.write(STREAM + event("One moment"))
    await writer.drain()
    await asyncio.sleep(3_600)


async def is_silent(model: ModelServer, writer: Writer) -> None:
    await asyncio.sleep(3_600)


async def never_ends(model: ModelServer, writer: Writer) -> None:
    writer.write(STREAM)
    while True:
        writer.write(event("and on ") * 20)
        await writer.drain()


async def trickles(model: ModelServer, writer: Writer) -> None:
    """Send a short comment at intervals, without end."""
    writer.write(STREAM)
    while True:
        writer.write(b": still there\n\n")
        await writer.drain()
        await asyncio.sleep(0.01)


async def sends_one_long_line(model: ModelServer, writer: Writer) -> None:
    writer.write(STREAM + b"data: ")
    while True:
        writer.write(b"x" * 65_536)
        await writer.drain()


async def sends_headers_without_end(model: ModelServer, writer: Writer) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-More: " + b"y" * 4_096 + b"\r\n")
        await writer.drain()


async def informs_without_end(model: ModelServer, writer: Writer) -> None:
    while True:
        writer.write(b"HTTP/1.1 102 Processing\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.001)


async def closes_midway(model: ModelServer, writer: Writer) -> None:
    writer.write(CHUNKED + b"%x\r\n%s\r\n" % (len(event("Your or")), event("Your or")))
    await writer.drain()
    writer.close()


async def ends_midway(model: ModelServer, writer: Writer) -> None:
    """End the connection properly in the middle of the answer."""
    writer.write(STREAM + event("Your or"))
    await writer.drain()
    writer.close()


async def closes_at_once(model: ModelServer, writer: Writer) -> None:
    writer.close()


async def speaks_no_http(model: ModelServer, writer: Writer) -> None:
    writer.write(b"220 mail.example ESMTP\r\n\r\n")
    await writer.drain()


async def redirects(model: ModelServer, writer: Writer) -> None:
    await _send(writer, b"", status="302 Found", more=f"Location: {model.url}/chat/completions\r\n")


async def answers_html(model: ModelServer, writer: Writer) -> None:
    await _send(writer, b"<html><body>Sign in to the proxy</body></html>", kind="text/html")


async def packs_a_bomb(model: ModelServer, writer: Writer) -> None:
    await _send(writer, BOMB, more="Content-Encoding: gzip\r\n")


def says(body: str, kind: str = "application/json") -> Manner:
    """Send exactly this."""

    async def manner(model: ModelServer, writer: Writer) -> None:
        await _send(writer, body.encode("utf-8", "surrogatepass"), kind=kind)

    return manner


def fails(status: int, retry_after: str = "") -> Manner:
    """Fail with this status."""

    async def manner(model: ModelServer, writer: Writer) -> None:
        more = f"Retry-After: {retry_after}\r\n" if retry_after else ""
        await _send(writer, b'{"error":{"message":"no"}}', status=f"{status} No", more=more)

    return manner


async def _send(
    writer: Writer, body: bytes, *, status: str = "200 OK", kind: str = "application/json", more: str = ""
) -> None:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{more}Content-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    await writer.drain()
