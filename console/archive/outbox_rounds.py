"""The rounds in which a sender empties an outbox: immediately when a row is added, and when one is due."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import NoReturn

SOON = 0.05  # seconds between two rounds at least, without a wake-up


async def run_rounds(wake: asyncio.Event, send_due: Callable[[], Awaitable[float]]) -> NoReturn:
    """Call `send_due` repeatedly: when `wake` is set, or after the seconds it returned."""
    while True:
        wake.clear()
        wait = await send_due()
        with suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await wake.wait()


def seconds_until(following: int, now: int, most: float) -> float:
    """Return the seconds until the next one is due at `following` (ms; 0: unknown), `most` at most."""
    return min(max((following - now) / 1000, SOON), most) if following else most
