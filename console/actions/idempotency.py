"""Resends of commands whose chat is no longer live: their first result comes from the archive."""

from collections.abc import Awaitable

from console.domain.card_numbers import same_but_hidden
from console.errors import ChatEnded, CidReused, NotYours, Unknown
from console.queue.results import Gone, Said
from console.services import Services


async def first_result(
    services: Services, author: str, cid: str, kind: str, *, chat: str = "", text: str = ""
) -> Said | None:
    """Return the command's first result, or None. Raises CidReused for a different body, Unknown if SQL is down."""
    try:
        found = await services.history.result_of(author, cid, chat=chat)
    except Exception as problem:
        raise Unknown from problem
    if found is None:
        return None
    if found.kind != kind or (text and not same_but_hidden(found.text, text)):
        raise CidReused
    return Said(found.chat, found.seq, found.at)


async def after_the_end(services: Services, author: str, cid: str, kind: str, *, chat: str, text: str = "") -> Said:
    """Return the first result. Raises ChatEnded for a command that was never done and is now too late."""
    said = await first_result(services, author, cid, kind, chat=chat, text=text)
    if said is None:
        raise ChatEnded
    return said


async def done_or_known(
    services: Services, author: str, cid: str, kind: str, work: Awaitable[Said], *, chat: str, text: str = ""
) -> Said:
    """Do the work. When the chat is no longer live, a resend gets its first result from the archive.

    Raises NotYours for a command that was never done, as for a chat that does not exist.
    """
    try:
        return await work
    except Gone:
        pass
    try:
        return await after_the_end(services, author, cid, kind, chat=chat, text=text)
    except ChatEnded:
        raise NotYours from None
