"""`sestetto load flood` floods a real server and compares with the window just before."""

from pathlib import Path

import msgspec
import pytest

from console.bench.flood_worker import ALL
from console.bench.floods import FloodWindow, ratios
from tests.support.command_line import run_command
from tests.support.server_process import RunningServer


@pytest.mark.slow
def test_a_short_run_has_a_window_without_and_with_a_flood(tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    words = ("load", "flood", "--kind", "pongs", "--seconds", "1", "--rounds", "1", "--out", str(out))
    code, printed, errors = run_command(*words, environment=RunningServer(tmp_path).environment)
    assert code == 0, printed + errors
    windows = msgspec.convert(msgspec.json.decode(out.read_bytes())["windows"], list[FloodWindow])
    assert [one.kind for one in windows] == ["", "pongs"]
    assert all(one.pings > 5 and one.ack_p50 > 0 for one in windows)


def test_ratios_are_taken_round_by_round() -> None:
    times = [("", 2.0), ("pongs", 3.0), ("", 4.0), ("pings", 4.0), ("", 1.0), ("pongs", 2.0)]
    windows = [FloodWindow(kind, time, 0, 0, 0, 0) for kind, time in times]
    assert ratios(windows, "pongs", "ping_p50") == [1.5, 2.0]


def test_every_kind_of_flood_that_is_told_of_can_be_made() -> None:
    assert len(ALL) == len(set(ALL)) == 9
