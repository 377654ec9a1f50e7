"""Servers that leave the archive to processes of `sestetto work`: nothing is lost while none of them runs."""

import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
import structlog.testing

from console.archive.database import sqlite_url
from console.background import archive_lag
from console.pages import readiness
from console.proving.clients import Cast
from console.proving.record import read_archive, read_feed
from console.proving.stage import Stage
from console.queue.embedded import EmbeddedStore
from tests.faults.installation import installed, publish_demo, stage_of
from tests.faults.journal import promises_kept
from tests.faults.test_readiness import asked, is_ready
from tests.faults.traffic import a_while, busy, talking
from tests.support.command_line import in_a_process
from tests.support.eventually import eventually
from tests.support.server_process import RunningServer, RunningWorker

ROOMY = {"address_openings": "1000", "visitor_openings": "1000"}  # everybody comes from this machine


@pytest_asyncio.fixture
async def serving(tmp_path: Path) -> AsyncIterator[RunningServer]:
    """Yield `sestetto serve --no-work` with the demo's members."""
    server = RunningServer(tmp_path / "data", command="serve", options=["--no-work"], metrics="yes", **ROOMY)
    server.data.mkdir()
    await publish_demo(server.database_url, server.url)
    await server.start()
    yield server
    server.stop()


@pytest.fixture
def start_worker(serving: RunningServer) -> Iterator[Callable[..., RunningWorker]]:
    """Yield a function that starts `sestetto work` on the server's data folder. They stop after the test, before the
    server.
    """
    started: list[RunningWorker] = []

    def start() -> RunningWorker:
        worker = RunningWorker(serving.data, name=f"work{len(started)}", metrics="yes")
        started.append(worker)
        worker.start_and_wait()
        return worker

    yield start
    for worker in started:
        worker.stop()


def leads(server: RunningServer) -> dict[str, float]:
    """Return the metrics of what this process does for all."""
    with urllib.request.urlopen(f"{server.url}/metrics", timeout=5) as reply:
        lines = reply.read().decode().splitlines()
    found = {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[:1] != "#")}
    works = {name.split('"')[1]: value for name, value in found.items() if name.startswith("sestetto_leads{")}
    return works | {"leader": found["sestetto_leader"]}


TIMERS_ONLY = {"timers": 1, "archive": 0, "alerts": 0, "retention": 0, "leader": 0}
NOTHING = dict.fromkeys(TIMERS_ONLY, 0.0)
EVERYTHING = dict.fromkeys(TIMERS_ONLY, 1.0)


async def nothing_archived(stage: Stage) -> bool:
    return len(await read_feed(stage)) > 0 and await read_archive(stage) == []


async def test_chats_go_on_without_a_worker_and_the_first_one_archives_them_all(
    serving: RunningServer, start_worker: Callable[..., RunningWorker]
) -> None:
    stage = stage_of(serving)
    await eventually(lambda: leads(serving) == TIMERS_ONLY, "the server to fire timers")
    async with Cast(stage) as cast:
        _, visitors = await busy(cast, 2)
        async with talking(visitors):
            await a_while(visitors)
            assert await nothing_archived(stage)
            worker = start_worker()
            await a_while(visitors)
        await promises_kept(stage, cast.journal)
    await eventually(lambda: (leads(worker), leads(serving)) == (EVERYTHING, NOTHING), "the worker to do everything")
    assert "ticker.handed_over" not in serving.log


async def test_while_a_killed_worker_is_away_timers_fire_and_the_next_one_catches_up(
    serving: RunningServer, start_worker: Callable[..., RunningWorker]
) -> None:
    stage, worker = stage_of(serving), start_worker()
    async with Cast(stage) as cast:
        _, visitors = await busy(cast, 2)
        async with talking(visitors):
            await a_while(visitors)
            worker.kill()
            await eventually(lambda: leads(serving) == TIMERS_ONLY, "the server to fire timers", within=20)
            kept = len(await read_archive(stage))
            await a_while(visitors)
            assert len(await read_archive(stage)) == kept < len(await read_feed(stage))
            await worker.start()
            await a_while(visitors)
        await promises_kept(stage, cast.journal)
        assert all(not visitor.lost_told for visitor in visitors)


