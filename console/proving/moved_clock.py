"""A server whose clock can be moved: `python -m console.proving.moved_clock FILE serve`.

Works only in a process that is started through this module. On SIGUSR2 it reads its clock's offset from FILE, in s. The
monotonic clock runs on unchanged, as when an operator sets the time.
"""

import runpy
import signal
import sys
import time
from pathlib import Path

MOVE = signal.SIGUSR2

_true, _true_ns = time.time, time.time_ns


class Clock:
    def __init__(self, file: Path) -> None:
        self.file = file
        self.off = 0

    def read(self, *_: object) -> None:
        self.off = int(self.file.read_text())

    def time(self) -> float:
        return _true() + self.off

    def time_ns(self) -> int:
        return _true_ns() + self.off * 1_000_000_000


def main() -> None:
    clock = Clock(Path(sys.argv.pop(1)))
    signal.signal(MOVE, clock.read)
    time.time, time.time_ns = clock.time, clock.time_ns
    runpy.run_module("console.cli", run_name="__main__")


if __name__ == "__main__":
    main()
