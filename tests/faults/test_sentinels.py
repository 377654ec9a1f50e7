"""A store of three Sentinels, a primary and a replica: chats continue when another server becomes the primary."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from console.errors import Unknown
from console.proving.clients import Cast
from console.proving.store_groups import SentinelGroup, run, sentinel_group
from console.queue.store import Store
from tests.faults.installation import Inside, installed
from tests.faults.journal import promises_kept
from tests.faults.traffic import chatting_on
from tests.support.eventually import eventually


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def group(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SentinelGroup]:
    async with sentinel_group(tmp_path_factory.mktemp("sentinels")) as running:
        yield running


@asynccontextmanager
async def chatting(folder: Path, group: SentinelGroup, workspace: str) -> AsyncIterator[Inside]:
    """Let three visitors, Ana and Ben chat inside the block and after it; then check every promise."""
    await group.whole()
    async with installed(folder, group.url, workspace) as inside, Cast(inside) as cast:
        async with chatting_on(cast):
            yield inside
        await group.whole()
        await promises_kept(inside, cast.journal)
        assert not cast.journal.unanswered


def now_at(inside: Inside) -> int:
    """Return the port of the primary that the server uses."""
    return int(inside.services.workspace.store.primary.address.rpartition(":")[2])


async def test_a_killed_primary_is_followed_to_the_replica(
    tmp_path: Path, group: SentinelGroup, workspace_name: str
) -> None:
    async with chatting(tmp_path, group, workspace_name) as inside:
        killed = group.primary
        killed.kill()
        await eventually(lambda: now_at(inside) != killed.port, "another primary")
        async with httpx.AsyncClient(base_url=inside.url) as monitoring:
            found = (await monitoring.get("/readyz")).json()["primary"]
        assert found == {"mode": "sentinel", "address": f"127.0.0.1:{group.primary.port}"}


async def test_a_planned_failover_loses_nothing(tmp_path: Path, group: SentinelGroup, workspace_name: str) -> None:
    async with chatting(tmp_path, group, workspace_name) as inside:
        before = now_at(inside)
        await group.hand_over()
        await eventually(lambda: now_at(inside) != before, "another primary")


async def test_a_frozen_primary_is_left_and_never_asked_again(
    tmp_path: Path, group: SentinelGroup, workspace_name: str
) -> None:
    """Its connections stay open and silent, and when it resumes it still believes that it is the primary."""
    async with chatting(tmp_path, group, workspace_name) as inside:
        frozen = group.primary
        frozen.signal(signal.SIGSTOP)
        try:
            await eventually(lambda: now_at(inside) != frozen.port, "another primary")
        finally:
            frozen.signal(signal.SIGCONT)
    assert now_at(inside) != frozen.port


async def test_a_primary_that_only_the_server_still_reaches_is_left(group: SentinelGroup, workspace_name: str) -> None:
    """Nobody can tell it that it was replaced, so it would accept messages that are then lost."""
    await group.whole()
    old, key = group.primary, f"{{{workspace_name}}}:draft:c"
    store = Store(group.url, workspace_name)
    watch = asyncio.create_task(store.primary.watch())
    run(old, "ACL SETUSER default -ping")  # to the Sentinels it looks dead
    try:

        async def written_elsewhere() -> bool:
            with suppress(Unknown):  # the connection ends under it
                await store.command("SET", key, "before")
            return store.primary.address != f"127.0.0.1:{old.port}"

        await eventually(written_elsewhere, "another primary")
        await store.command("SET", key, "after")
        assert (old.role, old.client.get(key)) == ("master", b"before")
    finally:
        run(old, "ACL SETUSER default +ping")
        watch.cancel()
        await store.close()


async def test_chats_go_on_while_all_sentinels_are_away(
    tmp_path: Path, group: SentinelGroup, workspace_name: str
) -> None:
    async with chatting(tmp_path, group, workspace_name) as inside:
        for sentinel in group.sentinels:
            sentinel.kill()
        before = inside.services.workspace.store.outage.lasts
    assert before == inside.services.workspace.store.outage.lasts == 0
