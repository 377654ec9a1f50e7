"""What is hidden in a message is hidden where somebody repeats it, and nowhere else."""

import pytest

from console.domain.quotes import mask_quotes

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
    assert mask_quotes(text, WAS, NOW) == hidden


def test_a_part_between_other_words_is_found_without_them() -> None:
    assert mask_quotes("So 4929 4219?", "the start: 4929 4219 ok", "the start: •••• •••• ok") == "So •••• ••••?"


def test_one_digit_or_two_are_hidden_with_the_words_around_them_only() -> None:
    assert mask_quotes("“begins with 49” within 49 minutes", "begins with 49", "begins with ••") == (
        "“begins with ••” within 49 minutes"
    )
    assert mask_quotes("Within 49 minutes", "49", "••") == "Within 49 minutes"


def test_signs_that_mean_something_in_a_pattern_are_plain_text() -> None:
    assert mask_quotes("“(492) + a\\b”", "(492) + a\\b", "(•••) + a\\b") == "“(•••) + a\\b”"


def test_what_has_not_changed_hides_nothing() -> None:
    assert mask_quotes("it starts with 492", WAS, WAS) == "it starts with 492"
