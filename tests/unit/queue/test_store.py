"""The store's client: one pipeline per loop tick, no repeats, Unknown for a lost reply, and a new history noticed."""

import asyncio
import contextlib
import os
import random
import signal
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote

import pytest
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from console.domain.ids import new_cid
from console.errors import SettingError, StoreFull, Unknown, WrongEpoch
from console.proving.network import CHUNK, BadNetwork, Direction
from console.queue.embedded import EmbeddedStore
from console.queue.results import Said
from console.queue.store import BUSY, Call, Store
from console.queue.workspace import Workspace
from tests.support.eventually import eventually
from tests.support.queue_shift import answered, at_work, opened


async def test_two_hundred_calls_of_one_turn_share_one_connection(own: EmbeddedStore, hand: Redis) -> None:
    store = Store(own.url)
    replies = await asyncio.gather(*(store.command("ECHO", f"call {n}") for n in range(200)))
    assert replies == [f"call {n}".encode() for n in range(200)]
    assert len(await hand.client_list()) == 2
    await store.close()


@pytest.mark.parametrize(("callers", "exchanges"), [(BUSY, 2), (BUSY - 1, 3)])
async def test_under_load_whoever_is_answered_joins_the_exchange_that_others_wait_for(
    callers: int, exchanges: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, batches = Store("redis://nowhere.example"), list[int]()
    on_its_way, arrives = asyncio.Event(), asyncio.Event()

    async def exchange(batch: Sequence[Call]) -> list[bytes]:
        batches.append(len(batch))
        on_its_way.set()
        await arrives.wait()
        return [b"ok"] * len(batch)

    async def asks_twice() -> None:
        await store.command("PING")
        await store.command("PING")

    async def asks_meanwhile() -> None:
        await on_its_way.wait()
        asked = asyncio.create_task(store.command("PING"))
        await asyncio.sleep(0)
        arrives.set()
        await asked

    monkeypatch.setattr(store, "_exchange", exchange)
    await asyncio.gather(*(asks_twice() for _ in range(callers)), asks_meanwhile())
    assert len(batches) == exchanges
    assert sum(batches) == 2 * callers + 1


async def test_calls_keep_the_order_they_were_made_in(own: EmbeddedStore) -> None:
    store = Store(own.url)
    await asyncio.gather(*(store.command("RPUSH", "order", n) for n in range(2_000)))
    assert await store.command("LRANGE", "order", 0, -1) == [str(n).encode() for n in range(2_000)]
    await store.close()


async def test_among_cancelled_calls_each_reply_reaches_its_caller(own: EmbeddedStore) -> None:
    store, chance = Store(own.url), random.Random(7)
    wrong: list[int] = []

    async def ask(n: int) -> None:
        if await store.command("ECHO", n) != str(n).encode():
            wrong.append(n)

    for block in range(20):
        tasks = [asyncio.create_task(ask(block * 500 + n)) for n in range(500)]
        for task in chance.sample(tasks, 250):
            await asyncio.sleep(0)
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    assert wrong == []
    assert await store.command("ECHO", "calm") == b"calm"
    await store.close()


async def test_a_refused_command_does_not_disturb_its_neighbours(own: EmbeddedStore) -> None:
    store = Store(own.url)
    good, bad, also = await asyncio.gather(
        store.command("SET", "k", 1), store.command("NONSENSE"), store.command("GET", "k"), return_exceptions=True
    )
    assert (good, also) == (b"OK", b"1")
    assert isinstance(bad, ResponseError)
    await store.close()


async def test_a_store_that_does_not_answer_means_unknown_and_the_resend_is_done_once(own: EmbeddedStore) -> None:
    async with at_work(own.url, deadline=0.4) as shift:
        chat, cid = await shift.opens("vera"), new_cid()
        os.kill(own.pid, signal.SIGSTOP)
        try:
            with pytest.raises(Unknown):
                await shift.writes("vera", chat, "Once", cid=cid)
        finally:
            os.kill(own.pid, signal.SIGCONT)

        async def resent() -> Said | None:
            with contextlib.suppress(Unknown):
                return await shift.writes("vera", chat, "Once", cid=cid)
            return None

        assert await eventually(resent, "the resend")
        assert [m.text for m in await shift.facts("message")].count("Once") == 1


async def test_after_a_killed_store_the_same_history_goes_on(own: EmbeddedStore) -> None:
    async with at_work(own.url) as shift:
        chat, epoch = await shift.opens("vera"), shift.workspace.epoch
        last = (await shift.entries())[-1]
        shift.workspace.last_entry = (last.id, last.raw)
        os.kill(own.pid, signal.SIGKILL)
        await eventually(lambda: answered(shift.workspace), "the store")
        said = await shift.writes("vera", chat)
        assert said.seq == 4
        assert shift.workspace.epoch == epoch


async def test_forgotten_functions_are_loaded_again(own: EmbeddedStore, hand: Redis) -> None:
    async with at_work(own.url) as shift:
        await hand.execute_command("FUNCTION", "FLUSH")
        chats = await asyncio.gather(*(shift.opens(visitor) for visitor in ("vera", "vito", "vala")))
        assert len(set(chats)) == 3


async def test_the_epoch_turns_also_where_the_functions_were_forgotten(own: EmbeddedStore, hand: Redis) -> None:
    async with at_work(own.url) as shift:
        epoch = shift.workspace.epoch
        await hand.execute_command("FUNCTION", "FLUSH")
        await shift.workspace.turn_epoch(epoch)
        assert shift.workspace.epoch != epoch
        second = Workspace(shift.workspace.store, "second")
        await hand.execute_command("FUNCTION", "FLUSH")
        assert (await second.snapshot()).n == 0


async def test_a_flushed_store_starts_a_new_epoch_for_everybody(own: EmbeddedStore, hand: Redis) -> None:
    async with at_work(own.url) as shift:
        chat, epoch, told = await shift.opens("vera"), shift.workspace.epoch, []
        shift.workspace.on_epoch.append(lambda: told.append(shift.workspace.epoch))
        await hand.flushall()
        with pytest.raises(WrongEpoch):
            await shift.writes("vera", chat)
        assert told == [shift.workspace.epoch]
        assert shift.workspace.epoch != epoch
        await shift.begin(ana=6)
        assert [entry.n for entry in await shift.entries()] == [1, 2]


async def test_two_processes_agree_on_the_epoch_after_a_flush(own: EmbeddedStore, hand: Redis) -> None:
    async with at_work(own.url) as shift, opened(own.url, "main") as second:
        await second.snapshot()
        await hand.flushall()
        results = await asyncio.gather(shift.workspace.snapshot(), second.snapshot(), return_exceptions=True)
        assert all(isinstance(result, WrongEpoch) for result in results)
        assert (await second.snapshot()).epoch == shift.workspace.epoch == (await shift.workspace.snapshot()).epoch


async def test_a_history_that_lost_our_last_fact_gets_a_new_epoch(own: EmbeddedStore, hand: Redis) -> None:
    """A restored backup, a lagging replica: seq 4 must not be given again in silence."""
    async with at_work(own.url) as shift:
        await shift.opens("vera")
        epoch = shift.workspace.epoch
        last = (await shift.entries())[-1]
        shift.workspace.last_entry = (last.id, last.raw)
        await hand.xdel(shift.workspace.keys.feed, last.id)
        os.kill(own.pid, signal.SIGKILL)
        await eventually(lambda: answered(shift.workspace), "the store")
        assert shift.workspace.epoch != epoch


async def test_a_call_under_an_old_epoch_is_refused_and_changes_nothing(own: EmbeddedStore) -> None:
    async with at_work(own.url) as shift:
        chat = await shift.opens("vera")
        before = len(await shift.entries())
        shift.workspace.epoch = "another"
        with pytest.raises(WrongEpoch):
            await shift.writes("vera", chat)
        assert len(await shift.entries()) == before
        await shift.writes("vera", chat)


async def test_a_workspace_can_be_created_after_its_connection(own: EmbeddedStore) -> None:
    async with opened(own.url, "first") as first:
        await first.snapshot()
        second = Workspace(first.store, "second")
        assert (await second.snapshot()).n == 0


async def test_a_store_that_does_not_sync_is_refused_with_a_hint(own: EmbeddedStore, hand: Redis) -> None:
    await hand.config_set("appendfsync", "everysec")
    async with opened(own.url, "main") as workspace:
        with pytest.raises(SettingError, match="appendfsync always"):
            await workspace.snapshot()


class Reloading(BadNetwork):
    """On the way to a store that answers, while `loads`, as one does that has become a replica and copies its data."""

    loads = False

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: Direction, back: asyncio.StreamWriter
    ) -> None:
        while data := await reader.read(CHUNK):
            loading = b"-LOADING Valkey is loading the dataset in memory\r\n"
            writer.write(loading if self.loads and way == "down" else data)


