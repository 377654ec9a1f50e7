"""Joins an audience without a gap: events that arrive while a snapshot is read are held back and shown after it."""

from collections.abc import Callable
from typing import Generic, TypeVar

Event = TypeVar("Event")


class CatchUp(Generic[Event]):
    """Holds events back until the snapshot is shown.

    Usage: join the audience, read the snapshot, show it, then show the events that `release` returns, in order. Show
    an event at once only if `hold` does not keep it.
    """

    def __init__(self) -> None:
        self._held: list[Event] | None = []

    def hold(self, event: Event) -> bool:
        """Hold the event back if the snapshot is not shown yet. Return whether it was held back."""
        if self._held is None:
            return False
        self._held.append(event)
        return True

    def release(self, follows: Callable[[Event], bool] = lambda event: True) -> list[Event]:
        """Return the held events for which `follows` is true; from now on hold none."""
        held, self._held = self._held or [], None
        return list(filter(follows, held))
