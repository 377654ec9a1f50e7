"""The store's user may not use channels: calls do all their work, and screens read what is not pushed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from structlog.testing import capture_logs

from console.delivery.fanout import Fanout
from console.delivery.hub import Hub
from console.delivery.rendered_fact import HubEvent
from console.projection.current import Current
from console.queue.embedded import EmbeddedStore
from console.queue.workspace import Workspace
from console.views.html import HtmlViews
from tests.support.eventually import eventually
from tests.support.queue_shift import Shift, opened


async def test_a_message_is_shown_and_the_log_says_once_what_to_allow(tmp_path: Path) -> None:
    async with EmbeddedStore(tmp_path) as own, opened(own.url, "main") as admin:
        await shown_without_channels(own, admin)


async def test_who_types_is_not_cut_off_for_it(tmp_path: Path) -> None:
    async with (
        EmbeddedStore(tmp_path) as own,
        opened(own.url, "main") as admin,
        without_channels(own, admin) as workspace,
    ):
        await workspace.signal(b"{}")


@asynccontextmanager
async def without_channels(own: EmbeddedStore, admin: Workspace) -> AsyncIterator[Workspace]:
    await admin.store.command("ACL", "SETUSER", "narrow", "on", ">x", "~*", "+@all")
    async with opened(own.url.replace("unix://", "unix://narrow:x@", 1), "main") as workspace:
        yield workspace


async def shown_without_channels(own: EmbeddedStore, admin: Workspace) -> None:
    async with without_channels(own, admin) as workspace:
        shift, hub, current = Shift(workspace), Hub[HubEvent](), Current()
        await shift.begin(ana=6)
        await shift.online("ana")
        hub.somebody.set()
        fanout = Fanout(workspace, hub, HtmlViews(current), current)
        with capture_logs() as said:
            jobs = [asyncio.create_task(fanout.run()), asyncio.create_task(fanout.receive_pushes())]
            chat = await shift.opens("vera", "Hello")
            await shift.answers("ana", chat)
            newest = await workspace.newest()
            await eventually(lambda: fanout.ready.is_set() and fanout.picture.n == newest, "the screens to show it")
            await eventually(lambda: said, "a line")
            for job in jobs:
                job.cancel()
            await asyncio.wait(jobs)
        assert [line["event"] for line in said] == ["pushes.away"]
        assert "ACL SETUSER … &{main}:*" in said[0]["error"]
        assert [entry.n for entry in await shift.entries()] == list(range(1, newest + 1))
