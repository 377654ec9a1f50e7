"""Old versions of the Functions leave the store once nobody uses them; whoever does after all loads its own again."""

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
from console.queue.keys import NOTED
from console.queue.libraries import UNUSED, delete_unused, note_library
from console.queue.store import Store, library
from tests.support.eventually import eventually
from tests.support.queue_shift import opened


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """A store with our Functions, those of an older release, and a stranger's."""
    async with EmbeddedStore(tmp_path) as own, opened(own.url, "main") as workspace:
        await workspace.snapshot()
        for name in ("sestetto_older", "theirs"):
            code = f"#!lua name={name}\nserver.register_function('f_{name}', function() return 1 end)"
            await workspace.store.command("FUNCTION", "LOAD", code)
        yield workspace.store


async def loaded(store: Store) -> set[str]:
    return {row[1].decode() for row in await store.command("FUNCTION", "LIST")}


async def passes(store: Store, hours: int) -> None:
    """So many hours go by, in which nobody notes anything."""
    noted = await store.command("HKEYS", NOTED)
    for version in noted:
        await store.command("HINCRBY", NOTED, version, -hours * 3_600_000)


async def test_a_version_that_nobody_has_used_for_a_day_is_deleted(store: Store) -> None:
    await note_library(store)
    assert await delete_unused(store) == []  # seen for the first time: it counts from now on
    await passes(store, 23)
    assert await delete_unused(store) == []
    await passes(store, 2)
    assert await delete_unused(store) == ["older"]
    assert await loaded(store) == {f"sestetto_{library()[0]}", "theirs"}
    assert [name.decode() for name in await store.command("HKEYS", NOTED)] == [library()[0]]


async def test_a_process_of_another_release_that_notes_its_version_keeps_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rolling deploy may take longer than a day."""
    await delete_unused(store)
    await passes(store, UNUSED // 3_600_000 + 1)
    with monkeypatch.context() as older:
        older.setattr(libraries, "library", lambda: ("older", ""))
        await note_library(store)
    assert await delete_unused(store) == []
    assert "sestetto_older" in await loaded(store)


async def test_an_older_process_that_lost_its_version_loads_it_again(store: Store) -> None:
    async with opened(store.url, "main") as workspace:
        before = await workspace.snapshot()
        await store.command("FUNCTION", "DELETE", f"sestetto_{library()[0]}")
        assert (await workspace.snapshot()).epoch == before.epoch
        assert f"sestetto_{library()[0]}" in await loaded(store)


async def test_a_store_user_who_may_touch_only_the_workspace_is_told_once_and_goes_on(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.command("ACL", "SETUSER", "only", "on", "nopass", "~{main}:*", "+@all")
    narrow = Store(store.url.replace("unix://", "unix://only:x@", 1))
    services = SimpleNamespace(workspace=SimpleNamespace(store=narrow))
    monkeypatch.setattr("console.background.libraries.EVERY", 0.01)
    with capture_logs() as said:
        job = asyncio.create_task(Libraries(services, lambda: True).run())  # type: ignore[arg-type]
        await eventually(lambda: said, "a line")
        await asyncio.sleep(0.1)
        job.cancel()
    assert [line["event"] for line in said] == ["store.libraries_kept"]
    await narrow.close()
