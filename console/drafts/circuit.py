"""A circuit breaker: pauses requests to a failing endpoint after some failures in a row, for longer each time."""

import time
from collections.abc import Callable

FAILURES = 3  # in a row
FIRST_PAUSE = 30.0  # seconds
LONGEST_PAUSE = 600.0


class Circuit:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._pause = FIRST_PAUSE
        self._until = 0.0
        self._trying = False  # whether a request that may end a pause is in progress

    @property
    def paused(self) -> float:
        """Return the seconds left of the pause; 0 if there is none."""
        return max(self._until - self._clock(), 0.0)

    def allows(self) -> bool:
        """Whether a request may be made. After a pause only one may, and the others wait for its result."""
        if self.paused:
            return False
        if self._until:
            self._until = self._clock() + self._pause
            self._trying = True
        return True

    def good(self) -> bool:
        """Record that a request was answered. Return whether that ends a pause."""
        ended = self._until > 0
        self._failures, self._pause, self._until, self._trying = 0, FIRST_PAUSE, 0.0, False
        return ended

    def bad(self, retry_after: float = 0) -> float:
        """Record that a request failed. Return for how many seconds none is made from now on; 0 if nothing changes."""
        if self.paused and not self._trying:  # it was made before the pause, which already covers it
            self._until = max(self._until, self._clock() + retry_after)
            return 0.0
        self._failures += 1
        if not retry_after and self._failures < FAILURES and not self._until:
            return 0.0
        pause = max(self._pause, retry_after)
        self._pause = min(2 * self._pause, LONGEST_PAUSE)
        self._until = self._clock() + pause
        self._trying = False
        return pause

    def undecided(self) -> None:
        """Record that we gave up a request. If it could have ended a pause, the next request may try."""
        if self._trying:
            self._until = min(self._until, self._clock())
            self._trying = False
