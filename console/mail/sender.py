"""From the outbox to the mail server: in order within a conversation, with retries, several at a time."""

import asyncio
from collections.abc import Callable, Coroutine
from email.message import EmailMessage
from typing import Any

import structlog

from console.archive.mail_outbox import MailOutbox, OutgoingMail
from console.archive.outbox_rounds import run_rounds, seconds_until
from console.domain.alert_delivery import Answer
from console.domain.ids import new_id
from console.errors import SestettoError
from console.mail.smtp import Deliver

AT_ONCE = 4  # connections to the mail server
CHECK_EVERY = 5.0  # seconds between two checks of the outbox, without a wake-up

log = structlog.get_logger()

# Writes a mail that is about to be sent; None if there is nothing to send any more.
Write = Callable[[OutgoingMail], Coroutine[Any, Any, EmailMessage | None]]


class MailSender:
    """Sends what the outbox holds, in the process that leads. Nothing else waits for the mail server."""

    def __init__(self, outbox: MailOutbox, write: Write, deliver: Deliver | None, *, leads: Callable[[], bool]) -> None:
        """Without `deliver` there is no mail server, and the mails wait."""
        self._outbox = outbox
        self._write = write
        self._deliver = deliver
        self._leads = leads
        self._name = new_id()
        self._wake = asyncio.Event()
        self._busy: dict[str, asyncio.Task[None]] = {}  # by thread
        self._away = False  # the server was unusable last time, so one mail at a time tries it
        outbox.on_posted.append(self._wake.set)

    async def run(self) -> None:
        try:
            await run_rounds(self._wake, self._round)
        finally:
            self._outbox.on_posted.remove(self._wake.set)
            for task in self._busy.values():
                task.cancel()

    async def _round(self) -> float:
        """Start sending everything that is due. Return the seconds until the next mail."""
        deliver, free = self._deliver, (1 if self._away else AT_ONCE) - len(self._busy)
        if deliver is None or free <= 0 or not self._leads():
            return CHECK_EVERY
        try:
            claimed, following = await self._outbox.claim(self._name, free, self._busy.keys())
        except SestettoError as problem:
            log.info("mail.waits", error=problem.code)
            return CHECK_EVERY
        except Exception as problem:
            log.error("mail.round", error=repr(problem))
            return CHECK_EVERY
        for mail in claimed:
            self._busy[mail.thread] = asyncio.create_task(self._send(mail, deliver), name="mail.send")
        return seconds_until(following, self._outbox.clock(), CHECK_EVERY)

    async def _send(self, mail: OutgoingMail, deliver: Deliver) -> None:
        try:
            answer = await self._safely(mail, deliver)
            log.info("mail.tried", mail=mail.id, kind=mail.letter.kind, answer=answer.code)
            back = self._away and answer.code not in ("away", "slow")
            self._away = answer.code in ("away", "slow")
            await self._record(mail, answer)
            if back:
                await self._outbox.hurry()
        except Exception as problem:  # retried when its lease ends
            log.error("mail.sending", mail=mail.id, error=type(problem).__name__)
        finally:
            del self._busy[mail.thread]
            self._wake.set()

    async def _safely(self, mail: OutgoingMail, deliver: Deliver) -> Answer:
        """Send; set aside a mail that cannot be written, so that it does not block the next ones."""
        if 0 < mail.letter.expires < self._outbox.clock():
            return Answer("expired")
        try:
            written = await self._write(mail)
        except SestettoError as problem:
            return Answer("failed", problem.code)
        except Exception as problem:
            log.error("mail.unsendable", mail=mail.id, error=repr(problem))
            return Answer("bad", type(problem).__name__)
        return await deliver(written) if written is not None else Answer("dropped")

    async def _record(self, mail: OutgoingMail, answer: Answer) -> None:
        """Record the result. If that fails permanently, the mail is sent again, under its Message-ID: at least once."""
        while True:
            try:
                await self._outbox.record(mail, answer)
                return
            except SestettoError:
                await asyncio.sleep(1)
