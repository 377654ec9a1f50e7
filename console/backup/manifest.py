"""The content of a backup's folder. The manifest is written last: a folder without one is not finished."""

import hashlib
import os
from pathlib import Path
from typing import BinaryIO

import msgspec

from console.errors import SettingError

NAME = "backup.json"
DATABASE = "sestetto.db"
STORE = "store.rdb"
NODE = "store-{}.rdb"  # of a node of a cluster, by its address
FILES = "files"  # the folder with the rest of the data folder
CHUNK = 1 << 20


def is_store(name: str) -> bool:
    """Whether a backup's file is a copy of the store, or of one of its nodes."""
    return name == STORE or (name.startswith("store-") and name.endswith(".rdb"))


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """`files` names every file of the backup with its SHA-256; each of several `workspaces` has its backup below."""

    format: int = 1
    release: str
    made: str
    workspace: str
    workspaces: tuple[str, ...] = ()
    files: dict[str, str]


def write_manifest(folder: Path, manifest: Manifest) -> None:
    with open_private(folder / NAME) as file:
        file.write(msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")
        sync(file)
    sync_folder(folder)


def read_manifest(folder: Path) -> Manifest:
    """Raises SettingError if the folder holds no finished backup, or one of a later release."""
    try:
        manifest = msgspec.json.decode((folder / NAME).read_bytes(), type=Manifest)
    except OSError as problem:
        raise SettingError(f"{folder} contains no backup, or an unfinished one: {NAME} is missing.") from problem
    except msgspec.DecodeError as problem:
        raise SettingError(f"{folder / NAME} cannot be read: {problem}.") from problem
    if manifest.format != 1:
        raise SettingError(f"The backup in {folder} was made by a newer release of Sestetto ({manifest.release}).")
    if bad := [name for name in manifest.files if Path(name).is_absolute() or ".." in Path(name).parts]:
        raise SettingError(f"{folder / NAME} names a file outside the backup: {bad[0]}.")
    return manifest


def open_private(file: Path) -> BinaryIO:
    """Open a new file that only the owner can read."""
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def copy_file(source: Path, target: Path) -> str:
    """Copy to a new private file and sync it to disk; return its SHA-256."""
    found = hashlib.sha256()
    with source.open("rb") as reading, open_private(target) as writing:
        while data := reading.read(CHUNK):
            found.update(data)
            writing.write(data)
        sync(writing)
    return found.hexdigest()


def digest_of(file: Path) -> str:
    """Return a file's SHA-256, after syncing it to disk."""
    with file.open("rb") as reading:
        os.fsync(reading.fileno())
        return hashlib.file_digest(reading, "sha256").hexdigest()


def sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
