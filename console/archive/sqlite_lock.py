"""Finds who writes to a SQLite database: the process that holds its lock, as the kernel lists it (Linux).

A process that is stopped within a transaction keeps the lock, and SQLite cannot take it away. This module must not ask
the kernel through a lock of its own: closing the file would drop every lock that this process has on it.
"""

import os
from pathlib import Path
from typing import NamedTuple

LOCKS = Path("/proc/locks")
WAL_WRITER = 120  # the byte of the -shm file that a writer locks
STOPPED = ("T", "t")  # states in /proc/PID/stat


class Holder(NamedTuple):
    """`pid` is 0 if it is unknown."""

    pid: int
    stopped: bool

    def __str__(self) -> str:
        if not self.pid:
            return "another process is writing to it and does not finish"
        if self.stopped:
            return (
                f"process {self.pid} was stopped while writing to it; continue it (kill -CONT {self.pid}) or end it "
                f"(kill -KILL {self.pid})"
            )
        return f"process {self.pid} is writing to it and does not finish"


def find_holder(file: Path) -> Holder:
    """Return the process that holds the writer's lock of a database in WAL mode."""
    try:
        status = os.stat(f"{file}-shm")
        lines = LOCKS.read_text().splitlines()
    except OSError:
        return Holder(0, stopped=False)
    place = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    for line in lines:
        _, *words = line.split()
        # 1: POSIX  ADVISORY  WRITE 4711 08:01:1234 120 120; a line that waits for a lock has an arrow in front
        if words[:1] == ["POSIX"] and words[2:3] == ["WRITE"] and words[4] == place and _covers(words[5], words[6]):
            return _holder(int(words[3]))
    return Holder(0, stopped=False)


def _covers(first: str, last: str) -> bool:
    return int(first) <= WAL_WRITER and (last == "EOF" or int(last) >= WAL_WRITER)


def _holder(pid: int) -> Holder:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):  # in another namespace
        state = ""
    return Holder(max(pid, 0), state in STOPPED)
