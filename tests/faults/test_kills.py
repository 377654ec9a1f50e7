"""Processes that die during traffic: what was acknowledged exists once, and the rest is resolved."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from console.proving.clients import Cast
from console.proving.stage import Stage, store_pid
from tests.faults.installation import stage_of
from tests.faults.journal import promises_kept
from tests.faults.traffic import a_while, busy, talking
from tests.support.eventually import eventually
from tests.support.server_process import RunningServer, gone


async def kill_server(server: RunningServer, stage: Stage) -> None:
    server.kill()
    await server.start()


async def kill_store(server: RunningServer, stage: Stage) -> None:
    """Kill the store, and wait until the server has restarted it."""
    pid = await store_pid(stage)
    os.kill(pid, signal.SIGKILL)

    async def another() -> bool:
        try:
            return await store_pid(stage) != pid
        except (OSError, Exception):
            return False

    await eventually(another, "the store to be started again", within=20)


async def kill_both(server: RunningServer, stage: Stage) -> None:
    """Kill server and store: like a power cut, except for what the kernel still writes."""
    pid = await store_pid(stage)
    os.kill(server.pid, signal.SIGSTOP)  # so that nobody restarts the store
    os.kill(pid, signal.SIGKILL)
    server.kill()
    await server.start()


@pytest.mark.parametrize("kill", [kill_server, kill_store, kill_both])
async def test_kill_9_in_the_middle_of_traffic_loses_and_doubles_nothing(server: RunningServer, kill: object) -> None:
    assert callable(kill)
    stage = stage_of(server)
    async with Cast(stage) as cast:
        agents, visitors = await busy(cast)
        async with talking(visitors):
            await a_while(visitors)
            await kill(server, stage)
            await a_while(visitors)
        for agent in agents:
            await agent.quiet()
        await promises_kept(stage, cast.journal)
        assert not cast.journal.unanswered
        assert all(not visitor.lost_told for visitor in visitors)


async def test_a_torn_store_file_loses_nothing_acknowledged(server: RunningServer) -> None:
    stage = stage_of(server)
    async with Cast(stage) as cast:
        _, visitors = await busy(cast, 3)
        async with talking(visitors):
            await a_while(visitors)
            pid = await store_pid(stage)
            server.kill()
            await gone(pid)
            tear(server.data / "store")
            await server.start()
            await a_while(visitors)
        await promises_kept(stage, cast.journal)
        assert not any(claim.outcome == "unknown" and claim.client != "ana" for claim in cast.journal.claims)


def tear(folder: Path) -> None:
    """Append half a command to the store's file, as a crash during a write leaves it."""
    (newest,) = sorted((folder / "appendonlydir").glob("*.incr.aof"))[-1:]
    with newest.open("ab") as file:
        file.write(b"*3\r\n$5\r\nRPUSH\r\n$10\r\n{main}:lo")


async def test_a_cid_sent_again_after_a_restart_gets_its_first_answer(server: RunningServer) -> None:
    stage = stage_of(server)
    async with Cast(stage) as cast:
        ana = await cast.agent("ana")
        vera = await cast.visitor()
        chat = await vera.opened("Hello")
        await ana.holds(chat)
        said = await vera.answered(await vera.say("Only once"))
        answer = await ana.answered(await ana.say(chat, "Once"))
        server.kill()
        await server.start()
        await vera.back()
        await ana.back()
        vera.frames.clear()
        await vera.send_text(f'{{"t":"say","cid":"{said.cid}","text":"Only once"}}')
        await vera.send_text(f'{{"t":"say","cid":"{said.cid}","text":"Something else"}}')
        await ana.send_text(f'{{"t":"say","cid":"{answer.cid}","chat":"{chat}","text":"Once","read":2}}')
        ack = (await eventually(lambda: vera.of("ack"), "the first answer"))[0]
        assert (ack["chat"], ack["seq"]) == (said.chat, said.seq)
        nack = (await eventually(lambda: vera.of("nack"), "a refusal of the other text"))[0]
        assert (nack["code"], nack["final"]) == ("cid_reused", True)
        said.outcome = "acked"  # the cid's first command still counts
        await ana.settled()
        await promises_kept(stage, cast.journal)


async def test_a_rolling_restart_with_two_hundred_sockets_loses_nothing(server: RunningServer) -> None:
    stage = stage_of(server)
    async with Cast(stage) as cast:
        _, talkers = await busy(cast, 6)
        onlookers = await asyncio.gather(*(cast.visitor(f"onlooker {number}") for number in range(192)))
        async with talking(talkers):
            await a_while(talkers)
            assert await asyncio.to_thread(server.stop) == 0
            await server.start()
            await a_while(talkers)
        for person in [*talkers, *onlookers]:
            await person.back()
            assert set(person.closes) <= {1012, 1006, 1001}
        await promises_kept(stage, cast.journal)
