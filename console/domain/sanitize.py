"""What people type, made harmless and kept as it was meant: one function each for texts, names and cards.

Everything here takes time proportional to the text's length, whatever it holds.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import accumulate

from console.errors import BadText

NAME_LIMIT = 120  # characters
MARKS_LIMIT = 8  # combining marks on one character: more than any script writes
MASK = "•"

_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_DROPPED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f"  # controls but tab and new line
    "\u202a-\u202e\u2066-\u2069"  # bidi embeddings, overrides, isolates: they reorder their neighbours
    "\u206a-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff]"  # deprecated and non-characters
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACES = re.compile(r"\s+")
_JOINERS = "\u200c\u200d"  # Persian and emoji need them, inside a word
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and symbols that draw nothing

# A card number: groups of digits with a little between them, its first digits one of the networks'.
_DIGITS = re.compile(r"\d+(?:[\s.\-\u00ad\u2010-\u2015\u2212\uff0d\u200b-\u200d\u2060]{1,3}\d+)*")
_NETWORK = re.compile(r"4|5[0-8]|2[2-7]|3[04-9]|6")
_CARD_LENGTHS = range(13, 20)
_SHOWN_DIGITS = 4
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def clean(text: str, *, limit: int, lines: bool = True, optional: bool = False) -> str:
    """`text` in NFC without what is invisible, reorders or piles up; one line unless `lines`.

    BadText when it is longer than `limit` characters, holds half a surrogate pair, or shows
    nothing at all (unless `optional`, then it comes back empty).
    """
    if len(text) > limit or _SURROGATE.search(text):
        raise BadText
    tidy = _BREAKS.sub("\n", text)
    tidy = _DROPPED.sub("", tidy)
    if not tidy.isascii():
        tidy = _without_towers(unicodedata.normalize("NFC", _without_towers(tidy)))  # the first keeps NFC quick
    tidy = tidy.strip() if lines else _SPACES.sub(" ", tidy).strip()
    if not any(_shows(char) for char in tidy):
        tidy = ""
    if len(tidy) > limit or not (tidy or optional):
        raise BadText
    return tidy


def safe_name(text: str, *, limit: int = NAME_LIMIT) -> str:
    """A name on one line with nothing invisible in it, card numbers masked; empty when nothing is left of it.

    Longer ones are cut. BadText only for half a surrogate pair.
    """
    line = clean(text[: limit * 4], limit=limit * 16, lines=False, optional=True)
    visible = "".join(char for char in line if unicodedata.category(char) != "Cf" or char in _JOINERS)
    return mask_cards(_SPACES.sub(" ", visible).strip(_JOINERS + " ")[:limit])


def mask_cards(text: str) -> str:
    """`text` with all but the last four digits of every card number as `•`; its length stays.

    A card number has 13 to 19 digits in any script, in groups (spaces, dashes, dots), begins as
    one of the networks' does and passes Luhn's check.
    """
    places = [
        run.start() + place
        for run in _DIGITS.finditer(text)
        if run.end() - run.start() >= _CARD_LENGTHS.start
        for place in _card_digits(run.group())
    ]
    if not places:
        return text
    masked = list(text)
    for place in places:
        masked[place] = MASK
    return "".join(masked)


def _shows(char: str) -> bool:
    return char not in _BLANK and unicodedata.category(char)[0] not in "CZ"


def _without_towers(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        if marks <= MARKS_LIMIT:
            kept.append(char)
    return "".join(kept)


def _card_digits(run: str) -> Iterator[int]:
    """Places in `run` of the digits to hide: of each card, the longest first at each start."""
    places = [place for place, char in enumerate(run) if char.isdecimal()]
    digits = [unicodedata.decimal(run[place]) for place in places]
    sums = _luhn_sums(digits)
    start = 0
    while start <= len(digits) - _CARD_LENGTHS.start:
        length = _card_length(places, digits, sums, start)
        yield from places[start : start + length - _SHOWN_DIGITS] if length else ()
        start += length or 1


def _card_length(places: list[int], digits: list[int], sums: tuple[list[int], list[int]], start: int) -> int:
    """Digits of the card that begins at `start`; 0 for none. A card begins and ends where a group does."""
    if start and places[start] == places[start - 1] + 1:
        return 0
    if not _NETWORK.match("".join(map(str, digits[start : start + 2]))):
        return 0
    for length in reversed(_CARD_LENGTHS):
        end = start + length
        whole = end == len(digits) or (end < len(digits) and places[end] != places[end - 1] + 1)
        if whole and (sums[end % 2][end] - sums[end % 2][start]) % 10 == 0:
            return length
    return 0


def _luhn_sums(digits: list[int]) -> tuple[list[int], list[int]]:
    """Running sums to check any stretch at once: [p][i] sums the first i digits with those at places ≡ p doubled."""
    return (
        [0, *accumulate(_DOUBLED[digit] if place % 2 == 0 else digit for place, digit in enumerate(digits))],
        [0, *accumulate(_DOUBLED[digit] if place % 2 == 1 else digit for place, digit in enumerate(digits))],
    )
