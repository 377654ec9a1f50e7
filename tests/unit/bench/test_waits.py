"""`sestetto load waits` plays visitors and agents on the real Functions, and reports correctly which estimates held."""

from pathlib import Path

import msgspec
import pytest

from console.bench.waits import SCENES, Shop, Wait, share_right
from tests.support.command_line import run_command
from tests.support.queue_shift import opened
from tests.support.server_process import RunningServer


@pytest.mark.parametrize(
    ("wait", "counts", "right"),
    [
        (Wait("sales", 20_000, 24_900, left=False), True, True),
        (Wait("sales", 20_000, 25_100, left=False), True, False),
        (Wait("sales", 100_000, 81_000, left=False), True, True),
        (Wait("sales", 100_000, 79_000, left=False), True, False),
        (Wait("sales", 20_000, 25_100, left=True), True, False),
        (Wait("sales", 20_000, 20_000, left=True), False, False),
        (Wait("sales", 0, 20_000, left=False), False, False),
    ],
)
def test_a_wait_is_right_within_a_fifth_or_five_seconds(wait: Wait, counts: bool, right: bool) -> None:
    assert (wait.counts, wait.right) == (counts, right)
    assert share_right([wait]) == (int(counts), float(right))


async def test_waits_behind_premium_chats_of_the_same_agents_come_true(store_url: str, workspace_name: str) -> None:
    async with opened(store_url, workspace_name) as workspace:
        waits = await Shop(workspace, SCENES[1], seed=7).run(1)
    counted, share = share_right(waits)
    assert counted > 150
    assert share > 0.4


@pytest.mark.slow
def test_a_short_run_compares_every_scene(tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    words = ("load", "waits", "--hours", "0.1", "--out", str(out))
    code, printed, errors = run_command(*words, environment=RunningServer(tmp_path).environment)
    assert code == 0, printed + errors
    waits = msgspec.json.decode(out.read_bytes(), type=dict[str, object])["waits"]
    found = msgspec.convert(waits, dict[str, list[Wait]])
    assert list(found) == [scene.name for scene in SCENES]
    assert all(found.values())
