"""Cells of a CSV file that no spreadsheet runs: an apostrophe before whatever could be a formula. Pure.

A spreadsheet that expects semicolons, as in most of Europe, ignores our commas and quotes. It starts a new cell or row
at a semicolon, tab or line break within a text, so a formula may begin there too.
"""

import re

RUNS = r"(?:[=+@\uff0b\uff0d\uff1d\uff20]|-(?!\)))"  # also in full width; ;-) is no formula
# What lies between is looked at once, up to the next beginning, so that the time stays linear.
START = rf"(?=[\s\"']*(?:{RUNS}|[\t\r]))"
WITHIN = rf"(?=(?:[^\S\t\r\n]|[\"'])*{RUNS})"
BEGINS = r"(?<=[;\t\r\n])"
HERE = re.compile(rf"^{START}|{BEGINS}{WITHIN}")
MARKED = re.compile(rf"^'{START}|{BEGINS}'{WITHIN}")


def harmless(cell: str) -> str:
    """Return the cell as text that no spreadsheet runs."""
    return HERE.sub("'", cell)


def as_written(cell: str) -> str:
    """Return the text of a cell that `harmless`, or another product, has marked."""
    return MARKED.sub("", cell)
