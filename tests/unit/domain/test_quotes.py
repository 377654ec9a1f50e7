"""What is masked in a message is masked wherever somebody quotes it, and nowhere else."""

import pytest

from console.domain.quotes import FEWEST, LONG, Hidden, fewest_repeated, mask_quotes

WAS, NOW = "it starts with 492", "it starts with •••"


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Hi Vera, “it starts with 492”: I'm on it.", "Hi Vera, “it starts with •••”: I'm on it."),
        ("it starts with 492", "it starts with •••"),
        ("492, and then?", "•••, and then?"),
        ("Twice: 492 492", "Twice: ••• •••"),
        ("Order 4925 and 1492", "Order 4925 and 1492"),
        ("Nothing of hers", "Nothing of hers"),
    ],
)
def test_a_quote_of_a_message_hides_what_is_hidden_there(text: str, hidden: str) -> None:
    assert mask_quotes(text, Hidden(WAS, NOW)) == hidden


def test_a_part_between_other_words_is_found_without_them() -> None:
    assert mask_quotes("So 4929 4219?", Hidden("the start: 4929 4219 ok", "the start: •••• •••• ok")) == "So •••• ••••?"


def test_one_digit_or_two_are_hidden_with_the_words_around_them_only() -> None:
    assert mask_quotes("“begins with 49” within 49 minutes", Hidden("begins with 49", "begins with ••")) == (
        "“begins with ••” within 49 minutes"
    )
    assert mask_quotes("Within 49 minutes", Hidden("49", "••")) == "Within 49 minutes"


def test_signs_that_mean_something_in_a_pattern_are_plain_text() -> None:
    assert mask_quotes("“(492) + a\\b”", Hidden("(492) + a\\b", "(•••) + a\\b")) == "“(•••) + a\\b”"


def test_what_has_not_changed_hides_nothing() -> None:
    assert mask_quotes("it starts with 492", Hidden(WAS, WAS)) == "it starts with 492"


def test_a_short_number_is_hidden_only_with_the_words_around_it_where_that_is_wanted() -> None:
    assert mask_quotes("“it starts with 492”, so 492", Hidden(WAS, NOW), LONG) == "“it starts with •••”, so 492"
    assert mask_quotes("4929 4219?", Hidden("4929 4219", "•••• ••••"), LONG) == "•••• ••••?"


def test_a_number_with_one_word_is_no_quote() -> None:
    """Both of them may say "total 492"."""
    assert mask_quotes("The total 492 is right", Hidden("total 492", "total •••"), LONG) == "The total 492 is right"
    assert mask_quotes("Via 49 it is", Hidden("a 49 it", "a •• it"), LONG) == "Via 49 it is"


def test_numbers_stand_beside_words_in_languages_without_spaces() -> None:
    assert mask_quotes("号码49294219吗", Hidden("49294219", "••••••••"), LONG) == "号码••••••••吗"


PARTS = [Hidden("4111", "••••"), Hidden("1111", "••••"), Hidden("1111", "••••")]


@pytest.mark.parametrize(
    ("later", "fewest"),
    [
        ([[], [], []], LONG),
        ([["Order 4111, at gate 1111"], ["Order 4111, at gate 1111"], []], LONG),
        ([["Gate 1111, gate 1111, 1111"], [], []], LONG),  # the card has it twice: eight digits
        ([["4111?", "1111?", "and 1111"], ["1111?", "and 1111"], ["and 1111"]], FEWEST),
        ([["4111?", "11112 1111?"], ["11112 1111?"], []], LONG),
    ],
)
def test_short_numbers_are_hidden_once_they_tell_more_than_eight_digits(later: list[list[str]], fewest: int) -> None:
    assert fewest_repeated(PARTS, later) == fewest
