"""The folder in which a restore prepares everything, and the cleanup after one that was killed."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from console.backup.places import STAGED
from console.domain.ids import new_id
from console.errors import SettingError

LOCK = "lock"  # locked by the restore as long as it lives
PLACING = "placing"  # exists from the first move into place to the last


@contextmanager
def staging(data: Path) -> Iterator[Path]:
    """Yield a private folder in the data folder, so that its content can be moved in one step."""
    staged = data / f"{STAGED}{new_id()}"
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        staged.mkdir(mode=0o700)
        lock = _lock(staged)
        try:
            yield staged
        finally:
            shutil.rmtree(staged, ignore_errors=True)
            os.close(lock)
    except OSError as problem:
        raise SettingError(f"Cannot restore to {data}: {problem.strerror or problem}.") from problem


def clear_killed(data: Path) -> None:
    """Delete what killed restores left. Raises SettingError if a restore is running."""
    for staged in _folders(data):
        _delete(staged)


def refuse_half_restored(data: Path) -> None:
    """Delete what killed restores left. Raises SettingError if one is running, or was killed between its moves."""
    for staged in _folders(data):
        if (staged / PLACING).exists():
            raise SettingError(
                f"A restore to {data} was interrupted while it moved files into place, so they do not belong "
                "together: run sestetto restore DIR --replace again."
            )
        _delete(staged)


def _folders(data: Path) -> list[Path]:
    return sorted(path for path in data.glob(f"{STAGED}*") if path.is_dir() and not path.is_symlink())


def _delete(staged: Path) -> None:
    try:
        lock = _lock(staged)
    except BlockingIOError:
        raise SettingError(f"Another restore to {staged.parent} is running: wait until it has ended.") from None
    try:
        shutil.rmtree(staged, ignore_errors=True)
    finally:
        os.close(lock)


def _lock(staged: Path) -> int:
    lock = os.open(staged / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise
    return lock
