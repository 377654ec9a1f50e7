"""Fetches mails from the mailbox, and adds incoming mails, however they arrived, to their conversations."""

import asyncio

import structlog

from console.actions.incoming_mail import MailOutcome, receive
from console.archive.mail_inbox import ReceivedMail
from console.background.safely import safely
from console.domain.mail_server import imap_server
from console.errors import SestettoError
from console.logs import Outage
from console.mail.imap import Mailbox, MailboxAway, Unread
from console.mail.reading import identity_of
from console.queue.lead import Lead
from console.services import Services
from console.timing.beat import beat

CHECK_EVERY = 5.0  # seconds between two checks for mails kept by the pipe command

log = structlog.get_logger()


class IncomingMails:
    """Only the leading process does this."""

    def __init__(self, services: Services, leads: Lead) -> None:
        self._services = services
        self._leads = leads
        url = services.settings.imap_url
        self.server = imap_server(url) if url else None
        self._kept: set[bytes] = set()  # uids of the mailbox
        self._outage = Outage("mailbox", mailbox=self.server.shown if self.server else "")

    async def poll(self) -> None:
        """Fetch from the mailbox, every `mail_poll` seconds."""
        while self.server is not None:
            await self._leads.begins()
            await safely(self.fetch())
            await asyncio.sleep(self._services.settings.mail_poll)

    async def work(self) -> None:
        """Process incoming mails."""
        while True:
            await self._leads.begins()
            await safely(self.settle_all())
            await beat(CHECK_EVERY)

    async def fetch(self) -> None:
        """Keep unread mails, then mark them as read; a mail fetched twice is kept once."""
        assert self.server is not None
        mailbox = Mailbox(self.server)
        try:
            found = await asyncio.to_thread(mailbox.fetch)
            try:
                for one in found:
                    await self._keep(one)
            finally:
                await asyncio.to_thread(mailbox.mark, [one.uid for one in found if one.uid in self._kept])
                self._kept.clear()
            self._outage.ends()
        except MailboxAway as problem:
            self._outage.begins(str(problem))
            return
        if found:
            await self.settle_all()

    async def _keep(self, one: Unread) -> None:
        await self._services.inbox.add(one.raw, identity_of(one.raw), whole=one.whole)
        self._kept.add(one.uid)

    async def settle_all(self) -> None:
        while mails := await self._services.inbox.pending():
            for mail in mails:
                await self._settle(mail)

    async def _settle(self, mail: ReceivedMail) -> None:
        try:
            outcome = await receive(self._services, mail.raw, whole=mail.whole)
        except SestettoError:
            raise  # store or SQL are down: retry later
        except Exception as problem:
            log.error("mail.unreadable", mail=mail.id, error=repr(problem))
            outcome = MailOutcome("aside", type(problem).__name__)
        log.info("mail.received", mail=mail.id, outcome=outcome.code, chat=outcome.chat)
        await self._services.inbox.settle(
            mail.id, outcome.code, detail=outcome.detail, sender=outcome.sender, chat=outcome.chat
        )
