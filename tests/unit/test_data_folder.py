"""The data folder is only for its owner, whoever created it and with whatever umask."""

import asyncio
import os
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.archive.database import Database
from console.config import read_settings
from console.data_folder import local_services, resolve


@pytest.fixture(autouse=True)
def generous() -> Iterator[None]:
    """The usual umask, with which everybody may read what is made."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def open_to_others(folder: Path) -> list[str]:
    return [path.name for path in (folder, *folder.rglob("*")) if stat.S_IMODE(path.lstat().st_mode) & 0o077]


STARTS = """
import sys, time
from pathlib import Path
from console.data_folder import _kept_secret

begin = float(sys.argv[2])
for number in range(40):
    time.sleep(max(begin + number * 0.01 - time.time(), 0))
    print(_kept_secret(Path(sys.argv[1], str(number))))
"""


async def test_processes_that_start_at_once_use_one_secret(tmp_path: Path) -> None:
    """Three of them, forty times: none reads a secret that is written only in part."""
    words = [sys.executable, "-c", STARTS, str(tmp_path), str(time.time() + 2)]
    started = [
        await asyncio.create_subprocess_exec(*words, cwd=Path(__file__).parents[2], stdout=asyncio.subprocess.PIPE)
        for _ in range(3)
    ]
    printed = [(await process.communicate())[0].decode().split() for process in started]
    assert [process.returncode for process in started] == [0, 0, 0]
    assert printed[0] == printed[1] == printed[2]
    assert {len(secret) for secret in printed[0]} == {64}
    assert sorted(os.listdir(tmp_path), key=int) == [str(number) for number in range(40)], "no drafts stay behind"


async def test_created_files_are_private(tmp_path: Path) -> None:
    async with local_services(read_settings({}, data=tmp_path / "data")) as settings:
        database = Database(settings.database)
        await database.migrate()
        async with database.reading():
            names = {path.name for path in settings.data.rglob("*")}
            assert {"sestetto.db", "sestetto.db-wal", "secret", "store.log", "store.conf", "store.sock"} <= names
            assert any("aof" in name for name in names)
            assert open_to_others(settings.data) == []
        await database.close()


def test_a_folder_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    (folder / "store" / "appendonlydir").mkdir(parents=True)
    for name in ("sestetto.db", "sestetto.db-wal", "store/appendonlydir/one.aof"):
        (folder / name).write_text("x")
    assert len(open_to_others(folder)) == 6
    resolve(read_settings({}, data=folder))
    assert open_to_others(folder) == []


def test_a_folder_with_other_things_in_it_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "sestetto.db").write_text("x")
    (tmp_path / "data" / "holiday.jpg").write_text("x")
    resolve(read_settings({}, data=tmp_path / "data"))
    assert open_to_others(tmp_path / "data") == ["data", "holiday.jpg"]
