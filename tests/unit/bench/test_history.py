"""`sestetto load history` queries a real archive, finds what it wrote, and reports slow queries."""

from pathlib import Path

import msgspec
import pytest

from console.archive.database import Database
from console.archive.search import ChatQuery, ChatSearch
from console.bench.history import QUESTIONS, WORKSPACE, Timing, fill
from tests.support.command_line import run_command
from tests.support.server_process import RunningServer


@pytest.mark.slow
def test_a_short_run_finds_chats_by_every_question(tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    words = ("load", "history", "--chats", "1000", "--runs", "20", "--out", str(out))
    code, printed, errors = run_command(*words, environment=RunningServer(tmp_path).environment)
    assert code == 0, printed + errors
    questions = msgspec.json.decode(out.read_bytes(), type=dict[str, object])["questions"]
    timings = msgspec.convert(questions, list[Timing])
    assert [timing.what for timing in timings] == list(QUESTIONS)
    assert {timing.what for timing in timings if not timing.found} == {"a word nobody wrote"}


@pytest.mark.parametrize("times", [1, 2])
async def test_a_run_that_was_cut_goes_on_where_it_was(database_url: str, times: int) -> None:
    database = Database(database_url)
    await database.migrate()
    for number in [200, 600][-times:]:
        await fill(database, number, lambda _: None)
    assert await ChatSearch(database, WORKSPACE).count(ChatQuery(text="a-1000599")) == 1
    await database.close()
