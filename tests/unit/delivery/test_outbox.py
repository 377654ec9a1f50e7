"""Frames for one socket: those of a few turns of the loop are sent in one write; a slow reader gets them later."""

import asyncio

import pytest

from console.delivery import outbox
from console.delivery.outbox import Outbox


class Socket:
    """Remembers each write; takes nothing while `full`."""

    def __init__(self) -> None:
        self.writes: list[list[str]] = []
        self.full = False
        self.cuts = 0
        self.outbox = Outbox(self.cut)
        self.outbox.open(self.write)

    def write(self, frames: list[str]) -> bool:
        if not self.full:
            self.writes.append(frames)
        return not self.full

    def cut(self) -> None:
        self.cuts += 1


async def turn() -> None:
    for _ in range(outbox.TURNS + 1):
        await asyncio.sleep(0)


async def test_an_ack_and_its_fact_are_one_write() -> None:
    vera = Socket()
    vera.outbox.put("ack")
    vera.outbox.put("fact")
    await turn()
    vera.outbox.put("answer")
    await turn()
    assert vera.writes == [["ack", "fact"], ["answer"]]


async def test_an_ack_that_comes_a_turn_after_its_fact_is_in_the_same_write() -> None:
    """The feed and the reply of the call come by two connections."""
    vera = Socket()
    vera.outbox.put("fact")
    await asyncio.sleep(0)
    vera.outbox.put("ack")
    await turn()
    assert vera.writes == [["fact", "ack"]]


async def test_what_a_slow_reader_was_not_sent_follows_in_order() -> None:
    vera = Socket()
    vera.full = True
    for frame in ("one", "two"):
        vera.outbox.put(frame)
        await turn()
    vera.full = False
    vera.outbox.flush()
    vera.outbox.put("three")
    await turn()
    assert vera.writes == [["one", "two"], ["three"]]


async def test_the_last_words_leave_before_the_close_and_none_after_it() -> None:
    vera = Socket()
    vera.outbox.put("refused")
    vera.outbox.close()
    vera.outbox.put("too late")
    await turn()
    assert vera.writes == [["refused"]]


async def test_a_reader_that_lags_too_far_behind_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "MOST_FRAMES", 3)
    vera = Socket()
    vera.full = True
    for number in range(3):
        vera.outbox.put(str(number))
        await turn()
    assert vera.cuts == 0
    vera.outbox.put("one too many")
    assert vera.cuts == 1
