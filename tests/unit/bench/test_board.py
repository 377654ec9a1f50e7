"""`sestetto load board` measures windows with no, one and five boards, and sums them up correctly."""

from pathlib import Path

import msgspec
import pytest

from console.bench.boards import Window, extra, median
from tests.support.command_line import run_command
from tests.support.server_process import RunningServer


@pytest.mark.slow
def test_a_short_run_has_boards_that_are_drawn_for(tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    words = ("load", "board", "--agents", "2", "--each", "60", "--seconds", "2", "--rounds", "1", "--out", str(out))
    code, printed, errors = run_command(*words, environment=RunningServer(tmp_path).environment)
    assert code == 0, printed + errors
    windows = msgspec.json.decode(out.read_bytes(), type=dict[str, object])["windows"]
    found = msgspec.convert(windows, list[Window])
    assert [window.boards for window in found] == [0, 1, 5]
    assert [window.frames > 0.5 for window in found] == [False, True, True]
    assert all(window.messages > 2 for window in found)
    assert found[1].kib > 1
    assert found[1].drawing > 0


def test_what_boards_cost_is_told_round_by_round() -> None:
    shares = [(0, 0.10), (1, 0.13), (0, 0.30), (1, 0.34), (0, 0.20), (1, 0.15)]
    windows = [Window(boards, server, 0, 0, 0, 0, 0) for boards, server in shares]
    assert [round(share, 2) for share in extra(windows, 1, "server")] == [0.03, 0.04, -0.05]
    assert median(windows, 1, "server") == 0.15
