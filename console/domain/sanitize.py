"""Cleans what people type without changing its meaning: one function for texts and one for names.

Everything here takes time linear in the text's length, whatever the text contains.
"""

import re
import unicodedata

from console.domain.card_numbers import mask_cards
from console.errors import BadText

NAME_LIMIT = 120  # characters
MARKS_LIMIT = 8  # combining marks on one character; no script uses more

_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_DROPPED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f"  # controls except tab and new line
    "\u202a-\u202e\u2066-\u2069"  # bidi embeddings, overrides and isolates: they reorder the text around them
    "\u206a-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff]"  # deprecated and non-characters
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_SIGN = r"[^\w\0-\u02ff]"  # all combining marks, among others
_TOWER = re.compile(rf"{_SIGN}{_SIGN}{{{MARKS_LIMIT}}}")  # the first one separately, which `re` finds faster
_SPACES = re.compile(r"\s+")
_JOINERS = "\u200c\u200d"  # Persian and emoji need them inside a word
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and symbols that are invisible


def clean(text: str, *, limit: int, lines: bool = True, optional: bool = False) -> str:
    """Return `text` in NFC without characters that are invisible, reorder text or pile up; one line unless `lines`.

    Raises BadText if the text is longer than `limit` characters, contains half a surrogate pair, or is completely
    invisible (unless `optional`, which returns an empty text instead).
    """
    if len(text) > limit:
        raise BadText
    tidy = text if text.isprintable() else _printable(text)
    if not tidy.isascii():
        tidy = _without_towers(tidy)  # limits the work of NFC
        if not unicodedata.is_normalized("NFC", tidy):
            tidy = _without_towers(unicodedata.normalize("NFC", tidy))
    tidy = tidy.strip() if lines else _SPACES.sub(" ", tidy).strip()
    if not any(map(_shows, tidy)):
        tidy = ""
    if len(tidy) > limit or not (tidy or optional):
        raise BadText
    return tidy


def safe_name(text: str, *, limit: int = NAME_LIMIT) -> str:
    """Return a one-line name without invisible characters, card numbers masked; empty if nothing is left.

    Long names are cut. Raises BadText only for half a surrogate pair.
    """
    # Four times the limit, to allow for characters that cleaning removes.
    line = clean(text[: limit * 4], limit=limit * 16, lines=False, optional=True)
    visible = "".join(char for char in line if unicodedata.category(char) != "Cf" or char in _JOINERS)
    return mask_cards(_SPACES.sub(" ", visible).strip(_JOINERS + " ")[:limit])


def _printable(text: str) -> str:
    if _SURROGATE.search(text):
        raise BadText
    return _DROPPED.sub("", _BREAKS.sub("\n", text))


def _shows(char: str) -> bool:
    return char not in _BLANK and unicodedata.category(char)[0] not in "CZ"


def _without_towers(text: str) -> str:
    if not _TOWER.search(text):
        return text
    kept: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        if marks <= MARKS_LIMIT:
            kept.append(char)
    return "".join(kept)
