"""The levels `replica` and `two-disks`: what a replica has not confirmed is unknown, and its resend is done once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from pathlib import Path

import pytest
import pytest_asyncio
import redis

from console.domain.ids import new_cid, new_id
from console.errors import SettingError, Unknown
from console.proving.store_pair import Pair, store_pair
from console.proving.store_process import SAFE, own_store
from console.queue.pushed_tail import PushedTail
from console.queue.pushes import Pushes
from console.queue.results import Said
from console.queue.store import Store
from tests.support.eventually import eventually
from tests.support.queue_shift import Shift, opened

DEADLINE = 0.6  # s; a replica has half of it
LEVELS = pytest.mark.parametrize("level", ["replica", "two-disks"])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pair]:
    async with store_pair(tmp_path_factory.mktemp("pair")) as running:
        yield running


@pytest_asyncio.fixture
async def pair(servers: Pair) -> Pair:
    """The two servers that all tests share, in step."""
    await servers.in_step()
    return servers


@asynccontextmanager
async def at_work(pair: Pair, level: str, *, deadline: float = 3.0) -> AsyncIterator[Shift]:
    """Ana is online in a workspace of the test's own."""
    async with opened(pair.primary.url, new_id(), durability=level, deadline=deadline) as workspace:
        shift = Shift(workspace)
        await shift.begin(ana=6)
        await shift.online("ana")
        yield shift


async def once_known(shift: Shift, chat: str, cid: str) -> Said:
    """Send it again until it is acknowledged."""

    async def again() -> Said | None:
        with suppress(Unknown):
            return await shift.writes("vera", chat, "Once", cid=cid)
        return None

    return await eventually(again, "the resend")


@LEVELS
async def test_what_is_acknowledged_is_on_the_replica(pair: Pair, level: str) -> None:
    async with at_work(pair, level) as shift:
        chat = await shift.opens("vera")
        for n in range(20):
            said = await shift.writes("vera", chat, f"{n}")
            assert pair.replica.hand.llen(shift.workspace.keys.of("log", chat)) == said.seq


@LEVELS
async def test_what_no_replica_confirms_is_unknown_however_often_it_is_sent(pair: Pair, level: str) -> None:
    """A resend finds its first result and writes nothing: on a new connection, WAIT alone would vouch for it."""
    async with at_work(pair, level) as shift:
        chat, cid = await shift.opens("vera"), new_cid()
        async with opened(pair.primary.url, shift.workspace.name, durability=level, deadline=DEADLINE) as other:
            await other.ensure_epoch()
            with pair.replica.stopped():
                for _ in ("the first", "the second, on the same connection"):
                    with pytest.raises(Unknown):
                        await Shift(other).writes("vera", chat, "Once", cid=cid)
                await other.store._drop()
                with pytest.raises(Unknown):
                    await Shift(other).writes("vera", chat, "Once", cid=cid)
            said = await once_known(Shift(other), chat, cid)
            assert pair.replica.hand.llen(shift.workspace.keys.of("log", chat)) == said.seq
            assert [m.text for m in await shift.facts("message")].count("Once") == 1


async def test_what_is_read_is_on_the_replica_too(pair: Pair) -> None:
    """Vera comes back and finds her message in the log: to her it is sent."""
    async with at_work(pair, "replica", deadline=DEADLINE) as shift:
        chat = await shift.opens("vera")
        with pair.replica.stopped():
            with pytest.raises(Unknown):
                await shift.writes("vera", chat)
            with pytest.raises(Unknown):
                await shift.workspace.read_chat(chat)
            assert await shift.workspace.store.run_unconfirmed("PING") == b"PONG"


async def test_a_signal_waits_for_no_replica(pair: Pair) -> None:
    """It may be lost, and who types is not to be cut off because a replica is away."""
    async with at_work(pair, "replica", deadline=DEADLINE) as shift:
        with pair.replica.stopped():
            await shift.workspace.signal(b"{}")


@pytest.mark.parametrize("pushed", [False, True], ids=["read", "pushed"])
async def test_screens_are_not_shown_what_no_replica_has(pair: Pair, pushed: bool) -> None:
    """A fact with her own cid tells Vera that her message has arrived."""
    async with at_work(pair, "replica", deadline=DEADLINE) as shift:
        chat, store = await shift.opens("vera"), shift.workspace.store
        last = (await shift.entries())[-1]
        tail = PushedTail(store, shift.workspace.keys.feed, last.id, last.n, every=lambda: 3_600.0 if pushed else 0.05)
        pushes = Pushes(store.primary, {shift.workspace.keys.facts: tail.receive})
        following = asyncio.create_task(pushes.follow(lambda: None, lambda: pushed))
        await eventually(lambda: pushes.open == pushed, "the subscription")
        async with aclosing(tail.batches()) as batches:  # type: ignore[type-var]
            next_batch = asyncio.ensure_future(anext(batches))
            with pair.replica.stopped():
                with pytest.raises(Unknown):
                    await shift.writes("vera", chat, "Is it there?")
                await eventually(lambda: tail.n == last.n and store.unconfirmed.lasts > 0, "the tail to ask")
                assert not next_batch.done()
            assert [entry.fact.text for entry in await next_batch] == ["Is it there?"]
        following.cancel()


