"""One process of many follows the feed; what goes wrong in a round is waited out, and said once."""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Callable

import structlog

from console.archive.feed_cursor import Overtaken
from console.errors import SestettoError, WrongEpoch
from console.queue.feed import FeedGap
from console.queue.workspace import Workspace

BETWEEN = 0.5  # seconds between two rounds that ended well
PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0)  # seconds after a round that failed; the last again and again
CALM = 10.0  # seconds of a round after which the pauses begin anew

log = structlog.get_logger()


class Follower(ABC):
    """`leads` says whether this process is the one: the ticker's lease decides, the cursor's reader is the fence."""

    name: str
    between = BETWEEN

    def __init__(self, workspace: Workspace, *, leads: Callable[[], bool]) -> None:
        self.workspace = workspace
        self.leads = leads
        self._ill_since = 0.0  # monotonic; 0: all is well

    @abstractmethod
    async def follow(self) -> None:
        """One round, until another process leads, the epoch turns, or something is missing."""

    async def run(self) -> None:
        """For ever."""
        failures = 0
        while True:
            began = time.monotonic()
            failed = self.leads() and not await self._round()
            failures = failures + 1 if failed and time.monotonic() - began < CALM else int(failed)
            await asyncio.sleep(PAUSES[min(failures, len(PAUSES)) - 1] if failures else self.between)

    def goes_on(self, epoch: str) -> bool:
        return self.leads() and self.workspace.epoch == epoch

    def well(self) -> None:
        """SQL and the store have answered."""
        if self._ill_since:
            log.warning("consumer.goes_on", consumer=self.name, after=round(time.monotonic() - self._ill_since, 1))
        self._ill_since = 0.0

    async def _round(self) -> bool:
        try:
            await self.follow()
        except (Overtaken, FeedGap, WrongEpoch) as problem:  # another reader or another history: from the start
            log.info("consumer.begins_anew", consumer=self.name, why=type(problem).__name__)
            return not isinstance(problem, WrongEpoch)
        except SestettoError as problem:
            self._ill(problem.code, str(problem))
            return False
        except Exception as problem:
            self._ill("error", repr(problem))
            return False
        return True

    def _ill(self, code: str, error: str) -> None:
        if not self._ill_since:
            self._ill_since = time.monotonic()
            log.warning("consumer.waits", consumer=self.name, code=code, error=error)
