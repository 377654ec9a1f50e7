"""When simulated visitors come: at most `size` at once, while an agent is online.

Until the first answer they come one at a time and stay few, so that somebody who is looking around does not find many
late chats.
"""

import asyncio
from collections.abc import Callable

import structlog

from console.demo.pace import Pace
from console.demo.scripts import PEOPLE, Person
from console.demo.visitor import visit

EASY_GAP = 15.0  # s between two new chats until an agent has answered for the first time
EASY_CHATS = 3  # open chats until then
# s between two new chats after that: the first gap, the last gap, and the step from one to the next
FIRST_GAP, LAST_GAP, GAP_STEP = 10.0, 3.0, 1.0
SLOW_ONES = 3  # visitors who come at the first interval
LOOKS_EVERY = 0.5  # s

log = structlog.get_logger(__name__)


class Crowd:
    """A crowd of simulated visitors. `online` says whether an agent is there, `answered` whether one ever answered."""

    def __init__(
        self,
        url: str,
        site: str,
        size: int,
        online: Callable[[], bool],
        answered: Callable[[], bool],
        pace: Pace,
        *,
        language: Callable[[], str] = str,
        chats: Callable[[], int] = int,
    ) -> None:
        """`language` is that of the person at the console, if it is known; `chats` is how many are open."""
        self._url, self._site, self._size, self._pace = url, site, size, pace
        self._online, self._answered, self._language, self._chats = online, answered, language, chats
        self._came_before = 0  # the first answer
        self._here: dict[asyncio.Task[None], Person] = {}
        self._waiting: list[Person] = []
        self.came = 0

    @property
    def present(self) -> int:
        """The number of simulated visitors present now."""
        return len(self._here)

    async def run(self) -> None:
        try:
            while self._size > 0:
                if self._online() and self._has_room():
                    self._one_comes()
                    gap = self._gap()
                    await self._pace.pause(gap, gap * 1.3)
                else:
                    await self._pace.pause(LOOKS_EVERY, LOOKS_EVERY)
        finally:
            await self._all_leave()

    def _has_room(self) -> bool:
        # Counts chats, not visitors: the chat of a visitor who gave up stays in its pane, and is late.
        few = self._answered() or max(self._chats(), self.present) < EASY_CHATS
        return few and self.present < self._size

    def _gap(self) -> float:
        """Return the seconds until the next chat. Before the first answer here, there is time to look around."""
        if not self._answered():
            self._came_before = self.came
            return EASY_GAP
        return max(LAST_GAP, FIRST_GAP - GAP_STEP * max(0, self.came - self._came_before - SLOW_ONES))

    def _one_comes(self) -> None:
        self.came += 1
        person = self._next()
        task = asyncio.create_task(visit(person, url=self._url, site=self._site, pace=self._pace))
        self._here[task] = person
        task.add_done_callback(self._left)

    def _next(self) -> Person:
        """Return the next person: everybody once per round in a new order; nobody who is still present, if possible.

        Until the first answer, those who write in the console's language come first.
        """
        if not self._waiting:
            self._waiting = list(PEOPLE)
            self._pace.random.shuffle(self._waiting)
        present = set(self._here.values())
        absent = [person for person in self._waiting if person not in present] or self._waiting
        first = "" if self._answered() else self._language()
        chosen = next((person for person in absent if person.locale == first), absent[0])
        self._waiting.remove(chosen)
        return chosen

    def _left(self, task: asyncio.Task[None]) -> None:
        self._here.pop(task, None)
        if not task.cancelled() and (problem := task.exception()):
            log.warning("simulated_visitor_failed", problem=repr(problem))

    async def _all_leave(self) -> None:
        leaving = list(self._here)
        for task in leaving:
            task.cancel()
        await asyncio.gather(*leaving, return_exceptions=True)
