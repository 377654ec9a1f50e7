"""Moves what a restore has prepared into place: all of it, or nothing.

The last step only renames within one file system. Renames need no space, and each can be undone.
"""

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from console.backup.manifest import copy_file, sync_folder
from console.backup.places import ASIDE, STAGED
from console.domain.ids import new_id

BESIDE = ("-wal", "-shm", "-journal")  # files that SQLite keeps beside a database


class Placement(NamedTuple):
    source: Path
    target: Path


def bring_near(move: Placement) -> Placement:
    """Copy a file to the target's file system if it is on another one."""
    source, target = move
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if source.stat().st_dev == target.parent.stat().st_dev:
        return move
    near = target.with_name(f"{target.name}.{STAGED}{new_id()}")
    try:
        copy_file(source, near)
    except BaseException:
        near.unlink(missing_ok=True)
        raise
    return Placement(near, target)


def clear_near(target: Path) -> None:
    """Delete copies that a killed restore has left beside the target."""
    for path in target.parent.glob(f"{target.name}.{STAGED}*"):
        path.unlink(missing_ok=True)


def put_in_place(moves: Sequence[Placement], data: Path) -> list[Path]:
    """Make all moves; return the folders with the former files. If one fails, all are undone, and OSError is raised.

    Former files go to a folder in the data folder, or beside the target if that is on another file system.
    """
    name = f"{ASIDE}{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{new_id()[:4]}"
    made: list[Placement] = []
    asides: list[Path] = []
    try:
        for source, target in moves:
            near = target.parent.stat().st_dev == data.stat().st_dev
            aside = (data if near else target.parent) / name
            for former in _formers(target):
                if aside not in asides:
                    aside.mkdir(mode=0o700)
                    asides.append(aside)
                _rename(Placement(former, aside / former.name), made)
            _rename(Placement(source, target), made)
    except BaseException:
        for source, target in reversed(made):
            os.rename(target, source)
        for aside in asides:
            aside.rmdir()
        raise
    for folder in {move.target.parent for move in made}:
        sync_folder(folder)
    return asides


def _formers(target: Path) -> Iterator[Path]:
    """Yield what is at the target, including SQLite's files beside it."""
    for path in (target, *(target.with_name(target.name + end) for end in BESIDE)):
        if path.exists() or path.is_symlink():
            yield path


def _rename(move: Placement, made: list[Placement]) -> None:
    os.rename(move.source, move.target)
    made.append(move)
