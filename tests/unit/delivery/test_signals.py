"""Signals between processes resume soon after a connection was cut silently."""

import asyncio
from pathlib import Path
from urllib.parse import unquote

import pytest

from console.delivery.fanout import Fanout
from console.delivery.hub import Hub
from console.delivery.rendered_fact import HubEvent
from console.projection.current import Current
from console.proving.network import BadNetwork
from console.queue import pushes as pushes_module
from console.queue.embedded import EmbeddedStore
from console.queue.workspace import Workspace
from console.views.html import HtmlViews
from tests.support.eventually import eventually
from tests.support.queue_shift import opened


async def pings(workspace: Workspace) -> int:
    """How many the store has answered."""
    info = (await workspace.store.command("INFO", "commandstats")).decode()
    return int(info.partition("cmdstat_ping:calls=")[2].partition(",")[0] or 0)


async def test_a_connection_that_was_cut_in_silence_is_opened_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pushes_module, "PING", 0.05)
    monkeypatch.setattr(pushes_module, "SILENCE", 0.3)
    async with (
        EmbeddedStore(tmp_path) as own,
        BadNetwork(unquote(own.url.removeprefix("unix://"))) as network,
        opened(f"redis://127.0.0.1:{network.port}", "main") as ours,
        opened(own.url, "main") as another,
    ):
        current = Current()
        heard: list[bytes] = []
        monkeypatch.setattr(Fanout, "_signal", lambda _, signal: heard.append(signal))
        hub: Hub[HubEvent] = Hub()
        fanout = Fanout(ours, hub, HtmlViews(current), current)
        hub.somebody.set()
        task = asyncio.create_task(fanout.receive_pushes())

        async def hears(signal: bytes) -> bool:
            await another.signal(signal)
            return signal in heard

        async def was_asked() -> bool:
            return await pings(another) > before + 12

        try:
            await eventually(lambda: hears(b"first"), "the first signal")
            before = await pings(another)
            await eventually(was_asked, "a silence that is longer than is allowed, but for answers")
            assert network.opened == 1
            network.forget()
            await eventually(lambda: hears(b"second"), "the second signal")
            assert network.opened == 2
        finally:
            task.cancel()
            await asyncio.wait([task])
