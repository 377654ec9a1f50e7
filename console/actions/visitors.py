"""Visitors as the archive knows them: their latest data, and their chats."""

from console.actions.archived_chats import find
from console.archive.audit import Change
from console.archive.reducer import ArchivedChat
from console.archive.search import ChatPage, ChatQuery
from console.archive.visitors import VisitorLine
from console.domain.directory import Member
from console.domain.permissions import require
from console.errors import NotYours
from console.services import Services

NO_VISITOR = "There is no such visitor. One whose first chat has just opened appears here after a moment."
MOST_CHATS = 100


async def read(services: Services, by: Member, id: str) -> VisitorLine:
    """Return a visitor as of their latest chat. Raises NotYours if they have none."""
    require(by, "answer")
    found = await services.visitors.read(id)
    if found is None:
        raise NotYours(NO_VISITOR)
    await services.stores.audit_reads.note_read(by, Change("Visitor read", f"visitor:{id}"))
    return found


async def read_chats(services: Services, by: Member, id: str) -> list[ArchivedChat]:
    """Return the visitor's ended chats, newest first. Raises NotYours if they have none at all."""
    await read(services, by, id)
    return [
        chat for chat in await services.history.earlier_chats(id, but="", limit=MOST_CHATS) if chat.ended is not None
    ]


async def search(services: Services, by: Member, query: ChatQuery, *, before: str, limit: int) -> ChatPage:
    """Return ended chats of matching visitors, newest first, with each visitor once per page."""
    page = await find(services, by, query, before=before, limit=limit)
    seen: dict[str, None] = {}
    first = [found for found in page.chats if not (found.chat.visitor in seen or seen.setdefault(found.chat.visitor))]
    return ChatPage(first, page.next)
