"""Whether this process leads, so that it does the work that only one process may do. Jobs can wait until it leads."""

import asyncio


class Lead:
    """Call it to ask whether this process leads; `begins` waits until it does."""

    def __init__(self, leads: bool = False) -> None:
        self._begun = asyncio.Event()
        self.turn(leads)

    def __call__(self) -> bool:
        return self._begun.is_set()

    def turn(self, leads: bool) -> None:
        """Start or stop leading."""
        (self._begun.set if leads else self._begun.clear)()

    async def begins(self) -> None:
        await self._begun.wait()
