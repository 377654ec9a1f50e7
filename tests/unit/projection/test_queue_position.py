"""Queue positions and expected waits from a picture, and whether an agent is available."""

from datetime import UTC, datetime

import pytest

from console.domain.directory import Directory, Hours, Member, Queue
from console.events import AgentChanged, Author, Message
from console.projection import queue_position
from console.projection.availability import availability
from console.projection.picture import ChatState, Picture
from console.projection.queue_position import QueuePositions, WaitingLines
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


def serves(picture: Picture, agent: str, *queues: str) -> None:
    """An agent comes online who serves these queues."""
    picture.advance(picture.n + 1, AgentChanged(at=1, agent=agent, name=agent, status="online", connected=True,
        limit=1, fence=1, queues=list(queues)))  # fmt: skip


def test_the_expected_wait_is_the_place_times_the_pace() -> None:
    picture, positions = Picture(), QueuePositions()
    serves(picture, "ana", "l1")
    picture.queue("l1").pace = 14_300
    for number in range(3):
        stands(picture, f"c{number}", number)
    assert [positions.of(picture, f"c{number}") for number in range(3)] == [(1, 14), (2, 29), (3, 43)]


def test_no_wait_is_promised_while_nobody_is_online() -> None:
    picture, positions = Picture(), QueuePositions()
    picture.queue("l1").pace = 14_300
    stands(picture, "c", 1)
    assert positions.of(picture, "c") == (1, -1)
    serves(picture, "ana", "l1")
    assert positions.of(picture, "c") == (1, 14)


def test_chats_of_another_queue_go_first_if_the_same_agents_serve_both() -> None:
    picture, positions = Picture(), QueuePositions()
    serves(picture, "ana", "l1", "premium")
    serves(picture, "ben", "mornings")
    picture.queue("l1").pace = 10_000
    stands(picture, "p1", 10, queue="premium")
    stands(picture, "p2", 30, queue="premium")
    stands(picture, "m", 10, queue="mornings")
    stands(picture, "vera", 20)
    assert positions.of(picture, "vera") == (2, 20), "p1 goes first; p2 comes later, and Ben serves m"
    assert positions.of(picture, "p2") == (3, -1)
    assert positions.of(picture, "m") == (1, -1)


def test_a_chat_ahead_counts_for_less_time_if_others_may_take_it_too() -> None:
    picture, positions = Picture(), QueuePositions()
    for agent in ("ana", "ben", "kim"):
        serves(picture, agent, "premium")
    serves(picture, "sam", "premium", "l1")
    picture.queue("l1").pace = 10_000
    stands(picture, "p1", 1, queue="premium")
    stands(picture, "p2", 2, queue="premium")
    stands(picture, "vera", 3)
    assert positions.of(picture, "vera") == (3, 15), "Sam gets one of four premium chats"


def test_chats_that_have_overflowed_stand_before_those_of_the_next_tier() -> None:
    picture, positions = Picture(), QueuePositions()
    serves(picture, "ana", "l1")
    serves(picture, "ben", "l2")
    stands(picture, "over", 1)
    picture.chats["over"].lines = ["l2"]
    stands(picture, "stays", 2)
    stands(picture, "vera", 3, queue="l2")
    assert [positions.of(picture, chat) for chat in ("over", "stays", "vera")] == [(1, -1), (2, -1), (2, -1)]


def test_chats_in_a_language_that_ones_own_agents_do_not_speak_do_not_count() -> None:
    queues = {"l1": Queue("l1", "Level 1", languages=("en", "it"))}
    members = {name: Member(name, name, "", queues=("l1",), languages=(name[:2],)) for name in ("enid", "ita")}
    directory, picture, positions = Directory(1, queues=queues, members=members), Picture(), QueuePositions()
    for agent in members:
        serves(picture, agent, "l1")
    for number, language in enumerate(("en", "it", "en", "it")):
        stands(picture, f"c{number}", number)
        picture.chats[f"c{number}"].language = language
    found = [positions.of(picture, f"c{number}", directory) for number in range(4)]
    assert found == [(1, -1), (1, -1), (2, -1), (2, -1)]


def test_chats_to_be_taken_do_not_go_before_those_that_are_given() -> None:
    queues = {"l1": Queue("l1", "Level 1"), "taken": Queue("taken", "Taken", mode="pull")}
    directory, picture, positions = Directory(1, queues=queues), Picture(), QueuePositions()
    serves(picture, "ana", "l1", "taken")
    stands(picture, "t1", 1, queue="taken")
    stands(picture, "vera", 2)
    stands(picture, "t2", 3, queue="taken")
    assert [positions.of(picture, chat, directory) for chat in ("t1", "vera", "t2")] == [(1, -1), (1, -1), (3, -1)]


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


def test_positions_are_sorted_again_after_other_facts_than_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    sorted_times: list[int] = []
    picture, positions = Picture(), QueuePositions()
    stands(picture, "a", 1)

    class Counted(WaitingLines):
        def __init__(self, picture: Picture, directory: Directory) -> None:
            super().__init__(picture, directory)
            sorted_times.append(picture.n)

    monkeypatch.setattr(queue_position, "WaitingLines", Counted)
    positions.of(picture, "a")
    picture.advance(1, Message(1, "a", 1, 0, "visitor", Author("vera", "Vera"), "cid", "Hello"))
    positions.of(picture, "a")
    serves(picture, "ana", "l1")
    positions.of(picture, "a")
    assert sorted_times == [0, 2]
