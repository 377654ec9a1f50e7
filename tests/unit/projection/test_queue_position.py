"""Places in line and expected waits, as a process tells them from its picture; and whether somebody is there."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from console.delivery.fanout import Fanout
from console.delivery.hub import Hub
from console.domain.directory import Hours, Queue
from console.projection.availability import availability
from console.projection.picture import ChatState, Picture
from console.protocol import Team

NOON = int(datetime(2026, 3, 4, 12, tzinfo=UTC).timestamp() * 1000)  # a Wednesday
MORNINGS = Hours("UTC", tuple((day, 8 * 60, 12 * 60) for day in range(5)))
THURSDAY_AT_8 = int(datetime(2026, 3, 5, 8, tzinfo=UTC).timestamp() * 1000)
QUEUES = {
    "l1": Queue("l1", "Level 1", overflow_to="l2", overflow_after=1_000),
    "l2": Queue("l2", "Level 2", overflow_to="l1", overflow_after=1_000),
    "mornings": Queue("mornings", "Mornings", hours=MORNINGS),
}


@pytest.fixture
def fanout() -> Fanout:
    workspace: Any = SimpleNamespace(on_epoch=[])
    views: Any = None
    made = Fanout(workspace, Hub(), views)
    made.picture = Picture()
    return made


def stands(fanout: Fanout, chat: str, rank: int, *, place: str = "waiting", queue: str = "l1") -> None:
    fanout.picture.chats[chat] = ChatState(chat, place, queue, f"v{chat}", rank=rank)


def test_places_follow_the_rank_and_then_the_id(fanout: Fanout) -> None:
    stands(fanout, "b", 20)
    stands(fanout, "c", 10)
    stands(fanout, "a", 20)
    stands(fanout, "other", 1, queue="l2")
    assert [fanout.place_of(chat) for chat in ("c", "a", "b", "other")] == [(1, -1), (2, -1), (3, -1), (1, -1)]


def test_who_is_offered_stands_in_line_and_who_is_held_or_over_does_not(fanout: Fanout) -> None:
    stands(fanout, "a", 1, place="offered")
    stands(fanout, "b", 2)
    stands(fanout, "c", 0, place="active")
    stands(fanout, "d", 0, place="wrapup")
    assert [fanout.place_of(chat) for chat in ("a", "b", "c", "d", "gone")] == [(1, -1), (2, -1), None, None, None]


def test_the_expected_wait_is_the_place_times_the_pace(fanout: Fanout) -> None:
    fanout.picture.queue("l1").pace = 14_300
    for number in range(3):
        stands(fanout, f"c{number}", number)
    assert [fanout.place_of(f"c{number}") for number in range(3)] == [(1, 14), (2, 29), (3, 43)]


def test_somebody_at_the_next_level_is_somebody() -> None:
    picture = Picture()
    assert availability(picture, QUEUES, "l1", NOON) == Team(False)
    picture.there["l2"] = 1
    assert availability(picture, QUEUES, "l1", NOON) == Team(True)
    assert availability(picture, QUEUES, "unknown", NOON) == Team(False)


def test_the_hours_count_for_who_comes_and_not_for_who_waits() -> None:
    picture = Picture()
    picture.there["mornings"] = 1
    before, after = NOON - 1, NOON
    assert availability(picture, QUEUES, "mornings", before) == Team(True)
    assert availability(picture, QUEUES, "mornings", after) == Team(False, THURSDAY_AT_8)
    assert availability(picture, QUEUES, "mornings", after, inside=True) == Team(True)
    picture.there.clear()
    assert availability(picture, QUEUES, "mornings", before) == Team(False)
    assert availability(picture, QUEUES, "mornings", after, inside=True) == Team(False, THURSDAY_AT_8)