async def test_many_messages_share_one_confirmation(pair: Pair) -> None:
    async with at_work(pair, "two-disks") as shift:
        chats = await asyncio.gather(*(shift.opens(f"visitor{n}") for n in range(6)))
        before = calls(pair, "wait")
        await asyncio.gather(*(shift.writes(f"visitor{n}", chat) for n, chat in enumerate(chats)))
        assert calls(pair, "wait") - before <= 2
        assert pair.replica.hand.hget(shift.workspace.keys.head, "n") == pair.primary.hand.hget(
            shift.workspace.keys.head, "n"
        )


def calls(pair: Pair, command: str) -> int:
    return int(pair.primary.hand.info("commandstats").get(f"cmdstat_{command}", {"calls": 0})["calls"])


async def refusal(url: str, level: str) -> str:
    async with opened(url, "main", durability=level, deadline=DEADLINE) as workspace:
        with pytest.raises(SettingError) as refused:
            await workspace.snapshot()
    return str(refused.value)


ALONE = [
    pytest.param("disk", "--appendonly no", "appendonly no", "CONFIG SET appendonly yes", id="no file"),
    pytest.param("replica", "--appendfsync everysec", "appendfsync everysec", "appendfsync always", id="once a second"),
    pytest.param("replica", "", "no replica", "Start one", id="no replica"),
    pytest.param("two-disks", "--rename-command WAITAOF hidden", "no WAITAOF", "DURABILITY=replica", id="Redis 7.0"),
    pytest.param("disk", "--user limited on >x ~* &* +@all -config --user default off",
                 "we cannot check that it keeps what it acknowledges", "SETUSER USER +config|get)", id="no CONFIG"),
    pytest.param("disk", "--rename-command CONFIG hidden",
                 "(appendonly yes, appendfsync always", "): enable CONFIG GET, or ask", id="no CONFIG for all"),
]  # fmt: skip


@pytest.mark.parametrize(("level", "options", "what", "mend"), ALONE)
async def test_a_store_that_cannot_keep_the_level_is_refused(
    tmp_path: Path, level: str, options: str, what: str, mend: str
) -> None:
    password = "x" if "limited" in options else ""
    async with own_store(
        tmp_path / "store", f"{SAFE} {options}", user="limited" if password else "", password=password
    ) as port:
        who = "limited:x@" if password else ""
        said = await refusal(f"redis://{who}127.0.0.1:{port}", level)
        assert what in said
        assert mend in said


async def test_a_primary_that_would_go_on_alone_is_refused(pair: Pair) -> None:
    pair.primary.hand.config_set("min-replicas-to-write", 0)
    try:
        said = await refusal(pair.primary.url, "replica")
    finally:
        pair.primary.hand.config_set("min-replicas-to-write", 1)
    assert "min-replicas-to-write 0" in said
    assert "CONFIG SET min-replicas-to-write 1" in said


async def test_two_disks_are_refused_where_the_replica_keeps_nothing(pair: Pair) -> None:
    pair.replica.hand.config_set("appendonly", "no")
    try:
        said = await refusal(pair.primary.url, "two-disks")
        async with at_work(pair, "replica") as shift:
            assert await shift.opens("vera")
    finally:
        pair.replica.hand.config_set("appendonly", "yes")
    assert "set appendonly yes and appendfsync always on the replicas too" in said


async def test_a_replica_that_goes_away_is_noticed_and_so_is_its_return(pair: Pair) -> None:
    async with at_work(pair, "replica") as shift:
        workspace = shift.workspace
        await workspace.check_store()
        assert workspace.store.lacks == ""
        pair.replica.promote()

        async def says(words: str) -> bool:
            await workspace.check_store()
            return words in workspace.store.lacks if words else not workspace.store.lacks

        await eventually(lambda: says("the store has no replica"), "the loss to be noticed")
        pair.replica.hand.replicaof("127.0.0.1", pair.primary.port)
        await eventually(lambda: says(""), "the return to be noticed")


async def test_at_the_level_of_one_disk_no_replica_is_asked(pair: Pair) -> None:
    async with at_work(pair, "disk") as shift:
        before = calls(pair, "wait")
        with pair.replica.stopped():
            assert await shift.opens("vera")
        assert calls(pair, "wait") == before


async def test_a_store_turned_weak_under_way_does_not_refuse_a_message_for_good(tmp_path: Path) -> None:
    """The client keeps it until the store is what it has to be."""
    async with own_store(tmp_path / "store") as port:
        store = Store(f"redis://127.0.0.1:{port}")
        async with opened(store.url, "main") as workspace:
            shift = Shift(workspace)
            await shift.begin(ana=6)
            await shift.online("ana")
            redis.Redis(port=port).config_set("appendfsync", "everysec")
            workspace.store._checked_run = "another run"
            await workspace.store._drop()
            with pytest.raises(Unknown):
                await shift.opens("vera")
            assert "appendfsync everysec" in workspace.store.lacks
            redis.Redis(port=port).config_set("appendfsync", "always")
            assert await eventually(lambda: answered_by(shift), "the store")
            assert workspace.store.lacks == ""


async def answered_by(shift: Shift) -> str:
    with suppress(Unknown):
        return await shift.opens("vera")
    return ""
