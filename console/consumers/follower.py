"""Follows the feed in one of many processes; after a failed round it waits, and logs the failure once."""

import asyncio
import time
from abc import ABC, abstractmethod

import structlog

from console.archive.feed_cursor import Overtaken
from console.errors import SestettoError, WrongEpoch
from console.queue.feed import FeedGap
from console.queue.lead import Lead
from console.queue.workspace import Workspace
from console.timing.beat import beat

BETWEEN = 0.5  # seconds between two successful rounds
PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0)  # seconds after a failed round; the last one repeats
CALM = 10.0  # seconds of a round after which the pauses start over

log = structlog.get_logger()


class Follower(ABC):
    """A follower of the feed. `leads` says whether this process is the one.

    The ticker's lease decides which process leads. Two may lead for a moment; the cursor's reader acts as the fence.
    """

    name: str
    between = BETWEEN

    def __init__(self, workspace: Workspace, *, leads: Lead) -> None:
        self.workspace = workspace
        self.leads = leads
        self._failing_since = 0.0  # monotonic; 0: no failure

    @property
    def failing_for(self) -> float:
        """Return for how many seconds no round has succeeded here; 0 if the last one did."""
        return time.monotonic() - self._failing_since if self._failing_since else 0.0

    @abstractmethod
    async def follow(self) -> None:
        """Run one round, until another process leads, the epoch changes, or entries are missing."""

    async def run(self) -> None:
        """Run forever."""
        failures = 0
        while True:
            if not self.leads():
                self._failing_since = 0.0  # another process has taken over what failed; this one may be asked again
                await self.leads.begins()
            began = time.monotonic()
            failed = not await self._round()
            failures = failures + 1 if failed and time.monotonic() - began < CALM else int(failed)
            if failures:
                await asyncio.sleep(PAUSES[min(failures, len(PAUSES)) - 1])
            else:
                await beat(self.between)

    def still_leads(self, epoch: str) -> bool:
        return self.leads() and self.workspace.epoch == epoch

    def mark_healthy(self) -> None:
        """Record that SQL and the store have responded."""
        if self._failing_since:
            log.warning("consumer.goes_on", consumer=self.name, after=round(time.monotonic() - self._failing_since, 1))
        self._failing_since = 0.0

    async def _round(self) -> bool:
        try:
            await self.follow()
        except (Overtaken, FeedGap, WrongEpoch) as problem:  # another reader or another history: start over
            log.info("consumer.begins_anew", consumer=self.name, why=type(problem).__name__)
            return not isinstance(problem, WrongEpoch)
        except SestettoError as problem:
            self._note_failure(problem.code, str(problem))
            return False
        except Exception as problem:
            self._note_failure("error", repr(problem))
            return False
        return True

    def _note_failure(self, code: str, error: str) -> None:
        if not self._failing_since:
            self._failing_since = time.monotonic()
            log.warning("consumer.waits", consumer=self.name, code=code, error=error)
