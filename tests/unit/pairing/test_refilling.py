"""A chat rebuilt from its facts in SQL, for a store that has lost it."""

import msgspec

from console.archive.unended import FactRow
from console.events import Author, Ended, Message, Opened, Profile, Reopened, Visitor
from console.events.base import ChatFact
from console.pairing.refilling import last_history, lost_chat


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


def test_what_a_person_said_before_they_proved_who_they_are_is_theirs_also_in_a_reopened_chat() -> None:
    anonymous, person, at = Visitor("v1"), Visitor("p42", "Vera"), {"chat": "vera-1", "at": 1}
    where = {"queue": "support", "site": "demo", "due": 0}
    facts: list[tuple[str, ChatFact]] = [
        ("v1", Opened(seq=1, prev=0, visitor=anonymous, cid="c2", **at, **where)),
        ("v1", Message(seq=2, prev=1, by="visitor", author=Author("v1"), cid="c2", text="Hello", **at)),
        ("ana", Message(seq=3, prev=2, by="agent", author=Author("ana"), cid="c3", text="Yes?", **at)),
        ("p42", Profile(seq=4, prev=3, visitor=person, **at)),
        ("", Ended(seq=5, prev=4, why="silent", **at)),
        ("p42", Reopened(seq=6, prev=5, visitor=person, opened=1, **at, **where)),
    ]
    rows = [FactRow(author, getattr(fact, "cid", ""), msgspec.json.encode(fact)) for author, fact in facts]
    lost = lost_chat(last_history(rows))
    assert lost.visitor == "p42"
    assert lost.cids[::2] == ["p42|c2", "ana|c3"]
    assert lost.opening[::2] == ["p42|c2"]
