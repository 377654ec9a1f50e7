"""Unused old versions of the Functions are removed from the store; a process that still needs one loads it again."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from console.background.libraries import Libraries
from console.queue import libraries
from console.queue.embedded import EmbeddedStore
from console.queue.libraries import UNUSED, delete_unused, note_library
from console.queue.store import Store, library
from console.queue.workspace import Workspace
from tests.support.eventually import eventually
from tests.support.queue_shift import opened


@pytest_asyncio.fixture
async def live(tmp_path: Path) -> AsyncIterator[Workspace]:
    """A store with our Functions, those of an older release, and a stranger's."""
    async with EmbeddedStore(tmp_path) as own, opened(own.url, "main") as workspace:
        await workspace.snapshot()
        for name in ("sestetto_older", "theirs"):
            code = f"#!lua name={name}\nserver.register_function('f_{name}', function() return 1 end)"
            await workspace.store.command("FUNCTION", "LOAD", code)
        yield workspace


async def loaded(live: Workspace) -> set[str]:
    return {row[1].decode() for row in await live.store.command("FUNCTION", "LIST")}


async def passes(live: Workspace, hours: int) -> None:
    """So many hours go by, in which nobody notes anything."""
    noted = await live.store.command("HKEYS", live.keys.libraries)
    for version in noted:
        await live.store.command("HINCRBY", live.keys.libraries, version, -hours * 3_600_000)


async def test_a_version_that_nobody_has_used_for_a_day_is_deleted(live: Workspace) -> None:
    await note_library(live)
    assert await delete_unused(live) == []  # seen for the first time: it counts from now on
    await passes(live, 23)
    assert await delete_unused(live) == []
    await passes(live, 2)
    assert await delete_unused(live) == ["older"]
    assert await loaded(live) == {f"sestetto_{library()[0]}", "theirs"}
    assert [name.decode() for name in await live.store.command("HKEYS", live.keys.libraries)] == [library()[0]]


async def test_a_process_of_another_release_that_notes_its_version_keeps_it(
    live: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rolling deploy may take longer than a day."""
    await delete_unused(live)
    await passes(live, UNUSED // 3_600_000 + 1)
    with monkeypatch.context() as older:
        older.setattr(libraries, "library", lambda: ("older", ""))
        await note_library(live)
    assert await delete_unused(live) == []
    assert "sestetto_older" in await loaded(live)


async def test_an_older_process_that_lost_its_version_loads_it_again(live: Workspace) -> None:
    async with opened(live.store.url, "main") as workspace:
        before = await workspace.snapshot()
        await live.store.command("FUNCTION", "DELETE", f"sestetto_{library()[0]}")
        assert (await workspace.snapshot()).epoch == before.epoch
        assert f"sestetto_{library()[0]}" in await loaded(live)


async def test_a_store_user_who_may_delete_no_library_is_told_once_and_goes_on(
    live: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = ("ACL", "SETUSER", "only", "on", "nopass", "~{main}:*", "&{main}:*", "+@all", "-function|list")
    await live.store.command(*user)
    narrow = Store(live.store.url.replace("unix://", "unix://only:x@", 1))
    services = SimpleNamespace(workspace=Workspace(narrow, "main"))
    monkeypatch.setattr("console.background.libraries.EVERY", 0.01)
    with capture_logs() as said:
        job = asyncio.create_task(Libraries(services, lambda: True).run())  # type: ignore[arg-type]
        await eventually(lambda: said, "a line")
        await asyncio.sleep(0.1)
        job.cancel()
    assert [line["event"] for line in said] == ["store.libraries_kept"]
    await narrow.close()
