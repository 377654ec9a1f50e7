"""What wrap-ups teach: how often a reason was given, and the words that distinguish it from the others."""

from console.suggestions.given_reasons import LONGEST, WrappedChat, learn_reasons
from console.suggestions.learned_replies import MOST_WORDS


def wrapped(visitor: str, asked: str, reason: str = "", agent: str = "ana", at: int = 1_000) -> WrappedChat:
    return WrappedChat(visitor, asked, reason, agent if reason else "", at if reason else 0)


INVOICES = [
    wrapped("vera", "My invoice is wrong", "Invoice"),
    wrapped("vito", "Where is my invoice?", "Invoice", "ben", 3_000),
    wrapped("vala", "An invoice for May please", "Invoice", at=2_000),
]
FILMS = [wrapped(f"v{n}", "My film is black", "Playback") for n in range(3)]


def test_a_reason_is_known_by_how_often_when_and_by_whom_it_was_given() -> None:
    found = learn_reasons(INVOICES)["Invoice"]
    assert (found.times, found.last, found.agents) == (3, 3_000, {"ana": 2, "ben": 1})


def test_its_words_are_those_that_tell_it_from_the_other_reasons() -> None:
    found = learn_reasons([*INVOICES, *FILMS])
    assert list(found["Invoice"].words) == ["invoice"]
    assert list(found["Playback"].words) == ["black", "film", "is", "my"]
    assert found["Playback"].words["film"] > found["Playback"].words["my"]


def test_chats_without_a_reason_show_which_words_mean_nothing() -> None:
    others = [wrapped(f"w{n}", "my account is mine") for n in range(9)]
    found = learn_reasons([*INVOICES, *FILMS, *others])
    assert list(found) == ["Invoice", "Playback"]
    assert list(found["Playback"].words) == ["black", "film"]


def test_while_only_one_reason_was_given_its_words_count_already() -> None:
    assert "invoice" in learn_reasons(INVOICES)["Invoice"].words


def test_a_word_that_only_one_visitor_used_is_not_kept_however_often() -> None:
    said = [wrapped("vera", "card 4711", "Invoice") for _ in range(5)] + [wrapped("vito", "card 0815", "Invoice")]
    assert list(learn_reasons(said)["Invoice"].words) == ["card"]


def test_more_chats_prove_more() -> None:
    few, many = (
        learn_reasons([wrapped(f"w{n}", "invoice", "Invoice") for n in range(count)] + FILMS)["Invoice"].words
        for count in (2, 20)
    )
    assert many["invoice"] > few["invoice"]


def test_a_reason_keeps_its_most_telling_words_only_and_the_start_of_a_chat_only() -> None:
    rambling = " ".join(f"word{n}x" for n in range(90))
    said = [wrapped(f"w{n}", f"invoice {rambling}", "Invoice") for n in range(4)]
    said += [wrapped(f"x{n}", "invoice", "Invoice") for n in range(4)]
    words = learn_reasons([*said, *FILMS])["Invoice"].words
    assert len(words) == MOST_WORDS
    assert next(iter(words)) == "invoice"
    late = [wrapped(f"w{n}", "x" * LONGEST + " invoice", "Invoice") for n in range(3)]
    assert "invoice" not in learn_reasons([*late, *FILMS])["Invoice"].words
