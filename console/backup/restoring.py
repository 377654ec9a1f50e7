"""Puts a backup in place. All of it is prepared and tried beside the target first, so a failure changes nothing."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from console.archive.database import Database
from console.archive.installation import read_identity, refuse_workspace
from console.archive.sqlite_copy import is_open
from console.backup.manifest import DATABASE, FILES, STORE, Manifest, copy_file, read_manifest, sync_folder
from console.backup.places import ASIDE, STAGED, sqlite_file
from console.config import Settings
from console.domain.ids import new_id
from console.errors import SettingError
from console.queue.embedded import EmbeddedStore, alone_on, write_private
from console.queue.store import Store
from console.queue.workspace import Workspace

BASE = "appendonly.aof.1.base.rdb"  # a snapshot as the beginning of an append-only file
BESIDE = ("-wal", "-shm", "-journal")  # files that SQLite keeps beside a database
HARMLESS = ("lost+found",)
OWN_STORE = (
    "SESTETTO_STORE names a store of your own: put the backup's store.rdb there as docs/operations.md describes, and "
    "add --without-store."
)


class Restored(NamedTuple):
    """`aside` is where the former files are; None if there were none."""

    manifest: Manifest
    aside: Path | None


async def restore_backup(
    settings: Settings, folder: Path, *, replace: bool = False, database: bool = True, store: bool = True
) -> Restored:
    """Put a backup in place. Raises SettingError; what is wrong with the backup or the target changes nothing."""
    manifest = read_manifest(folder)
    database, store = database and DATABASE in manifest.files, store and STORE in manifest.files
    if store and settings.store:
        raise SettingError(OWN_STORE)
    data = settings.data.absolute()
    file = sqlite_file(settings) if database else None
    async with _free_target(data, file):
        _refuse_filled(data, file, replace=replace)
        with _staged(data) as staged:
            await asyncio.to_thread(_copy, folder, manifest, staged, database=database, store=store)
            if database:
                await _check_database(staged / DATABASE, settings.workspace)
            if store:
                await _turn_epoch(staged / "store", settings.workspace)
            return Restored(manifest, _put_in_place(staged, data, file))


@asynccontextmanager
async def _free_target(data: Path, file: Path | None) -> AsyncIterator[None]:
    """Nobody runs on the target, and nobody starts on it inside the block. Raises SettingError."""
    async with AsyncExitStack() as held:
        if (data / "store").exists():
            await held.enter_async_context(alone_on(data / "store"))
        if file is not None and is_open(file):
            raise SettingError(f"Another process has the database {file} open: stop every Sestetto on it first.")
        yield


def _refuse_filled(data: Path, file: Path | None, *, replace: bool) -> None:
    found = [path for path in _entries(data) if not path.name.startswith(ASIDE)]
    if file is not None and file.exists() and file not in found:
        found.append(file)
    if found and not replace:
        raise SettingError(
            f"{found[0]} is in the way: restore to an empty SESTETTO_DATA, or add --replace, which moves what is in "
            f"the way to a folder {ASIDE}… in it."
        )


def _entries(data: Path) -> list[Path]:
    if not data.exists():
        return []
    return sorted(path for path in data.iterdir() if path.name not in HARMLESS)


@contextmanager
def _staged(data: Path) -> Iterator[Path]:
    """A private folder in the data folder, so that what is in it can be moved in one step."""
    staged = data / f"{STAGED}{new_id()}"
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        staged.mkdir(mode=0o700)
        yield staged
    except OSError as problem:
        raise SettingError(f"Cannot restore to {data}: {problem.strerror or problem}.") from problem
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _copy(folder: Path, manifest: Manifest, staged: Path, *, database: bool, store: bool) -> None:
    """Copy the backup's files and check each one's digest."""
    for name, digest in manifest.files.items():
        if (name == DATABASE and not database) or (name == STORE and not store):
            continue
        target = staged / ("store/appendonlydir/" + BASE if name == STORE else name)
        for parent in reversed(target.relative_to(staged).parents):
            (staged / parent).mkdir(mode=0o700, exist_ok=True)
        if not (folder / name).is_file() or copy_file(folder / name, target) != digest:
            raise SettingError(f"The backup is damaged: {folder / name} is missing, or is not what was written.")
    if store:
        write_private(staged / "store/appendonlydir/appendonly.aof.manifest", f"file {BASE} seq 1 type b\n")


async def _check_database(file: Path, workspace: str) -> None:
    """Raises SettingError if a newer release made it, or it serves another workspace."""
    database = Database(f"sqlite:///{file}")
    try:
        await database.versions()
        refuse_workspace((await read_identity(database)).workspace, workspace)
    finally:
        await database.close()


async def _turn_epoch(folder: Path, workspace: str) -> None:
    """Begin a new history in the restored store.

    Clients may have seen what was sent after the backup. Under the old epoch, they would take new facts for those.
    """
    async with EmbeddedStore(folder) as running:
        store = Store(running.url)
        try:
            restored = Workspace(store, workspace)
            await restored.turn_epoch((await restored.feed_ends()).epoch)
        finally:
            await store.close()


def _put_in_place(staged: Path, data: Path, file: Path | None) -> Path | None:
    moves = [(path, data / path.name) for path in sorted((staged / FILES).glob("*"))]
    if (staged / "store").exists():
        moves.append((staged / "store", data / "store"))
    if file is not None:
        moves.append((staged / DATABASE, file))
    aside = data / f"{ASIDE}{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{new_id()[:4]}"
    for source, target in moves:
        former = [target, *(Path(f"{target}{end}") for end in BESIDE if target == file)]
        for one in former:
            if one.exists() or one.is_symlink():
                aside.mkdir(mode=0o700, exist_ok=True)
                shutil.move(one, aside / one.name)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.move(source, target)
        sync_folder(target.parent)
    return aside if aside.exists() else None
