"""How fast simulated people act. `speed` above 1 makes everything faster, for tests."""

import asyncio
import random

READING = 14.0  # characters a second
TYPING = 7.0


class Pace:
    def __init__(self, *, speed: float = 1.0, seed: int | None = None) -> None:
        """A person's pace, with their random numbers."""
        self.random = random.Random(seed)
        self._speed = speed

    def seconds(self, human: float) -> float:
        """Return how many real seconds `human` seconds take."""
        return human / self._speed

    async def pause(self, shortest: float, longest: float) -> None:
        await asyncio.sleep(self.seconds(self.random.uniform(shortest, longest)))

    async def read(self, text: str) -> None:
        await self.pause(0.5 + len(text) / READING / 2, 1.5 + len(text) / READING)

    def typing_time(self, text: str) -> float:
        """Return the human seconds it takes to type `text`; scripts with fewer characters take longer for each."""
        slow = 1.0 if text.isascii() or len(text) > 30 else 1.6
        return min(12.0, slow * len(text) / TYPING * self.random.uniform(0.7, 1.3))

    def one_in(self, chances: int) -> bool:
        return self.random.randrange(chances) == 0
