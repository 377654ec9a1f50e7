"""Queue positions and expected waits from a picture, and whether an agent is available."""

from datetime import UTC, datetime

from console.domain.directory import Hours, Queue
from console.projection.availability import availability
from console.projection.picture import ChatState, Picture
from console.projection.queue_position import QueuePositions
from console.protocol import Team

NOON = int(datetime(2026, 3, 4, 12, tzinfo=UTC).timestamp() * 1000)  # a Wednesday
MORNINGS = Hours("UTC", tuple((day, 8 * 60, 12 * 60) for day in range(5)))
THURSDAY_AT_8 = int(datetime(2026, 3, 5, 8, tzinfo=UTC).timestamp() * 1000)
QUEUES = {
    "l1": Queue("l1", "Level 1", overflow_to="l2", overflow_after=1_000),
    "l2": Queue("l2", "Level 2", overflow_to="l1", overflow_after=1_000),
    "mornings": Queue("mornings", "Mornings", hours=MORNINGS),
}


def stands(picture: Picture, chat: str, rank: int, *, place: str = "waiting", queue: str = "l1") -> None:
    picture.chats[chat] = ChatState(chat, place, queue, f"v{chat}", rank=rank)


def test_positions_follow_rank_and_then_id() -> None:
    picture, positions = Picture(), QueuePositions()
    stands(picture, "b", 20)
    stands(picture, "c", 10)
    stands(picture, "a", 20)
    stands(picture, "other", 1, queue="l2")
    assert [positions.of(picture, chat) for chat in ("c", "a", "b", "other")] == [(1, -1), (2, -1), (3, -1), (1, -1)]


def test_an_offered_chat_has_a_queue_position_and_a_held_one_has_none() -> None:
    picture, positions = Picture(), QueuePositions()
    stands(picture, "a", 1, place="offered")
    stands(picture, "b", 2)
    stands(picture, "c", 0, place="active")
    stands(picture, "d", 0, place="wrapup")
    assert [positions.of(picture, chat) for chat in ("a", "b", "c", "d", "gone")] == [
        (1, -1),
        (2, -1),
        None,
        None,
        None,
    ]


def test_the_expected_wait_is_position_times_pace() -> None:
    picture, positions = Picture(), QueuePositions()
    picture.queue("l1").pace = 14_300
    for number in range(3):
        stands(picture, f"c{number}", number)
    assert [positions.of(picture, f"c{number}") for number in range(3)] == [(1, 14), (2, 29), (3, 43)]


def test_an_agent_of_the_next_tier_makes_the_queue_available() -> None:
    picture = Picture()
    assert availability(picture, QUEUES, "l1", NOON) == Team(False)
    picture.there["l2"] = 1
    assert availability(picture, QUEUES, "l1", NOON) == Team(True)
    assert availability(picture, QUEUES, "unknown", NOON) == Team(False)


def test_opening_hours_apply_to_new_chats_not_to_waiting_ones() -> None:
    picture = Picture()
    picture.there["mornings"] = 1
    before, after = NOON - 1, NOON
    assert availability(picture, QUEUES, "mornings", before) == Team(True)
    assert availability(picture, QUEUES, "mornings", after) == Team(False, THURSDAY_AT_8)
    assert availability(picture, QUEUES, "mornings", after, inside=True) == Team(True)
    picture.there.clear()
    assert availability(picture, QUEUES, "mornings", before) == Team(False)
    assert availability(picture, QUEUES, "mornings", after, inside=True) == Team(False, THURSDAY_AT_8)
