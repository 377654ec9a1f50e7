"""Copies a SQLite database while others read and write it, and checks whether a process has it open."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from console.errors import SettingError


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy the database as of one moment, without blocking anybody. `target` must not exist. Raises SettingError.

    The pages are copied as they are. A rebuilt file (VACUUM INTO) would renumber the rows, and the search index refers
    to their numbers.
    """
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as reading,
            closing(sqlite3.connect(target)) as writing,
        ):
            writing.execute("PRAGMA synchronous=OFF")  # synced as a whole, later
            reading.backup(writing)
            found = writing.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as problem:
        raise SettingError(f"The database {source} cannot be copied: {problem}.") from problem
    if found != "ok":
        raise SettingError(f"The database {source} is damaged: {found}")


def is_open(file: Path) -> bool:
    """Whether another process has the database open, or this cannot be determined. Changes nothing in it."""
    if not file.exists():
        return False
    try:
        with closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as connection:
            # Leaving WAL requires exclusive access; the next process that opens the file turns WAL on again.
            return bool(connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0] != "delete")
    except sqlite3.DatabaseError as problem:
        return "locked" in str(problem)  # otherwise it is not a database, and nobody uses it
