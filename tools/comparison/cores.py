"""Assigns cores: servers have one of their own, the store and the clients share the other."""

import os
from contextlib import suppress
from pathlib import Path

CORES = sorted(os.sched_getaffinity(0))
PINNED = len(CORES) > 1
SERVERS, OTHERS = (CORES[-1:], CORES[:-1]) if PINNED else (CORES, CORES)


def pin(pid: int, cores: list[int]) -> None:
    """Keep all threads of a process on these cores."""
    for task in tasks(pid):
        with suppress(ProcessLookupError):
            os.sched_setaffinity(int(task.name), cores)


def cpu(pid: int) -> float:
    """Return the CPU seconds of a process's threads so far, to the nanosecond; `stat` counts in hundredths."""
    spent = 0.0
    for task in tasks(pid):
        with suppress(OSError):
            spent += int((task / "schedstat").read_text().split()[0]) / 1e9
    return spent


def tasks(pid: int) -> list[Path]:
    return list(Path(f"/proc/{pid}/task").glob("[0-9]*"))
