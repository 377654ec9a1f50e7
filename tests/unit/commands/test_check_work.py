"""What `sestetto check` says about the background work."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from console.archive.database import Database
from console.archive.writer import Archive
from console.commands import check_work
from console.config import read_settings
from console.queue.store import Store
from tests.support.archive_feed import fresh_database
from tests.support.queue_shift import Shift, opened


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with fresh_database(tmp_path) as database:
        yield database


@pytest.fixture
async def shift(store_url: str, workspace_name: str) -> AsyncIterator[Shift]:
    async with opened(store_url, workspace_name) as workspace:
        shift = Shift(workspace)
        await shift.begin(ana=6)
        yield shift


def said(**given: object) -> list[tuple[str, str]]:
    return [(found.level, found.what) for found in check_work.check_work(read_settings({}, **given))]


def test_a_server_that_does_everything_is_not_worth_a_word() -> None:
    assert said() == said(work_port=9000) == []


def test_a_server_without_work_needs_a_worker() -> None:
    ((level, what),) = said(work=False)
    assert (level, "sestetto work" in what) == ("note", True)


def test_the_same_port_for_both_is_wrong() -> None:
    assert said(port=8000, work_port=8000)[0][0] == "wrong"
    assert said(port=8000, work_port=7999) == []
    assert said(port=8000, work_port=7998, workers=2)[0][0] == "wrong"


def test_several_workers_without_ports_for_their_figures_are_wrong() -> None:
    assert said(workers=2) == said(workers=2, metrics=True, work_port=9000) == []
    assert said(workers=2, metrics=True)[0][0] == "wrong"


async def test_an_archive_that_is_behind_is_noted_until_it_has_caught_up(
    shift: Shift, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, url = shift.workspace, shift.workspace.store.url
    assert await check_work.check_archive_lag(database, workspace.name, url) == []  # seconds behind are nothing
    monkeypatch.setattr(check_work, "LATE", -1)
    (found,) = await check_work.check_archive_lag(database, workspace.name, url)
    entries = await shift.entries()
    assert (found.level, f"({len(entries)} entries)" in found.what) == ("note", True)
    await Archive(database, workspace.name).append(workspace.epoch, entries)
    (found,) = await check_work.check_archive_lag(database, workspace.name, url)
    assert "(0 entries)" in found.what


async def test_a_store_that_has_no_history_yet_is_left_as_it_is(
    store_url: str, workspace_name: str, database: Database
) -> None:
    assert await check_work.check_archive_lag(database, workspace_name, store_url) == []
    store = Store(store_url)
    assert await store.command("KEYS", f"*{workspace_name}*") == []
    await store.close()
