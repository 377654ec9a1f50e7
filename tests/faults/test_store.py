"""The store hangs, loses data, or runs ahead of its readers; SQL is down: chats continue, or everybody is informed."""

import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from console.proving.clients import Cast
from console.proving.network import BadNetwork
from console.proving.record import read_archive, read_feed
from console.queue import store as store_door
from console.queue.embedded import EmbeddedStore
from console.queue.keys import Keys
from console.queue.primary import open_client
from tests.faults.installation import Inside, installed, stage_of
from tests.faults.journal import promises_kept
from tests.faults.traffic import a_while, busy, talking
from tests.support.eventually import eventually
from tests.support.locked_sqlite import locked_by_another
from tests.support.postgresql import PostgresServer, at_port
from tests.support.server_process import RunningServer


@asynccontextmanager
async def through_a_network(
    folder: Path, store: EmbeddedStore, workspace: str
) -> AsyncIterator[tuple[BadNetwork, Inside]]:
    """Yield an installation whose connection to the store can break."""
    async with BadNetwork(str(folder / "unreached")) as network:
        network.target = socket_of(store)
        async with installed(folder, f"redis://127.0.0.1:{network.port}", workspace) as inside:
            yield network, inside


def socket_of(store: EmbeddedStore) -> str:
    return str(store.folder / "store.sock") if (store.folder / "store.sock").exists() else str(store._socket)


