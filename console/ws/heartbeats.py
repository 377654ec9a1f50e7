"""Checks that clients are still there: a client that was silent for a while is pinged.

Once a second it checks the sockets whose turn it is, instead of a timer for each socket. Any data from a client shows
that it is there, so an active client is not pinged.
"""

import asyncio
from typing import Protocol

import structlog

from console.timing.beat import EARLY, at_beat

CHECK_EVERY = 1  # seconds between two checks

log = structlog.get_logger()


class Pinged(Protocol):
    def check(self, now: float) -> float:
        """Ping the client, or give it up; `now` is the loop's clock. Return when to check again, 0 for never."""


class Heartbeats:
    """The sockets of one event loop."""

    def __init__(self) -> None:
        self._turns: dict[int, dict[Pinged, None]] = {}  # by the second in which it is their turn
        self._turn_of: dict[Pinged, int] = {}
        self._beats = False

    def watch(self, socket: Pinged, when: float) -> None:
        """Check the socket at `when`, or up to a second earlier."""
        turn = self._turn_of[socket] = int(when)
        self._turns.setdefault(turn, {})[socket] = None
        self._go_on()

    def leave(self, socket: Pinged) -> None:
        turn = self._turn_of.pop(socket, None)
        if turn is not None:
            self._turns[turn].pop(socket, None)

    def _go_on(self) -> None:
        if self._turns and not self._beats:
            self._beats = True
            at_beat(CHECK_EVERY, self._beat)

    def _beat(self) -> None:
        now = asyncio.get_running_loop().time()
        self._beats = False
        for turn in [turn for turn in self._turns if turn <= now + EARLY]:
            for socket in self._turns.pop(turn):
                del self._turn_of[socket]
                self._check(socket, now)
        self._go_on()

    def _check(self, socket: Pinged, now: float) -> None:
        try:
            if when := socket.check(now):
                self.watch(socket, when)
        except Exception as problem:  # the others must still be checked
            log.error("heartbeat.failed", error=repr(problem), exc_info=problem)
