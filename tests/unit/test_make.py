"""`make run` on machines that lack something: one line that says how to fix it, and never a traceback."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
NAMES = ("python3", "python3.11", "python3.12", "python3.13", "python3.14")
TOO_OLD = '[ "$1" = --version ] && echo "Python 3.9.2" && exit 0\nexit 1'
NO_VENV = f'case "$2" in *venv*) exit 1;; esac\nexec {sys.executable} "$@"'
PIPLESS = f"""#!/bin/sh
case "$2" in pip) exit 1;; esac
exec {sys.executable} "$@"
"""
NO_PIP = f"""
if [ "$2" = venv ]; then
  mkdir -p .venv/bin
  printf '%s' '{PIPLESS}' >.venv/bin/python
  chmod +x .venv/bin/python
  exit 0
fi
exec {sys.executable} "$@"
"""

Make = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Runs make in a bare checkout where every Python is the given shell script."""
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    for name in ("tools", "requirements"):
        shutil.copytree(REPOSITORY / name, checkout / name)
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(REPOSITORY / name, checkout)
    programs = tmp_path / "programs"
    programs.mkdir()

    def run(target: str, python: str) -> subprocess.CompletedProcess[str]:
        for name in NAMES:
            (programs / name).write_text(f"#!/bin/sh\n{python}\n")
            (programs / name).chmod(0o755)
        settings = os.environ | {"PATH": f"{programs}:/usr/bin:/bin", "PYTHON": ""}
        return subprocess.run(["make", target], cwd=checkout, env=settings, capture_output=True, text=True, check=False)

    return run


def test_a_python_that_is_too_old_is_named_with_what_to_install(make: Make) -> None:
    done = make("run", TOO_OLD)
    assert done.returncode != 0
    assert "needs Python 3.11 or newer; here is: Python 3.9.2" in done.stderr
    assert "sudo apt-get install python3 python3-venv" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_python_without_venv_is_mended_by_one_line(make: Make) -> None:
    done = make("run", NO_VENV)
    assert done.returncode != 0
    assert "Mend it with: sudo apt-get install python3-venv" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_environment_without_pip_is_mended_by_one_line(make: Make) -> None:
    done = make("run", NO_PIP)
    assert done.returncode != 0
    assert "rm -rf .venv" in done.stderr
    assert "Traceback" not in done.stderr


def test_make_test_does_the_same_set_up(make: Make) -> None:
    assert "python3-venv" in make("test", NO_VENV).stderr


def test_help_lists_the_two_commands(make: Make) -> None:
    done = make("help", TOO_OLD)
    assert done.returncode == 0
    assert "CROWD=12" in done.stdout
    assert "every test" in done.stdout


def test_nothing_is_installed_twice_for_the_same_list(make: Make, tmp_path: Path) -> None:
    """The stamp of what was installed is enough: pip is not even asked for."""
    checkout = tmp_path / "checkout"
    make("env", NO_PIP)
    listed = "cat pyproject.toml requirements/*.txt | cksum"
    sums = subprocess.run(["sh", "-c", listed], cwd=checkout, capture_output=True, text=True, check=True)
    (checkout / ".venv" / ".installed-run").write_text(f"{checkout} {sums.stdout}")
    assert make("env", NO_PIP).returncode == 0
    (checkout / "requirements" / "dev.txt").write_text("changed")
    assert make("env", NO_PIP).returncode != 0
