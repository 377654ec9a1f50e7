"""The rounds of whoever sends what an outbox in SQL holds: at once when something is put there, and when one is due."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import NoReturn

SOON = 0.05  # seconds between two rounds at least, when nobody wakes them


async def run_rounds(wake: asyncio.Event, send_due: Callable[[], Awaitable[float]]) -> NoReturn:
    """Call `send_due` again and again: when `wake` is set, or after the seconds that it returned."""
    while True:
        wake.clear()
        wait = await send_due()
        with suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await wake.wait()


def seconds_until(following: int, now: int, most: float) -> float:
    """Return the seconds until the next one is due at `following` (ms; 0: none is known), `most` at most."""
    return min(max((following - now) / 1000, SOON), most) if following else most
