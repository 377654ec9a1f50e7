"""Reads the fields of a row, whatever their names and formats."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from console.domain.card_numbers import mask_cards
from console.domain.imports import Misfit
from console.domain.sanitize import clean, safe_name
from console.errors import BadText
from console.protocol.common import MAX_TEXT

LATEST = 4_102_444_800_000  # ms: the end of the century
SECONDS = 100_000_000_000  # a number below this is a time in seconds, else in ms
SEPARATORS = re.compile(r"[,;|\n]")

Fields = Mapping[str, Any]


def _(text: str) -> str:
    """Mark a text for translation; it is translated when it is shown."""
    return text


NO_TEXT = _("The text is empty or not valid.")
NO_TIME = _("“%(time)s” is not a time.")


def text_of(row: Fields, *names: str) -> str:
    """Return the first of these fields that is not empty, as text on one line."""
    for name in names:
        value = row.get(name)
        if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
            return line(str(value))
    return ""


def line(text: str, limit: int = 500) -> str:
    """Clean a text to one line, cut it, and mask card numbers. Raises Misfit for half of a surrogate pair."""
    try:
        tidy = clean(text[: limit * 4], limit=limit * 16, lines=False, optional=True)
    except BadText:
        raise Misfit(NO_TEXT) from None
    return mask_cards(tidy)[:limit]


def name_of(text: str) -> str:
    try:
        return safe_name(text)
    except BadText:
        raise Misfit(NO_TEXT) from None


def texts_of(row: Fields, *names: str, most: int = 50) -> tuple[str, ...]:
    """Return a list, or the parts of a cell separated by commas, semicolons or line breaks."""
    value = next((row[name] for name in names if row.get(name)), ())
    many = SEPARATORS.split(value) if isinstance(value, str) else value
    if not isinstance(many, list | tuple):
        return ()
    found = (line(str(one)) for one in many[:most] if isinstance(one, str | int))
    return tuple(dict.fromkeys(one for one in found if one))


def object_of(row: Fields, name: str) -> Fields:
    """Return an object within the row; empty if it is not an object."""
    value = row.get(name)
    return value if isinstance(value, dict) else {}


def objects_of(row: Fields, name: str) -> list[Fields]:
    value = row.get(name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def pieces(text: Any) -> list[str]:
    """Return what somebody wrote, cleaned and with card numbers masked, split into as many messages as it needs."""
    if not isinstance(text, str):
        return []
    try:
        whole = mask_cards(clean(text, limit=len(text) + 1, optional=True))
    except BadText:
        raise Misfit(NO_TEXT) from None
    return [part for at in range(0, len(whole), MAX_TEXT) if (part := whole[at : at + MAX_TEXT].strip())]


def time_of(row: Fields, *names: str) -> int:
    """Return the first of these times in ms: given in seconds, ms, or as ISO 8601; 0 for none. Raises Misfit."""
    value = next((row[name] for name in names if row.get(name)), 0)
    found = value if isinstance(value, int | float) and not isinstance(value, bool) else _moment(str(value).strip())
    at = int(found * 1_000 if abs(found) < SECONDS else found)
    if not 0 <= at <= LATEST:
        raise Misfit(NO_TIME, time=str(value)[:40])
    return at


def _moment(written: str) -> float:
    if re.fullmatch(r"\d{1,15}(\.\d{1,9})?", written):
        return float(written)
    try:
        found = datetime.fromisoformat(re.sub(r"\s*UTC$", "Z", written))
    except ValueError:
        raise Misfit(NO_TIME, time=written[:40]) from None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1_000


def number_of(row: Fields, name: str, default: int) -> int:
    """Return a whole number; -1 for anything else, so that its bounds refuse it."""
    written = text_of(row, name)
    if not written:
        return default
    return int(written) if re.fullmatch(r"\d{1,6}", written) else -1


def details(**values: Any) -> dict[str, str]:
    """Return what is known about a visitor besides name and address, as fields."""
    return {name: said for name, value in values.items() if isinstance(value, str | int) and (said := line(str(value)))}
