"""Which notifications are due, given a chat's state and what was sent."""

import pytest

from console.domain.push import Nudge
from console.projection.models import ChatState
from console.push.wanted import LATEST, PATIENCE, is_news, is_over, nudge_of

NOW = 1_800_000_000_000


def chat(place: str, **more: int) -> ChatState:
    return ChatState("c1", place, "support", "v1", agent="ana", **more)


@pytest.mark.parametrize(
    ("one", "nudge"),
    [
        (chat("waiting", turn=NOW), None),
        (chat("wrapup"), None),
        (chat("offered", until=NOW + 20_000, turn=NOW), Nudge("offered", "c1", NOW + 20_000)),
        (chat("active", since=NOW), Nudge("given", "c1", NOW)),
        (chat("active", since=NOW, turn=NOW + 5), Nudge("waits", "c1", NOW + 5)),
        (chat("active", since=NOW, turn=NOW - 300_000), Nudge("waits", "c1", NOW)),  # waited in line for five minutes
    ],
)
def test_a_chat_says_what_its_agent_should_know(one: ChatState, nudge: Nudge | None) -> None:
    assert nudge_of(one) == nudge


@pytest.mark.parametrize(
    ("kind", "at", "first_seen", "news"),
    [
        ("waits", NOW, NOW, False),  # a console in sight shows it now
        ("waits", NOW - PATIENCE, NOW - PATIENCE, True),
        ("waits", NOW - LATEST, NOW - PATIENCE, False),  # old news, to a device that was turned on just now
        ("offered", NOW + 20_000, NOW - PATIENCE, True),
        ("offered", NOW + 20_000, NOW, False),
        ("alert", NOW, NOW, True),
        ("alert", NOW - LATEST, NOW, True),
        ("alert", NOW - 10 * LATEST, NOW, False),
    ],
)
def test_what_is_told_is_neither_in_sight_nor_old(kind: str, at: int, first_seen: int, news: bool) -> None:
    assert is_news(Nudge(kind, "c1", at), first_seen, NOW) == news  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("told", "now", "over"),
    [
        ("waits", "waits", False),
        ("waits", "given", True),  # answered
        ("given", "waits", False),
        ("offered", "waits", False),  # accepted
        ("waits", "", True),
        ("alert", "", True),
        ("over", "", False),
    ],
)
def test_what_was_told_is_taken_back_once_it_holds_no_more(told: str, now: str, over: bool) -> None:
    said, holds = Nudge(told, "c1", NOW), Nudge(now, "c1", NOW) if now else None  # type: ignore[arg-type]
    assert is_over(said, holds) == over