async def test_a_store_that_loads_its_data_means_unknown_and_is_looked_for_again(own: EmbeddedStore) -> None:
    async with Reloading(unquote(own.url.removeprefix("unix://"))) as way:
        store = Store(f"redis://127.0.0.1:{way.port}")
        assert await store.command("PING") == b"PONG"
        way.loads = True
        with pytest.raises(Unknown):
            await store.command("PING")
        way.loads = False
        assert await store.command("PING") == b"PONG"
        assert way.opened == 2, "another server may be the primary by now"
        await store.close()


async def test_a_full_store_refuses_growth_but_allows_ending_chats(own: EmbeddedStore, hand: Redis) -> None:
    async with at_work(own.url) as shift:
        chat = await shift.opens("vera")
        await hand.config_set("maxmemory", 1)
        for growing in (lambda: shift.opens("vito"), lambda: shift.writes("vera", chat)):
            with pytest.raises(StoreFull):
                await growing()
        await shift.draws("ana", chat)
        await shift.workspace.tick("test")
        await shift.online("ana")
        await shift.ends("ana", chat)
        assert (await shift.workspace.snapshot()).chats == []
        await hand.config_set("maxmemory", 0)
        assert (await shift.kinds(chat))[-1] == "ended"


async def test_a_closed_store_raises_unknown_at_once(own: EmbeddedStore) -> None:
    store = Store(own.url)
    await store.command("PING")
    await store.close()
    with pytest.raises(Unknown):
        await store.command("PING")


async def test_a_store_that_is_not_there_is_unknown_and_may_come_back(tmp_path: Path) -> None:
    async with EmbeddedStore(tmp_path) as running:
        url = running.url
    async with opened(url, "main", deadline=1.0) as workspace:
        with pytest.raises(Unknown):
            await workspace.snapshot()
        async with EmbeddedStore(tmp_path):
            assert (await workspace.snapshot()).n == 0
