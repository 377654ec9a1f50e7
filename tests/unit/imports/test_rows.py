"""Files as other systems write them, and malformed ones: a bad row does not stop others, and all work is bounded."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from console.domain.imports import Misfit
from console.imports import rows
from console.imports.rows import NO_ROW, TOO_LONG, Row, csv_rows, json_rows

ZOE = "E-Mail Address;Display name\nzoe@example.com;Zoë\n"


def told(found: Iterator[Row]) -> list[tuple[int, Any]]:
    return [(row.line, row.value.says if isinstance(row.value, Misfit) else row.value) for row in found]


def csv(raw: bytes | str) -> list[tuple[int, Any]]:
    return told(csv_rows(io.BytesIO(raw.encode() if isinstance(raw, str) else raw)))


def read_json(raw: bytes | str) -> list[tuple[int, Any]]:
    return told(json_rows(io.BytesIO(raw.encode() if isinstance(raw, str) else raw)))


# --- CSV ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_spreadsheets_encoding_and_separator_are_found_out(encoding: str, delimiter: str) -> None:
    raw = ZOE.replace(";", delimiter).encode(encoding)
    assert csv(raw) == [(2, {"e_mail_address": "zoe@example.com", "display_name": "Zoë"})]


def test_cells_may_have_line_breaks_and_lines_are_counted_as_an_editor_does() -> None:
    raw = 'name,text\r\nA,"one\r\ntwo, three"\r\n\r\n,,\r\nB,x\r\n'
    assert csv(raw) == [(2, {"name": "A", "text": "one\r\ntwo, three"}), (6, {"name": "B", "text": "x"})]


@pytest.mark.parametrize("cell", ["=1+1", "+49 30 1", "-5", "@here", "=cmd|' /C calc'!A0"])
def test_a_cell_that_looks_like_a_formula_is_text_and_loses_the_apostrophe_of_exports(cell: str) -> None:
    assert csv(f'name\n"{cell}"\n')[0][1] == {"name": cell}
    assert csv(f'name\n"\'{cell}"\n')[0][1] == {"name": cell}
    assert csv("name\n'tis fine\n")[0][1] == {"name": "'tis fine"}


def test_short_and_long_rows_have_what_they_have() -> None:
    assert csv("a,b\n1\n1,2,3\n") == [(2, {"a": "1"}), (3, {"a": "1", "b": "2"})]


def test_a_cell_without_an_end_is_one_bad_row_however_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "LONGEST_CELL", 100)
    found = csv('a\ngood\n"' + "x\n" * 100)
    assert found[0] == (2, {"a": "good"})
    assert (3, NO_ROW) in found


def test_an_empty_file_has_no_rows() -> None:
    assert (csv(""), csv("\n\n"), csv("a,b\n")) == ([], [], [])


# --- JSON -----------------------------------------------------------------------------------------


def test_json_lines_are_read_one_by_one_past_bad_ones() -> None:
    raw = '\ufeff{"a": 1}\n{"a": \n[1]\n\n{"a": 2}\n"x"\n'
    assert read_json(raw) == [(1, {"a": 1}), (2, NO_ROW), (3, NO_ROW), (5, {"a": 2}), (6, NO_ROW)]


@pytest.mark.parametrize("piece", [1, 2, 3, 7, 65_536])
def test_an_array_is_split_wherever_its_pieces_end(monkeypatch: pytest.MonkeyPatch, piece: int) -> None:
    monkeypatch.setattr(rows, "PIECE", piece)
    things = [{"text": 'a "quoted" } ] \\ {'}, {"more": [{"x": [1, 2]}, "]"]}, {"end": "\\\\"}, {"ü": "é😀"}]
    raw = b" \n" * (piece > 2) + json.dumps(things, ensure_ascii=False, indent=1).encode()
    assert read_json(raw) == list(enumerate(things, 1))


@pytest.mark.parametrize(
    "answer",
    [
        {"count": 2, "chats": [{"id": 1}, {"id": 2}], "next_url": None},
        {"data": {"meta": {"all_count": 2}, "payload": [{"id": 1}, {"id": 2}]}},
        {"payload": [{"id": 1}, {"id": 2}]},
    ],
)
def test_an_apis_answer_is_what_it_lists(answer: dict[str, Any]) -> None:
    pages = json.dumps(answer) + "\n" + json.dumps(answer)
    for raw, count in ((json.dumps(answer, indent=2), 2), (json.dumps(answer), 2), (pages, 4)):
        assert [value["id"] for _, value in read_json(raw)] == [1, 2] * (count // 2)


@pytest.mark.parametrize(
    "raw", ["[" * 100_000, '{"a":' * 100_000, '[{"a":' * 50_000, "hello", '[{"a": 1}, {"b"', "\x00", "{", '"']
)
def test_what_is_no_json_is_said_and_hurts_nobody(raw: str) -> None:
    assert read_json(raw)[-1][1] == NO_ROW


def test_a_row_that_is_too_long_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "LONGEST", 100)
    long = json.dumps({"a": "x" * 300})
    assert read_json(f'{{"a": 1}}\n{long}\n{{"a": 2}}\n') == [(1, {"a": 1}), (2, TOO_LONG), (3, {"a": 2})]
    assert read_json(f'[{{"a": 1}}, {long}, {{"a": 2}}]') == [(1, {"a": 1}), (2, TOO_LONG), (3, {"a": 2})]
