"""Admins' actions on mail: see which mails wait or have failed, retry them, and send a test."""

import asyncio
from typing import NamedTuple

from console.archive.mail_inbox import AsideMail
from console.archive.mail_outbox import NO_ADDRESS, MailLine
from console.domain.alert_delivery import Answer
from console.domain.directory import Member
from console.domain.mail import Letter, is_address
from console.domain.mail_server import imap_server
from console.domain.permissions import require
from console.errors import BadSettings, NothingToDo, NotYours, Problem, SlowDown
from console.services import Services
from console.views.i18n import page_texts


def _(text: str) -> str:
    """Mark a text for translation; it is translated when it is sent."""
    return text


NO_SERVER = "This server has no mail server. Set SESTETTO_SMTP_URL and SESTETTO_MAIL_FROM."
BUSY = "Another test message is being sent. Wait a moment."
SUBJECT = _("Test from Sestetto")
TEXT = "This is a test. Mail from Sestetto is working."

_trying = asyncio.Semaphore(1)  # one test at a time: it takes as long as the mail server does


class MailState(NamedTuple):
    """What the settings page shows: the mail server, the sender, and the mails."""

    server: str
    sender: str
    waiting: int
    dead: list[MailLine]
    latest: list[MailLine]
    mailbox: str
    aside: list[AsideMail]


async def read(services: Services, by: Member) -> MailState:
    require(by, "administer")
    post = services.post
    server = post.server.server.shown if post.server else ""
    outbox = post.outbox
    url = services.settings.imap_url
    return MailState(
        server,
        services.settings.mail_from,
        await outbox.count_waiting(),
        await outbox.dead(),
        await outbox.latest(),
        imap_server(url).shown if url else "",
        await services.inbox.aside(),
    )


async def read_aside(services: Services, by: Member, id: int) -> bytes:
    """Return a mail that was set aside, as it came. Raises NotYours if there is none."""
    require(by, "administer")
    raw = await services.inbox.raw(id)
    if raw is None:
        raise NotYours("Mail not found. It may have been deleted.")
    return raw


async def send_test(services: Services, by: Member, to: str) -> Answer:
    """Send a test at once and return the result. Raises BadSettings if there is nobody to send it to."""
    require(by, "administer")
    if services.post.server is None:
        raise BadSettings([Problem("mail", "", NO_SERVER)])
    if not is_address(to):
        raise BadSettings([Problem("mail", "to", NO_ADDRESS)])
    if _trying.locked():
        raise SlowDown(BUSY)
    async with _trying:
        gettext = page_texts().get(by.locale).gettext
        return await services.post.send_now(Letter(to=to, subject=gettext(SUBJECT), text=gettext(TEXT), kind="test"))


async def retry(services: Services, by: Member, id: int) -> None:
    """Retry a failed mail. Raises NothingToDo if there is none."""
    require(by, "administer")
    if not await services.post.outbox.retry(id):
        raise NothingToDo
