"""Real mail servers on 127.0.0.1: SMTP (aiosmtpd), which can fail like a real one, and IMAP (pymap)."""

import asyncio
import email
import email.policy
import imaplib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from functools import partial
from typing import Self

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.server_process import free_port


class SmtpServer:
    """`got` are the accepted mails. `says` is the response to DATA instead of 250, `refuses` that to RCPT; `cuts`
    disconnects after accepting a mail, before the response; `silent` never responds.
    """

    def __init__(self) -> None:
        self.got: list[EmailMessage] = []
        self.to: list[list[str]] = []
        self.says = ""
        self.refuses = ""
        self.cuts = 0
        self.silent = False
        self.connections = 0
        self.port = 0
        self._server: asyncio.Server | None = None
        self._at_the_door: list[SMTP] = []

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}?tls=none"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        make = partial(SMTP, self, hostname="mail.example", enable_SMTPUTF8=True, loop=loop)

        def door() -> SMTP:
            self.connections += 1
            self._at_the_door.append(make())
            return self._at_the_door[-1]

        self._server = await loop.create_server(door, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for one in self._at_the_door:
            if one.transport is not None:
                one.transport.abort()

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.silent:
            await asyncio.sleep(3_600)
        if self.refuses:
            return self.refuses
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.says:
            return self.says
        assert isinstance(envelope.content, bytes)
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        self.got.append(mail)
        self.to.append([str(one) for one in envelope.rcpt_tos])
        if self.cuts:
            self.cuts -= 1
            assert server.transport is not None
            server.transport.abort()
        return "250 OK"


def plain(mail: EmailMessage) -> str:
    """The plain text of a mail, with LF."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


class ImapServer:
    """A real IMAP server (pymap) in its own process, with one empty mailbox."""

    user, password = "demouser", "demopass"

    def __init__(self) -> None:
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"imap://{self.user}:{self.password}@127.0.0.1:{self.port}/INBOX?tls=none"

    def start(self) -> None:
        words = ["--host", "127.0.0.1", "--port", str(self.port), "--no-tls", "--no-service", "admin"]
        script = "import sys; from pymap.main import main; sys.exit(main())"
        self._process = subprocess.Popen(
            [sys.executable, "-c", script, *words, "dict", "--demo-data"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None

    def answers(self) -> bool:
        try:
            with self._signed_in() as imap:
                imap.uid("STORE", "1:*", "+FLAGS", "(\\Seen)")  # the demo's own mails
                return True
        except OSError:
            return False

    def put(self, raw: bytes) -> None:
        """Deliver a mail, as a mail server does."""
        with self._signed_in() as imap:
            said, detail = imap.append("INBOX", "", imaplib.Time2Internaldate(0), raw)
            assert said == "OK", detail

    def unread(self) -> int:
        with self._signed_in() as imap:
            return len(imap.uid("SEARCH", "UNSEEN")[1][0].split())

    @contextmanager
    def _signed_in(self) -> Iterator[imaplib.IMAP4]:
        with imaplib.IMAP4("127.0.0.1", self.port, timeout=10) as imap:
            imap.login(self.user, self.password)
            imap.select("INBOX")
            yield imap
