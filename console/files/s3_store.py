"""The store of files in a bucket of an S3-compatible service. Needs the extra `s3`; imported only if configured."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import S3Store

from console.config import Settings

if TYPE_CHECKING:
    from obstore.store import S3Config

PIECE = 1024 * 1024  # bytes
PATIENCE = timedelta(seconds=15)


class BucketFiles:
    """Errors of the service are raised as OSErrors."""

    def __init__(self, settings: Settings) -> None:
        address = urlsplit(settings.files)
        given = {
            "access_key_id": settings.files_key,
            "secret_access_key": settings.files_secret,
            "region": settings.files_region,
            "endpoint": settings.files_endpoint,
        }
        self._bucket = S3Store(
            address.netloc,
            prefix=address.path.strip("/") or None,
            config=cast("S3Config", {name: value for name, value in given.items() if value}),
            client_options={"allow_http": settings.files_endpoint.startswith("http:"), "timeout": PATIENCE},
            retry_config={"max_retries": 2, "retry_timeout": PATIENCE},
        )

    async def put(self, key: str, source: Path) -> None:
        """Copy the file; the original stays."""
        try:
            await obstore.put_async(self._bucket, key, source)
        except BaseError as problem:
            raise OSError(_first_line(problem)) from problem

    async def read(self, key: str, start: int, length: int) -> AsyncIterator[bytes]:
        for at in range(start, start + length, PIECE):
            size = min(PIECE, start + length - at)
            try:
                yield bytes(await obstore.get_range_async(self._bucket, key, start=at, length=size))
            except (BaseError, FileNotFoundError) as problem:
                raise OSError(_first_line(problem)) from problem

    async def size(self, key: str) -> int:
        try:
            return int((await obstore.head_async(self._bucket, key))["size"])
        except NotFoundError as problem:
            raise FileNotFoundError(_first_line(problem)) from problem
        except BaseError as problem:
            raise OSError(_first_line(problem)) from problem

    async def delete(self, key: str) -> None:
        try:
            await obstore.delete_async(self._bucket, key)
        except (NotFoundError, FileNotFoundError):
            return
        except BaseError as problem:
            raise OSError(_first_line(problem)) from problem


def _first_line(problem: Exception) -> str:
    return next(iter(str(problem).strip().splitlines()), "") or type(problem).__name__
