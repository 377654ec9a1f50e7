"""A restore that fails or is killed in the middle: everything is as before, or Sestetto reports that it is not."""

import asyncio
import os
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from console.archive.erasure_notes import ErasureNote, note_erasure, read_erasures
from console.backup.making import make_backup
from console.backup.placing import Placement, put_in_place
from console.backup.restoring import restore_backup
from console.backup.staging import PLACING, refuse_half_restored, staging
from console.config import Settings
from console.errors import SettingError
from tests.support.eventually import eventually
from tests.support.server_process import RunningServer
from tests.unit.backup.test_backup import copy, elsewhere, ours

__all__ = ["copy", "ours"]  # fixtures


@pytest.fixture
def other_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on another file system than the tests' own."""
    for base in (Path("/dev/shm"), Path("/tmp"), Path("/run"), Path.cwd(), Path.home()):
        if base.is_dir() and os.access(base, os.W_OK) and base.stat().st_dev != tmp_path.stat().st_dev:
            with tempfile.TemporaryDirectory(dir=base, prefix="sestetto-") as folder:
                yield Path(folder)
            return
    raise AssertionError("these tests need two file systems")


def content(*folders: Path) -> dict[Path, bytes]:
    """All files, whoever wrote them; sockets, locks and logs are no content."""
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return {path: path.read_bytes() for path in files if path.suffix not in (".lock", ".log", ".sock", ".pid")}


async def test_a_database_on_another_file_system_is_replaced_with_the_former_one_beside_it(
    ours: Settings, copy: Path, tmp_path: Path, other_disk: Path
) -> None:
    file = other_disk / "chat.db"
    file.write_bytes(b"former")
    target = replace(elsewhere(ours, tmp_path), database=f"sqlite:///{file}")
    (aside,) = (await restore_backup(target, copy, replace=True)).asides
    assert aside.parent == other_disk
    assert (aside / "chat.db").read_bytes() == b"former"
    assert file.read_bytes() == (copy / "sestetto.db").read_bytes()
    assert sorted(os.listdir(other_disk)) == ["chat.db", aside.name]


async def test_what_was_erased_since_the_backup_is_still_known_after_the_restore(
    ours: Settings, tmp_path: Path
) -> None:
    note_erasure(ours.data, ErasureNote(1, "visitor:before"))
    await make_backup(ours, tmp_path / "copy")
    note_erasure(ours.data, ErasureNote(2, "visitor:since"))
    await restore_backup(ours, tmp_path / "copy", replace=True)
    assert [note.target for note in read_erasures(ours.data)] == ["visitor:before", "visitor:since"]


async def test_notes_of_erasures_alone_are_not_in_the_way_of_a_restore(
    ours: Settings, copy: Path, tmp_path: Path
) -> None:
    new = elsewhere(ours, tmp_path)
    new.data.mkdir()
    note_erasure(new.data, ErasureNote(2, "visitor:since"))
    await restore_backup(new, copy)
    assert [note.target for note in read_erasures(new.data)] == ["visitor:since"]


@pytest.mark.parametrize("name", ["afile/chat.db", "x" * 240 + ".db"], ids=["no folder", "no room for a copy"])
async def test_a_database_that_cannot_be_put_there_changes_nothing(
    ours: Settings, copy: Path, tmp_path: Path, other_disk: Path, name: str
) -> None:
    """What fails only when the files are moved, after everything was tried."""
    (other_disk / "afile").write_text("no folder")
    target = replace(elsewhere(ours, tmp_path), database=f"sqlite:///{other_disk / name}")
    await restore_backup(replace(target, database=""), copy)
    before = content(target.data, other_disk)
    with pytest.raises(SettingError, match="Cannot restore"):
        await restore_backup(target, copy, replace=True)
    assert content(target.data, other_disk) == before
    assert not list(target.data.glob("re*-*"))


def test_when_the_last_move_fails_the_first_ones_are_undone(tmp_path: Path) -> None:
    staged = tmp_path / "restoring-x"
    staged.mkdir()
    for path, text in (("restoring-x/store", "new"), ("store", "former"), ("chat.db", "sql"), ("chat.db-wal", "log")):
        (tmp_path / path).write_text(text)
    before = content(tmp_path)
    moves = [Placement(staged / "store", tmp_path / "store"), Placement(staged / "missing", tmp_path / "chat.db")]
    with pytest.raises(FileNotFoundError):
        put_in_place(moves, tmp_path)
    assert content(tmp_path) == before
    assert not list(tmp_path.glob("replaced-*"))


@asynccontextmanager
async def killed_restore(target: Settings, copy: Path) -> AsyncIterator[Path]:
    """`sestetto restore` is killed while it prepares; yield what it has left."""
    server = RunningServer(target.data)
    command = server.command("restore", str(copy))
    run = await asyncio.create_subprocess_exec(*command, env=server.environment, stdout=subprocess.DEVNULL)
    (left,) = await eventually(lambda: list(target.data.glob("restoring-*/sestetto.db")), "the copy to begin")
    run.send_signal(signal.SIGKILL)
    await run.wait()
    yield left.parent


async def test_what_a_killed_restore_left_is_deleted_by_the_next_one(
    ours: Settings, copy: Path, tmp_path: Path
) -> None:
    target = elsewhere(ours, tmp_path)
    async with killed_restore(target, copy) as left:
        assert left.exists()
        assert (await restore_backup(target, copy)).asides == []
    assert not list(target.data.glob("restoring-*"))


async def test_a_start_deletes_what_a_killed_restore_left(ours: Settings, copy: Path, tmp_path: Path) -> None:
    target = elsewhere(ours, tmp_path)
    async with killed_restore(target, copy):
        server = RunningServer(target.data)
        await server.start()
        assert server.stop() == 0
    assert not list(target.data.glob("restoring-*"))


async def test_a_start_is_refused_where_a_restore_was_killed_between_two_moves(
    ours: Settings, copy: Path, tmp_path: Path
) -> None:
    target = elsewhere(ours, tmp_path)
    async with killed_restore(target, copy) as left:
        (left / PLACING).touch()
        with pytest.raises(SettingError, match=r"interrupted .*--replace again"):
            refuse_half_restored(target.data)
        await restore_backup(target, copy, replace=True)
        refuse_half_restored(target.data)


async def test_two_restores_at_once_are_one_too_many(ours: Settings, copy: Path, tmp_path: Path) -> None:
    target = elsewhere(ours, tmp_path)
    with staging(target.data) as staged:
        for attempt in (restore_backup(target, copy), asyncio.to_thread(refuse_half_restored, target.data)):
            with pytest.raises(SettingError, match="Another restore"):
                await attempt
        assert staged.exists()


async def test_a_backup_holds_nothing_of_a_killed_restore(ours: Settings, tmp_path: Path) -> None:
    (ours.data / "restoring-x").mkdir()
    (ours.data / "restoring-x" / "sestetto.db").write_text("old")
    made = await make_backup(ours, tmp_path / "one")
    assert set(made.files) == {"sestetto.db", "store.rdb", "files/secret", "files/note.txt"}
