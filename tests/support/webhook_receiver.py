"""An endpoint on 127.0.0.1 that checks signatures as receivers do, stores what it receives, and can fail."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any, Self

from standardwebhooks import Webhook, WebhookVerificationError


class WebhookReceiver:
    """Answers every POST with `status`; `got` are the accepted events, `ids` their webhook-ids.

    An event that no secret of `secrets` verifies is answered with 401. `refuses` are words in a body that get 500.
    `dead`: accepts, reads, and never answers. `location`: the target of a redirect.
    """

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        self.secrets = list(secrets)
        self.got: list[dict[str, Any]] = []
        self.ids: list[str] = []
        self.heads: list[dict[str, str]] = []
        self.asked = 0
        self.status = 200
        self.location = ""
        self.says = ""
        self.refuses = ""
        self.dead = False
        self.at_once = 0  # the most concurrent requests
        self.port = 0
        self._open = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook/s3cr3t"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.leave()

    async def leave(self) -> None:
        """Refuse connections, like a machine that is down."""
        if self._server:
            self._server.close()
        for task in self._tasks:
            task.cancel()

    def texts(self, chat: str = "") -> list[str]:
        """Return the texts of messages, in the order in which they came."""
        data = [one["data"] for one in self.got if one["type"] == "message.created"]
        return [one["text"] for one in data if not chat or one["chat"] == chat]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        self._open += 1
        self.at_once = max(self.at_once, self._open)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            lines = [line.partition(": ") for line in head.splitlines()[1:] if line]
            headers = {name.lower(): value for name, _, value in lines}
            body = await reader.readexactly(int(headers["content-length"]))
            self.asked += 1
            if self.dead:
                await asyncio.sleep(3_600)
            status = self._judge(headers, body)
            if 200 <= status < 300:
                self.heads.append(headers)
                self.ids.append(headers["webhook-id"])
                self.got.append(json.loads(body))
            where = f"Location: {self.location}\r\n" if self.location else ""
            said = self.says.encode()
            writer.write(
                f"HTTP/1.1 {status} Said\r\n{where}Content-Length: {len(said)}\r\nConnection: close\r\n\r\n".encode()
                + said
            )
            await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.CancelledError, OSError):
            pass
        finally:
            self._open -= 1
            self._tasks.discard(task)
            writer.close()

    def _judge(self, headers: dict[str, str], body: bytes) -> int:
        if self.secrets and not any(_verified(secret, headers, body) for secret in self.secrets):
            return 401
        if self.refuses and self.refuses.encode() in body:
            return 500
        return self.status


def _verified(secret: str, headers: dict[str, str], body: bytes) -> bool:
    try:
        Webhook(secret).verify(body, headers)
    except WebhookVerificationError:
        return False
    return True
