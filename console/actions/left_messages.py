"""Work on left messages: their owner, answers by mail, notes, and completion."""

from typing import NamedTuple

from console.actions.brought_back import brought_back
from console.actions.hidden_cards import HiddenCards
from console.archive.audit import Change
from console.archive.history import ChatRecord
from console.archive.left_messages import LeftQuery
from console.archive.mail_outbox import MailLine
from console.archive.reducer import ArchivedChat
from console.domain.directory import Member
from console.domain.ids import CID
from console.domain.left_messages import due_of
from console.domain.mail import is_address
from console.domain.permissions import require
from console.domain.sanitize import clean
from console.errors import BadCommand, BadSettings, NotYours, Problem
from console.events import Author, LeftState
from console.protocol import MAX_TEXT
from console.queue.payloads import MailPayload, Tending
from console.queue.results import Said
from console.services import Services

NO_SERVER = "This server can't send mail yet. Ask your admin to set up a mail server."
NO_ADDRESS = "The visitor left no address that mail can be sent to."
NO_TEXT = "Write an answer first."
NO_OWNER = "Choose a member of the team."
TARGET = "left"


class Work(NamedTuple):
    """A left message, until when its answer is due (0: no target), and what its visitor wrote last."""

    chat: ArchivedChat
    due: int
    words: str


class LeftList(NamedTuple):
    """A part of the list; `more`: there is another part. Of all that match, `late` are past due."""

    works: list[Work]
    more: bool
    late: int
    counts: dict[str, int]


async def find(services: Services, by: Member, query: LeftQuery, *, offset: int, limit: int) -> LeftList:
    """Return left messages: open ones by due time, others newest first."""
    require(by, "answer")
    found = await services.left_messages.find(query)
    queues, now = services.directory.queues, services.workspace.now()
    due = {chat.id: due_of(chat.asked, queues.get(chat.queue)) for chat in found}
    if query.state == "open":
        found.sort(key=lambda chat: (due[chat.id] or NEVER, chat.asked, chat.id))
    shown = found[offset : offset + limit]
    words = await services.left_messages.last_words([chat.id for chat in shown])
    await services.stores.audit_reads.note_read(by, Change("Chats listed", "chats", None, {"list": TARGET}))
    works = [Work(chat, due[chat.id], words.get(chat.id, "")) for chat in shown]
    late = sum(0 < one < now for one in due.values())
    return LeftList(works, len(found) > offset + limit, late, await services.left_messages.counts())


NEVER = 1 << 62


class OneMessage(NamedTuple):
    """One left message with everything in it, until when its answer is due, and its mails by Message-ID."""

    record: ChatRecord
    due: int
    mails: dict[str, MailLine]


async def read(services: Services, by: Member, id: str) -> OneMessage:
    """Return one left message. Raises NotYours for any other chat, as for one that does not exist."""
    require(by, "answer")
    record = await _find(services, id)
    await services.stores.audit_reads.note_read(by, Change("Chat read", f"chat:{id}"))
    chat = record.chat
    chat.state = chat.state or ("open" if chat.listed == "left" else "done")
    asked = chat.asked or (chat.ended or 0 if chat.state == "open" else 0)
    mails = {line.message_id: line for line in await services.post.outbox.of_chat(id)}
    return OneMessage(record, due_of(asked, services.directory.queues.get(chat.queue)), mails)


async def answer(services: Services, by: Member, id: str, cid: str, text: str, *, state: LeftState) -> Said:
    """Answer by mail; the message is then answered, waits for the visitor, or is done.

    Raises BadSettings if there is nothing to send, nowhere to send it to, or no mail server.
    """
    require(by, "answer")
    record = await _find(services, id)
    wrong = [] if text.strip() else [Problem(TARGET, "text", NO_TEXT)]
    if not services.post.sends:
        wrong.append(Problem(TARGET, "", NO_SERVER))
    elif not is_address(record.chat.email):
        wrong.append(Problem(TARGET, "", NO_ADDRESS))
    if wrong:
        raise BadSettings(wrong)
    _check(cid)
    masked = await HiddenCards(services, lambda: by.id).mask(id, clean(text, limit=MAX_TEXT), cid)
    mail = services.post.message_id(id, cid)
    payload = MailPayload("agent", Author(by.id, by.name), cid, masked.text, mail, state, masked.hidden)
    return await brought_back(services, id, lambda: services.workspace.mail(id, payload))


async def tend(services: Services, by: Member, id: str, cid: str, *, owner: str, state: LeftState) -> Said:
    """Assign a left message to a member (empty: to nobody), and set its state. Raises BadSettings if there is none."""
    require(by, "answer")
    await _find(services, id)
    _check(cid)
    member = services.directory.members.get(owner)
    if owner and member is None:
        raise BadSettings([Problem(TARGET, "owner", NO_OWNER)])
    payload = Tending(Author(by.id, by.name), cid, owner, member.name if member else "", state)
    return await brought_back(services, id, lambda: services.workspace.tend(id, payload))


async def note(services: Services, by: Member, id: str, cid: str, text: str) -> Said:
    """Add a note that only the team sees."""
    require(by, "answer")
    await _find(services, id)
    _check(cid)
    if not text.strip():
        raise BadSettings([Problem(TARGET, "note", NO_TEXT)])
    masked = await HiddenCards(services, lambda: by.id).mask(id, clean(text, limit=MAX_TEXT), cid)
    said = services.workspace.note_left
    author = Author(by.id, by.name)
    return await brought_back(services, id, lambda: said(id, author, cid, masked.text, hidden=masked.hidden))


async def _find(services: Services, id: str) -> ChatRecord:
    """Find a left message; the whole team may see them. Raises NotYours for any other chat, as for none."""
    record = await services.history.read_chat(id)
    if record is None or not record.chat.left_message:
        raise NotYours("Chat not found in the archive. New chats appear here after a moment.")
    return record


def _check(cid: str) -> None:
    if not CID.fullmatch(cid):
        raise BadCommand("The form could not be read.")
