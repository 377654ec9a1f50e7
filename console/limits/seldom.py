"""Limits log lines that strangers can cause to a few per second, so that a flood does not fill the disk."""

from typing import Any

import structlog

from console.limits.bucket import Bucket

LINES = (1, 20)  # a second, and at once

log = structlog.get_logger()


class SeldomLog:
    """Drops excess lines; the next line says how many were dropped (`left_out`)."""

    def __init__(self) -> None:
        self._bucket = Bucket(*LINES)
        self._left_out = 0

    def info(self, event: str, **said: Any) -> None:
        if self._bucket.take():
            log.info(event, **said, **({"left_out": self._left_out} if self._left_out else {}))
            self._left_out = 0
        else:
            self._left_out += 1
