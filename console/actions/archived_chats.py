"""Actions on archived chats."""

from collections.abc import AsyncIterator

import msgspec

from console.archive.audit import Change
from console.archive.history import ChatRecord
from console.archive.reducer import ArchivedChat
from console.archive.search import MOST, MOST_COUNTED, ChatPage, ChatQuery
from console.domain.directory import Member
from console.domain.ids import CID
from console.domain.permissions import may_see, require
from console.errors import BadCommand, NothingToDo, NotYours
from console.projection.picture import chat_state
from console.queue.results import Gone
from console.services import Services


async def find(services: Services, by: Member, query: ChatQuery, *, before: str, limit: int) -> ChatPage:
    """Return ended chats, newest end first."""
    require(by, "answer")
    page = await services.search.list_chats(query, before=before, limit=limit)
    filters = _filters(query)
    said = {"list": query.listed, **({"filters": filters} if filters else {})}
    did = Change("Chats searched" if filters else "Chats listed", "chats", None, said)
    await services.stores.audit_reads.note_read(by, did)
    return page


async def export_list(services: Services, by: Member, query: ChatQuery, *, format: str) -> AsyncIterator[ChatPage]:
    """Return ended chats page by page, for a file. Raises Unknown if the export cannot be recorded."""
    require(by, "answer")
    said = {"list": query.listed, "filters": _filters(query), "format": format}
    await services.stores.audit_reads.note_export(by, Change("Chats exported", "chats", None, said))
    first = await services.search.list_chats(query, before="", limit=MOST)
    return _pages(services, query, first)


async def read(services: Services, by: Member, id: str) -> ChatRecord:
    """Return one chat in full. Raises NotYours for somebody else's live chat, as for one that does not exist."""
    record = await _find(services, by, id)
    await services.stores.audit_reads.note_chat_read(by, id)
    return record


async def export(services: Services, by: Member, id: str, *, format: str, notes: bool) -> ChatRecord:
    """Return one chat for a file, like `read`. Raises Unknown if the export cannot be recorded."""
    record = await _find(services, by, id)
    said = {"format": format, "notes": notes}
    await services.stores.audit_reads.note_export(by, Change("Chat exported", f"chat:{id}", None, said))
    return record


async def _find(services: Services, by: Member, id: str) -> ChatRecord:
    require(by, "answer")
    record = await services.history.read_chat(id)
    if record is None or not await _may_read(services, by, record.chat):
        raise NotYours("Chat not found in the archive. New chats appear here after a moment.")
    return record


async def may_read(services: Services, by: Member, id: str) -> bool:
    """Whether the member may read an archived chat and its files."""
    found = await services.history.find_chat(id)
    return found is not None and await _may_read(services, by, found)


async def handle(services: Services, by: Member, chat: str, cid: str) -> bool:
    """Mark a left message as handled. False if there was nothing to do."""
    require(by, "answer")
    if not CID.fullmatch(cid):
        raise BadCommand("The form could not be read.")
    if not await services.history.knows_chat(chat):
        raise NotYours("Chat not found in the archive.")
    try:
        await services.workspace.handled(chat, by.id, by.name, cid)
    except NothingToDo:
        return False
    return True


def _filters(query: ChatQuery) -> list[str]:
    """Return only the names of filters: what was typed may be a visitor's name, and would outlive its erasure."""
    narrowed = msgspec.structs.asdict(query).items()
    return [name for name, value in narrowed if name != "listed" and value]


async def _pages(services: Services, query: ChatQuery, page: ChatPage) -> AsyncIterator[ChatPage]:
    """At most MOST_COUNTED chats."""
    written = len(page.chats)
    yield page
    while page.next and written < MOST_COUNTED:
        page = await services.search.list_chats(query, before=page.next, limit=MOST)
        written += len(page.chats)
        yield page


async def _may_read(services: Services, by: Member, chat: ArchivedChat) -> bool:
    """Ended chats are open to the whole team; live ones to their holder, watchers and supervisors."""
    if chat.ended:
        return True
    try:
        live, _ = await services.workspace.read_chat(chat.id)
    except Gone:  # the store has lost the chat before its end
        return True
    state = chat_state(live.id, live.fields)
    return state.place == "ended" or may_see(by, state.agent, {*state.guests, *state.watchers})