async def test_a_store_that_accepts_and_never_answers_is_unknown_and_recovers(
    tmp_path: Path, store: EmbeddedStore, workspace_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sockets close with 1013, everybody reconnects and resends, and every message exists once."""
    monkeypatch.setattr(store_door.Store.__init__, "__kwdefaults__", {"deadline": 1.0})
    async with through_a_network(tmp_path, store, workspace_name) as (network, inside), Cast(inside) as cast:
        agents, visitors = await busy(cast, 3)
        async with talking(visitors):
            await a_while(visitors, 1)
            network.swallow("down")  # commands are done, but their answers disappear
            await eventually(lambda: all(1013 in visitor.closes for visitor in visitors), "the sockets to be closed")
            network.heal()
            await a_while(visitors, 2)
        for agent in agents:
            await agent.quiet()
        nacks = [nack for visitor in visitors for nack in visitor.of("nack")]
        assert {(nack["code"], nack["final"]) for nack in nacks} <= {("unknown", False), ("slow_down", False)}
        await promises_kept(replace_store(inside, store), cast.journal)
        assert not cast.journal.unanswered


async def test_a_store_that_is_cut_off_repeatedly_loses_nothing(
    tmp_path: Path, store: EmbeddedStore, workspace_name: str
) -> None:
    async with through_a_network(tmp_path, store, workspace_name) as (network, inside), Cast(inside) as cast:
        agents, visitors = await busy(cast, 4)
        async with talking(visitors):
            for _ in range(4):
                await a_while(visitors, 1)
                network.drop()
        for agent in agents:
            await agent.quiet()
        await promises_kept(replace_store(inside, store), cast.journal)
        assert not cast.journal.unanswered


def replace_store(inside: Inside, store: EmbeddedStore) -> Inside:
    """Return the same stage with the store's direct address, past the bad network."""
    return replace(inside, store_url=store.url)


async def test_an_emptied_store_starts_a_new_epoch_for_everybody(server: RunningServer) -> None:
    """After FLUSHALL, the archive stays, no server crashes, and chats continue in a new history."""
    stage = stage_of(server)
    async with Cast(stage) as cast:
        ana = await cast.agent("ana")
        vera = await cast.visitor()
        chat = await vera.opened("Before the flood")
        await ana.holds(chat)
        feed = await read_feed(stage)
        await eventually(lambda: caught_up(stage, len(feed)), "the archive")
        epoch = vera.epoch
        client = open_client(stage.store_url)
        await client.flushall()
        await client.aclose()
        await vera.back()
        await ana.back()
        assert vera.welcomes[-1]["epoch"] == ana.welcomes[-1]["epoch"] != epoch
        assert vera.welcomes[-1]["recovered"] is False
        assert ana.welcomes[-1]["recovered"] is False
        await ana.holds(chat)
        new = await cast.visitor("kim")
        await ana.status("online")
        await eventually(lambda: new.of("team") or new.welcomes[-1]["team"]["online"], "somebody to be there")
        other = await new.opened("After it")
        await ana.holds(other)
        await ana.answered(await ana.say(other, "Good morning"))
        await eventually(lambda: new.texts == ["After it", "Good morning"], "the new chat to go on")
        archived = await eventually(lambda: archive_with(stage, b"Good morning"), "the archive of the new history")
        assert any(b"Before the flood" in raw for _, raw in archived)


async def caught_up(stage: object, count: int) -> bool:
    return len(await read_archive(stage)) >= count  # type: ignore[arg-type]


async def archive_with(stage: object, text: bytes) -> list[tuple[int, bytes]]:
    """Return the archive once it contains the text; empty before."""
    rows = await read_archive(stage)  # type: ignore[arg-type]
    return rows if any(text in raw for _, raw in rows) else []


async def test_a_process_paused_past_the_feeds_trim_point_resyncs(
    tmp_path: Path, store: EmbeddedStore, workspace_name: str
) -> None:
    """Its reader pauses while the feed is trimmed beyond the reader's position; nothing is skipped silently."""
    async with (
        through_a_network(tmp_path, store, workspace_name) as (network, paused),
        installed(tmp_path, store.url, workspace_name) as running,
        Cast(running) as cast,
    ):
        ana = await cast.agent("ana", answers=True)
        vera = await cast.visitor()
        await vera.opened("Hello")
        picture = paused.services.picture
        network.cut()
        for number in range(3):
            await vera.answered(await vera.say(f"line {number}"))
        await ana.quiet()
        client = open_client(store.url)
        await client.xtrim(Keys(workspace_name).feed, maxlen=1, approximate=False)
        await client.aclose()
        network.heal()
        await eventually(lambda: paused.services.picture is not picture, "a new picture")
        await eventually(lambda: paused.services.picture == running.services.picture, "the same picture as elsewhere")


async def test_sql_locked_for_a_while_delays_the_archive_and_no_chat(inside: Inside, cast: Cast) -> None:
    agents, visitors = await busy(cast, 4)
    async with locked_by_another(inside.database_url.partition("///")[2]):
        before = len(await read_feed(inside))
        async with talking(visitors):
            await a_while(visitors, 12)
        assert len(await read_feed(inside)) >= before + 48
    assert not any(person.closes for person in [*agents, *visitors])
    for agent in agents:
        await agent.quiet()
    await promises_kept(inside, cast.journal)


async def test_chats_go_on_while_postgresql_is_silent(
    tmp_path: Path, store: EmbeddedStore, workspace_name: str, postgres: PostgresServer
) -> None:
    """It accepts connections and never responds. An agent who reconnects is recognized by the last known answer."""
    async with BadNetwork(postgres.socket) as network:
        url = at_port(postgres.create_database(like="migrated"), network.port)
        async with installed(tmp_path, store.url, workspace_name, database=url) as inside, Cast(inside) as cast:
            ana, vera = await cast.agent("ana"), await cast.visitor()
            chat = await vera.opened("Hello")
            await ana.holds(chat)
            network.swallow()
            ana.drop()
            await ana.back()
            assert chat in ana.held
            await vera.answered(await vera.say("Still there?"))
            await ana.answered(await ana.say(chat, "Yes"))
            network.heal()
            await promises_kept(inside, cast.journal)


async def test_a_server_asleep_past_its_leases_writes_nothing_stale(
    tmp_path: Path, store: EmbeddedStore, start_server: Callable[..., RunningServer]
) -> None:
    """SIGSTOP lasts longer than an agent's lease: the chat moves on, and later writes of the stopped server are
    refused.
    """
    sleeper = start_server(store=store.url, workspace="sleeper")
    secret = (sleeper.data / "secret").read_text()
    other = start_server(store=store.url, workspace="sleeper", database=sleeper.database_url, secret=secret)
    stage, elsewhere = (replace(stage_of(one, store.url), workspace="sleeper") for one in (sleeper, other))
    elsewhere.origin = stage.origin
    elsewhere.database_url = stage.database_url
    async with Cast(stage) as near, Cast(elsewhere) as far:
        far.journal = near.journal
        ana = await near.agent("ana")
        vera = await far.visitor()
        chat = await vera.opened("Hello")
        await ana.holds(chat)
        await ana.answered(await ana.say(chat, "I am here"))
        await vera.answered(await vera.say("A question"))
        ben = await far.agent("ben")
        os.kill(sleeper.pid, signal.SIGSTOP)
        try:
            ana.here.clear()
            stale = await ana.say(chat, "Words of the past")
            await eventually(lambda: chat in ben.held, "ben to take over", within=30)
            await ben.answered(await ben.say(chat, "Ben here, instead"))
        finally:
            os.kill(sleeper.pid, signal.SIGCONT)
        ana.here.set()
        await ana.back()
        claim = await ana.answered(stale)
        assert claim.outcome == "refused"
        assert "Words of the past" not in vera.texts
        await vera.answered(await vera.end())
        await promises_kept(elsewhere, near.journal)
