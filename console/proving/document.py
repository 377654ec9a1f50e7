"""Writes the table of a run into a document, between two marks; the text around them stays."""

import re
from pathlib import Path

from console.errors import SettingError

BEGIN, END = "<!-- generated: prove -->", "<!-- end -->"
PART = re.compile(rf"({re.escape(BEGIN)}\n).*?({re.escape(END)})", re.DOTALL)


def check_marks(document: Path) -> None:
    """Raise SettingError unless the document has a place for the table. Checked before the runs, not after them."""
    text = document.read_text(encoding="utf-8") if document.is_file() else ""
    if not PART.search(text):
        raise SettingError(f"{document} has no place for the table: a line {BEGIN}, and below it a line {END}.")


def put(document: Path, text: str) -> None:
    """Replace the text between the marks."""
    old = document.read_text(encoding="utf-8")
    document.write_text(PART.sub(lambda found: f"{found[1]}{text}{found[2]}", old), encoding="utf-8")
