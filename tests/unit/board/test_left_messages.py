"""Left messages on the board: how many, the oldest, past their target, whose; SQL is queried rarely."""

import asyncio
from collections.abc import Sequence

import pytest

from console.archive.left_messages import OpenMessage
from console.board.left_messages import ASK, SOON, LeftCounts, LeftSummary, left_summary
from console.board.views import BoardViews
from console.domain.directory import HOUR, Queue
from console.errors import Unknown
from tests.support.board_state import Floor
from tests.support.eventually import eventually

NOW = 1_800_000_000_000
QUEUES = {"sales": Queue("sales", "Sales", message_target=2 * HOUR), "fun": Queue("fun", "Fun", message_target=0)}


def left(hours: float, owner: str = "", queue: str = "sales") -> OpenMessage:
    return OpenMessage(queue, round(NOW - hours * HOUR), owner, owner.title())


def test_what_is_open_is_counted_with_its_oldest_and_those_past_their_target() -> None:
    found = [left(9, queue="fun"), left(3, "ana"), left(2, "ben"), left(1, "ana"), left(0.5), left(30, queue="gone")]
    assert left_summary(found, QUEUES, NOW) == LeftSummary(
        open=6, oldest=NOW - 30 * HOUR, late=2, unowned=3, owners=(("ana", "Ana", 2), ("ben", "Ben", 1))
    )
    assert left_summary([], QUEUES, NOW) == LeftSummary()


def drawn(summary: LeftSummary, *, wall: bool = False, locale: str = "en") -> str:
    return BoardViews(Floor()).part(summary, locale=locale, wall=wall, now=NOW)


def test_each_figure_leads_to_the_messages_that_it_counts() -> None:
    part = drawn(left_summary([left(3, "ana"), left(26)], QUEUES, NOW))
    assert '<a href="/messages">2 left messages</a>' in part
    assert '<a href="/messages?owner=-">1 without an owner</a>' in part
    assert '<a href="/messages?owner=ana"><bdi>Ana</bdi> 1</a>' in part
    assert f'data-since="{NOW - 26 * HOUR}">26:00:00<' in part
    assert "2 past their target" in part


def test_a_name_is_text_and_a_wall_has_no_links() -> None:
    evil = OpenMessage("sales", NOW, 'x"><script>', "<b>Ana</b>")
    part = drawn(left_summary([evil], QUEUES, NOW))
    assert "<script>" not in part
    assert "&lt;b&gt;Ana&lt;/b&gt;" in part
    assert "<a " not in drawn(left_summary([evil], QUEUES, NOW), wall=True)


def test_without_any_nothing_is_shown() -> None:
    assert (
        drawn(LeftSummary()).replace("\n", "")
        == '<p class="overview num" id="left" data-in="totals" data-order="~" data-left="0"></p>'
    )


class Sql:
    def __init__(self) -> None:
        self.time = 100.0
        self.asked = 0
        self.found: list[OpenMessage] = []
        self.away = False
        self.gate = asyncio.Event()
        self.gate.set()
        self.counts = LeftCounts(self.read, clock=lambda: self.time)

    async def read(self) -> Sequence[OpenMessage]:
        self.asked += 1
        await self.gate.wait()
        if self.away:
            raise Unknown
        return list(self.found)

    async def beats(self, live: int, seconds: float = 1) -> None:
        self.time += seconds
        self.counts.ask(live)
        await asyncio.sleep(0)
        await asyncio.sleep(0)


@pytest.fixture
async def sql() -> Sql:
    return Sql()


async def test_a_minute_of_beats_is_a_handful_of_questions(sql: Sql) -> None:
    sql.found = [left(1)]
    for _ in range(60):
        await sql.beats(1)
    assert sql.asked == 60 / ASK
    assert len(sql.counts.found) == 1


async def test_another_message_is_asked_for_soon_and_bursts_are_not(sql: Sql) -> None:
    await sql.beats(1)
    for live in range(2, 12):
        await sql.beats(live, SOON / 10)
    assert sql.asked == 2
    await sql.beats(12, SOON)
    assert sql.asked == 3


async def test_without_left_messages_sql_is_asked_nothing(sql: Sql) -> None:
    sql.found = [left(1)]
    await sql.beats(1)
    for _ in range(30):
        await sql.beats(0)
    assert (sql.asked, sql.counts.found) == (1, ())


async def test_while_sql_is_away_or_slow_the_board_keeps_what_it_knew(sql: Sql) -> None:
    sql.found = [left(1)]
    await sql.beats(1)
    sql.away = True
    await sql.beats(1, ASK)
    assert (sql.asked, len(sql.counts.found)) == (2, 1)
    sql.away = False
    sql.gate.clear()
    for _ in range(5):
        await sql.beats(1, ASK)
    assert sql.asked == 3, "one question at a time"
    sql.found = [left(1), left(2)]
    sql.gate.set()
    await eventually(lambda: len(sql.counts.found) == 2, "the answer")
