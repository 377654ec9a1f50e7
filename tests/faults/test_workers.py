"""`sestetto serve --workers N`: several processes on one port; nothing is lost when one dies or is replaced."""

import asyncio
import contextlib
import json
import os
import random
import signal
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from console.proving.clients import Cast
from console.proving.stage import Stage, store_pid
from tests.faults.installation import publish_demo, stage_of
from tests.faults.journal import promises_kept
from tests.faults.test_readiness import is_ready
from tests.faults.traffic import a_while, busy, talking
from tests.support.command_line import in_a_process
from tests.support.eventually import eventually
from tests.support.server_process import RunningServer, gone, lives

ROOMY = {"address_openings": "1000", "visitor_openings": "1000"}  # everybody comes from this machine
PLACES = ("server 1", "server 2", "worker")


def ports_in_a_row(count: int) -> list[int]:
    """Return free ports below the range from which the system assigns ports by itself."""
    while True:
        first = random.randrange(12_000, 32_000)
        ports = [first + more for more in range(count)]
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            for port in ports:
                stack.enter_context(socket.socket()).bind(("127.0.0.1", port))
            return ports


class Several(RunningServer):
    """Two serving processes and the worker; `ports` are those of the worker and of each server."""

    def __init__(self, data: Path, **settings: str) -> None:
        super().__init__(data, command="serve", options=["--workers", "2"], **ROOMY, **settings)
        self.ports = ports_in_a_row(3)
        first = self.ports[0]
        self._settings |= {"SESTETTO_WORK_PORT": str(first), "SESTETTO_METRICS": "yes"}

    def at(self, number: int) -> str:
        """Return the own address of the worker (0) or of a server (1, 2)."""
        return f"http://127.0.0.1:{self.ports[number]}"

    def children(self) -> set[int]:
        """Return the ids of the running processes; each logs its id when it starts."""
        lines = (line for line in self.log.splitlines() if '"server.started"' in line or '"work.started"' in line)
        return {pid for line in lines if lives(pid := json.loads(line)["pid"])}


@pytest_asyncio.fixture
async def several(tmp_path: Path) -> AsyncIterator[Several]:
    server = Several(tmp_path / "data")
    server.data.mkdir()
    await publish_demo(server.database_url, server.url)
    await server.start()
    await eventually(lambda: '"processes.started"' in server.log, "all to run", within=40)
    yield server
    server.stop()


async def figures(address: str) -> dict[str, float]:
    async with httpx.AsyncClient(base_url=address, timeout=15) as probe:
        lines = (await probe.get("/metrics")).raise_for_status().text.splitlines()
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[:1] != "#")}


def through(server: Several, number: int) -> Stage:
    """Return the stage as clients of that server see it."""
    return replace(stage_of(server), url=server.at(number))


async def test_vera_and_ana_on_different_processes_talk(several: Several) -> None:
    async with Cast(through(several, 1)) as here, Cast(through(several, 2)) as there:
        ana = await here.agent("ana")
        vera = await there.visitor()
        chat = await vera.opened("Hello")
        await ana.holds(chat)
        await ana.answered(await ana.say(chat, "Hello Vera"))
        await eventually(lambda: vera.texts == ["Hello", "Hello Vera"], "Vera to read the answer")
        one, two, worker = [await figures(several.at(number)) for number in (1, 2, 0)]
        assert (one["sestetto_sockets"], two["sestetto_sockets"]) == (1, 1)
        assert [found["sestetto_leader"] for found in (one, two, worker)] == [0, 0, 1]
        await promises_kept(stage_of(several), here.journal)
        await promises_kept(stage_of(several), there.journal)
    assert len(several.children()) == 3


async def test_the_shared_port_gives_no_figures_of_a_process_by_chance(several: Several) -> None:
    await is_ready(several.url)
    async with httpx.AsyncClient(base_url=several.url) as probe:
        told = await probe.get("/metrics")
    assert (told.status_code, "at its own port" in told.text) == (404, True)


async def test_a_process_that_is_killed_is_started_again_and_loses_nothing(several: Several) -> None:
    stage, before = stage_of(several), several.children()
    async with Cast(stage) as cast:
        _, visitors = await busy(cast, 4)
        async with talking(visitors):
            for victim in sorted(before):  # each server in turn, and the worker
                await a_while(visitors, 1)
                os.kill(victim, signal.SIGKILL)
                await gone(victim)
                await eventually(lambda: len(several.children()) == 3, "another process", within=40)
            await a_while(visitors)
        await promises_kept(stage, cast.journal)
        assert not cast.journal.unanswered
    assert len(before) == 3
    assert not before & several.children()
    assert all(f'"{name}"' in several.log for name in PLACES)


async def test_sighup_replaces_all_processes_and_loses_nothing(several: Several) -> None:
    stage, before, store = stage_of(several), several.children(), await store_pid(stage_of(several))
    async with Cast(stage) as cast:
        _, visitors = await busy(cast, 4)
        async with talking(visitors):
            await a_while(visitors)
            os.kill(several.pid, signal.SIGHUP)
            await eventually(lambda: "processes.reloaded" in several.log, "all to be replaced", within=90)
            await a_while(visitors)
        await promises_kept(stage, cast.journal)
        assert not cast.journal.unanswered
        for person in visitors:
            assert set(person.closes) <= {1012, 1001}
    after = several.children()
    assert (len(after), before & after) == (3, set())
    assert await store_pid(stage) == store
    assert "process.died" not in several.log


async def test_who_asks_for_others_while_they_start_gets_them(tmp_path: Path) -> None:
    server = Several(tmp_path / "data")
    server.data.mkdir()
    await publish_demo(server.database_url, server.url)
    starting = asyncio.create_task(server.start())
    try:
        await eventually(lambda: (server.data / "server.log").exists(), "a log")
        await eventually(lambda: '"server.started"' in server.log, "the first one", within=40)
        assert '"processes.started"' not in server.log
        os.kill(server.pid, signal.SIGHUP)
        await eventually(lambda: '"processes.reloaded"' in server.log, "all to be replaced", within=90)
        await starting
        assert server.log.count('"process.replaced"') == 3
    finally:
        server.stop()


async def test_a_release_that_does_not_start_replaces_nothing(several: Several) -> None:
    before = several.children()
    (several.data / "secret").write_text("too short for anybody")
    os.kill(several.pid, signal.SIGHUP)
    await eventually(lambda: '"process.not_replaced"' in several.log, "the first one to fail", within=40)
    assert several.children() == before
    await is_ready(several.url)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_all_stop_in_order(several: Several, number: signal.Signals) -> None:
    children, store = several.children(), await store_pid(stage_of(several))
    stop: Callable[..., int] = several.stop if number == signal.SIGTERM else several.interrupt
    assert await asyncio.to_thread(stop, patience=30) == 0
    for pid in [*children, store]:
        await gone(pid)
    assert several.log.endswith("Stopped.\n")
    assert "process.died" not in several.log
    assert "store_died" not in several.log


async def test_when_the_parent_is_killed_the_others_end_and_it_starts_again(several: Several) -> None:
    children = several.children()
    several.kill()
    for pid in children:
        await gone(pid)
    await several.start()
    await eventually(lambda: is_ready(several.url), "the start")


async def test_figures_of_several_processes_need_ports(tmp_path: Path) -> None:
    code, _, said = await in_a_process("serve", "--workers", "2", DATA=str(tmp_path), PORT="0", METRICS="yes")
    assert code == 1
    assert "SESTETTO_WORK_PORT" in said
