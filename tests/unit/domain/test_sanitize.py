"""Visitors' text is kept as meant and made harmless, in bounded time."""

import time
import unicodedata
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from console.domain import sanitize
from console.domain.card_numbers import MASK, mask_cards
from console.domain.sanitize import MARKS_LIMIT, clean, safe_name
from console.errors import BadText

INVISIBLE = "\u202e\u2066\ufeff\x00\x1b\x7f\x9b\ufff9"
MARKS = [char for char in map(chr, range(0x11_0000)) if unicodedata.category(char) in ("Mn", "Me")]
TEXTS = st.lists(
    st.text(max_size=40)
    | st.text(alphabet="abc éßдקक你👍 ", max_size=40)
    | st.text(alphabet=INVISIBLE + "\r\n\t\x0b\x0c\x85\u2028\u2029 \u3000\u200b\u200d\ufe0f\u3164", max_size=10)
    | st.text(alphabet=MARKS, max_size=3 * MARKS_LIMIT)
    | st.sampled_from(["\ud800", "e\u0301", "\u0344" * MARKS_LIMIT, "\u0958", "\u1100\u1161"]),
    max_size=6,
).map("".join)


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


@settings(max_examples=500)
@given(TEXTS, st.booleans())
def test_the_quick_way_cleans_like_the_whole_one(text: str, lines: bool) -> None:
    now = None
    with suppress(BadText):
        now = clean(text, limit=80, lines=lines, optional=True)
    assert now == _cleaned(text, 80, lines)


def _cleaned(text: str, limit: int, lines: bool) -> str | None:
    """Clean without any short cut; None: refused."""
    if len(text) > limit or sanitize._SURROGATE.search(text):
        return None
    tidy = sanitize._DROPPED.sub("", sanitize._BREAKS.sub("\n", text))
    tidy = _without_towers(unicodedata.normalize("NFC", _without_towers(tidy)))
    tidy = tidy.strip() if lines else sanitize._SPACES.sub(" ", tidy).strip()
    tidy = tidy if any(sanitize._shows(char) for char in tidy) else ""
    return tidy if len(tidy) <= limit else None


def _without_towers(text: str) -> str:
    kept, marks = "", 0
    for char in text:
        marks = marks + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        kept += char if marks <= MARKS_LIMIT else ""
    return kept


def test_what_is_dropped_or_refused_is_never_printable() -> None:
    printable = "".join(char for char in map(chr, range(0x11_0000)) if char.isprintable())
    assert len(printable) > 100_000
    for gone in (sanitize._BREAKS, sanitize._DROPPED, sanitize._SURROGATE):
        assert not gone.search(printable)


def test_a_tower_of_any_mark_is_cut_down() -> None:
    assert len(MARKS) > 1_000
    for mark in MARKS:
        assert clean("a" + mark * 9, limit=100).count(mark) <= MARKS_LIMIT, hex(ord(mark))


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
