"""Chats as programs read them: open chats, one chat, and its facts, whether in the store or in the archive."""

from collections.abc import Collection, Sequence
from typing import NamedTuple, get_args

import msgspec

from console.archive.reducer import ArchivedChat
from console.domain.directory import Member
from console.domain.permissions import may_see, require
from console.errors import NotYours
from console.events import AnyChatFact
from console.projection.picture import ChatState, chat_state
from console.queue.results import ChatSnapshot, Gone
from console.services import Services

NO_CHAT = "There is no such chat, or it is not yours to see."
PUBLIC = frozenset(str(kind.__struct_config__.tag) for kind in get_args(AnyChatFact) if kind.public)


class OpenChatFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Selects open chats; empty fields are ignored."""

    place: str = ""
    queue: str = ""
    site: str = ""
    agent: str = ""
    channel: str = ""
    language: str = ""
    visitor: str = ""
    reason: str = ""


class FactPage(NamedTuple):
    """A part of a chat's facts as JSON, oldest first. `last` is the seq of the last one; `more`: there are more."""

    facts: Sequence[bytes]
    last: int
    more: bool


class FactHead(msgspec.Struct):
    """The fields of a fact that a page needs; `raw` is the whole fact, as it was written."""

    seq: int
    kind: str
    raw: bytes = b""


async def find_open(
    services: Services, by: Member, wanted: OpenChatFilter, *, after: tuple[int, str] | None, limit: int
) -> list[ChatState]:
    """Return the open chats they may see, oldest first, starting behind the position `after`."""
    require(by, "answer")
    asked = [(name, value) for name, value in msgspec.structs.asdict(wanted).items() if value]
    found = [
        chat
        for chat in services.picture.chats.values()
        if (after is None or (chat.opened, chat.id) > after)
        and all(getattr(chat, name) == value for name, value in asked)
        and _sees(by, chat)
    ]
    return sorted(found, key=lambda chat: (chat.opened, chat.id))[:limit]


async def read(services: Services, by: Member, id: str) -> ChatState | ArchivedChat:
    """Return a live or ended chat. Raises NotYours for one that they may not see, as for one that does not exist."""
    require(by, "answer")
    live = await _live(services, id)
    found: ChatState | ArchivedChat | None = chat_state(live.id, live.fields) if live is not None else None
    if not isinstance(found, ChatState) or found.place == "ended":
        record = await services.history.read_chat(id)
        # Facts reach SQL a moment later, so until its end is there, the store knows more.
        found = record.chat if record is not None and (record.chat.ended or found is None) else found
    if found is None or (isinstance(found, ChatState) and not _sees(by, found)):
        raise NotYours(NO_CHAT)
    await services.stores.audit_reads.note_chat_read(by, id)
    return found


async def read_facts(services: Services, by: Member, id: str, *, after: int, limit: int, public: bool) -> FactPage:
    """Return facts with a seq above `after`; with `public`, only those the visitor may see. NotYours as in `read`."""
    require(by, "answer")
    live = await _live(services, id)
    if live is not None and not _sees(by, chat_state(live.id, live.fields)):
        raise NotYours(NO_CHAT)
    raws = await _archived(services, id) if live is None else await _later(services, live, after, limit)
    await services.stores.audit_reads.note_chat_read(by, id)
    heads = [msgspec.structs.replace(msgspec.json.decode(raw, type=FactHead), raw=raw) for raw in raws]
    wanted = [one for one in heads if one.seq > after and (not public or one.kind in PUBLIC)]
    shown, last = wanted[:limit], heads[-1].seq if heads else after
    more = len(wanted) > limit or (live is not None and last < live.number("seq"))
    facts = [_for_visitors(one) if public else one.raw for one in shown]
    return FactPage(facts, shown[-1].seq if len(wanted) > limit else max(last, after), more)


def _for_visitors(fact: FactHead) -> bytes:
    """Return a public fact without the note of a transfer, which is for staff."""
    if fact.kind != "transferred":
        return fact.raw
    fields = msgspec.json.decode(fact.raw)
    fields.pop("note", None)
    return msgspec.json.encode(fields)


async def _live(services: Services, id: str) -> ChatSnapshot | None:
    try:
        return (await services.workspace.read_chat(id))[0]
    except Gone:
        return None


async def _later(services: Services, live: ChatSnapshot, after: int, limit: int) -> Sequence[bytes]:
    """Return the facts after a seq. The snapshot has a chat's last facts; earlier ones are read from the log."""
    first = live.number("seq") - len(live.log) + 1
    if after + 1 >= first:
        return live.log
    try:
        return (await services.workspace.history(live.id, after + limit + 2, limit + 1)).log
    except Gone:
        return ()


async def _archived(services: Services, id: str) -> Sequence[bytes]:
    found = await services.history.facts_of(id)
    if not found:
        raise NotYours(NO_CHAT)
    return found


def _sees(by: Member, chat: ChatState) -> bool:
    """Ended chats are open to the whole team; others to their holder, watchers and supervisors."""
    others: Collection[str] = {*chat.guests, *chat.watchers}
    return chat.place == "ended" or may_see(by, chat.agent, others)
