"""Incoming mail: a visitor's reply is added to the conversation it answers; any other mail changes nothing."""

import asyncio
import base64
import hashlib
from typing import NamedTuple

from console.actions.brought_back import brought_back
from console.actions.hidden_cards import HiddenCards
from console.archive.history import ChatRecord
from console.domain.blocks import block_of
from console.domain.sanitize import clean
from console.errors import BadText, ChatFull, NothingToDo, NotYours
from console.events import Author, Mailed
from console.mail.reading import LONGEST, IncomingMail, UnreadableMail, read_mail
from console.queue.payloads import MailPayload
from console.services import Services

DAY = 86_400_000  # ms
MOST_A_DAY = 50  # replies in one conversation: beyond, two machines are talking


class MailOutcome(NamedTuple):
    """The outcome of a mail: taken, ignored (automatic or empty), or set aside, and why."""

    code: str
    detail: str = ""
    sender: str = ""
    chat: str = ""


async def receive(services: Services, raw: bytes, *, whole: bool = True) -> MailOutcome:
    """Accept a mail; receiving the same one again changes nothing. Raises Unknown while store or SQL are down."""
    if not whole:
        return MailOutcome("aside", "The mail is too large.")
    try:
        mail = await asyncio.to_thread(read_mail, raw)
    except UnreadableMail as problem:
        return MailOutcome("aside", str(problem))
    if mail.automatic or mail.sender == services.post.sender.address.lower():
        return MailOutcome("ignored", "No person wrote it.", mail.sender)
    chat = services.post.tokens.chat_in(mail.marks)
    record = await services.history.read_chat(chat) if chat else None
    if objection := _objection(services, mail, record):
        return MailOutcome("aside", objection, mail.sender, chat)
    assert record is not None
    return await _take(services, mail, record)


def _objection(services: Services, mail: IncomingMail, record: ChatRecord | None) -> str:
    """Return why the mail must not be added to the conversation; empty if it may."""
    if record is None or not record.chat.left_message:
        return "It answers no conversation."
    chat, now = record.chat, services.workspace.now()
    if mail.sender != chat.email.lower():
        return "It is not from the address of the conversation."
    if block_of(services.directory.blocks, chat.visitor, "", now):
        return "The visitor is blocked."
    lately = [one for one in record.facts if isinstance(one, Mailed) and one.by == "visitor" and one.at > now - DAY]
    known = any(one.mail == mail.message_id for one in lately)
    return "" if len(lately) < MOST_A_DAY or known else "Too many replies within a day."


async def _take(services: Services, mail: IncomingMail, record: ChatRecord) -> MailOutcome:
    chat, cid = record.chat, cid_of(mail)
    try:
        text = clean(mail.text, limit=LONGEST)
    except BadText:
        return MailOutcome("ignored", "There is no text in it.", mail.sender, chat.id)
    cards = HiddenCards(services, lambda: chat.visitor)
    masked = await cards.mask(chat.id, text, cid)
    author = Author(chat.visitor, chat.name)
    payload = MailPayload("visitor", author, cid, masked.text, mail.message_id, "open", masked.hidden)
    try:
        await brought_back(services, chat.id, lambda: cards.send(masked, services.workspace.mail(chat.id, payload)))
    except (NotYours, NothingToDo, ChatFull) as problem:
        return MailOutcome("aside", str(problem), mail.sender, chat.id)
    return MailOutcome("taken", "", mail.sender, chat.id)


def cid_of(mail: IncomingMail) -> str:
    """Return the command's id, always the same for the same mail."""
    source = mail.message_id or f"{mail.sender}\n{mail.text}"
    return base64.urlsafe_b64encode(hashlib.sha256(source.encode()).digest())[:22].decode()
