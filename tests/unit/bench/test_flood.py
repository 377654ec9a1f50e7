"""`sestetto load flood` floods a real server and compares with the window just before."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from console.bench.flood_worker import ALL
from console.bench.floods import FloodWindow, ratios


@pytest.mark.slow
def test_a_short_run_has_a_window_without_and_with_a_flood(tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SESTETTO_")}
    words = ["load", "flood", "--kind", "pongs", "--seconds", "1", "--rounds", "1", "--out", str(out)]
    command = [sys.executable, "-m", "console.cli", *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    windows = msgspec.convert(msgspec.json.decode(out.read_bytes())["windows"], list[FloodWindow])
    assert [one.kind for one in windows] == ["", "pongs"]
    assert all(one.pings > 5 and one.ack_p50 > 0 for one in windows)


def test_ratios_are_taken_round_by_round() -> None:
    times = [("", 2.0), ("pongs", 3.0), ("", 4.0), ("pings", 4.0), ("", 1.0), ("pongs", 2.0)]
    windows = [FloodWindow(kind, time, 0, 0, 0, 0) for kind, time in times]
    assert ratios(windows, "pongs", "ping_p50") == [1.5, 2.0]


def test_every_kind_of_flood_that_is_told_of_can_be_made() -> None:
    assert len(ALL) == len(set(ALL)) == 9
