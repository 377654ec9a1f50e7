"""Erases one visitor or one chat wherever text is kept: SQL, search index, live keys, feed, and their files."""

import asyncio
from collections.abc import Collection, Sequence

import structlog

from console.alerts.messages import plain
from console.archive.erasure import Doomed
from console.archive.reducer import ArchivedChat
from console.domain.blocks import key_of
from console.domain.directory import Member
from console.domain.permissions import require
from console.errors import ChatRunning, NotYours, Unknown
from console.services import Services

PATIENCE = 3.0  # s for the archive to catch up with the feed
LOOK = 0.05  # s between two checks

log = structlog.get_logger()


async def erase_chat(services: Services, by: Member, chat: str) -> None:
    """Erase a chat. Raises ChatRunning while it is open; Unknown if SQL or store are down or behind: then try again."""
    require(by, "administer")
    await _erase(services, by, await services.erasure.chat(chat), f"chat:{chat}")


async def erase_visitor(services: Services, by: Member, visitor: str) -> int:
    """Erase all chats of a visitor, and what the store knows about them; return how many chats."""
    require(by, "administer")
    found = await services.erasure.chats_of(visitor)
    await _erase(services, by, found, f"visitor:{visitor}")
    return len(found)


async def _erase(services: Services, by: Member, found: Sequence[ArchivedChat], target: str) -> None:
    if not found:
        raise NotYours("Chat not found in the archive.")
    ids = [chat.id for chat in found]
    if any(chat.ended is None for chat in found) and await _runs(services, ids):
        raise ChatRunning
    await _erase_live(services, ids)
    blocks = await _forget_in_blocks(services, by, found) if target.startswith("visitor:") else set()
    doomed = [Doomed(chat, plain(chat.name)) for chat in found]
    await services.erasure.erase(doomed, by=by, target=target, blocks=blocks)
    await services.workspace.erase_from_feed(ids)
    await services.workspace.rewrite_file()
    services.tidy.set()
    services.learning.forget()
    log.info("erased", target=target, chats=len(ids), by=by.id)


async def _forget_in_blocks(services: Services, by: Member, found: Sequence[ArchivedChat]) -> set[str]:
    """Take the visitor's name out of blocks of them and of their address; return the keys of these and earlier ones."""
    visitors, names = {chat.visitor for chat in found}, {chat.name for chat in found} - {""}
    known = services.directory.blocks
    named = {key for key, block in known.items() if block.who in visitors or block.name in names}
    if named:
        await services.go_live(await services.stores.blocks.forget(named, by=by))
    return named | {key_of("visitor", visitor) for visitor in visitors}


async def _runs(services: Services, ids: Collection[str]) -> bool:
    """Checked before anything is erased, so that nothing is erased in part."""
    return any([await services.workspace.is_running(chat) for chat in ids])


async def _erase_live(services: Services, ids: Collection[str]) -> None:
    """Erase from the store, once SQL has read the feed that far; otherwise SQL would store the text again."""
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
