"""Hands one mail to the mail server, and returns the result."""

import asyncio
import ssl
import time
from collections.abc import Callable, Coroutine
from email.message import EmailMessage
from typing import Any

import aiosmtplib
from aiosmtplib import errors

from console.domain.alert_delivery import Answer
from console.domain.mail_server import MailServer

LIMIT = 20.0  # seconds for one mail
LONGEST_DETAIL = 200  # characters of the server's response

Deliver = Callable[[EmailMessage], Coroutine[Any, Any, Answer]]


class SmtpClient:
    def __init__(self, server: MailServer, *, limit: float = LIMIT) -> None:
        """A client of one mail server. Each mail has its own connection."""
        self.server = server
        self._limit = limit
        self._context = ssl.create_default_context() if server.tls or server.start_tls else None

    async def deliver(self, mail: EmailMessage) -> Answer:
        """Send to the one address in To.

        sent; refused (permanently); failed (try again); away (the server cannot be reached or used at all); slow. If
        the connection breaks in the middle, it is unknown whether the mail was accepted: that is `away` too, and it is
        sent again.
        """
        started = time.monotonic()
        try:
            async with asyncio.timeout(self._limit):
                answer = await self._send(mail)
        except TimeoutError:
            answer = Answer("slow")
        answer.took = round((time.monotonic() - started) * 1000)
        return answer

    async def _send(self, mail: EmailMessage) -> Answer:
        server = self.server
        try:
            await aiosmtplib.send(
                mail,
                hostname=server.host,
                port=server.port,
                username=server.user or None,
                password=server.password or None,
                use_tls=server.tls,
                start_tls=server.start_tls,
                tls_context=self._context,
                timeout=self._limit,
            )
        except (errors.SMTPRecipientsRefused, errors.SMTPRecipientRefused) as problem:
            first = problem.args[0][0] if isinstance(problem, errors.SMTPRecipientsRefused) else problem
            return _said(first.code, first.message)
        except (errors.SMTPDataError, errors.SMTPSenderRefused) as problem:
            return _said(problem.code, problem.message)
        except (errors.SMTPTimeoutError, TimeoutError):
            return Answer("slow")
        except (errors.SMTPException, OSError, ssl.SSLError) as problem:
            # This includes a refused sign-in: other mails would fail too, and an admin may fix it in time.
            return Answer("away", _short(str(problem) or type(problem).__name__, server.password))
        return Answer("sent")


def _said(code: int, message: str) -> Answer:
    return Answer("refused" if code >= 500 else "failed", _short(f"{code} {message}"))


def _short(text: str, secret: str = "") -> str:
    shown = text.replace(secret, "***") if secret else text
    return " ".join(word for word in shown.split() if word.isprintable())[:LONGEST_DETAIL]
