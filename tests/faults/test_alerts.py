"""Dead endpoints, and a server that dies while sending: alerts are affected, and nothing else is."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from console.alerts.courier_pool import Couriers
from console.domain.alerts import AlertRule
from console.proving.clients import Cast
from console.proving.record import read_archive, read_feed
from console.queue.embedded import EmbeddedStore
from tests.faults.installation import installed, stage_of
from tests.faults.journal import promises_kept
from tests.faults.traffic import a_while, busy, talking
from tests.support.alert_detector import alerts_of, to
from tests.support.alert_receivers import HttpReceiver
from tests.support.eventually import eventually
from tests.support.server_process import RunningServer

HERE = "127.0.0.1"


@pytest.mark.slow
async def test_chats_go_on_beside_endpoints_that_never_answer(
    tmp_path: Path, store: EmbeddedStore, workspace_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each occupies a courier for four seconds instead of ten; feed, archive and messages are not affected."""
    monkeypatch.setattr("console.app.Couriers", partial(Couriers, patience=4.0))
    async with (
        HttpReceiver() as dead,
        HttpReceiver() as chatops,
        installed(tmp_path, store.url, workspace_name, alert_networks=(HERE,)) as stage,
        Cast(stage) as cast,
    ):
        dead.dead = True
        urls = [f"{dead.url}/{number}" for number in range(6)]
        async with alerts_of(stage.database_url, workspace_name) as alerts:
            await alerts.rules.put(AlertRule("r", "Line", line=0, nobody=0, destinations=to(*urls, chatops.url)))
            await eventually(lambda: len(dead.lines) == 3, "the dead ends to be tried", within=30)
            agents, visitors = await busy(cast)
            async with talking(visitors):
                started = time.monotonic()
                await a_while(visitors, 6)
                assert time.monotonic() - started < 20, "no word waits for an endpoint"
                feed = await read_feed(stage)
                await eventually(lambda: archived(stage, len(feed)), "the archive to go on")
            for agent in agents:
                await agent.quiet()
            await eventually(lambda: chatops.got, "the living endpoint to get its message", within=60)
            lines = await alerts.outbox.latest("r", limit=100)
            assert {line.code for line in lines} <= {"", "failed", "slow", "sent"}
        await promises_kept(stage, cast.journal)
        assert not cast.journal.unanswered


async def archived(stage: object, count: int) -> bool:
    return len(await read_archive(stage)) >= count  # type: ignore[arg-type]


@pytest.mark.slow
async def test_a_server_killed_while_sending_sends_at_most_once_more(
    start_server: Callable[..., RunningServer],
) -> None:
    server = start_server(alert_networks=HERE)
    stage = stage_of(server)
    async with HttpReceiver() as chatops:
        chatops.dead = True
        async with alerts_of(stage.database_url) as alerts:
            await alerts.rules.put(
                AlertRule("r", "Nobody", nobody=0, destinations=to(chatops.url), queues=("support",))
            )
            await eventually(lambda: len(chatops.lines) == 1, "the first try", within=20)
            server.kill()
            chatops.dead = False
            await server.start()
            await eventually(lambda: chatops.got, "the message after all", within=60)
            (line,) = await alerts.outbox.latest("r")
            assert line.what == "opened"
    assert len(chatops.lines) == 2
    assert len(chatops.got) == 1
