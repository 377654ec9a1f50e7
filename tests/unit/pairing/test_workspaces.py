"""A database serves one workspace: members, sites and settings are not divided by workspace."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from console.archive.database import Database
from console.archive.installation import read_identity
from console.archive.writer import Archive
from console.commands.check_pairing import check_pairing
from console.errors import SettingError
from console.pairing.identity import adopt, introduce
from console.queue.workspace import Workspace
from tests.support.archive_feed import Feed, fresh_database
from tests.support.command_line import run_command
from tests.support.queue_shift import opened

SECRET = "a secret of more than thirty-two signs"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with fresh_database(database_url) as database:
        yield database


@pytest.fixture
async def first(store_url: str, workspace_name: str, database: Database) -> AsyncIterator[Workspace]:
    """The workspace of the first start."""
    async with opened(store_url, workspace_name) as workspace:
        await introduce(workspace, database, SECRET)
        yield workspace


async def test_a_second_workspace_is_refused_in_words_and_nothing_is_written(
    first: Workspace, database: Database
) -> None:
    known = await read_identity(database)
    async with opened(first.store.url, first.name + "-b") as second:
        for start in (introduce, adopt):
            with pytest.raises(SettingError, match=f'"{first.name}", but SESTETTO_WORKSPACE is "{second.name}"'):
                await start(second, database, SECRET)
        assert await second.installation_of_store() == ""
    assert await read_identity(database) == known
    await introduce(first, database, SECRET)


async def test_check_names_both(first: Workspace, database: Database) -> None:
    (found,) = await check_pairing(database, "another", first.store.url, SECRET)
    assert (found.level, f"Set SESTETTO_WORKSPACE={first.name}" in found.mend) == ("wrong", True)
    assert f'"{first.name}"' in found.what
    assert '"another"' in found.what


async def test_a_database_from_before_this_was_recorded_keeps_its_workspace(
    store_url: str, workspace_name: str, database: Database
) -> None:
    feed = Feed()
    feed.talk("c1", "Hello")
    await Archive(database, workspace_name).append("e1", feed.entries)
    async with opened(store_url, "another") as second:
        with pytest.raises(SettingError, match=workspace_name):
            await introduce(second, database, SECRET)
    async with opened(store_url, workspace_name) as workspace:
        await introduce(workspace, database, SECRET)
    assert (await read_identity(database)).workspace == workspace_name


def test_commands_do_not_change_the_other_workspace(tmp_path: Path) -> None:
    def sestetto(*words: str, workspace: str) -> tuple[int, str, str]:
        return run_command(*words, DATA=str(tmp_path), WORKSPACE=workspace, PORT="0")

    assert sestetto("adopt", "--yes", workspace="main")[0] == 0
    for words in (("queue", "add", "support"), ("serve",), ("check",)):
        code, out, errors = sestetto(*words, workspace="shop")
        assert code == 1
        assert "SESTETTO_WORKSPACE=main" in out + errors
        assert "Traceback" not in errors
    assert sestetto("queue", "add", "support", workspace="main")[0] == 0
