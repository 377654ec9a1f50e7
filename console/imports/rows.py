"""From a file to rows: CSV in any usual encoding, and JSON. Streamed and bounded; a bad row does not stop others."""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator
from io import TextIOWrapper
from typing import IO, Any, NamedTuple

import msgspec

from console.domain.imports import Misfit
from console.domain.spreadsheet_cells import as_written

LONGEST = 16_000_000  # bytes of one JSON value: a page of an API, or a very long chat
LONGEST_CELL = 1_000_000  # characters
PIECE = 65_536
MOST_COLUMNS = 200
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
SIGN = re.compile(rb'\\[\s\S]|["{}\[\]]')
LISTS = ("payload", "chats", "agents", "shortcuts", "docs", "results", "data", "members", "replies")


def _(text: str) -> str:
    """Mark a text for translation; it is translated when it is shown."""
    return text


TOO_LONG = _("The row is too long.")
NO_ROW = _("The row could not be read.")


class Row(NamedTuple):
    """A row with its number in the file; for a row that could not be read, `value` is the problem."""

    line: int
    value: dict[str, Any] | Misfit


# --- CSV --------------------------------------------------------------------------------------------


def csv_rows(file: IO[bytes]) -> Iterator[Row]:
    """Yield each row by column name; names are folded (`E-mail` is `e_mail`). Line numbers are the file's."""
    text = TextIOWrapper(file, encoding_of(file), errors="replace", newline="")
    csv.field_size_limit(LONGEST_CELL)
    try:
        head = text.readline(PIECE)
        text.seek(0)
        reader = csv.reader(text, delimiter=_delimiter(head))
        columns = [fold(name) for name in next(reader, [])[:MOST_COLUMNS]]
        yield from _cells(reader, columns)
    finally:
        text.detach()


def _cells(reader: Any, columns: list[str]) -> Iterator[Row]:
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield Row(line, Misfit(NO_ROW))
            continue
        if any(cell.strip() for cell in cells):
            yield Row(line, {name: as_written(cell) for name, cell in zip(columns, cells, strict=False) if name})


def fold(name: str) -> str:
    return re.sub(r"[\s-]+", "_", name.strip().strip("\ufeff").casefold())


def encoding_of(file: IO[bytes]) -> str:
    """Return UTF-8 or UTF-16 by its mark, UTF-8 if the file is valid UTF-8, else the encoding of older spreadsheets."""
    file.seek(0)
    start = file.read(4)
    file.seek(0)
    found = next((name for mark, name in BOMS if start.startswith(mark)), "")
    if not found:
        found = "utf-8" if _is_utf8(file) else "cp1252"
        file.seek(0)
    return found


def _is_utf8(file: IO[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while piece := file.read(PIECE):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(head: str) -> str:
    """Return the separator of the names in the first line; quoted names may contain any character."""
    counts = Counter(re.sub(r'"[^"]*"', "", head))
    return max(",;\t|", key=lambda sign: counts[sign])


# --- JSON -------------------------------------------------------------------------------------------


def json_rows(file: IO[bytes]) -> Iterator[Row]:
    """Yield the objects of JSON Lines, of an array, or of the answers of an API one after another.

    A row's number is its line in JSON Lines, else its position.
    """
    file.seek(0)
    start = file.read(PIECE).removeprefix(codecs.BOM_UTF8)
    file.seek(0)
    if start.lstrip()[:1] == b"[":
        yield from _array(file)
    elif _one_a_line(start):
        yield from _lines(file)
    else:
        yield from _whole(file)


def _one_a_line(start: bytes) -> bool:
    """Whether the first line is a value by itself, or too long to tell."""
    first = start.lstrip().partition(b"\n")
    return not first[1] or not isinstance(_value(first[0]), Misfit) or len(first[0].rstrip()) > 2


def _lines(file: IO[bytes]) -> Iterator[Row]:
    number = 0
    while line := file.readline(LONGEST + 1):
        number += 1
        if len(line) > LONGEST:
            while line and not line.endswith(b"\n"):
                line = file.readline(LONGEST)
            yield Row(number, Misfit(TOO_LONG))
        elif line.strip():
            yield from _rows(number, line.removeprefix(codecs.BOM_UTF8))


def _whole(file: IO[bytes]) -> Iterator[Row]:
    everything = file.read(LONGEST + 1)
    if len(everything) > LONGEST:
        yield Row(1, Misfit(TOO_LONG))
        return
    yield from _rows(1, everything.removeprefix(codecs.BOM_UTF8))


def _rows(number: int, raw: bytes) -> Iterator[Row]:
    value = _value(raw)
    inner = _listed(value)
    if inner is None:
        yield Row(number, value if isinstance(value, dict | Misfit) else Misfit(NO_ROW))
        return
    for place, one in enumerate(inner, number):
        yield Row(place, one if isinstance(one, dict) else Misfit(NO_ROW))


def _value(raw: bytes) -> Any:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return Misfit(NO_ROW)


def _listed(value: Any) -> list[Any] | None:
    """Return the list inside an API's answer; None for an object that is a row itself."""
    for _depth in range(2):
        if isinstance(value, list):
            return value
        if not isinstance(value, dict) or "id" in value:
            return None
        value = next((value[name] for name in LISTS if isinstance(value.get(name), list | dict)), None)
    return value if isinstance(value, list) else None


def _array(file: IO[bytes]) -> Iterator[Row]:
    """Split an array into its objects without holding all of it."""
    depth, quoted, number, item = 0, False, 0, bytearray()
    for piece in _pieces(file):
        taken = 0
        for found in SIGN.finditer(piece):
            sign = found.group()
            if sign == b'"':
                quoted = not quoted
            elif quoted or sign.startswith(b"\\"):
                continue
            elif sign in b"{[":
                depth += 1
                taken = found.start() if depth == 2 else taken
            else:
                depth -= 1
                if depth == 1:
                    number += 1
                    item += piece[taken : found.end()]
                    yield Row(number, Misfit(TOO_LONG)) if len(item) > LONGEST else _row(number, bytes(item))
                    item.clear()
        if depth > 1 and len(item) <= LONGEST:
            item += piece[taken:]
    if depth:
        yield Row(number + 1, Misfit(NO_ROW))


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the file in pieces; none ends between a backslash and the character it escapes."""
    rest = b""
    while read := file.read(PIECE):
        piece = rest + read
        odd = (len(piece) - len(piece.rstrip(b"\\"))) % 2
        piece, rest = (piece[:-1], b"\\") if odd else (piece, b"")
        yield piece
    yield rest


def _row(number: int, raw: bytes) -> Row:
    value = _value(raw)
    return Row(number, value if isinstance(value, dict | Misfit) else Misfit(NO_ROW))
