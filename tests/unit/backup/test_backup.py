"""What `backup` and `restore` include and leave out, what they refuse, and that a refusal changes nothing."""

import asyncio
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from console.archive.database import Database, sqlite_url
from console.archive.installation import Identity, claim, secret_digest
from console.backup.making import make_backup
from console.backup.restoring import restore_backup
from console.config import Settings, read_settings
from console.data_folder import resolve
from console.errors import SettingError
from console.proving.network import BadNetwork
from console.proving.store_process import own_store
from console.queue.embedded import EmbeddedStore
from console.queue.store import Store
from tests.support.eventually import eventually


@pytest.fixture
async def ours(tmp_path: Path) -> Settings:
    """A small installation that is not running: a database, a store with one key, a secret, a file."""
    settings = resolve(read_settings({}, data=tmp_path / "data"))
    database = Database(settings.database)
    await database.migrate()
    await claim(database, Identity("ours", secret_digest(settings.secret), "main"))
    await database.close()
    async with EmbeddedStore(settings.data / "store") as running:
        store = Store(running.url)
        await store.command("SET", "{main}:proof:x", 1)
        await store.close()
    (settings.data / "note.txt").write_text("kept")
    return read_settings({}, data=settings.data)


@pytest.fixture
async def copy(ours: Settings, tmp_path: Path) -> Path:
    await make_backup(ours, tmp_path / "copy")
    return tmp_path / "copy"


def elsewhere(ours: Settings, tmp_path: Path) -> Settings:
    return replace(ours, data=tmp_path / "new")


async def newer(copy: Path) -> None:
    """As a later release leaves its database; with the right digest."""
    settings = read_settings({}, data=copy.parent / "data")
    database = Database(sqlite_url(settings.data))
    async with database.writing() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await database.close()
    shutil.rmtree(copy)
    await make_backup(settings, copy)


async def damaged(copy: Path) -> None:
    content = bytearray((copy / "store.rdb").read_bytes())
    content[len(content) // 2] ^= 1
    (copy / "store.rdb").write_bytes(content)


async def incomplete(copy: Path) -> None:
    (copy / "files" / "secret").unlink()


async def unfinished(copy: Path) -> None:
    (copy / "backup.json").unlink()


async def malicious(copy: Path) -> None:
    manifest = (copy / "backup.json").read_text()
    (copy / "backup.json").write_text(manifest.replace("files/note.txt", "files/../../note.txt"))


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (newer, "newer release of Sestetto"),
        (damaged, "damaged: .*store.rdb"),
        (incomplete, "damaged: .*secret"),
        (unfinished, "an unfinished one"),
        (malicious, "outside the backup"),
    ],
)
async def test_a_backup_that_is_not_whole_or_not_ours_changes_nothing(
    ours: Settings, copy: Path, tmp_path: Path, spoil: Callable[[Path], object], says: str
) -> None:
    await spoil(copy)  # type: ignore[misc]
    target = elsewhere(ours, tmp_path)
    target.data.mkdir()
    (target.data / "secret").write_text("of another installation")
    with pytest.raises(SettingError, match=says):
        await restore_backup(target, copy, replace=True)
    assert [(path.name, path.read_text()) for path in target.data.iterdir()] == [("secret", "of another installation")]


async def test_another_workspace_is_refused(ours: Settings, copy: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match='belongs to the workspace "main"'):
        await restore_backup(replace(elsewhere(ours, tmp_path), workspace="shop"), copy)
    assert list((tmp_path / "new").iterdir()) == []


async def test_a_backup_never_overwrites_one(ours: Settings, copy: Path) -> None:
    with pytest.raises(SettingError, match="not empty"):
        await make_backup(ours, copy)
    assert (copy / "backup.json").exists()


async def test_backups_in_the_data_folder_are_not_copied_into_one_another(ours: Settings) -> None:
    for name in ("one", "two"):
        made = await make_backup(ours, ours.data / "backups" / name)
        assert set(made.files) == {"sestetto.db", "store.rdb", "files/secret", "files/note.txt"}


async def test_exports_are_not_copied_into_a_backup(ours: Settings, tmp_path: Path) -> None:
    (ours.data / "exports").mkdir()
    (ours.data / "exports" / "e1.zip").write_bytes(b"everything once more")
    manifest = await make_backup(ours, tmp_path / "copy")
    assert [name for name in manifest.files if "exports" in name] == []


