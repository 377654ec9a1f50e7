"""The data folder on this machine: the store, the database and the secret, unless a setting places them elsewhere."""

import os
import secrets
import stat
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

from console.archive.database import sqlite_url
from console.config import WORKSPACES, Settings
from console.errors import SettingError
from console.queue.embedded import EmbeddedStore, answers

NO_SECOND_STORE = (
    "SESTETTO_DURABILITY is {level}, but the embedded store has no replica. Set SESTETTO_STORE to a Valkey that "
    "has one, or set SESTETTO_DURABILITY=disk"
)
# Prefixes of the names of our files in the data folder.
OURS = ("erasures.jsonl", "exports", "files", "secret", "sestetto.db", "store", WORKSPACES)


@asynccontextmanager
async def local_services(settings: Settings) -> AsyncIterator[Settings]:
    """Yield the settings with secret, database and store filled in; an embedded store runs inside the block.

    Raises SettingError if the data folder cannot be used, or another process uses it.
    """
    filled = resolve(settings)
    if filled.store:
        yield filled
        return
    async with embedded_store(filled) as url:
        yield replace(filled, store=url)


@asynccontextmanager
async def embedded_store(*workspaces: Settings) -> AsyncIterator[str]:
    """Run the data folder's store inside the block, for one workspace or several, and yield its URL.

    Raises SettingError if the data folder cannot be used, or another process uses it.
    """
    for settings in workspaces:
        if settings.durability != "disk":
            raise SettingError(NO_SECOND_STORE.format(level=settings.durability))
    _make(workspaces[0].data.absolute())
    async with EmbeddedStore(store_folder(workspaces[0])) as store:
        yield store.url


def resolve(settings: Settings) -> Settings:
    """Fill in data folder, database and secret; leave the store's setting unchanged."""
    settings = replace(settings, data=settings.data.absolute())
    folder = settings.folder
    for one in dict.fromkeys((settings.data, folder.parent, folder) if settings.workspaces else (folder,)):
        _make(one)
    return replace(
        settings,
        database=settings.database or sqlite_url(folder),
        secret=settings.secret or _kept_secret(folder / "secret"),
    )


def is_to_be_made(settings: Settings) -> bool:
    """Whether the database is SQLite in the data folder and does not exist yet; opening it would create it."""
    own = sqlite_url(settings.folder.absolute()) if settings.workspaces else ""
    return settings.database == own and not (settings.folder / "sestetto.db").exists()


async def running_store_url(settings: Settings) -> str:
    """Return the store's URL for another process; empty if the embedded store is not running."""
    if settings.store:
        return settings.store
    store = EmbeddedStore(store_folder(settings))
    return store.url if await answers(store) else ""


def store_folder(settings: Settings) -> Path:
    return settings.data.absolute() / "store"


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise SettingError(f"SESTETTO_DATA: cannot create the folder {folder}: {problem.strerror}.") from problem
    if not os.access(folder, os.W_OK | os.X_OK):
        raise SettingError(f"SESTETTO_DATA: cannot write to the folder {folder}. Fix its owner.")
    close_to_others(folder)


def close_to_others(folder: Path) -> None:
    """Make our files in the folder private to their owner, and the folder too if it holds nothing else."""
    found = sorted(folder.iterdir())
    ours = [path for path in found if path.name.startswith(OURS)]
    for path in (*ours, *(folder / "store").rglob("*"), *([folder] if ours == found else [])):
        with suppress(OSError):  # owned by another user, or gone by now
            mode = path.lstat().st_mode
            if mode & 0o077 and not stat.S_ISLNK(mode):
                path.chmod(stat.S_IMODE(mode) & 0o700)


def _kept_secret(file: Path) -> str:
    """Return the secret in the file; create it on the first start, readable only by this user."""
    if not file.exists():
        _create_secret(file)
    secret = file.read_text(encoding="utf-8").strip()
    if len(secret) < 32:
        raise SettingError(
            f"The secret in {file} is too short. Remove the file to create a new one; visitors then get new tokens."
        )
    return secret


def _create_secret(file: Path) -> None:
    """Create the file with its whole content at once, since another process that starts now may already read it."""
    opened, draft = tempfile.mkstemp(prefix="secret-", dir=file.parent)  # mode 0600
    try:
        with open(opened, "w", encoding="utf-8") as writing:
            writing.write(secrets.token_urlsafe(48))
            writing.flush()
            os.fsync(opened)
        with suppress(FileExistsError):  # another process was first, and all use its secret
            os.link(draft, file)
    finally:
        os.unlink(draft)
