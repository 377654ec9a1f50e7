"""docs/security.md: everything it names exists, and it answers every requirement of ASVS 5.0.0 up to level 2, once."""

import re
from collections import Counter
from pathlib import Path

TOP = Path(__file__).parents[2]
TEXT = (TOP / "docs" / "security.md").read_text(encoding="utf-8")
PATHS = re.compile(r"`((?:console|tests|docs|deploy|tools|widget)/[\w./@-]+|pyproject\.toml|tsconfig\.json)`")
ROW = re.compile(r"^\| (V\d[^|]*) \| ([^|]+) \| (\w[\w/ ]*) \| ([^|]+) \|$", re.MULTILINE)
NUMBER = r"V(\d+\.\d+)\.(\d+)"
# Requirements of levels 1 and 2 by section: within one they are numbered from 1 without a gap.
COUNTS = """
    1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3 4.2:1 4.3:2 4.4:4 5.1:1
    5.2:3 5.3:2 5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 7.2:4 7.3:2 7.4:5 7.5:2 7.6:2 8.1:2 8.2:3 8.3:1
    8.4:1 9.1:3 9.2:4 10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2 10.7:3 11.1:2 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1 12.1:3
    12.2:2 12.3:4 13.1:1 13.2:5 13.3:2 13.4:5 14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7 16.1:1 16.2:5 16.3:4 16.4:3
    16.5:3 17.1:1 17.2:4 17.3:2
"""
REQUIRED = {
    f"{section}.{number}"
    for section, count in (pair.split(":") for pair in COUNTS.split())
    for number in range(1, int(count) + 1)
}


def answered(cell: str) -> list[str]:
    """The requirements of a row: `V1.2.3`, `V1.2.3, V1.2.5`, or `V1.2.3 to V1.2.5`."""
    found: list[str] = []
    for part in cell.split(", "):
        ends = re.findall(NUMBER, part)
        assert ends, part
        assert len({section for section, _ in ends}) == 1, part
        first, last = int(ends[0][1]), int(ends[-1][1])
        found += [f"{ends[0][0]}.{number}" for number in range(first, last + 1)]
    return found


def test_every_path_in_it_exists() -> None:
    paths = PATHS.findall(TEXT)
    assert len(paths) > 150
    assert [path for path in paths if not (TOP / path).exists()] == []


def test_every_requirement_is_answered_once() -> None:
    counted = Counter(one for row in ROW.findall(TEXT) for one in answered(row[0]))
    assert len(REQUIRED) == 253
    assert set(counted) == REQUIRED
    assert [one for one, times in counted.items() if times > 1] == []
    assert len(re.findall(r"^\| V\d", TEXT, re.MULTILINE)) == len(ROW.findall(TEXT)), "a row of another form"


def test_each_answer_says_where_why_or_what_is_missing() -> None:
    for numbers, _, status, says in ROW.findall(TEXT):
        assert status in ("met", "not met", "n/a"), numbers
        assert len(says) > 5, numbers
