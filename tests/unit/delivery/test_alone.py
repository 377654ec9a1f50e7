"""A process without sockets reads the feed rarely. When a socket connects it reads at once; then the store pushes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from console.delivery import fanout as fanout_module
from console.delivery.fanout import Fanout
from console.delivery.hub import Hub
from console.delivery.rendered_fact import HubEvent
from console.events import Entry
from console.projection.current import Current
from console.queue import pushes as pushes_module
from console.queue.pushed_tail import PushedTail
from console.queue.workspace import Workspace
from console.views.html import HtmlViews
from console.ws.connection import Connection
from tests.support.eventually import eventually
from tests.support.queue_shift import Shift, opened

NEVER = 1e6  # seconds: the next multiple of it is far away


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many facts each read of the feed has brought."""
    found: list[int] = []
    read = PushedTail._read

    async def counted(self: PushedTail, *, silent: bool) -> list[Entry]:
        batch = await read(self, silent=silent)
        if batch:
            found.append(len(batch))
        return batch

    monkeypatch.setattr(PushedTail, "_read", counted)
    return found


@asynccontextmanager
async def following(workspace: Workspace, hub: Hub[HubEvent]) -> AsyncIterator[Fanout]:
    current = Current()
    fanout = Fanout(workspace, hub, HtmlViews(current), current)
    jobs = [asyncio.create_task(fanout.run()), asyncio.create_task(fanout.receive_pushes())]
    await fanout.ready.wait()
    try:
        yield fanout
    finally:
        for job in jobs:
            job.cancel()
        await asyncio.wait(jobs)


class Ben(Connection):
    """Somebody on a socket; only that he is there matters."""

    def __init__(self) -> None:
        """He needs no socket."""

    def deliver(self, event: HubEvent) -> None:
        """He reads nothing."""


async def test_what_happens_while_nobody_listens_is_one_read_and_shown_to_whoever_comes(
    store_url: str, workspace_name: str, reads: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanout_module, "ALONE", NEVER)
    monkeypatch.setattr(pushes_module, "PING", 0.1)
    hub: Hub[HubEvent] = Hub()
    async with opened(store_url, workspace_name) as workspace, opened(store_url, workspace_name) as other:
        shift = Shift(other)
        await shift.begin(ana=6)
        await shift.online("ana")
        async with following(workspace, hub) as fanout:
            await eventually(lambda: fanout.tail is not None and not fanout.tail._unsure, "the first look")
            chat = await shift.opens("vera", "Hello")
            for number in range(20):
                await shift.writes("vera", chat, f"line {number}")
            assert reads == []
            hub.join("staff", ben := Ben())
            newest = await workspace.newest()
            await eventually(lambda: fanout.picture.n == newest, "the picture to catch up")
            assert len(reads) == 1
            await eventually(lambda: fanout._pushes.open, "the store to push")
            await shift.writes("vera", chat, "with Ben")
            await eventually(lambda: fanout.picture.n == newest + 1, "the push")
            assert len(reads) == 1
            hub.leave(ben)
            assert not hub.somebody.is_set()
            await eventually(lambda: not fanout._pushes.open, "the store to push no more")


async def test_what_a_process_writes_itself_is_read_at_once_though_nobody_listens(
    store_url: str, workspace_name: str, reads: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever opens a chat by the API finds it in the next list."""
    monkeypatch.setattr(fanout_module, "ALONE", NEVER)
    async with opened(store_url, workspace_name) as workspace, opened(store_url, workspace_name) as other:
        shift, theirs = Shift(workspace), Shift(other)
        await shift.begin(ana=6)
        await shift.online("ana")
        async with following(workspace, Hub()) as fanout:
            await eventually(lambda: fanout.tail is not None and not fanout.tail._unsure, "the first look")
            first = await theirs.opens("leo", "From elsewhere")
            assert reads == []
            chat = await shift.opens("vera", "Hello")
            await eventually(lambda: chat in fanout.picture.chats, "her chat in the picture")
            assert first in fanout.picture.chats
            assert len(reads) <= 2


async def test_what_comes_during_a_read_is_read_after_it(
    store_url: str, workspace_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanout_module, "ALONE", NEVER)
    async with opened(store_url, workspace_name) as workspace, opened(store_url, workspace_name) as other:
        shift = Shift(other)
        await shift.begin(ana=6)
        await shift.online("ana")
        async with following(workspace, Hub()) as fanout:
            await eventually(lambda: fanout.tail is not None and not fanout.tail._unsure, "the first look")
            assert fanout.tail is not None
            read, found, held = fanout.tail._store.run_unconfirmed, asyncio.Event(), asyncio.Event()

            async def slow(*command: Any) -> Any:
                rows = await read(*command)
                found.set()
                await held.wait()
                return rows

            monkeypatch.setattr(fanout.tail._store, "run_unconfirmed", slow)
            await shift.opens("vera", "Hello")
            fanout.tail.read_now()
            await found.wait()
            await shift.opens("leo", "Hello")
            fanout.tail.read_now()
            held.set()
            newest = await other.newest()
            await eventually(lambda: fanout.picture.n == newest, "the picture to catch up")
