"""`sestetto load routing` measures real assignments, on chats in the state that `open` creates."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from console.bench.clones import Loader, Mould, Names, differences
from console.domain.directory import Queue
from console.queue.workspace import Workspace
from tests.support.command_line import run_command
from tests.support.queue_shift import Shift, opened
from tests.support.server_process import RunningServer

LINE = Queue("sales", "Sales", target=3_600_000, languages=("en", "it"))


@pytest_asyncio.fixture
async def busy(store_url: str, workspace_name: str) -> AsyncIterator[Workspace]:
    """Ana's hands are full: whoever comes waits."""
    async with opened(store_url, workspace_name) as workspace:
        shift = Shift(workspace)
        await shift.begin(LINE, ana=1)
        await shift.online("ana")
        await shift.opens("vera")
        yield workspace


async def loaded(workspace: Workspace, mould: Mould) -> Names:
    """The second of three clones."""
    loader = Loader(workspace)
    await loader.load(mould, 3, workspace.now() - 60_000, step=1_000)
    return loader.names(1)


async def test_a_loaded_chat_is_what_a_real_opening_leaves(busy: Workspace) -> None:
    clone = await loaded(busy, await Mould.of(busy, "sales", "it"))
    assert await differences(busy, "sales", clone, "it") == []
    live, _ = await busy.read_chat(clone.chat)
    assert live.number("opened") < busy.now() - 50_000
    assert live.fields["visitor"] == clone.visitor


async def test_a_loader_that_leaves_something_out_is_caught(busy: Workspace) -> None:
    mould = await Mould.of(busy, "sales", "it")
    without = [command for command in mould.recipe if command[0] != "SADD"]
    clone = await loaded(busy, mould._replace(recipe=without))
    assert await differences(busy, "sales", clone, "it") == [f"+ SADD {busy.keys.prefix}live <chat>"]


async def test_loaded_chats_are_routed_like_any_other(busy: Workspace) -> None:
    shift = Shift(busy)
    clone = await loaded(busy, await Mould.of(busy, "sales"))
    shift.version = 1
    await shift.begin(LINE, ana=1, ben=3)
    await shift.online("ben")
    assert clone.chat in (await shift.held("ben")).values()
    assert [fact.why for fact in await shift.facts("assigned") if fact.chat == clone.chat] == ["next_in_line"]


@pytest.mark.slow
def test_a_short_run_measures_assignments_with_two_lengths_of_line(tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    words = ("load", "routing", "--agents", "200", "--waiting", "100,1000", "--blocks", "1", "--out", str(out))
    code, printed, errors = run_command(*words, environment=RunningServer(tmp_path).environment)
    assert code == 0, printed + errors
    assert "times the CPU from the shortest to the longest line" in printed
    costs = msgspec.json.decode(out.read_bytes())["routing"]["costs"]
    assert [cost["waiting"] for cost in costs] == [100] * 6 + [1000] * 6
    assert {cost["sync"] for cost in costs} == {"no", "always"}
    assert all(cost["cpu_us"] > 0 and cost["per_second"] > 0 for cost in costs)
