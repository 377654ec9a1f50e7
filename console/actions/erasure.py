"""One visitor or one chat leaves every place where words are kept: SQL, search index, live keys, feed, their files."""

import asyncio
from collections.abc import Collection, Sequence

import structlog

from console.alerts.messages import plain
from console.archive.erasure import Doomed
from console.archive.reducer import ArchivedChat
from console.domain.directory import Member
from console.domain.permissions import require
from console.errors import ChatRunning, NotYours, Unknown
from console.services import Services

PATIENCE = 3.0  # s for the archive to catch up with the feed
LOOK = 0.05  # s between two looks

log = structlog.get_logger()


async def erase_chat(services: Services, by: Member, chat: str) -> None:
    """ChatRunning while it goes on, Unknown when SQL or store are away or behind: then it is only begun, try again."""
    require(by, "administer")
    await _erase(services, by, await services.erasure.chat(chat), f"chat:{chat}")


async def erase_visitor(services: Services, by: Member, visitor: str) -> int:
    """All chats of the visitor, and what the store knows of them; how many chats."""
    require(by, "administer")
    found = await services.erasure.chats_of(visitor)
    await _erase(services, by, found, f"visitor:{visitor}")
    return len(found)


async def erase_stray(services: Services) -> int:
    """Left messages that the archive no longer has: nobody could see them on any page. How many."""
    left = await services.workspace.left_messages()
    stray = left - await services.erasure.known(left)
    erased = [chat for chat in stray if (await services.workspace.erase(chat))[0] == "erased"]
    await services.workspace.erase_from_feed(erased)
    return len(erased)


async def _erase(services: Services, by: Member, found: Sequence[ArchivedChat], target: str) -> None:
    if not found:
        raise NotYours("Chat not found in the archive.")
    ids = [chat.id for chat in found]
    if any(chat.ended is None for chat in found) and await _runs(services, ids):
        raise ChatRunning
    await _erase_live(services, ids)
    await services.erasure.erase([Doomed(chat, plain(chat.name)) for chat in found], by=by, target=target)
    await services.workspace.erase_from_feed(ids)
    await services.workspace.rewrite_file()
    services.tidy.set()
    log.info("erased", target=target, chats=len(ids), by=by.id)


async def _runs(services: Services, ids: Collection[str]) -> bool:
    """Looked at before anything is erased: nothing is done by halves."""
    return any([await services.workspace.is_running(chat) for chat in ids])


async def _erase_live(services: Services, ids: Collection[str]) -> None:
    """Out of the store; then SQL must have read the feed so far, or it would write down again what was erased."""
    upto = 0
    for chat in ids:
        state, n = await _erase_one(services, chat)
        if state == "running":
            raise ChatRunning
        upto = max(upto, n)
    for _ in range(int(PATIENCE / LOOK)):
        if (await services.archive.cursor()).n >= upto:
            return
        await asyncio.sleep(LOOK)
    raise Unknown


async def _erase_one(services: Services, chat: str) -> tuple[str, int]:
    """A chat that has just ended is still on its way into the archive."""
    for _ in range(int(PATIENCE / LOOK)):
        state, n = await services.workspace.erase(chat)
        if state != "behind":
            return state, n
        await asyncio.sleep(LOOK)
    raise Unknown
