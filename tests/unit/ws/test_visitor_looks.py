"""A visitor's socket checks every second, and queries only when something may be new."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from console.domain.directory import Directory
from console.events import AgentChanged, Author, Message
from console.projection.availability import MINUTE
from console.projection.picture import Picture
from console.ws.visitor import VisitorConnection

ANA_CAME = AgentChanged(1, "ana", "Ana", "online", True, 6, 1)


class News:
    """What a visitor may expect; counts how often it is asked."""

    def __init__(self) -> None:
        self.waits, self.asked = False, 0

    def news(self, chat: str, queue: object) -> list[Any]:
        self.asked += 1
        return []


class Vera:
    """Her socket, of which only what `refresh` needs is there."""

    def __init__(self) -> None:
        self.news, self.now = News(), 0
        self.services = SimpleNamespace(
            picture=Picture(), directory=Directory(1), workspace=SimpleNamespace(now=lambda: self.now)
        )
        actions = SimpleNamespace(vouched=lambda: True, moved_on=lambda: False, blocked=lambda: None, chat="c1")
        self.socket = VisitorConnection.__new__(VisitorConnection)
        self.socket.__dict__.update(
            services=self.services, wait_status=self.news, actions=actions, _seen=(None, None), _seen_at=(-1, 0),
            _welcomed=True,
        )  # fmt: skip

    def looks(self) -> int:
        """Look again; return how often the news were asked for."""
        before = self.news.asked
        self.socket.refresh()
        return self.news.asked - before


def test_while_nothing_has_changed_nothing_is_asked() -> None:
    vera = Vera()
    assert [vera.looks() for _ in range(3)] == [1, 0, 0]


@pytest.mark.parametrize("what", ["a fact", "another picture", "settings", "the next minute"])
def test_what_may_change_her_news_is_looked_at(what: str) -> None:
    vera = Vera()
    vera.looks()
    match what:
        case "a fact":
            vera.services.picture.advance(1, ANA_CAME)
        case "another picture":
            vera.services.picture = Picture()
        case "settings":
            vera.services.directory = Directory(2)
        case _:
            vera.now += MINUTE
    assert [vera.looks() for _ in range(2)] == [1, 0]


def test_a_message_changes_nothing_of_her_news() -> None:
    vera = Vera()
    vera.looks()
    vera.services.picture.advance(1, Message(1, "c2", 1, 0, "agent", Author("ana", "Ana"), "cid", "Hello"))
    assert vera.looks() == 0


def test_in_a_line_every_second_counts() -> None:
    vera = Vera()
    vera.news.waits = True
    assert [vera.looks() for _ in range(3)] == [1, 1, 1]


def test_what_was_seen_before_the_welcome_is_looked_at_again_after_it() -> None:
    vera = Vera()
    cast(Any, vera.socket)._welcomed = False
    assert [vera.looks() for _ in range(2)] == [0, 0]
    cast(Any, vera.socket)._welcomed = True
    assert vera.looks() == 1
