"""Without an extra's library, the error names a command that installs it: the one in the documentation."""

import sys
import tomllib
from pathlib import Path

import pytest

from console.archive.database import Database
from console.config import read_settings
from console.errors import SettingError
from console.extras import install_command
from console.files.store import open_store
from console.proving import postgresql

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("extra", "page"), [("postgresql", "operations"), ("s3", "files"), ("languages", "settings")])
def test_the_command_is_the_documentations_and_names_an_extra(extra: str, page: str) -> None:
    assert f"`{install_command(extra)}`" in (ROOT / f"docs/{page}.md").read_text(encoding="utf-8")
    package = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert extra in package["optional-dependencies"]


def test_who_names_postgresql_without_its_driver_reads_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    with pytest.raises(SettingError) as refused:
        Database("postgresql://db/base")
    assert "asyncpg is not installed" in str(refused.value)
    assert str(refused.value).endswith(install_command("postgresql"))


def test_who_names_a_bucket_without_its_library_reads_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore", None)
    monkeypatch.delitem(sys.modules, "console.files.s3_store", raising=False)
    with pytest.raises(SettingError) as refused:
        open_store(read_settings({}, files="s3://bucket"))
    assert "obstore is not installed" in str(refused.value)
    assert str(refused.value).endswith(install_command("s3"))


def test_who_proves_without_the_driver_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "find_spec", lambda name: None)
    assert postgresql.missing() == install_command("postgresql")
