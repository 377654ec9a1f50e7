"""Whether this process leads: it alone does then what only one may do. Who has to lead for its work waits for that."""

import asyncio


class Lead:
    """Call it for the answer; `begins` waits until it is yes."""

    def __init__(self, leads: bool = False) -> None:
        self._begun = asyncio.Event()
        self.turn(leads)

    def __call__(self) -> bool:
        return self._begun.is_set()

    def turn(self, leads: bool) -> None:
        """Begin or cease to lead."""
        (self._begun.set if leads else self._begun.clear)()

    async def begins(self) -> None:
        await self._begun.wait()
