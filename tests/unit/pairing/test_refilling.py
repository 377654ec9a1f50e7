"""A chat as its facts in SQL add up, for a store that has lost it."""

import msgspec

from console.archive.unended import FactRow
from console.events import Author, Message
from console.pairing.refilling import last_history


def said(seq: int, text: str) -> FactRow:
    fact = Message(
        at=seq, chat="vera-1", seq=seq, prev=seq - 1, by="agent", author=Author("ana", "Ana"), cid=f"c{seq}", text=text
    )
    return FactRow("ana", f"c{seq}", msgspec.json.encode(fact))


def of_a_newer_release(seq: int) -> FactRow:
    return FactRow("ana", f"c{seq}", b'{"kind":"waved","at":2,"chat":"vera-1","seq":%d,"prev":1}' % seq)


def test_a_fact_of_a_newer_release_keeps_its_place_and_all_after_it() -> None:
    found = [said(1, "Hello"), of_a_newer_release(2), said(3, "Still here")]
    assert [row for row, _ in last_history(found)] == found


def test_a_number_that_was_given_again_ends_the_history_before_it() -> None:
    lost, again = said(2, "lost"), said(2, "again")
    found = [said(1, "Hello"), lost, said(3, "lost, too"), again]
    assert [row for row, _ in last_history(found)] == [found[0], again]


def test_what_follows_a_gap_is_left_out() -> None:
    found = [said(1, "Hello"), said(3, "after a gap")]
    assert [row for row, _ in last_history(found)] == found[:1]
