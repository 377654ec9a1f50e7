"""Restores a backup. Everything is prepared and tested beside the target first, so a failure changes nothing."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace as copy
from pathlib import Path
from typing import NamedTuple

from console.archive.database import Database
from console.archive.erasure_notes import FILE as ERASURES
from console.archive.erasure_notes import merge_erasures, read_erasures
from console.archive.installation import read_identity, refuse_workspace
from console.archive.sqlite_copy import is_open
from console.backup.manifest import (
    DATABASE,
    FILES,
    STORE,
    Manifest,
    copy_file,
    is_store,
    read_manifest,
    sync_folder,
)
from console.backup.places import ASIDE, STAGED, sqlite_file
from console.backup.placing import Placement, bring_near, clear_near, put_in_place
from console.backup.staging import PLACING, clear_killed, staging
from console.config import WORKSPACES, Settings
from console.errors import SettingError
from console.queue.embedded import EmbeddedStore, alone_on, write_private
from console.queue.store import Store
from console.queue.workspace import Workspace
from console.workspaces.declared import Installation

BASE = "appendonly.aof.1.base.rdb"  # a snapshot as the beginning of an append-only file
HARMLESS = ("lost+found", ERASURES)
OWN_STORE = (
    "The backup is to go to a store of your own: load its {} there as docs/operations.md describes, and add "
    "--without-store."
)


OF_ONE = "{} contains only the workspace {}: choose it with --workspace, or give the folder of the whole backup"
OF_SEVERAL = (
    "{} contains several workspaces ({}): set SESTETTO_WORKSPACES to the file that declares them, or restore one of "
    "them from its folder in {}"
)
NOT_DECLARED = "{} contains workspaces that SESTETTO_WORKSPACES does not declare: {}"


class Restored(NamedTuple):
    """`asides` are the folders with the former files."""

    manifest: Manifest
    asides: list[Path]


async def restore_backup_of_all(
    installation: Installation, folder: Path, *, replace: bool = False, database: bool = True, store: bool = True
) -> Restored:
    """Restore a backup of several workspaces: the store they share, then one after the other.

    A single chosen workspace is restored without the store, so the others may be running.
    """
    manifest = read_manifest(folder)
    if installation.chosen:
        (chosen,) = installation.workspaces
        part = folder / WORKSPACES / chosen.workspace if manifest.workspaces else folder
        return await restore_backup(chosen, part, replace=replace, database=database, store=False)
    if not manifest.workspaces:
        raise SettingError(OF_ONE.format(folder, manifest.workspace))
    by_name = {one.workspace: one for one in installation.workspaces}
    if missing := [name for name in manifest.workspaces if name not in by_name]:
        raise SettingError(NOT_DECLARED.format(folder, ", ".join(missing)))
    for name in manifest.workspaces:
        read_manifest(folder / WORKSPACES / name)
    shared = copy(installation.process, workspaces=None)
    asides = await _restore(shared, folder, manifest, replace=replace, database=False, store=store)
    for name in manifest.workspaces:
        part = folder / WORKSPACES / name
        asides += (await restore_backup(by_name[name], part, replace=replace, database=database, store=False)).asides
    return Restored(manifest, asides)


async def restore_backup(
    settings: Settings, folder: Path, *, replace: bool = False, database: bool = True, store: bool = True
) -> Restored:
    """Restore a backup. Raises SettingError; a problem with the backup or the target changes nothing."""
    manifest = read_manifest(folder)
    if manifest.workspaces:
        raise SettingError(OF_SEVERAL.format(folder, ", ".join(manifest.workspaces), folder / WORKSPACES))
    done = await _restore(settings, folder, manifest, replace=replace, database=database, store=store)
    return Restored(manifest, done)


async def _restore(
    settings: Settings, folder: Path, manifest: Manifest, *, replace: bool, database: bool, store: bool
) -> list[Path]:
    """Return the folders with the former files."""
    copies = [name for name in manifest.files if is_store(name)]
    if store and copies and (settings.store or copies != [STORE]):
        raise SettingError(OWN_STORE.format(", ".join(copies)))
    database, store = database and DATABASE in manifest.files, store and bool(copies)
    data = settings.folder.absolute()
    file = sqlite_file(settings) if database else None
    async with _free_target(data, file):
        clear_killed(data)
        if file is not None:
            clear_near(file)
        _refuse_filled(data, file, replace=replace)
        with staging(data) as staged:
            await asyncio.to_thread(_copy, folder, manifest, staged, database=database, store=store)
            await asyncio.to_thread(_keep_erasures, data, staged / FILES)
            if database:
                await _check_database(staged / DATABASE, settings.workspace)
            if store:
                await _turn_epochs(staged / "store", manifest.workspaces or (settings.workspace,))
            return _put_in_place(staged, data, file)


@asynccontextmanager
async def _free_target(data: Path, file: Path | None) -> AsyncIterator[None]:
    """Make sure that nothing runs on the target, or starts on it inside the block. Raises SettingError."""
    async with AsyncExitStack() as held:
        if (data / "store").exists():
            await held.enter_async_context(alone_on(data / "store"))
        if file is not None and is_open(file):
            raise SettingError(f"Another process has the database {file} open: stop every Sestetto on it first.")
        yield


def _refuse_filled(data: Path, file: Path | None, *, replace: bool) -> None:
    found = [path for path in _entries(data) if not path.name.startswith((ASIDE, STAGED))]
    if file is not None and file.exists() and file not in found:
        found.append(file)
    if found and not replace:
        raise SettingError(
            f"{found[0]} already exists. Restore to an empty SESTETTO_DATA, or add --replace, which moves existing "
            f"files to a folder {ASIDE}… in it."
        )


def _entries(data: Path) -> list[Path]:
    if not data.exists():
        return []
    return sorted(path for path in data.iterdir() if path.name not in HARMLESS)


def _copy(folder: Path, manifest: Manifest, staged: Path, *, database: bool, store: bool) -> None:
    """Copy the backup's files and check each one's digest."""
    for name, digest in manifest.files.items():
        if (name == DATABASE and not database) or (is_store(name) and not store):
            continue
        target = staged / ("store/appendonlydir/" + BASE if name == STORE else name)
        for parent in reversed(target.relative_to(staged).parents):
            (staged / parent).mkdir(mode=0o700, exist_ok=True)
        if not (folder / name).is_file() or copy_file(folder / name, target) != digest:
            raise SettingError(f"The backup is damaged: {folder / name} is missing or was changed.")
    if store:
        write_private(staged / "store/appendonlydir/appendonly.aof.manifest", f"file {BASE} seq 1 type b\n")


def _keep_erasures(data: Path, staged: Path) -> None:
    """Keep the records of erasures since the backup, so that Sestetto erases those again once it runs."""
    if read_erasures(data):
        staged.mkdir(mode=0o700, exist_ok=True)
        merge_erasures(staged, data)


async def _check_database(file: Path, workspace: str) -> None:
    """Raises SettingError if a newer release made it, or it serves another workspace."""
    database = Database(f"sqlite:///{file}")
    try:
        await database.versions()
        refuse_workspace((await read_identity(database)).workspace, workspace)
    finally:
        await database.close()


async def _turn_epochs(folder: Path, workspaces: Sequence[str]) -> None:
    """Begin a new history of each workspace in the restored store.

    Clients may have received facts that were sent after the backup. Under the old epoch, they would mistake new facts
    for those.
    """
    async with EmbeddedStore(folder) as running:
        for name in workspaces:
            store = Store(running.url, name)
            try:
                restored = Workspace(store, name)
                await restored.turn_epoch((await restored.feed_ends()).epoch)
            finally:
                await store.close()


def _put_in_place(staged: Path, data: Path, file: Path | None) -> list[Path]:
    moves = [Placement(path, data / path.name) for path in sorted((staged / FILES).glob("*"))]
    if (staged / "store").exists():
        moves.append(Placement(staged / "store", data / "store"))
    try:
        if file is not None:
            moves.append(bring_near(Placement(staged / DATABASE, file)))
        (staged / PLACING).touch()
        sync_folder(staged)
        return put_in_place(moves, data)
    finally:
        if file is not None:
            clear_near(file)
