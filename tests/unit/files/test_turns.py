"""Slow uploads from one address, which can be many visitors, leave capacity for everybody else."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from console.archive.file_records import FileRecords
from console.config import read_settings
from console.domain.directory import Site
from console.domain.ids import new_cid
from console.errors import FilesAway, FilesBusy
from console.files.files import MOST_OF_ADDRESS, Files, Upload
from tests.support.archive_feed import fresh_database
from tests.support.eventually import eventually

SITE = Site("demo", "Lana", "support", files=("pictures",))


def upload(visitor: str, address: str) -> Upload:
    return Upload(
        site=SITE, visitor=visitor, chat="", owner=visitor, cid=new_cid(), address=address, name="a.png", size=9
    )


async def never() -> AsyncIterator[bytes]:
    await asyncio.Event().wait()
    yield b""


async def cut() -> AsyncIterator[bytes]:
    yield b"x"


async def test_one_address_does_not_hold_up_the_uploads_of_others(tmp_path: Path) -> None:
    async with fresh_database(tmp_path, busy=50) as database:
        files = Files(read_settings({}, data=tmp_path), FileRecords(database, "main"))
        hers = [
            asyncio.create_task(files.receive(upload(f"mallory{n}", "hers"), never())) for n in range(MOST_OF_ADDRESS)
        ]
        await eventually(lambda: len(list(tmp_path.rglob("coming/*"))) == MOST_OF_ADDRESS, "all of hers to begin")
        with pytest.raises(FilesBusy):
            await files.receive(upload("mallory", "hers"), cut())
        with pytest.raises(FilesAway):  # it is let in, and then cut
            await files.receive(upload("vera", "another"), cut())
        for task in hers:
            task.cancel()
        await asyncio.wait(hers)
        with pytest.raises(FilesAway):
            await files.receive(upload("mallory", "hers"), cut())
