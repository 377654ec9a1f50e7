"""Hashes of the audit log's lines; pure. docs/operations.md explains how to check them without Sestetto.

A line's `details` is the SHA-256 of its values (`before`, `after`) with a salt. Its `hash` is the SHA-256 of everything
else, including `details` and the hash of the previous line. So values can be erased later and the chain stays valid.
The salt is erased with them, so nobody can find the values by guessing.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any, Literal

Log = Literal["changes", "reads"]  # each has its own chain, since they are kept for different times

DETAILS = ("after", "before", "salt")  # what `details` covers
LINKED = (
    "address", "at", "details", "log", "member", "n", "name", "previous", "request", "target", "what",
)  # what `hash` covers  # fmt: skip
NOTHING = ""  # the hash before the first line


def canonical(values: Mapping[str, Any]) -> bytes:
    """Return JSON in ASCII with sorted keys and no spaces: the same bytes for the same values."""
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")


def details_of(line: Mapping[str, Any]) -> str:
    return _sha256({name: line[name] for name in DETAILS})


def hash_of(line: Mapping[str, Any]) -> str:
    return _sha256({name: line[name] for name in LINKED})


def linked(line: Mapping[str, Any], n: int, previous: str) -> dict[str, Any]:
    """Return the columns that make a line number `n` of its chain, without its content."""
    place = {"n": n, "previous": previous, "salt": secrets.token_hex(16)}
    details = details_of({**line, **place})
    return {**place, "details": details, "hash": hash_of({**line, **place, "details": details})}


def _sha256(values: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(values)).hexdigest()