async def test_of_two_workers_one_works_and_the_other_one_takes_over(
    serving: RunningServer, start_worker: Callable[..., RunningWorker]
) -> None:
    first = start_worker()
    await eventually(lambda: leads(first) == EVERYTHING, "the first to work")
    second = start_worker()
    await eventually(lambda: (leads(first), leads(second)) == (EVERYTHING, NOTHING), "the second to stand by")
    assert first.stop() == 0
    await eventually(lambda: leads(second) == EVERYTHING, "the second to take over", within=20)


async def test_a_worker_is_monitored_and_stops_in_order(
    serving: RunningServer, start_worker: Callable[..., RunningWorker]
) -> None:
    worker = start_worker()
    told = await eventually(lambda: is_ready(worker.url), "the worker to be ready")
    assert told["store"] == told["database"] == "ok"
    assert (await asked(worker.url, "/livez"))[1]["live"]
    async with httpx.AsyncClient(base_url=worker.url) as browser:
        assert (await browser.get("/widget.js")).status_code == (await browser.get("/console")).status_code == 404
    assert '"work.started"' in worker.log
    assert worker.stop() == 0
    assert f"Sestetto works in the background, monitored at {worker.url}." in worker.log
    assert worker.log.endswith("Stopped.\n")


async def test_a_worker_waits_for_the_store_of_the_server_on_its_folder(
    serving: RunningServer, start_worker: Callable[..., RunningWorker]
) -> None:
    worker = start_worker()
    assert worker.stop() == 0
    assert serving.stop() == 0
    worker.launch()
    await eventually(lambda: '"work.waits"' in worker.log, "the worker to wait", within=40)
    await serving.start()
    await eventually(worker.answers, "the worker to work", within=40)
    serving.kill()  # and its store with it
    await serving.start()
    await eventually(lambda: leads(worker) == EVERYTHING, "the worker to go on", within=20)


async def test_an_archive_that_nobody_writes_is_told_by_probe_log_and_check(
    tmp_path: Path, store: EmbeddedStore, workspace_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_lag, "CHECK_EVERY", 0.05)
    for module in (archive_lag, readiness):
        monkeypatch.setattr(module, "LATE", 0.5)
    given = {"store": store.url, "workspace": workspace_name}
    with structlog.testing.capture_logs() as said:
        async with installed(tmp_path, store.url, workspace_name, work=False) as inside, Cast(inside) as cast:
            await cast.agent("ana")
            await (await cast.visitor()).opened("Hello")

            async def is_noted() -> bool:
                code, told = await asked(inside.url)
                return code == 200 and any("behind" in one and "sestetto work runs" in one for one in told["notes"])

            await eventually(is_noted, "the probe to note it")
            await eventually(lambda: "archive.behind" in [one["event"] for one in said], "the log to say it")
            async with installed(tmp_path, store.url, workspace_name) as other:
                await eventually(lambda: is_ready(other.url), "the archive to catch up", within=20)
                await promises_kept(inside, cast.journal)
                await eventually(lambda: "archive.caught_up" in [one["event"] for one in said], "the log to say it")
    events = [one["event"] for one in said if one["event"].startswith("archive.")]
    assert (events[0], events[-1]) == ("archive.behind", "archive.caught_up")
    assert events.count("archive.behind") <= 2  # also by the other process, if it leads before it has archived
    code, out, _ = await in_a_process(
        "check", DATA=str(tmp_path), PORT="0", WORK="no", **{key.upper(): value for key, value in given.items()},
        DATABASE=sqlite_url(tmp_path), SECRET="only for tests, and long enough for it",
    )  # fmt: skip
    assert (code, "keep at least one sestetto work process running" in out) == (0, True)
