"""Makes a backup of an installation that may be running: SQL first, then the store, so it is never behind SQL."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from console.archive.sqlite_copy import copy_sqlite
from console.backup.manifest import (
    DATABASE,
    FILES,
    NODE,
    STORE,
    Manifest,
    copy_file,
    digest_of,
    is_store,
    open_private,
    sync,
    write_manifest,
)
from console.backup.places import other_files, sqlite_file
from console.config import WORKSPACES, Settings
from console.data_folder import running_store_url, store_folder
from console.errors import SettingError
from console.queue.embedded import EmbeddedStore
from console.queue.primary import Primary
from console.queue.store_copy import copy_store, find_address
from console.queue.topology import primary_of
from console.workspaces.declared import Installation

UNNAMEABLE = re.compile(r"[^A-Za-z0-9.]+")  # in the name of a node's file
APART = "[{}] has a store of its own: copy that with its own tools, and add --without-store"


async def make_backup_of_all(
    installation: Installation, folder: Path, *, database: bool = True, store: bool = True
) -> Manifest:
    """Copy several workspaces, each to its own folder below `folder`, and then the store they share: of a cluster, each
    node that has one of them.

    A single chosen workspace is copied without the store, which contains the others' live chats too.
    """
    if installation.chosen:
        return await make_backup(installation.workspaces[0], folder, database=database, store=False)
    if store and (apart := [one for one in installation.workspaces if one.store != installation.process.store]):
        raise SettingError(APART.format(apart[0].workspace))
    with _filled(folder):
        for one in installation.workspaces:
            await make_backup(one, folder / WORKSPACES / one.workspace, database=database, store=False)
        names = tuple(one.workspace for one in installation.workspaces)
        return await _make(replace(installation.process, workspaces=None), folder, None, names=names, store=store)


async def make_backup(settings: Settings, folder: Path, *, database: bool = True, store: bool = True) -> Manifest:
    """Copy everything to `folder`, which must be new or empty. Raises SettingError, and then leaves nothing behind."""
    source = _existing(sqlite_file(settings)) if database else None
    with _filled(folder):
        return await _make(settings, folder, source, store=store)


async def _make(
    settings: Settings, folder: Path, source: Path | None, *, names: tuple[str, ...] = (), store: bool = True
) -> Manifest:
    """Copy to the existing folder; `names` are the workspaces that are below it already."""
    if source:
        await asyncio.to_thread(copy_sqlite, source, folder / DATABASE)
    if store:
        async with _store_url(settings) as url:
            for name, primary in (await _primaries(url, names or (settings.workspace,))).items():
                await _copy_store(primary, folder / name)
    files = await asyncio.to_thread(_copy_files, settings, folder)
    files |= await asyncio.to_thread(_digests, folder)
    manifest = Manifest(
        release=metadata.version("sestetto"),
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        workspace="" if names else settings.workspace,
        workspaces=names,
        files=dict(sorted(files.items())),
    )
    write_manifest(folder, manifest)
    return manifest


def _digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of the copied database and of the store's copies."""
    copies = [path for path in folder.iterdir() if path.name == DATABASE or is_store(path.name)]
    return {path.name: digest_of(path) for path in copies}


def _existing(file: Path) -> Path:
    if not file.exists():
        raise SettingError(f"There is no database at {file}. Name the installation with SESTETTO_DATA.")
    return file


@contextmanager
def _filled(folder: Path) -> Iterator[None]:
    """Create the folder, for its owner alone; remove it if the block fails."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise SettingError(f"{folder} is not empty. Give each backup a folder of its own.")
        folder.chmod(0o700)
    except OSError as problem:
        raise SettingError(f"Cannot create the folder {folder}: {problem.strerror}.") from problem
    try:
        yield
    except BaseException as problem:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(problem, OSError):
            raise SettingError(f"The backup failed: {problem.strerror or problem}.") from problem
        raise


@asynccontextmanager
async def _store_url(settings: Settings) -> AsyncIterator[str]:
    """Return the URL of the running store, or of the embedded one, started for this."""
    if url := await running_store_url(settings):
        yield url
        return
    if not store_folder(settings).exists():
        raise SettingError(f"There is no store in {store_folder(settings)}. Without one, use --without-store.")
    async with EmbeddedStore(store_folder(settings)) as store:
        yield store.url


async def _primaries(url: str, workspaces: Sequence[str]) -> dict[str, Primary]:
    """Return what to copy, by the name of its file. In a cluster several workspaces may be on several nodes."""
    found: dict[str, Primary] = {}
    for name in workspaces:
        primary = primary_of(url, name)
        if primary.mode != "cluster" or len(workspaces) == 1:
            return {STORE: primary}
        address = await find_address(primary)
        found.setdefault(NODE.format(UNNAMEABLE.sub("-", address)), primary)
    return found


async def _copy_store(primary: Primary, target: Path) -> None:
    with open_private(target) as file:
        await copy_store(primary, file)
        sync(file)


def _copy_files(settings: Settings, folder: Path) -> dict[str, str]:
    """Copy the rest of the data folder: the secret, and everything else stored there."""
    found = {}
    for name in other_files(settings, folder, settings.folder.absolute() / WORKSPACES):
        target = folder / FILES / name
        for parent in reversed(target.relative_to(folder).parents):
            (folder / parent).mkdir(mode=0o700, exist_ok=True)
        found[f"{FILES}/{name}"] = copy_file(settings.folder.absolute() / name, target)
    return found
