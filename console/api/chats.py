"""Chats: list, read and open them, and act in them."""

from typing import Any

import msgspec

from console.actions import archived_chats, chats, on_behalf
from console.actions.chat_verbs import ChatVerbs
from console.api.endpoint import ApiCall
from console.archive.search import ChatQuery
from console.errors import BadCommand
from console.protocol import (
    AddNote,
    AgentEnd,
    AgentSay,
    Label,
    LeaveMessage,
    Open,
    SetLanguage,
    Transfer,
    VisitorEnd,
    VisitorSay,
)
from console.protocol.api import (
    Chat,
    ChatList,
    Done,
    EndChat,
    FactList,
    FactQuery,
    LeftMessage,
    NewMessage,
    NewNote,
    OpenChat,
    OpenChatQuery,
    SetLabels,
    SpokenLanguage,
    TransferTo,
)
from console.queue.results import Said
from console.views.records import chat_of

LAST = 1_000_000  # a seq greater than any log's last


async def list_chats(call: ApiCall, query: OpenChatQuery) -> ChatList:
    """List chats.

    Open chats come oldest first, all others newest end first. Members see open chats that they hold, were invited to or
    watch; supervisors and integrations see all.
    """
    return await (_open(call, query) if query.state == "open" else _ended(call, query))


async def read_chat(call: ApiCall) -> Chat:
    """Read a chat, open or ended."""
    return chat_of(await chats.read(call.services, call.principal.by, call.path["chat"]))


async def read_facts(call: ApiCall, query: FactQuery) -> FactList:
    """Read what happened in a chat, in order.

    To read what has happened since, ask again with `after` = `last`. With `public=true` you get only what the visitor
    may see.
    """
    read, by, chat = chats.read_facts, call.principal.by, call.path["chat"]
    page = await read(call.services, by, chat, after=query.after, limit=query.limit, public=query.public)
    facts: list[Any] = [msgspec.Raw(fact) for fact in page.facts]  # as stored, with fields of a newer release
    return FactList(facts, page.last, page.more)


async def open_chat(call: ApiCall, body: OpenChat) -> Done:
    """Open a chat on behalf of a visitor.

    If the visitor has an open chat, the text becomes one more message there. While nobody is online, the answer is
    `closed`: leave a message instead.
    """
    visitor = body.visitor
    command = Open(call.cid, body.text, body.queue, visitor.name, visitor.email, fields=visitor.fields, page=body.page)
    how = {"site": body.site, "ref": visitor.ref, "channel": body.channel, "locale": body.locale}
    return done(await on_behalf.open_chat(call.services, call.principal.by, command, **how))


async def say(call: ApiCall, body: NewMessage) -> Done:
    """Send a message in a chat.

    A member must hold the chat, and the message counts as an answer. An integration speaks as a bot, in any open chat;
    its message does not count as an answer. With `visitor` the message is from the visitor of that `ref`, whose chats
    this token's holder has opened.
    """
    chat, by = call.path["chat"], call.principal.by
    if body.visitor:
        command = VisitorSay(call.cid, body.text)
        return done(await on_behalf.say(call.services, by, command, chat=chat, ref=body.visitor))
    read = LAST if body.read is None else body.read
    return done(await ChatVerbs(call.services, by).say(AgentSay(call.cid, chat, body.text, read)))


async def add_note(call: ApiCall, body: NewNote) -> Done:
    """Add a note, which only staff can see."""
    return done(await ChatVerbs(call.services, call.principal.by).note(AddNote(call.cid, call.path["chat"], body.text)))


async def transfer(call: ApiCall, body: TransferTo) -> Done:
    """Transfer a chat to a queue or to a member."""
    command = Transfer(call.cid, call.path["chat"], body.queue, body.agent, body.note)
    return done(await ChatVerbs(call.services, call.principal.by).transfer(command))


async def end(call: ApiCall, body: EndChat) -> Done:
    """End a chat."""
    chat, by = call.path["chat"], call.principal.by
    if body.visitor:
        return done(await on_behalf.end(call.services, by, VisitorEnd(call.cid), chat=chat, ref=body.visitor))
    return done(await ChatVerbs(call.services, by).end(AgentEnd(call.cid, chat)))


async def label(call: ApiCall, body: SetLabels) -> Done:
    """Set a chat's reason and tags, in full.

    The reason must be one that the chat's queue lists, if it lists any.
    """
    command = Label(call.cid, call.path["chat"], body.reason, body.tags)
    return done(await ChatVerbs(call.services, call.principal.by).label(command))


async def set_language(call: ApiCall, body: SpokenLanguage) -> Done:
    """Set the language of a chat's visitor permanently.

    A member must hold the chat; supervisors and integrations may do it in any open chat. A waiting chat goes to members
    who speak the language.
    """
    command = SetLanguage(call.cid, call.path["chat"], body.language)
    return done(await ChatVerbs(call.services, call.principal.by).set_language(command))


async def leave_message(call: ApiCall, body: LeftMessage) -> Done:
    """Leave a message on behalf of a visitor, to be answered by mail. Needs `visitor.email`."""
    visitor = body.visitor
    command = LeaveMessage(call.cid, visitor.email, body.text, visitor.name, body.page)
    how = {"site": body.site, "ref": visitor.ref, "channel": body.channel, "locale": body.locale}
    return done(await on_behalf.leave_message(call.services, call.principal.by, command, **how))


async def mark_handled(call: ApiCall) -> None:
    """Mark a left message as handled. Repeating it changes nothing."""
    await archived_chats.handle(call.services, call.principal.by, call.path["chat"], call.cid)


# --- from the actions' values to the API's ------------------------------------------------------------


def done(said: Said) -> Done:
    return Done(said.chat, said.seq, said.at)


async def _open(call: ApiCall, query: OpenChatQuery) -> ChatList:
    if ended := [name for name in ("text", "rating", "late", "since", "until") if getattr(query, name)]:
        raise BadCommand("Open chats cannot be searched by text, rating, late, since or until.", at=ended)
    place = call.cursors.take(query, query.cursor)
    asked = {
        name: getattr(query, name)
        for name in ("place", "queue", "site", "agent", "channel", "language", "visitor", "reason")
    }
    after = (int(place[0]), str(place[1])) if place else None
    wanted = chats.OpenChatFilter(**asked)
    by, limit = call.principal.by, query.limit
    found = await chats.find_open(call.services, by, wanted, after=after, limit=limit + 1)
    shown = found[:limit]
    more = call.cursors.give(query, shown[-1].opened, shown[-1].id) if len(found) > limit else None
    return ChatList([chat_of(one) for one in shown], more)


async def _ended(call: ApiCall, query: OpenChatQuery) -> ChatList:
    if query.place:
        raise BadCommand("Only open chats have a place. Leave it out for other states.", at=["place"])
    place = call.cursors.take(query, query.cursor)
    wanted = ChatQuery(
        listed=query.state,  # type: ignore[arg-type]
        rating=str(query.rating or ""),
        **{name: getattr(query, name) for name in FILTERS},
    )
    before = str(place[0]) if place else ""
    page = await archived_chats.find(call.services, call.principal.by, wanted, before=before, limit=query.limit)
    more = call.cursors.give(query, page.next) if page.next else None
    return ChatList([chat_of(one.chat, one.excerpt) for one in page.chats], more)


FILTERS = ("text", "visitor", "since", "until", "site", "queue", "agent", "channel", "language", "reason", "late")
