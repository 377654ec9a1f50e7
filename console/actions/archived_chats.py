"""What may be done with archived chats."""

from console.archive.history import ChatRecord
from console.archive.reducer import ArchivedChat
from console.archive.search import ChatPage, ChatQuery
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
    return await services.search.list_chats(query, before=before, limit=limit)


async def read(services: Services, by: Member, id: str) -> ChatRecord:
    """Return one chat in full. Raises NotYours for a live chat of somebody else, as for one that does not exist."""
    require(by, "answer")
    record = await services.history.read_chat(id)
    if record is None or not await _may_read(services, by, record.chat):
        raise NotYours("Chat not found in the archive. New chats appear here after a moment.")
    return record


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


async def _may_read(services: Services, by: Member, chat: ArchivedChat) -> bool:
    """Ended chats are open to the whole team; live ones to their holder, watchers and supervisors."""
    if chat.ended:
        return True
    try:
        live, _ = await services.workspace.read_chat(chat.id)
    except Gone:  # the store has lost the chat and its end
        return True
    state = chat_state(live.id, live.fields)
    return state.place == "ended" or may_see(by, state.agent, {*state.guests, *state.watchers})
