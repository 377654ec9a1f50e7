"""Where files are kept: in the data folder, or in a bucket."""

from collections.abc import AsyncIterator
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from console.config import Settings
from console.errors import SettingError
from console.extras import missing_library
from console.files.local_store import LocalFiles

FOLDER = "files"  # in the data folder


class FileStore(Protocol):
    """All methods raise OSError if the store is unavailable, or has no such file."""

    async def put(self, key: str, source: Path) -> None: ...

    def read(self, key: str, start: int, length: int) -> AsyncIterator[bytes]: ...

    async def size(self, key: str) -> int: ...

    async def delete(self, key: str) -> None: ...


def open_store(settings: Settings) -> FileStore:
    """Raises SettingError if a bucket is named and the library for it is missing."""
    if not settings.files.startswith("s3:"):
        return LocalFiles(settings.folder.absolute() / FOLDER)
    try:
        # Imported only here, as it takes time and memory to load.
        module = import_module("console.files.s3_store")
    except ImportError as problem:
        raise SettingError(f"SESTETTO_FILES names a bucket, but {missing_library('obstore', 's3')}") from problem
    return cast(FileStore, module.BucketFiles(settings))
