"""Lists in a form whose rows are added, moved and removed before anything is saved. Pure.

The field `text.2` belongs to row 2.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from console.pages.settings.form import Form

T = TypeVar("T")
ADD = "add"
Row = dict[str, str]


def rows_of(typed: Mapping[str, str], fields: Sequence[str], *, filled: Sequence[str]) -> list[Row]:
    """Return the rows as typed, without those where all fields in `filled` are empty."""
    numbers: set[int] = set()
    for name in typed:
        field, _, number = name.partition(".")
        if field in fields and number.isdecimal() and len(number) < 4:
            numbers.add(int(number))
    rows = [{field: typed.get(f"{field}.{number}", "") for field in fields} for number in sorted(numbers)]
    return [row for row in rows if any(row[field].strip() for field in filled)]


def typed_rows(rows: Iterable[Row]) -> dict[str, str]:
    """Return the same as fields of a form, numbered from 0."""
    return {f"{field}.{number}": value for number, row in enumerate(rows) for field, value in row.items()}


def rearranged(rows: Sequence[T], do: str) -> list[T]:
    """Return the rows after a button was pressed: `up.2`, `down.2` or `remove.2`."""
    kept, (act, _, number) = [*rows], do.partition(".")
    place = int(number) if number.isdecimal() else len(kept)
    if act == "remove" and place < len(kept):
        del kept[place]
    to = place + {"up": -1, "down": 1}.get(act, 0)
    if place < len(kept) and 0 <= to < len(kept):
        kept.insert(to, kept.pop(place))
    return kept


def by_language(form: Form, field: str) -> dict[str, str]:
    """Read one language a line, as in `it: Buongiorno`; adds an error for any other line."""
    found: dict[str, str] = {}
    for line in form.lines(field):
        tag, colon, text = line.partition(":")
        if colon and text.strip():
            found[tag.strip().casefold()] = text.strip()
        else:
            form.say(field, "“%(line)s”: begin with a language's code and a colon, such as it:", line=line[:40])
    return found


def in_lines(words: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"{tag}: {text}" for tag, text in words)
