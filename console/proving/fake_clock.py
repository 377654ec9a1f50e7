"""Moves the clock of the running store, with libfaketime, where it is installed."""

import glob
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PLACES = ("/usr/lib/*/faketime/libfaketimeMT.so.1", "/usr/lib*/faketime/libfaketimeMT.so.1")
PRELOAD = "LD_PRELOAD"


def library() -> str:
    """Return its path; empty if it is not installed."""
    return next((found for place in PLACES for found in glob.glob(place)), "")


def missing() -> str:
    return "" if library() else "libfaketime is not installed (apt-get install libfaketime)"


@contextmanager
def preloaded(file: Path) -> Iterator[None]:
    """Let processes started inside the block read their clock's offset from `file`, once a second."""
    move(file, 0)
    ours = {PRELOAD: library(), "FAKETIME_TIMESTAMP_FILE": str(file), "FAKETIME_CACHE_DURATION": "1"}
    ours |= {"FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


def move(file: Path, seconds: int) -> None:
    """Set the clock's offset from the true time, in seconds."""
    draft = file.with_suffix(".new")
    draft.write_text(f"{seconds:+d}s\n")
    draft.rename(file)
