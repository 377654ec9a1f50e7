"""A silent client is pinged, and disconnected when it does not answer; one that sends frames is not pinged."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from structlog.testing import capture_logs

from console.ws import heartbeats as heartbeats_module
from console.ws.heartbeats import Heartbeats
from console.ws.rfc6455 import ping
from console.ws.uvicorn_protocol import AGENT_PING, AGENT_PONG, VISITOR_PING, VISITOR_PONG, Protocol

NEVER = 0.0


class Wire:
    """What is written to a client."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.aborted = False
        self.write = self.written.append

    def abort(self) -> None:
        self.aborted = True

    def is_closing(self) -> bool:
        return self.aborted


def socket_of(interval: float, timeout: float) -> tuple[Protocol, Wire]:
    """A socket whose client was heard at second 100."""
    protocol, wire = Protocol.__new__(Protocol), Wire()
    known = {
        "transport": wire, "close_sent": False, "ping_interval": interval, "ping_timeout": timeout, "_heard": 100.0,
        "_asked": False, "loop": SimpleNamespace(time=lambda: 105.5), "_thrown_away": 0, "scope": {},
    }  # fmt: skip
    for name, value in known.items():
        setattr(protocol, name, value)
    return protocol, wire


@pytest.mark.parametrize(
    ("interval", "timeout", "most"), [(AGENT_PING, AGENT_PONG, 8.0), (VISITOR_PING, VISITOR_PONG, 40.0)]
)
@pytest.mark.parametrize("part", [0.0, 0.3, 0.99])
def test_a_dead_client_is_given_up_in_time(interval: float, timeout: float, most: float, part: float) -> None:
    protocol, wire = socket_of(interval, timeout)
    protocol._heard += part
    when, seconds = protocol._heard + interval, 0
    for second in range(100, 200):  # as `Heartbeats` looks: once a second, and not later than asked
        if second < int(when) or wire.aborted:
            continue
        when, seconds = protocol.check(float(second)), second
    assert wire.written == [ping()]
    assert wire.aborted
    assert when == NEVER
    assert interval + timeout - 2 <= seconds - protocol._heard <= most


def test_a_client_that_talks_is_not_asked() -> None:
    protocol, wire = socket_of(AGENT_PING, AGENT_PONG)
    protocol._heard = 102.5
    assert protocol.check(104.0) == 102.5 + AGENT_PING
    assert wire.written == []


def test_whatever_comes_answers_a_ping() -> None:
    protocol, wire = socket_of(AGENT_PING, AGENT_PONG)
    protocol.check(104.0)
    protocol.data_received(b"x")
    assert protocol.check(108.0) == 105.5 + AGENT_PING
    assert not wire.aborted


def test_a_socket_that_ends_is_left_alone() -> None:
    protocol, wire = socket_of(AGENT_PING, AGENT_PONG)
    protocol.close_sent = True
    assert protocol.check(200.0) == NEVER
    assert (wire.written, wire.aborted) == ([], False)


class Looked:
    """A socket that counts how often it is looked at."""

    def __init__(self, again: float) -> None:
        self.again, self.looks = again, 0

    def check(self, now: float) -> float:
        self.looks += 1
        return self.again


async def test_sockets_are_looked_at_when_it_is_their_turn_and_not_when_they_have_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    beats: list[Callable[[], None]] = []
    monkeypatch.setattr(heartbeats_module, "at_beat", lambda every, call: beats.append(call))
    now = asyncio.get_running_loop().time()
    beating, due, later, left = Heartbeats(), Looked(now + 100), Looked(NEVER), Looked(NEVER)
    beating.watch(due, now)
    beating.watch(later, now + 100)
    beating.watch(left, now)
    beating.leave(left)
    assert len(beats) == 1
    beats.pop()()
    assert (due.looks, later.looks, left.looks) == (1, 0, 0)
    beats.pop()()
    assert (due.looks, later.looks, left.looks) == (1, 0, 0)
    beating.leave(due)
    beating.leave(later)
    beats.pop()()
    assert len(beats) <= 1


class Broken(Looked):
    def check(self, now: float) -> float:
        raise RuntimeError("the handler is closed")


async def test_a_socket_that_fails_keeps_no_other_from_being_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    beats: list[Callable[[], None]] = []
    monkeypatch.setattr(heartbeats_module, "at_beat", lambda every, call: beats.append(call))
    now = asyncio.get_running_loop().time()
    beating, due = Heartbeats(), Looked(now)
    beating.watch(Broken(now), now)
    beating.watch(due, now)
    with capture_logs() as lines:
        for _ in range(2):
            beats.pop()()
    assert due.looks == 2
    assert [line["event"] for line in lines] == ["heartbeat.failed"]
