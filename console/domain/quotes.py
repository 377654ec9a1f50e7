"""A text that repeats what somebody wrote, such as a quoting first word: it hides what is hidden there.

In what others wrote, a short number may stand for something else (a price, a time), and whoever writes its digits first
could blank it. So there only a number that is long, or a part of one that others repeat at length, is hidden.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

FEWEST = 3  # digits that were hidden: fewer say nothing of a card, and stand in many texts
LONG = 7  # digits that nobody has in common with a card by chance
TOLD_APART = 8  # digits of a card that may be seen beside its last four, as those who issue cards say
WORDS = re.compile(r"[^\W\d_]+")


class Hidden(NamedTuple):
    """A text of somebody's as it was, and as it is with a part of a card number hidden. The two are equally long."""

    was: str
    now: str

    @property
    def part(self) -> tuple[str, str]:
        """What is hidden in it, from the first such character to the last, as it was and as it is."""
        places = [place for place, (old, new) in enumerate(zip(self.was, self.now, strict=True)) if old != new]
        whole = slice(places[0], places[-1] + 1) if places else slice(0)
        return self.was[whole], self.now[whole]


def mask_quotes(text: str, hidden: Hidden, fewest: int = FEWEST) -> str:
    """Return the text with what is hidden there hidden as well, where it stands alone: from `fewest` digits on, or
    with the words around it.
    """
    for old, new in _quotable(hidden, fewest):
        text = _alone(old).sub(new.replace("\\", r"\\"), text)
    return text


def fewest_repeated(hidden: Sequence[Hidden], texts: Sequence[Sequence[str]]) -> int:
    """Return from how many digits on a number is hidden in what others wrote: `texts`, after each of the hidden."""
    often: Counter[str] = Counter(one.part[0] for one in hidden)
    found: Counter[str] = Counter()
    for one, later in zip(hidden, texts, strict=True):
        part = one.part[0]
        repeated = sum(len(_alone(part).findall(text)) for text in later) if part else 0
        found[part] = min(max(found[part], repeated), often[part])
    return FEWEST if sum(map(_digits, found.elements())) > TOLD_APART else LONG


def _quotable(hidden: Hidden, fewest: int) -> Iterator[tuple[str, str]]:
    """The whole text, if it has words, and the hidden part of it."""
    old, new = hidden.part
    if old and len(WORDS.findall(hidden.was)) > 1:
        yield hidden.was.strip(), hidden.now.strip()
    if _digits(old) >= fewest:
        yield old, new


def _digits(text: str) -> int:
    return sum(char.isdecimal() for char in text)


def _alone(text: str) -> re.Pattern[str]:
    """Not within a longer number, or a longer word: but numbers stand beside words in languages without spaces."""
    before, after = (r"\d" if end.isdecimal() else r"\w" for end in (text[:1], text[-1:]))
    return re.compile(rf"(?<!{before}){re.escape(text)}(?!{after})")
