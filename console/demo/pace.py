"""How fast simulated people are. `speed` above 1 hurries everything, for tests."""

import asyncio
import random

READING = 14.0  # characters a second
TYPING = 7.0


class Pace:
    def __init__(self, *, speed: float = 1.0, seed: int | None = None) -> None:
        self.random = random.Random(seed)
        self._speed = speed

    def seconds(self, human: float) -> float:
        """What `human` seconds take here."""
        return human / self._speed

    async def pause(self, shortest: float, longest: float) -> None:
        await asyncio.sleep(self.seconds(self.random.uniform(shortest, longest)))

    async def read(self, text: str) -> None:
        await self.pause(0.5 + len(text) / READING / 2, 1.5 + len(text) / READING)

    def typing_time(self, text: str) -> float:
        """Human seconds until `text` is typed; scripts written in fewer signs take longer for each."""
        slow = 1.0 if text.isascii() or len(text) > 30 else 1.6
        return min(12.0, slow * len(text) / TYPING * self.random.uniform(0.7, 1.3))

    def one_in(self, chances: int) -> bool:
        return self.random.randrange(chances) == 0
