"""The SBOM beside the wheel names what it contains and what it needs, and is the same for the same wheel."""

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tools.bill_of_materials import VENDOR, describe, main
from tools.lock import pins


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """A file like the wheel: what is in it matters only for its hash and time."""
    file = tmp_path / "sestetto-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as inside:
        inside.writestr(zipfile.ZipInfo("console/cli.py", (2026, 11, 29, 12, 0, 0)), "pass")
    return file


@pytest.fixture
def bill(wheel: Path) -> dict[str, Any]:
    main(wheel.parent)
    found: dict[str, Any] = json.loads((wheel.parent / "sestetto-0.1.0.cdx.json").read_text())
    return found


def test_it_names_the_wheel_by_its_hash(bill: dict[str, Any], wheel: Path) -> None:
    about = bill["metadata"]["component"]
    assert (about["name"], about["version"]) == ("sestetto", "0.1.0")
    assert about["hashes"] == [{"alg": "SHA-256", "content": hashlib.sha256(wheel.read_bytes()).hexdigest()}]


def test_every_package_is_in_it_with_version_and_licence(bill: dict[str, Any]) -> None:
    named = {one["purl"]: one for one in bill["components"]}
    for pin in pins("run"):
        one = named[f"pkg:pypi/{pin.name}@{pin.version}"]
        assert one.get("licenses") or pin.marker, pin.name


def test_vendored_files_are_in_it_with_version_and_hash(bill: dict[str, Any]) -> None:
    carried = {one["properties"][0]["value"]: one for one in bill["components"] if "hashes" in one}
    rows = json.loads(VENDOR.read_text())
    assert len(carried) == len(rows) >= 1
    for row in rows:
        path = f"console/static/vendor/{row['file']}"
        content = hashlib.sha256((VENDOR.parent / row["file"]).read_bytes()).hexdigest()
        assert carried[path]["hashes"] == [{"alg": "SHA-256", "content": content}]
        assert (carried[path]["name"], carried[path]["version"]) == (row["package"], row["version"])


def test_it_says_who_needs_what(bill: dict[str, Any]) -> None:
    needs = {one["ref"]: one.get("dependsOn", []) for one in bill["dependencies"]}
    assert {"pypi:starlette", "pypi:asyncpg", "npm:htmx.org:htmx.min.js"} <= set(needs["sestetto"])
    assert "pypi:markupsafe" in needs["pypi:jinja2"]
    assert {one for ones in needs.values() for one in ones} <= set(needs)


def test_it_is_valid_and_the_same_each_time(bill: dict[str, Any], wheel: Path) -> None:
    text = describe(wheel)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert json.loads(text) == bill
