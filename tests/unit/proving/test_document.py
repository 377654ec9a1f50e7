"""The table of `sestetto prove` in a document."""

from pathlib import Path

import pytest

from console.errors import SettingError
from console.proving.document import BEGIN, END, check_marks, put
from console.proving.report import part_of_a_document, rows
from console.proving.run import FaultRun, Wanted

DOCUMENT = Path(__file__).parents[3] / "docs" / "reliability.md"


def test_the_table_replaces_the_one_before_and_nothing_else(tmp_path: Path) -> None:
    document = tmp_path / "reliability.md"
    document.write_text(f"Before\n\n{BEGIN}\nold\n{END}\n\nAfter: {END}\n", encoding="utf-8")
    check_marks(document)
    run = FaultRun("kill-store", 1, [], messages=1_234, acked=1_230, recovery=0.5)
    part = part_of_a_document(rows([], [run], {}), {"cores": 2}, Wanted(30, 1_200), 95.0)
    put(document, part)
    put(document, part)
    text = document.read_text(encoding="utf-8")
    assert text.startswith(f"Before\n\n{BEGIN}\n")
    assert text.endswith(f"0.5 s |\n{END}\n\nAfter: {END}\n")
    assert "`sestetto prove --seed 30` in 2 minutes: 1,200 messages in each run" in text
    assert text.count("| all | 1 | 1,234 | 1,230 |") == 1
    assert "old" not in text


def test_a_document_without_a_place_for_it_is_refused_before_the_runs(tmp_path: Path) -> None:
    for document in (tmp_path, tmp_path / "missing.md"):
        with pytest.raises(SettingError, match="no place for the table"):
            check_marks(document)


def test_the_document_has_a_place_for_it() -> None:
    check_marks(DOCUMENT)
