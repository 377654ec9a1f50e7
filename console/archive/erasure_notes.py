"""Records of what was erased, beside the database: an older backup still contains it, and a restore must not bring it
back.

The file has ids and times, and nothing that anybody wrote. Every later backup contains it; a restore merges the lines
of both.
"""

import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

FILE = "erasures.jsonl"  # in the data folder


class ErasureNote(msgspec.Struct, frozen=True):
    """`target` is chat:ID or visitor:ID. What began after `at` (ms) is not covered."""

    at: int
    target: str


def note_erasure(folder: Path, note: ErasureNote) -> None:
    """Add a line. It is on disk when this returns. Raises OSError."""
    with open(os.open(folder / FILE, os.O_CREAT | os.O_APPEND | os.O_RDWR, 0o600), "a+b") as file:
        file.seek(0, os.SEEK_END)
        torn = file.tell() > 0 and os.pread(file.fileno(), 1, file.tell() - 1) != b"\n"  # a line cut off by a crash
        file.write((b"\n" if torn else b"") + msgspec.json.encode(note) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def read_erasures(folder: Path) -> list[ErasureNote]:
    """Return all notes, in order; unreadable lines are skipped."""
    try:
        lines = (folder / FILE).read_bytes().splitlines()
    except FileNotFoundError:
        return []
    return list(_read(lines))


def merge_erasures(into: Path, other: Path) -> None:
    """Add the notes of another data folder that this one lacks."""
    known = set(read_erasures(into))
    for note in read_erasures(other):
        if note not in known:
            note_erasure(into, note)


def _read(lines: Iterable[bytes]) -> Iterable[ErasureNote]:
    for line in lines:
        try:
            yield msgspec.json.decode(line, type=ErasureNote)
        except msgspec.MsgspecError:
            continue
