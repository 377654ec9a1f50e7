"""Lets admins erase one visitor or one chat for good."""

from console.actions.erasing import erase_found
from console.domain.directory import Member
from console.domain.permissions import require
from console.errors import NotYours
from console.services import Services

NO_CHAT = "Chat not found in the archive."


async def erase_chat(services: Services, by: Member, chat: str) -> None:
    """Erase a chat. Raises ChatRunning while it is open, and Unknown if SQL or store are down or behind: retry then."""
    require(by, "administer")
    found = await services.erasure.chat(chat)
    if not found:
        raise NotYours(NO_CHAT)
    await erase_found(services, found, f"chat:{chat}", author=by)


async def erase_visitor(services: Services, by: Member, visitor: str) -> int:
    """Erase all chats of a visitor, and what the store knows about the visitor; return how many chats."""
    require(by, "administer")
    found = await services.erasure.chats_of(visitor)
    if not found:
        raise NotYours(NO_CHAT)
    await erase_found(services, found, f"visitor:{visitor}", author=by)
    return len(found)
