"""The data folder is for its owner alone, whoever made it and whatever umask they had."""

import os
import stat
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
