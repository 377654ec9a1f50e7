"""What `sestetto check` says about a store, a database and a secret that do not belong together."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from console.archive.database import Database
from console.archive.writer import Archive
from console.commands.check_pairing import check_pairing
from console.pairing.identity import introduce
from tests.support.archive_feed import Feed, fresh_database
from tests.support.queue_shift import Shift, opened

SECRET = "a secret of more than thirty-two signs"


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with fresh_database(tmp_path) as database:
        yield database


@pytest.fixture
async def shift(store_url: str, workspace_name: str, database: Database) -> AsyncIterator[Shift]:
    async with opened(store_url, workspace_name) as workspace:
        shift = Shift(workspace)
        await introduce(workspace, database, SECRET)
        await shift.begin(ana=6)
        yield shift


async def found(shift: Shift, database: Database, secret: str = SECRET) -> list[tuple[str, str]]:
    """Levels and sentences."""
    results = await check_pairing(database, shift.workspace.name, shift.workspace.store.url, secret)
    assert all(result.mend for result in results)
    return [(result.level, result.what) for result in results]


async def test_what_belongs_together_is_not_worth_a_word(shift: Shift, database: Database) -> None:
    await Archive(database, shift.workspace.name).append(shift.workspace.epoch, await shift.entries())
    assert await found(shift, database) == []


async def test_another_secret_is_named(shift: Shift, database: Database) -> None:
    ((level, what),) = await found(shift, database, "another secret of more than thirty-two signs")
    assert level == "wrong"
    assert "secret" in what


async def test_a_store_of_another_installation_is_named_and_left_as_it_is(shift: Shift, database: Database) -> None:
    command, head = shift.workspace.store.command, shift.workspace.keys.head
    await command("HSET", head, "owner", "somebody-else")
    before = await command("HGETALL", head)
    assert await found(shift, database) == [("wrong", "The store belongs to another installation than the database")]
    assert await command("HGETALL", head) == before


async def test_a_store_behind_the_archive_is_named_and_its_epoch_stays(shift: Shift, database: Database) -> None:
    entries, workspace = await shift.entries(), shift.workspace
    await Archive(database, workspace.name).append(workspace.epoch, entries)
    await workspace.store.command("XDEL", workspace.keys.feed, entries[-1].id)
    await workspace.store.command("HSET", workspace.keys.head, "n", entries[-1].n - 1)
    ((level, what),) = await found(shift, database)
    assert level == "note"
    assert what.startswith("the store lacks entries that the archive has read")
    assert await workspace.store.command("HGET", workspace.keys.head, "epoch") == workspace.epoch.encode()


async def test_what_was_set_aside_is_counted(shift: Shift, database: Database) -> None:
    feed, workspace = Feed(), shift.workspace
    feed.open("c1")
    for _ in range(3):
        feed.say("c1", "Hello", cid="the-same")
    await Archive(database, workspace.name).append("another", feed.entries)
    assert ("note", "2 entries could not be stored (archive)") in await found(shift, database)
