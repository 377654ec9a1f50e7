"""Destinations of alerts on 127.0.0.1: an HTTP receiver and a mail server that store what they get, and can fail."""

import asyncio
import email
import email.policy
import json
from email.message import EmailMessage
from typing import Any, Self

CHUNK = 64 * 1024


class HttpReceiver:
    """Answers every POST with `status`; keeps the JSON bodies in `got`, and the first line of every request.

    `dead`: accepts, reads, and never answers. `location`: the target of a redirect.
    """

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.lines: list[str] = []
        self.status = 200
        self.location = ""
        self.dead = False
        self.port = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """The URL in Apprise's form."""
        return f"json://127.0.0.1:{self.port}/hook/s3cr3t-of-the-hook"

    @property
    def subjects(self) -> list[str]:
        return [one["title"] for one in self.got]

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server:
            self._server.close()
        for task in self._tasks:
            task.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            dead = self.dead
            self.lines.append(head.splitlines()[0])
            length = next(
                (int(line[15:]) for line in head.lower().splitlines() if line.startswith("content-length:")), 0
            )
            body = await reader.readexactly(length)
            if dead:
                await asyncio.sleep(3_600)
            if 200 <= self.status < 300 and body:
                self.got.append(json.loads(body))
            where = f"Location: {self.location}\r\n" if self.location else ""
            writer.write(
                f"HTTP/1.1 {self.status} Said\r\n{where}Content-Length: 0\r\nConnection: close\r\n\r\n".encode()
            )
            await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.CancelledError, OSError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()


class MailReceiver:
    """SMTP as far as a client needs it; `got` are the parsed mails, `refuses` refuses every recipient."""

    def __init__(self) -> None:
        self.got: list[EmailMessage] = []
        self.to: list[str] = []
        self.refuses = False
        self.port = 0
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        return f"mailto://127.0.0.1:{self.port}?from=sestetto@shop.example&to=team@shop.example"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example\r\n")
        while line := await reader.readline():
            word = line.decode().strip()
            if word.upper().startswith("RCPT"):
                self.to.append(word)
                writer.write(b"550 nobody here\r\n" if self.refuses else b"250 ok\r\n")
            elif word.upper() == "DATA":
                writer.write(b"354 go on\r\n")
                raw = await reader.readuntil(b"\r\n.\r\n")
                parsed = email.message_from_bytes(raw[:-5], policy=email.policy.default)
                assert isinstance(parsed, EmailMessage)
                self.got.append(parsed)
                writer.write(b"250 kept\r\n")
            elif word.upper() == "QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"250 ok\r\n")
        writer.close()
