"""Whether any process has a workspace open, so that nobody deletes it or joins it with another database."""

import asyncio
import time

from console.queue.keys import Keys
from console.queue.primary import ask
from console.queue.topology import primary_of

PATIENCE = 4.0  # seconds without a tick after which nobody has the workspace open; a busy process ticks late
CHECK_EVERY = 0.2  # seconds between two checks


async def is_open(store_url: str, workspace: str) -> bool:
    """Whether any process serves the workspace or works for it: one of those ticks every second.

    Takes four seconds if none does, so that no clock has to be compared with another.
    """
    async with primary_of(store_url, workspace).connected() as connection:
        question = ("HGET", Keys(workspace).head, "ticked")
        before, until = await ask(connection, *question), time.monotonic() + PATIENCE
        while before is not None and time.monotonic() < until:
            await asyncio.sleep(CHECK_EVERY)
            if await ask(connection, *question) != before:
                return True
    return False
