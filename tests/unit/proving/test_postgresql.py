"""Where PostgreSQL for tests and for `sestetto prove` comes from."""

import subprocess
from pathlib import Path

import pytest

from console.proving import postgresql


def test_where_the_system_has_none_that_of_the_tests_libraries_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "PROGRAMS", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert postgresql.system_programs() is None
    assert postgresql.missing() == ""
    programs = postgresql.find_programs()
    for name in (*postgresql.NEEDED, "pg_dump", "pg_restore"):
        said = subprocess.run([programs / name, "--version"], capture_output=True, text=True, check=True).stdout
        assert "PostgreSQL" in said
