"""Joins an audience without a gap: events that arrive while a snapshot is read are held back and shown after it."""

from collections.abc import Callable
from typing import Generic, TypeVar

Event = TypeVar("Event")


class CatchUp(Generic[Event]):
    """Holds events back until the snapshot is shown.

    Usage: join the audience, read the snapshot, show it, then call `go_on`. `show` receives the events in order.
    """

    def __init__(self, show: Callable[[Event], None]) -> None:
        self._show = show
        self._waiting: list[Event] | None = []

    def hear(self, event: Event) -> None:
        """Show the event, or hold it back until the snapshot is shown."""
        if self._waiting is None:
            self._show(event)
        else:
            self._waiting.append(event)

    def go_on(self, follows: Callable[[Event], bool] = lambda event: True) -> None:
        """Show the held events for which `follows` is true; from now on show every event at once."""
        waiting, self._waiting = self._waiting or [], None
        for event in filter(follows, waiting):
            self._show(event)
