"""Vendored files are exactly what their manifest says they are."""

import hashlib
import json
from pathlib import Path

import pytest

VENDOR = Path(__file__).parents[2] / "console" / "static" / "vendor"
MANIFEST = json.loads((VENDOR / "manifest.json").read_text())


@pytest.mark.parametrize("row", MANIFEST, ids=lambda row: row["file"])
def test_a_vendored_file_has_the_hash_it_came_with(row: dict[str, str]) -> None:
    assert hashlib.sha256((VENDOR / row["file"]).read_bytes()).hexdigest() == row["sha256"]


def test_every_vendored_file_is_listed_with_its_licence() -> None:
    listed = {row["file"] for row in MANIFEST}
    assert listed == {path.name for path in VENDOR.glob("*.js")}
    for row in MANIFEST:
        assert "without fee is hereby granted" in (VENDOR / row["licence_file"]).read_text()
        assert all(row[name] for name in ("version", "package", "licence"))


def test_htmx_is_version_four_or_later() -> None:
    versions = {row["version"] for row in MANIFEST if row["package"] == "htmx.org"}
    assert {int(version.split(".")[0]) >= 4 for version in versions} == {True}
