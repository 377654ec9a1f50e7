"""From a file to records, one by one: each either fits, or gives the reason why it does not."""

from collections.abc import Callable, Iterator, Mapping
from typing import IO, NamedTuple

from console.domain.imports import MOST_ROWS, ImportWanted, Kind, Misfit, Record
from console.errors import BadFile
from console.imports import chats, members, replies, visitors
from console.imports.fields import Fields
from console.imports.known import KnownHere
from console.imports.rows import csv_rows, fold, json_rows

READ: Mapping[Kind, Callable[[Fields, KnownHere], Record]] = {
    "members": members.member_of,
    "replies": replies.reply_of,
    "visitors": visitors.visitor_of,
    "chats": chats.chat_of,
}
COLUMNS: Mapping[Kind, set[str]] = {
    "members": members.COLUMNS,
    "replies": replies.COLUMNS,
    "visitors": visitors.OWN,
    "chats": chats.COLUMNS,
}
# Columns that a file must have: one of each group.
NEEDED: Mapping[Kind, tuple[tuple[str, ...], ...]] = {
    "members": (members.EMAIL,),
    "replies": (replies.TITLE, replies.TEXT),
    "visitors": ((*visitors.NAME, *members.EMAIL),),
    "chats": (chats.CHAT, chats.AT, chats.TEXT),
}


def _(text: str) -> str:
    """Mark a text for translation; it is translated when it is shown."""
    return text


TWICE = _("This row is in the file twice.")
MANY_ROWS = _("The file has more than %(most)s rows. Split it.")


class MissingColumn(BadFile):
    code = "file_columns"
    message = _("The file lacks a required column. See the file requirements.")


class NoRows(BadFile):
    code = "file_empty"
    message = _("Nothing in the file can be imported. Check its contents and format.")


class Reading(NamedTuple):
    """A record with the number of its row, or the problem of the row."""

    line: int
    found: Record | Misfit


def columns_of(file: IO[bytes], wanted: ImportWanted) -> list[str]:
    """Return the columns of a CSV file that are not imported. Raises MissingColumn, NoRows."""
    if wanted.format != "csv":
        return []
    first = next((row.value for row in csv_rows(file) if isinstance(row.value, dict)), None)
    if first is None:
        raise NoRows
    names = set(first)
    if any(names.isdisjoint(group) for group in NEEDED[wanted.kind]):
        raise MissingColumn
    # Columns about visitors that are unknown here become their fields.
    return sorted(fold(name) for name in names - COLUMNS[wanted.kind]) if wanted.kind != "visitors" else []


def records(file: IO[bytes], wanted: ImportWanted, known: KnownHere) -> Iterator[Reading]:
    """Read the file from its beginning. A thing that occurs twice is read once."""
    rows = csv_rows(file) if wanted.format == "csv" else json_rows(file)
    if wanted.format == "csv" and wanted.kind == "chats":
        rows = chats.grouped(rows)
    seen: set[int] = set()
    for number, (line, value) in enumerate(rows):
        if number >= MOST_ROWS:
            yield Reading(line, Misfit(MANY_ROWS, most=MOST_ROWS))
            return
        try:
            if isinstance(value, Misfit):
                raise value
            found = READ[wanted.kind](value, known)
            name = hash(_name(found))
            if name in seen:
                raise Misfit(TWICE)
        except Misfit as misfit:
            yield Reading(line, misfit)
        else:
            seen.add(name)
            yield Reading(line, found)


def _name(record: Record) -> str:
    return record.id if hasattr(record, "id") else record.email.casefold()
