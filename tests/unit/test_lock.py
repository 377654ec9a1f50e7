"""What is installed is what was locked: versions with hashes, for all that pyproject.toml names, and no registry."""

import json
import re
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.audit import read_npm, read_python, tell
from tools.bill_of_materials import licence_of
from tools.lock import FOLDER, Pin, head, lists, pins

TOP = Path(__file__).parents[2]
FILES = ("run", "dev", "build")
COPYLEFT = re.compile(r"GPL|Affero|MPL|Mozilla|EPL|Eclipse|EUPL|CDDL|OSL|SSPL|Sleepycat|CC-BY-SA", re.IGNORECASE)
NO_CODE = {"certifi"}  # a list of certificate authorities under MPL-2.0, unchanged
LOCKED_NPM = json.loads((TOP / "package-lock.json").read_text())["packages"]


@pytest.mark.parametrize("name", FILES)
def test_a_change_of_pyproject_without_make_lock_is_noticed(name: str) -> None:
    first = (FOLDER / f"{name}.txt").read_text(encoding="ascii").splitlines()[0]
    assert first == head(lists()[name]), "pyproject.toml has changed: make lock"


@pytest.mark.parametrize("name", FILES)
def test_every_version_is_one_that_pyproject_allows(name: str) -> None:
    locked = {pin.name: pin for pin in pins(name)}
    for one in map(Requirement, lists()[name]):
        assert one.specifier.contains(locked[canonicalize_name(one.name)].version), one.name


@pytest.mark.parametrize("name", FILES)
def test_every_package_has_hashes_and_none_says_where_it_comes_from(name: str) -> None:
    text = (FOLDER / f"{name}.txt").read_text(encoding="ascii")
    blocks = [block for block in re.split(r"\n(?=\S)", text) if not block.startswith("#")]
    assert len(blocks) == len(pins(name)) > 5
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", block) for block in blocks)
    assert not re.search(r"://|--index|--extra-index|--find-links|@ ", text)


def test_the_lists_agree_with_each_other() -> None:
    assert set(pins("run")) <= set(pins("dev"))


def test_this_environment_is_the_locked_one() -> None:
    here = [pin for pin in pins("dev") if not pin.marker or Marker(pin.marker).evaluate()]
    assert len(here) > 80
    assert [pin for pin in here if version(pin.name) != pin.version] == [], "make dev"


def test_npm_s_packages_are_locked_with_hashes_and_no_registry() -> None:
    named = {path: one for path, one in LOCKED_NPM.items() if path}
    assert len(named) > 5
    assert all(one["integrity"].startswith("sha512-") for one in named.values())
    assert not any("resolved" in one for one in named.values())


def test_nothing_that_the_wheel_needs_is_under_a_copyleft_licence() -> None:
    said = {pin.name: licence_of(pin.name) for pin in needed()}
    assert [name for name, licence in said.items() if not licence] == []
    assert {name for name, licence in said.items() if COPYLEFT.search(licence)} == NO_CODE


def needed() -> list[Pin]:
    return [pin for pin in pins("run") if not pin.marker or Marker(pin.marker).evaluate()]


def test_an_audit_that_could_ask_nobody_is_not_taken_for_a_good_one() -> None:
    skipped = {"dependencies": [{"name": "redis", "skip_reason": "Dependency not found on PyPI: redis (8.0.1)"}]}
    found = read_python(json.dumps(skipped), "No known vulnerabilities found")
    assert (found.audited, found.unknown) == (0, ("Dependency not found on PyPI: redis (8.0.1)",))
    assert "NOT AUDITED: 1." in tell(found)[1]
    assert read_python("", "Traceback\nConnectionError: no route").unknown == ("ConnectionError: no route",)
    assert read_npm('{"message": "405 Method Not Allowed"}', "").unknown == ("405 Method Not Allowed",)


def test_an_audit_names_what_is_vulnerable() -> None:
    vulnerable = {"name": "redis", "version": "1.0", "vulns": [{"id": "PYSEC-1"}]}
    found = read_python(json.dumps({"dependencies": [vulnerable, {"name": "rich", "version": "1", "vulns": []}]}), "")
    assert (found.audited, found.bad, found.unknown) == (2, ("redis 1.0: PYSEC-1",), ())
    assert "VULNERABLE  redis 1.0: PYSEC-1" in tell(found)[1]
    npm = {"vulnerabilities": {"react": {"severity": "high"}}, "metadata": {"dependencies": {"total": 9}}}
    assert read_npm(json.dumps(npm), "").bad == ("react: high",)
