"""Another server at the store's address: no number is used twice under one epoch, whoever has seen the first."""

import contextlib
import os
import signal
from pathlib import Path

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from console.domain.ids import new_cid
from console.errors import SestettoError, Unknown, WrongEpoch
from console.proving.store_pair import store_pair
from console.queue.embedded import EmbeddedStore
from console.queue.workspace import Workspace
from tests.support.eventually import eventually
from tests.support.queue_shift import answered, at_work, opened


async def back(workspace: Workspace) -> str:
    """Wait for the store; return the epoch."""

    async def reads() -> bool:
        with contextlib.suppress(Unknown, WrongEpoch):
            return bool((await workspace.snapshot()).epoch)
        return False

    await eventually(reads, "the store")
    return workspace.epoch


async def test_a_promoted_replica_begins_a_new_epoch_for_everybody(tmp_path: Path) -> None:
    """Its numbers go back; a process that saw no more than it has cannot know that, and comes first here."""
    async with store_pair(tmp_path, least=0) as pair, at_work(pair.primary.url) as shift:
        chat, cid, told = await shift.opens("vera"), new_cid(), []
        async with opened(pair.primary.url, "main") as other:
            before = (await other.snapshot()).epoch
            other.on_epoch.append(lambda: told.append("other"))
            shift.workspace.on_epoch.append(lambda: told.append("writer"))
            await pair.in_step()
            pair.replica.cut_off()
            lost = await shift.writes("vera", chat, "Is it lost?", cid=cid)
            await pair.fail_over()
            with capture_logs() as said:
                now = await back(other)
                assert await back(shift.workspace) == now != before
            assert [line["event"] for line in said].count("store.promoted") == 1
            assert sorted(told) == ["other", "writer"]
            again = await shift.writes("vera", chat, "Is it lost?", cid=cid)
            assert (again.seq, again.at > lost.at) == (lost.seq, True)
            assert [m.text for m in await shift.facts("message")].count("Is it lost?") == 1
            await shift.workspace.store._drop()
            assert await back(shift.workspace) == now  # once is enough


async def test_a_server_that_was_only_started_again_goes_on(own: EmbeddedStore) -> None:
    async with at_work(own.url) as shift:
        epoch, chat = shift.workspace.epoch, await shift.opens("vera")
        os.kill(own.pid, signal.SIGKILL)
        await eventually(lambda: answered(shift.workspace), "the store")
        assert await shift.writes("vera", chat)
        assert shift.workspace.epoch == epoch


async def test_a_store_behind_what_a_reply_has_named_begins_a_new_epoch(own: EmbeddedStore, hand: Redis) -> None:
    """The process was acknowledged more than it has read of the feed so far."""
    async with at_work(own.url) as shift:
        keys, epoch = shift.workspace.keys, shift.workspace.epoch
        await shift.opens("vera")
        last = (await shift.entries())[-1]
        await hand.xdel(keys.feed, last.id)
        await hand.hset(keys.head, "n", last.n - 1)
        os.kill(own.pid, signal.SIGKILL)
        assert await back(shift.workspace) != epoch


async def test_an_earlier_history_does_not_come_back_to_life(own: EmbeddedStore, hand: Redis) -> None:
    """A primary that was replaced and is started again still has the epoch of then."""
    async with at_work(own.url) as shift:
        head, earlier = shift.workspace.keys.head, shift.workspace.epoch
        await shift.workspace.turn_epoch(earlier)
        later = shift.workspace.epoch
        await hand.hset(head, "epoch", earlier)
        os.kill(own.pid, signal.SIGKILL)
        assert await back(shift.workspace) not in (earlier, later)


async def test_what_was_seen_belongs_to_its_epoch(own: EmbeddedStore, hand: Redis) -> None:
    async with at_work(own.url) as shift:
        await shift.opens("vera")
        await hand.flushall()
        with pytest.raises(SestettoError):
            await shift.opens("vito")
        assert shift.workspace.seen == 0
