"""A token bucket: limits how fast one socket may do something; needs no timer."""

import time


class Bucket:
    """Allows `rate` a second on average and `burst` at once."""

    def __init__(self, rate: float, burst: int) -> None:
        self._rate, self._burst = rate, burst
        self._tokens, self._at = float(burst), time.monotonic()

    def take(self) -> bool:
        # Tokens are refilled when somebody takes one, in proportion to the time since.
        now = time.monotonic()
        self._tokens += (now - self._at) * self._rate
        self._at = now
        if self._tokens > self._burst:
            self._tokens = self._burst
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def empty(self) -> bool:
        """Whether the next `take` would fail."""
        return self._tokens + (time.monotonic() - self._at) * self._rate < 1
