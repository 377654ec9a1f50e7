"""Left messages on the board. SQL is queried outside the board's one-second rounds, rarely, and only while a board is
open.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence

import msgspec
import structlog

from console.archive.left_messages import OpenMessage
from console.domain.directory import Queue
from console.domain.left_messages import due_of
from console.errors import SestettoError

ASK = 15.0  # seconds between two queries to SQL
SOON = 2.0  # and after the live count has changed: the time SQL may need to follow
OWNERS = 3  # owners shown by name, those with the most messages
WITHIN = 10.0  # seconds for an answer

log = structlog.get_logger()
Read = Callable[[], Awaitable[Sequence[OpenMessage]]]


class LeftSummary(msgspec.Struct, frozen=True):
    """`oldest` is since when the longest waiting visitor waits (ms, 0: none), `late` how many are past their target."""

    open: int = 0
    oldest: int = 0
    late: int = 0
    unowned: int = 0
    owners: tuple[tuple[str, str, int], ...] = ()  # id, name and number


def left_summary(found: Sequence[OpenMessage], queues: Mapping[str, Queue], now: int) -> LeftSummary:
    names = {one.owner: one.owner_name for one in found if one.owner}
    owned = Counter(one.owner for one in found if one.owner)
    due = [due_of(one.asked, queues.get(one.queue)) for one in found]
    return LeftSummary(
        open=len(found),
        oldest=min((one.asked for one in found), default=0),
        late=sum(0 < at <= now for at in due),
        unowned=sum(not one.owner for one in found),
        owners=tuple((owner, names[owner], count) for owner, count in owned.most_common(OWNERS)),
    )


async def none_left() -> Sequence[OpenMessage]:
    """Used if there is no archive to query."""
    return ()


class LeftCounts:
    """The latest answer of SQL. `ask` never waits."""

    def __init__(self, read: Read, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._read = read
        self._clock = clock
        self._asked = -ASK
        self._live = -1  # the live count at that time
        self._task: asyncio.Task[None] | None = None
        self.found: Sequence[OpenMessage] = ()

    def ask(self, live: int) -> None:
        """Query SQL if it is time. `live` is the count from the facts; if it is 0, no query is needed."""
        if not live:
            self.found, self._live = (), 0
            return
        passed = self._clock() - self._asked
        if (self._task is None or self._task.done()) and passed >= (SOON if live != self._live else ASK):
            self._asked, self._live = self._clock(), live
            self._task = asyncio.create_task(self._query(), name="board.left_messages")

    async def _query(self) -> None:
        try:
            async with asyncio.timeout(WITHIN):
                self.found = await self._read()
        except (SestettoError, TimeoutError) as problem:  # keep the last answer
            log.debug("board.left_messages", error=repr(problem))
