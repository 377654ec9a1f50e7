"""Joining without a gap: what is heard while a snapshot is read waits, and follows it."""

from collections.abc import Callable
from typing import Generic, TypeVar

Event = TypeVar("Event")


class CatchUp(Generic[Event]):
    """Join the audience, read the snapshot, draw it, then `go_on`. `show` takes the events, in order."""

    def __init__(self, show: Callable[[Event], None]) -> None:
        self._show = show
        self._waiting: list[Event] | None = []

    def hear(self, event: Event) -> None:
        """Shows the event, or keeps it until the snapshot is drawn."""
        if self._waiting is None:
            self._show(event)
        else:
            self._waiting.append(event)

    def go_on(self, follows: Callable[[Event], bool] = lambda event: True) -> None:
        """The snapshot is drawn: shows what has come since and `follows` it, and from now on everything at once."""
        waiting, self._waiting = self._waiting or [], None
        for event in filter(follows, waiting):
            self._show(event)
