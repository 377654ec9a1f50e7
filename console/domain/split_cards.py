"""Card numbers split over several messages: found by joining their digits, then masked in all of them.

Each message has one part: the earlier ones at their end, the last one at its start. Between two parts only few words
are allowed, and then the digits must be in groups like a card's, so two other numbers are rarely mistaken for a card.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from console.domain.card_numbers import (
    LIKE_A_CARD,
    PLUS,
    SHOWN,
    Run,
    card_at,
    ibans,
    is_part_of_more,
    long_runs,
    luhn_sums,
    masked_at,
)

MOST_PARTS = 4  # messages
MOST_BETWEEN = 40  # characters of a message before or after its part
GROUPS = (4, 5, 6)  # sizes of a group of digits that may follow words
_DIGIT = re.compile(r"\d")


class Part(NamedTuple):
    """The digits of one text that may be part of a card. `at` is the text's index; `words`: words are at the joint."""

    at: int
    run: Run
    words: bool


def may_end_a_card(text: str) -> bool:
    """Whether the text begins like the last part of a card number."""
    return _head(0, text) is not None


def mask_across(texts: Sequence[str]) -> dict[int, str]:
    """Return by index the texts over which a card number is split, including the last one, with the number masked.

    `texts` are one author's, oldest first. Empty if no card number ends in the last one.
    """
    last = _head(len(texts) - 1, texts[-1])
    parts = [last] if last is not None else []
    for index in range(len(texts) - 2, -1, -1):
        runs = list(long_runs(texts[index], 1))
        if not runs:
            continue
        tail = _tail(index, runs[-1])
        if not parts or tail is None or len(parts) == MOST_PARTS:
            break
        parts.insert(0, tail)
        hidden = _hidden(parts)
        if hidden:
            return {part.at: masked_at(part.run.text, places) for part, places in zip(parts, hidden, strict=True)}
        if len(runs) > 1:  # a middle part must be the only digits of its text
            break
    return {}


def _head(at: int, text: str) -> Part | None:
    if not _DIGIT.search(text, 0, MOST_BETWEEN + 1):
        return None
    run = next(long_runs(text, 1))
    if _is_dialled(run):
        return None
    words = _has_words(text[: run.places[0]])
    return None if words and _first_group(run) not in GROUPS else Part(at, run, words)


def _first_group(run: Run) -> int:
    first = run.places[0]
    return next((size for size, place in enumerate(run.places) if place != first + size), len(run.places))


def _tail(at: int, run: Run) -> Part | None:
    rest = run.text[run.places[-1] + 1 :]
    return Part(at, run, _has_words(rest)) if len(rest) <= MOST_BETWEEN and not _is_dialled(run) else None


def _is_dialled(run: Run) -> bool:
    return run.text[max(run.places[0] - 1, 0) : run.places[0]] in (*PLUS, "#")


def _has_words(text: str) -> bool:
    return any(char.isalpha() for char in text)


def _hidden(parts: Sequence[Part]) -> list[list[int]]:
    """Return for each part the positions to mask; nothing if no card starts in the first and ends in the last."""
    run = _joined(parts)
    sums, last = luhn_sums(run.digits), len(run.digits) - len(parts[-1].run.digits)
    for start in range(len(parts[0].run.digits)):
        end = start + card_at(run, sums, start)
        if end <= last or not _written_like_one(parts, run.text[run.places[start] : run.places[end - 1] + 1]):
            continue
        if not _is_account(parts) and not any(map(_is_of_more, parts, _shares(parts, start, end))):
            return _shares(parts, start, end - SHOWN)
    return []


def _joined(parts: Sequence[Part]) -> Run:
    """Return the parts' digits as one run, one line per part."""
    text, places = "", list[int]()
    for part in parts:
        first, last = part.run.places[0], part.run.places[-1]
        places += [len(text) + place - first for place in part.run.places]
        text += part.run.text[first : last + 1] + "\n"
    return Run(text, places, [digit for part in parts for digit in part.run.digits])


def _shares(parts: Sequence[Part], start: int, end: int) -> list[list[int]]:
    """Return for each part the positions of its digits among the joined ones from `start` to `end`."""
    shares = list[list[int]]()
    for part in parts:
        shares.append(part.run.places[max(start, 0) : max(end, 0)])
        start, end = start - len(part.run.places), end - len(part.run.places)
    return shares


def _written_like_one(parts: Sequence[Part], number: str) -> bool:
    """Whether the groups are like a card's, which is required if there are words between two parts."""
    words = any(part.words for part in parts)
    return not words or tuple(len(group) for group in re.split(r"\D+", number)) in LIKE_A_CARD


def _is_account(parts: Sequence[Part]) -> bool:
    """Whether the parts belong to a bank account's number."""
    text = " ".join(part.run.text for part in parts)
    return any(len(parts[0].run.text) in bank for bank in ibans(text))


def _is_of_more(part: Part, places: Sequence[int]) -> bool:
    """Whether the part belongs to a bank account, an address, or a code of letters and digits."""
    text, first = part.run.text, places[0]
    return any(first in bank for bank in ibans(text)) or is_part_of_more(text, first, places[-1] + 1)
