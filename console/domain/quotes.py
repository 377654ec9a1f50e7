"""Hides card numbers in texts that repeat an earlier one in which they are hidden, such as a quoting first word.

In other people's texts, a short number may be something else (a price, a time), and anyone could blank it by writing
its digits first. So only a long number is hidden there, or part of one that others repeat at length.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

FEWEST = 3  # hidden digits: fewer reveal nothing of a card, and are in many texts
LONG = 7  # digits that no text shares with a card by chance
TOLD_APART = 8  # digits of a card that may be seen besides its last four, according to card issuers
WORDS = re.compile(r"[^\W\d_]+")


class Hidden(NamedTuple):
    """A text before and after part of a card number was hidden. Both are equally long."""

    was: str
    now: str

    @property
    def part(self) -> tuple[str, str]:
        """The hidden part, from its first character to its last, before and after."""
        places = [place for place, (old, new) in enumerate(zip(self.was, self.now, strict=True)) if old != new]
        whole = slice(places[0], places[-1] + 1) if places else slice(0)
        return self.was[whole], self.now[whole]


def mask_quotes(text: str, hidden: Hidden, fewest: int = FEWEST) -> str:
    """Return the text with the same part hidden where it stands alone: if it has at least `fewest` digits, or together
    with the words around it.
    """
    for old, new in _quotable(hidden, fewest):
        text = _alone(old).sub(new.replace("\\", r"\\"), text)
    return text


def fewest_repeated(hidden: Sequence[Hidden], texts: Sequence[Sequence[str]]) -> int:
    """Return the number of digits from which on a number is hidden in others' `texts`, those after each of `hidden`."""
    often: Counter[str] = Counter(one.part[0] for one in hidden)
    found: Counter[str] = Counter()
    for one, later in zip(hidden, texts, strict=True):
        part = one.part[0]
        repeated = sum(len(_alone(part).findall(text)) for text in later) if part else 0
        found[part] = min(max(found[part], repeated), often[part])
    return FEWEST if sum(map(_digits, found.elements())) > TOLD_APART else LONG


def _quotable(hidden: Hidden, fewest: int) -> Iterator[tuple[str, str]]:
    """Yield the whole text, if it has words, and the hidden part."""
    old, new = hidden.part
    if old and len(WORDS.findall(hidden.was)) > 1:
        yield hidden.was.strip(), hidden.now.strip()
    if _digits(old) >= fewest:
        yield old, new


def _digits(text: str) -> int:
    return sum(char.isdecimal() for char in text)


def _alone(text: str) -> re.Pattern[str]:
    """Match the text, but not within a longer number or word. Numbers touch words in languages without spaces."""
    before, after = (r"\d" if end.isdecimal() else r"\w" for end in (text[:1], text[-1:]))
    return re.compile(rf"(?<!{before}){re.escape(text)}(?!{after})")
