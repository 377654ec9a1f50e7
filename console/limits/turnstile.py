"""Lets a fixed number through in each turn of the event loop, and the others after them, in order.

Sockets that all reconnect at once would otherwise be upgraded in the few turns in which they arrive, and connected
clients are not served during a turn.
"""

import asyncio
from collections import deque
from collections.abc import Callable


class Turnstile:
    """Lets at most `each` through in a turn of the loop."""

    def __init__(self, each: int) -> None:
        self.each = each
        self._passed = 0  # in this turn
        self._waiting: deque[Callable[[], bool]] = deque()

    def __len__(self) -> int:
        """Return how many are waiting."""
        return len(self._waiting)

    def enter(self, go: Callable[[], bool]) -> None:
        """Call `go` now or in a later turn. If it returns false, it had nothing to do and does not count."""
        self._waiting.append(go)
        self._pass()

    def _pass(self) -> None:
        while self._waiting and self._passed < self.each:
            if self._waiting.popleft()():
                self._passed += 1
                if self._passed == 1:
                    asyncio.get_running_loop().call_soon(self._turn)

    def _turn(self) -> None:
        self._passed = 0
        self._pass()
