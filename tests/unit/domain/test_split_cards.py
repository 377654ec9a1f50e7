"""A card number over several messages is masked in all of them; two other numbers are not taken for one."""

import time
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from console.domain import split_cards
from console.domain.card_numbers import MASK, long_runs
from console.domain.split_cards import GROUPS, MOST_BETWEEN, MOST_PARTS, Part, mask_across, may_end_a_card
from tests.support.written_numbers import numbers_with, parts_of

SPLIT = (
    ("4111 1111", "1111 1111"),
    ("41111111", "11111111"),
    ("my card is 4111 1111 1111", "1111, it expires 12/27"),
    ("4111", "1111", "1111", "1111"),
    ("4111-1111-", "-1111-1111"),
    ("3782 822463", "10005"),
    ("411111111111111", "1"),
    ("the first half is 4111 1111 :)", "and the second 1111 1111"),
    ("4111 1111", "one moment", "1111 1111"),
    ("4111 1111", "oh: 4111 1111 1111", "1111"),
    ("2 pieces, 4111 1111 11", "11 1111"),
    ("card:4111 1111", "1111 1111"),
    ("٤١١١ ١١١١", "１１１１ １１１１"),
    ("order 55512, card 4111 1111 1111", "1111 12/27 123"),
)
KEPT = (
    ("4111 1111", "1111 1112"),
    ("my order is 41111111", "I paid 11111111 yesterday"),
    ("call +41 1111 1111 1111", "1111"),
    ("order #41111111", "11111111"),
    ("https://shop.example/o/41111111", "11111111"),
    ("AB41111111", "11111111"),
    ("4111 1111", "https://shop.example/11111111"),
    ("4111 1111 is on the front, and now I will look for what is on the back of it", "1111 1111"),
    ("4111 1111", "I have looked at it again and on the other side it says 1111 1111"),
    ("4111", "11", "11", "1111", "1111"),
    ("IBAN DE84 5105 0015 0000", "0006 00"),
    ("1111 1111", "4111 1111"),
    ("10 o'clock", "12"),
    ("12",),
)


@pytest.mark.parametrize("texts", SPLIT)
def test_a_card_over_several_messages_shows_its_last_four_digits_only(texts: tuple[str, ...]) -> None:
    hidden = mask_across(texts)
    now = [hidden.get(index, text) for index, text in enumerate(texts)]
    masked = sum(text.count(MASK) for text in now)
    assert masked == 16 - 4 - ("3782" in texts[0])
    assert len(texts) - 1 in hidden
    assert [len(text) for text in now] == [len(text) for text in texts]


@pytest.mark.parametrize("texts", SPLIT)
def test_the_message_that_completes_a_card_looks_like_it(texts: tuple[str, ...]) -> None:
    assert may_end_a_card(texts[-1])


@pytest.mark.parametrize("texts", KEPT)
def test_other_numbers_in_a_row_are_kept(texts: tuple[str, ...]) -> None:
    assert mask_across(texts) == {}


def test_a_card_that_was_hidden_is_not_found_again() -> None:
    hidden = mask_across(["4111 1111", "1111 1111"])
    assert hidden == {0: f"{MASK * 4} {MASK * 4}", 1: f"{MASK * 4} 1111"}
    assert mask_across([hidden[0], hidden[1], "1111 1111"]) == {}


def test_only_the_message_with_the_last_digits_tells_of_the_others() -> None:
    assert mask_across(["4111 1111", "1111 1111", "thanks"]) == {}
    assert not may_end_a_card("thanks")


@pytest.mark.parametrize("text", ["question 1", "I need 12", "see you on May 23", "thanks", "", "it is 41111111"])
def test_most_messages_with_a_number_look_like_no_part_of_a_card(text: str) -> None:
    assert not may_end_a_card(text)


def test_more_parts_than_a_card_has_groups_are_other_numbers() -> None:
    digits = ["411", "111", "111", "111", "1111"]
    assert len(digits) > MOST_PARTS
    assert mask_across(digits) == {}


@settings(max_examples=500)
@given(
    numbers_with(*(text for texts in (*SPLIT, *KEPT) for text in texts), "4111 1111 1111 1111", "x" * MOST_BETWEEN),
    st.lists(st.integers(0, 300), max_size=MOST_PARTS),
)
@example("x" * MOST_BETWEEN + "1111", [])
def test_the_quick_look_finds_the_same_parts_as_the_whole_one(text: str, cuts: list[int]) -> None:
    texts = parts_of(text, *cuts)
    now = [may_end_a_card(text) for text in texts], mask_across(texts)
    with patch.object(split_cards, "_head", _whole_head):
        assert now == ([may_end_a_card(text) for text in texts], mask_across(texts))


def _whole_head(at: int, text: str) -> Part | None:
    run = next(long_runs(text, 1), None)
    if run is None or run.places[0] > MOST_BETWEEN or split_cards._is_dialled(run):
        return None
    words = split_cards._has_words(text[: run.places[0]])
    return None if words and split_cards._first_group(run) not in GROUPS else Part(at, run, words)


@pytest.mark.parametrize("hostile", ["4 " * 2_000, "4" + " - " * 1_300, "4111-" * 800, "4111111111111111/" * 200])
def test_hostile_numbers_take_bounded_time(hostile: str) -> None:
    began = time.process_time()
    mask_across([hostile[:4_000]] * 30)
    assert time.process_time() - began < 2  # s of this process alone
