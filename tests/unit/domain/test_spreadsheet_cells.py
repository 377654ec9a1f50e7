"""No text of a visitor begins a formula, whichever separator the spreadsheet expects."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.spreadsheet_cells import as_written, harmless

SIGNS = "=+-@＝＋－＠"


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize(
    "before", ["", " ", "\u00a0", "\n", "\r\n", '"', "Hello;", "Hello; ", 'Hello;"', "Hello\n", "Hello\r", "Hello\t"]
)
def test_a_formula_begins_with_an_apostrophe_wherever_a_cell_may_begin(before: str, sign: str) -> None:
    text = f"{before}{sign}HYPERLINK(1)"
    cells = re.split(r"[;\t\r\n]", harmless(text))
    assert not [cell for cell in cells if cell.strip('" \u00a0').startswith(tuple(SIGNS))]
    assert harmless(text).replace("'", "") == text


@pytest.mark.parametrize(
    "text", ["", "Hello", "1 + 1 = 2", "a, =b", "mail me; a@b.example", "Thanks ;-)", "-)", "a-b", "O'Neil"]
)
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text


@given(st.text(alphabet="a ;\t\r\n\"'=+-@)＝\u00a0"))
def test_an_import_has_the_text_that_was_exported(text: str) -> None:
    assert as_written(harmless(text)) == text


@pytest.mark.parametrize("piece", ["\n", ";", " ", "'", "; ", "\n'", "\t ", '"', "\r\n "])
def test_long_texts_take_no_longer_for_their_length(piece: str) -> None:
    text = piece * (400_000 // len(piece))
    assert as_written(harmless(text)) == text  # what is not linear takes minutes here
