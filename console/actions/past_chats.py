"""Earlier chats of a returning visitor on this site, read from the archive if it answers in time."""

import asyncio
import time

from console.archive.past import EarlierFacts, PastQuery
from console.domain.directory import DAY, Site
from console.errors import Unknown
from console.protocol import MAX_FACTS
from console.services import Services

WITHIN = 2.0  # seconds; later it would shift the page while the visitor reads or types


async def past_chats(
    services: Services, site: Site, visitor: str, *, but: str, chat: str = "", before: int = 0
) -> EarlierFacts | None:
    """Return a page of the visitor's chats except `but`; with `chat`, what is older than its seq `before`.

    None while SQL is down or slow. Nothing else waits for it.
    """
    if time.monotonic() < services.sql_silent_until:
        return None
    since = services.workspace.now() - site.remember_days * DAY
    query = PastQuery(visitor=visitor, site=site.key, since=since, but=but)
    try:
        async with asyncio.timeout(WITHIN), services.past_reads:
            return await services.past.page(query, chat=chat, before=before, limit=MAX_FACTS)
    except (Unknown, TimeoutError):
        return None
