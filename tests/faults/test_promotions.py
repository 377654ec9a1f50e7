"""The primary is lost and its replica takes over, with people chatting: what that costs at each level of durability."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from console.proving.clients import Cast
from console.proving.record import read_archive
from console.proving.store_pair import AT_ONCE, Pair, store_pair
from console.proving.store_process import SAFE, own_store
from tests.faults.installation import Inside, installed
from tests.faults.journal import promises_kept
from tests.support.eventually import eventually


@asynccontextmanager
async def on_a_pair(
    folder: Path, durability: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Pair, Inside, Cast]]:
    monkeypatch.setattr("console.queue.store.PATIENCE", 0.3)
    monkeypatch.setattr("console.workers.PROMISES", 0.1)
    async with (
        store_pair(folder, least=int(durability != "disk")) as pair,
        installed(folder / "data", pair.primary.url, "main", durability=durability) as inside,
        Cast(inside) as cast,
    ):
        yield pair, inside, cast


async def problems(inside: Inside) -> list[str]:
    async with httpx.AsyncClient(base_url=inside.url, timeout=15) as probe:
        told: list[str] = (await probe.get("/readyz")).json()["problems"]
    return told


async def test_at_two_disks_nothing_counts_as_sent_before_the_replica_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_a_pair(tmp_path, "two-disks", monkeypatch) as (pair, inside, cast):
        ana, vera = await cast.agent("ana"), await cast.visitor("vera")
        chat = await vera.opened()
        await ana.holds(chat)
        seen = ana.held[chat]
        with pair.replica.stopped():
            cid = await vera.say("Do you have it?")
            await eventually(lambda: vera.closes, "Vera's socket to close", within=20)

            async def is_told() -> bool:
                return any("no replica of the store has confirmed" in said for said in await problems(inside))

            await eventually(is_told, "the probe to say why", within=20)
            assert (ana.held[chat], "Do you have it?" in vera.texts) == (seen, False)
        claim = await vera.answered(cid)
        assert claim.outcome == "acked"
        facts = await promises_kept(inside, cast.journal)
        assert [getattr(fact, "text", "") for fact in facts].count("Do you have it?") == 1


async def test_at_replica_a_failover_loses_nothing_that_was_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_a_pair(tmp_path, "replica", monkeypatch) as (pair, inside, cast):
        ana, vera = await cast.agent("ana"), await cast.visitor("vera")
        chat = await vera.opened()
        await ana.holds(chat)
        for n in range(10):
            await vera.answered(await vera.say(f"before {n}"))
        pair.replica.cut_off()
        cid = await vera.say("into the void")
        await eventually(lambda: vera.closes, "Vera's socket to close", within=20)
        before = inside.services.workspace.epoch
        await pair.fail_over()
        third = own_store(tmp_path / "third", f"{SAFE} {AT_ONCE} --replicaof 127.0.0.1 {pair.primary.port}")
        async with third:
            claim = await vera.answered(cid, within=30)
            assert claim.outcome == "acked"
            assert inside.services.workspace.epoch != before
            await eventually(lambda: vera.epoch == ana.epoch == inside.services.workspace.epoch, "all to be told")
            facts = await promises_kept(inside, cast.journal)
            assert [getattr(fact, "text", "") for fact in facts].count("into the void") == 1


async def test_on_one_disk_a_lagging_replica_costs_its_lag_and_everybody_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Acknowledged messages that the store lost stay in the archive; later ones are stored once."""
    async with on_a_pair(tmp_path, "disk", monkeypatch) as (pair, inside, cast):
        ana, vera = await cast.agent("ana"), await cast.visitor("vera")
        await ana.holds(await vera.opened())
        await pair.in_step()
        pair.replica.cut_off()
        await vera.answered(await vera.say("only on the primary"))
        await eventually(lambda: archived(inside, "only on the primary"), "the archive to have it")
        before = vera.epoch
        await pair.fail_over()
        await vera.back()
        await eventually(lambda: before not in (vera.epoch, ana.epoch), "all to be told")
        assert vera.lost_told == 1
        assert "only on the primary" not in vera.texts
        await vera.answered(await vera.say("after it"))
        await eventually(lambda: archived(inside, "after it"), "the archive to go on")
        assert await archived(inside, "only on the primary") == 1


async def archived(inside: Inside, text: str) -> int:
    return [text.encode() in raw for _, raw in await read_archive(inside)].count(True)
