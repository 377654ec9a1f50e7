"""One pair of hands: real key presses and mouse moves at a person's pace."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from playwright.async_api import Page

from tools.yardstick.human import Nature

SLOW = 0.15  # s that the machine may be behind the person before it gives up the rest and counts it

Point = tuple[float, float]


class Hands:
    """Time is planned: the driver's own time is not added to the person's."""

    def __init__(self, page: Page, nature: Nature) -> None:
        self.page = page
        self.nature = nature
        self.keys = self.clicks = 0
        self.given_up = 0.0  # s of plan lost to a slow machine
        self._at = time.monotonic()
        self._on_mouse = False

    async def spend(self, operation: str, times: int = 1) -> None:
        """Let the time pass that the operation takes."""
        await self.rest(self.nature.seconds(operation, times))

    async def rest(self, seconds: float) -> None:
        behind = time.monotonic() - self._at
        if behind > SLOW:
            self.given_up += behind - SLOW
            self._at += behind - SLOW
        self._at += seconds
        await asyncio.sleep(max(0.0, self._at - time.monotonic()))

    def begin(self) -> None:
        """Start the clock: earlier time is not counted."""
        self._at = time.monotonic()

    async def press(self, key: str) -> None:
        await self._home(mouse=False)
        await self.spend("key")
        await self.page.keyboard.press(key)
        self.keys += 1

    async def chord(self, key: str, *, shift: bool = False) -> None:
        """Alt, or Alt and Shift, with a key."""
        await self._home(mouse=False)
        await self.spend("key", 3 if shift else 2)
        await self.page.keyboard.press(f"Alt+Shift+{key}" if shift else f"Alt+{key}")
        self.keys += 3 if shift else 2

    async def type(self, letter: str) -> None:
        await self._home(mouse=False)
        await self.spend("key")
        await self.page.keyboard.type(letter)
        self.keys += 1

    async def click(self, where: Callable[[], Awaitable[Point | None]]) -> bool:
        """Point at a target and click; the eye corrects on the way. False if the target is not there."""
        await self._home(mouse=True)
        await self.spend("point")
        target = await where()
        if target is None:
            return False
        await self.page.mouse.move(*target)
        await self.page.mouse.down()
        await self.spend("click")
        await self.page.mouse.up()
        self.clicks += 1
        return True

    async def _home(self, *, mouse: bool) -> None:
        if self._on_mouse != mouse:
            self._on_mouse = mouse
            await self.spend("home")