async def test_links_and_sockets_are_left_out(ours: Settings, tmp_path: Path) -> None:
    (ours.data / "link").symlink_to("/etc/passwd")
    os.mkfifo(ours.data / "pipe")
    made = await make_backup(ours, tmp_path / "one")
    assert set(made.files) == {"sestetto.db", "store.rdb", "files/secret", "files/note.txt"}


async def test_what_is_not_there_is_not_backed_up_as_nothing(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="no database at"):
        await make_backup(read_settings({}, data=tmp_path / "typo"), tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
    assert not (tmp_path / "typo").exists()


async def test_a_damaged_database_is_found_when_it_is_copied(ours: Settings, tmp_path: Path) -> None:
    file = ours.data / "sestetto.db"
    content = file.read_bytes()
    file.write_bytes(content[:20_000] + os.urandom(20_000) + content[40_000:])
    with pytest.raises(SettingError, match=r"damaged|cannot be copied"):
        await make_backup(ours, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


async def test_databases_and_stores_of_ones_own_are_left_to_their_tools(
    ours: Settings, copy: Path, tmp_path: Path
) -> None:
    postgresql = replace(elsewhere(ours, tmp_path), database="postgresql://x@127.0.0.1/x")
    with pytest.raises(SettingError, match="pg_dump"):
        await make_backup(postgresql, tmp_path / "two")
    with pytest.raises(SettingError, match="pg_restore"):
        await restore_backup(postgresql, copy)
    with pytest.raises(SettingError, match="--without-store"):
        await restore_backup(replace(elsewhere(ours, tmp_path), store="redis://127.0.0.1:1"), copy)
    assert not (tmp_path / "new").exists()
    assert not (tmp_path / "two").exists()


async def test_a_store_that_gives_no_copy_is_named_without_its_password(ours: Settings, tmp_path: Path) -> None:
    """Its user may not SYNC."""
    limits = "--user on-duty on >hush ~* &* +@all -sync -psync --appendonly yes"
    async with own_store(tmp_path / "valkey", limits) as port:
        store = f"redis://on-duty:hush@127.0.0.1:{port}"
        with pytest.raises(SettingError, match=r"sent no copy of its data: .*permission") as problem:
            await make_backup(replace(ours, store=store), tmp_path / "copy")
    assert "hush" not in str(problem.value)
    assert not (tmp_path / "copy").exists()


async def test_a_store_that_hangs_up_in_the_middle_leaves_no_backup(ours: Settings, tmp_path: Path) -> None:
    async with own_store(tmp_path / "valkey", "--appendonly yes --repl-diskless-sync-delay 0") as port:
        store = Store(f"redis://127.0.0.1:{port}")
        for number in range(64):
            await store.command("SET", f"large:{number}", os.urandom(1 << 20))
        await store.close()
        copy = tmp_path / "copy"
        async with BadNetwork(port) as network:
            network.delay = 0.02
            making = asyncio.create_task(make_backup(replace(ours, store=f"redis://127.0.0.1:{network.port}"), copy))
            await eventually(
                lambda: (copy / "store.rdb").exists() and (copy / "store.rdb").stat().st_size, "the copy to grow"
            )
            network.cut()
            with pytest.raises(SettingError, match="sent no copy"):
                await making
    assert not copy.exists()


async def test_a_database_outside_the_data_folder_goes_where_the_setting_says(
    ours: Settings, copy: Path, tmp_path: Path
) -> None:
    file = tmp_path / "sql" / "chat.db"
    target = replace(elsewhere(ours, tmp_path), database=f"sqlite:///{file}")
    await restore_backup(target, copy)
    first = file.read_bytes()
    (file.parent / "chat.db-wal").write_bytes(b"")
    with pytest.raises(SettingError, match="--replace"):
        await restore_backup(replace(target, data=tmp_path / "newer"), copy)
    done = await restore_backup(target, copy, replace=True)
    (aside,) = done.asides
    assert {path.name for path in aside.iterdir()} == {"chat.db", "note.txt", "secret", "store"}
    assert file.read_bytes() == first
    made = await make_backup(target, tmp_path / "again")
    assert set(made.files) == {"sestetto.db", "store.rdb", "files/secret", "files/note.txt"}
