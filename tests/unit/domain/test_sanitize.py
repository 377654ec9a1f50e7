"""Visitors' text is kept as meant, made harmless, in bounded time."""

import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from console.domain.card_numbers import MASK, mask_cards
from console.domain.sanitize import MARKS_LIMIT, clean, safe_name
from console.errors import BadText

INVISIBLE = "\u202e\u2066\ufeff\x00\x1b\x7f\x9b\ufff9"


@pytest.mark.parametrize(
    "text", ["Ciao!", "two\nlines", "a\tb", "नमस्ते", "안녕하세요", "שָׁלוֹם", "👩‍👩‍👧‍👦 ok", "می‌خواهم"]
)
def test_what_people_write_stays_as_they_wrote_it(text: str) -> None:
    assert clean(text, limit=4000) == unicodedata.normalize("NFC", text)


def test_line_breaks_of_every_kind_become_one_kind() -> None:
    assert clean("a\r\nb\rc\u2028d\x0be", limit=50) == "a\nb\nc\nd\ne"


def test_a_single_line_field_has_no_breaks_left() -> None:
    assert clean("  Vera \n\t Rossi ", limit=50, lines=False) == "Vera Rossi"


def test_controls_and_text_direction_tricks_are_dropped() -> None:
    assert clean(f"pay{INVISIBLE} me", limit=50) == "pay me"


def test_a_tower_of_combining_marks_is_cut_down() -> None:
    assert len(clean("a" + "\u0315" * 200, limit=4000)) <= 1 + MARKS_LIMIT


@pytest.mark.parametrize("text", ["", "   ", "\n\n\n", "\u200b\u200d", "\x00", "\u202e", "\u3164"])
def test_a_message_that_shows_nothing_is_refused(text: str) -> None:
    with pytest.raises(BadText):
        clean(text, limit=4000)


def test_a_field_that_may_be_empty_comes_back_empty() -> None:
    assert clean(" \u200b", limit=10, optional=True) == ""


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(BadText):
        clean("a\ud800b", limit=10)


def test_a_text_at_the_limit_passes_and_one_over_is_refused() -> None:
    assert clean("x" * 4000, limit=4000) == "x" * 4000
    with pytest.raises(BadText):
        clean("x" * 4001, limit=4000)


def test_a_text_that_grows_over_the_limit_in_nfc_is_refused() -> None:
    with pytest.raises(BadText):
        clean("\u0958" * 10, limit=10)


@given(st.text(max_size=300))
@example("\u0344" * 20)
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    try:
        once = clean(text, limit=2000)
    except BadText:
        return
    assert clean(once, limit=2000) == once
    assert not set(once) & set(INVISIBLE)
    once.encode("utf-8")


def test_a_name_is_one_visible_line() -> None:
    assert safe_name(" Ve\u200bra\u202e\nRossi\u200d ") == "Vera Rossi"
    assert safe_name("\u200b\u2060") == ""
    assert len(safe_name("V" * 10_000)) == 120
    assert safe_name("4111111111111111") == f"{MASK * 12}1111"


@given(st.text(max_size=200))
def test_no_name_is_ever_longer_or_of_two_lines(text: str) -> None:
    try:
        name = safe_name(text)
    except BadText:
        return
    assert len(name) <= 120
    assert "\n" not in name
    assert safe_name(name) == name


@pytest.mark.parametrize(
    "hostile",
    [
        "\n" * 100_000,
        "a@b.com" * 9_000,
        "4" * 64_000,
        "4 1 " * 16_000,
        "1-" * 32_000,
        "a" + "\u0315\u0316" * 30_000,
        "\u1100\u1161" * 30_000,
        "\r\n\u202e" * 20_000,
    ],
)
def test_hostile_texts_take_bounded_time(hostile: str) -> None:
    began = time.process_time()
    mask_cards(clean(hostile, limit=len(hostile), optional=True))
    safe_name(hostile)
    assert time.process_time() - began < 2  # s of this process alone; a quadratic way takes minutes
