"""A text that repeats what somebody wrote, such as a quoting first word: it hides what is hidden there."""

import re
from collections.abc import Iterator

FEWEST = 3  # digits that were hidden: fewer say nothing of a card, and stand in many texts


def mask_quotes(text: str, was: str, now: str) -> str:
    """Return the text with what changed from `was` to `now` changed as well, where it stands alone.

    The two are equally long, as a text is before and after a part of a card number in it is hidden.
    """
    for old, new in _quotable(was, now):
        text = re.sub(rf"(?<!\d){re.escape(old)}(?!\d)", new.replace("\\", r"\\"), text)
    return text


def _quotable(was: str, now: str) -> Iterator[tuple[str, str]]:
    """The whole of it, if it has words, and what is hidden in it, from the first such character to the last."""
    places = [place for place, (old, new) in enumerate(zip(was, now, strict=True)) if old != new]
    if not places:
        return
    hidden = slice(places[0], places[-1] + 1)
    if any(char.isalpha() for char in was):
        yield was.strip(), now.strip()
    if sum(char.isdecimal() for char in was[hidden]) >= FEWEST:
        yield was[hidden], now[hidden]
