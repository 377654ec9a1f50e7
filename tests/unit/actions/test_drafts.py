"""Which part of a chat waits for an answer, and which part a model receives."""

from console.actions.drafts import question_of
from console.drafts.prompt import Spoken
from console.events import Author, ChatFact, Message, NoReply, Note, Turn

VERA, ANA = Author("v1"), Author("ana", "Ana")


def vera(seq: int, text: str) -> ChatFact:
    return Message(at=1, chat="c1", seq=seq, prev=seq - 1, by="visitor", author=VERA, cid=f"v{seq}", text=text)


def ana(seq: int, text: str, promise: int = 0) -> ChatFact:
    return Message(
        at=1, chat="c1", seq=seq, prev=seq - 1, by="agent", author=ANA, cid=f"a{seq}", text=text, promise=promise
    )


def note(seq: int, text: str) -> ChatFact:
    return Note(at=1, chat="c1", seq=seq, prev=seq - 1, author=ANA, cid=f"n{seq}", text=text)


def test_all_since_the_last_answer_waits_and_the_notes_of_staff_are_left_out() -> None:
    facts = [vera(1, "Hello"), ana(2, "Hi"), vera(3, "Where is it?"), note(4, "She is rude"), vera(5, "My order")]
    question = question_of(facts)
    assert (question.asked, question.last) == ("Where is it?\nMy order", 5)
    assert question.said == [
        Spoken("visitor", "Hello"), Spoken("agent", "Hi"), Spoken("visitor", "Where is it?"),
        Spoken("visitor", "My order"),
    ]  # fmt: skip


def test_a_holding_reply_answers_nothing() -> None:
    question = question_of([vera(1, "Where is it?"), ana(2, "One moment", promise=30_000)])
    assert (question.asked, question.last) == ("Where is it?", 1)


def test_an_answered_question_and_one_that_needs_no_reply_wait_for_nothing() -> None:
    assert question_of([vera(1, "Hello"), ana(2, "Hi")]).asked == ""
    skipped = NoReply(at=1, chat="c1", seq=2, prev=1, author=ANA, cid="n2", turn=Turn(1, 1, 1, 1))
    assert question_of([vera(1, "ok thanks"), skipped]).asked == ""
    assert question_of([vera(1, "ok thanks"), skipped, vera(3, "And now?")]).asked == "And now?"
    assert question_of([]).asked == ""
