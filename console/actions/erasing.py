"""Erases chats everywhere their text is kept: SQL, search index, live keys, feed, their files, and exports."""

import asyncio
from collections.abc import Collection, Mapping, Sequence

import structlog

from console.alerts.messages import plain
from console.archive.audit import COMMAND_LINE, Somebody
from console.archive.erasure import Doomed, KnownAs
from console.archive.erasure_notes import ErasureNote, note_erasure, read_erasures
from console.archive.reducer import ArchivedChat
from console.domain.blocks import key_of
from console.errors import ChatRunning, Unknown
from console.services import Services

PATIENCE = 3.0  # s for the archive to catch up with the feed
CHECK_EVERY = 0.05  # s between two checks

log = structlog.get_logger()


async def erase_found(
    services: Services, found: Sequence[ArchivedChat], target: str, *, author: Somebody, again: bool = False
) -> None:
    """Erase chats and everything known about them. Raises ChatRunning if one is open, and Unknown if it must be
    retried. `again`: the erasure is already noted for backups.
    """
    ids = [chat.id for chat in found]
    if any(chat.ended is None for chat in found) and await _runs(services, ids):
        raise ChatRunning
    known = await services.erasure.known_as(found)
    if not again:
        await _note(services, target)
        for chat in _taken_along(target, known):
            await _note(services, f"chat:{chat}")
    await _erase_live(services, ids)
    blocks = await _forget_in_blocks(services, author, known.values()) if target.startswith("visitor:") else set()
    doomed = [Doomed(chat, {plain(name) for name in known[chat.id].names} - {""}) for chat in found]
    await services.erasure.erase(doomed, by=author, target=target, blocks=blocks)
    await services.workspace.erase_from_feed(ids)
    await services.workspace.rewrite_file()
    await services.exports.sweep()
    services.tidy.set()
    services.learning.forget()
    log.info("erased", target=target, chats=len(ids), by=author.id)


async def erase_again(services: Services) -> int:
    """Erase again what was erased before and has come back, as after a restore; return how many chats.

    Raises ChatRunning if one of them is open, after erasing the others.
    """
    notes = await asyncio.to_thread(read_erasures, services.settings.folder)
    back = await services.erasure.brought_back(notes)
    running = False
    for target, found in back:
        try:
            await erase_found(services, found, target, author=COMMAND_LINE, again=True)
        except ChatRunning:
            running = True
    if running:
        raise ChatRunning
    return sum(len(found) for _, found in back)


async def _note(services: Services, target: str) -> None:
    """Record the erasure, because backups still have the chats: after a restore, they must be erased again."""
    note = ErasureNote(services.workspace.now(), target)
    try:
        await asyncio.to_thread(note_erasure, services.settings.folder, note)
    except OSError as problem:
        raise Unknown(f"Erasures cannot be noted in the data folder: {problem.strerror}.") from problem


def _taken_along(target: str, known: Mapping[str, KnownAs]) -> list[str]:
    """Return a visitor's chats that a backup may have under an earlier id, from before they proved who they are."""
    return [chat for chat, one in known.items() if target.startswith("visitor:") and len(one.ids) > 1]


async def _forget_in_blocks(services: Services, author: Somebody, known: Collection[KnownAs]) -> set[str]:
    """Remove the visitor's name from blocks of them and their address; return the keys of current and past blocks."""
    visitors, names = set().union(*(one.ids for one in known)), set().union(*(one.names for one in known)) - {""}
    blocks = services.directory.blocks
    named = {key for key, block in blocks.items() if block.who in visitors or block.name in names}
    if named:
        await services.go_live(await services.stores.blocks.forget(named, by=author))
    return named | {key_of("visitor", visitor) for visitor in visitors}


async def _runs(services: Services, ids: Collection[str]) -> bool:
    """Whether the chat is open. Checked before anything is erased, so that no erasure is partial."""
    return any([await services.workspace.is_running(chat) for chat in ids])


async def _erase_live(services: Services, ids: Collection[str]) -> None:
    """Erase from the store, once SQL has read the feed up to the chat; otherwise SQL would store the text again."""
    upto = 0
    for chat in ids:
        state, n = await _erase_one(services, chat)
        if state == "running":
            raise ChatRunning
        upto = max(upto, n)
    for _ in range(int(PATIENCE / CHECK_EVERY)):
        if (await services.archive.cursor()).n >= upto:
            return
        await asyncio.sleep(CHECK_EVERY)
    raise Unknown


async def _erase_one(services: Services, chat: str) -> tuple[str, int]:
    """Erase one chat; waits if it has just ended and is still on its way into the archive."""
    for _ in range(int(PATIENCE / CHECK_EVERY)):
        state, n = await services.workspace.erase(chat)
        if state != "behind":
            return state, n
        await asyncio.sleep(CHECK_EVERY)
    raise Unknown
