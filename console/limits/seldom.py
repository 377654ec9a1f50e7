"""Lines of the log that strangers cause: a few a second, or who floods us fills the disk with them."""

from typing import Any

import structlog

from console.limits.bucket import Bucket

LINES = (1, 20)  # a second, and at once

log = structlog.get_logger()


class SeldomLog:
    """Leaves out what is too much; the next line says how many there were (`left_out`)."""

    def __init__(self) -> None:
        self._bucket = Bucket(*LINES)
        self._left_out = 0

    def info(self, event: str, **said: Any) -> None:
        if self._bucket.take():
            log.info(event, **said, **({"left_out": self._left_out} if self._left_out else {}))
            self._left_out = 0
        else:
            self._left_out += 1
