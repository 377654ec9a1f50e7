"""Visitors: find them, read their data and their chats."""

from console.actions import visitors
from console.api.endpoint import ApiCall
from console.archive.search import ChatQuery
from console.protocol.api import ApiVisitor, ChatList, VisitorList, VisitorQuery
from console.views.records import chat_of, visitor_of


async def list_visitors(call: ApiCall, query: VisitorQuery) -> VisitorList:
    """List visitors by their latest ended chats, or search them."""
    place = call.cursors.take(query, query.cursor)
    wanted, before = ChatQuery(listed="visitors", visitor=query.text, site=query.site), str(place[0]) if place else ""
    page = await visitors.search(call.services, call.principal.by, wanted, before=before, limit=query.limit)
    more = call.cursors.give(query, page.next) if page.next else None
    return VisitorList([visitor_of(found.chat) for found in page.chats], more)


async def read_visitor(call: ApiCall) -> ApiVisitor:
    """Read a visitor."""
    found = await visitors.read(call.services, call.principal.by, call.path["visitor"])
    visitor = visitor_of(found.latest)
    visitor.first, visitor.chats = found.first, found.chats
    return visitor


async def list_chats_of_visitor(call: ApiCall) -> ChatList:
    """List a visitor's ended chats, newest first, at most 100."""
    found = await visitors.read_chats(call.services, call.principal.by, call.path["visitor"])
    return ChatList([chat_of(chat) for chat in found], None)
