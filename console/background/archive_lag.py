"""Logs when the archive falls behind, and when it has caught up, which reveals a missing worker."""

import time
from collections.abc import Callable

import structlog

from console.background.safely import safely
from console.consumers.lag import LATE, Lags, lag_of_archive
from console.timing.beat import beat

CHECK_EVERY = 5.0  # seconds between two checks

log = structlog.get_logger()


class ArchiveLag:
    """Only the process that fires the timers logs it, so that it is logged once for all. The same process logs the end,
    whichever fires the timers by then.
    """

    def __init__(self, lags: Lags, reports: Callable[[], bool]) -> None:
        self._lags = lags
        self._reports = reports
        self._since = 0.0  # monotonic; when it was logged, 0: not behind

    async def run(self) -> None:
        while True:
            await beat(CHECK_EVERY)
            if self._reports() or self._since:
                await safely(self._check())

    async def _check(self) -> None:
        lag = lag_of_archive(await self._lags.read())
        if lag is None:  # the store is away, which is logged already
            return
        if lag.seconds > LATE and not self._since:
            self._since = time.monotonic() - lag.seconds
            log.warning("archive.behind", entries=lag.entries, seconds=round(lag.seconds, 1))
        elif lag.seconds <= LATE and self._since:
            log.warning("archive.caught_up", after=round(time.monotonic() - self._since, 1))
            self._since = 0.0
