"""Programs that tests need from Debian: found, or installed as root. A test whose program is missing fails."""

import os
import shutil
import subprocess
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PLACES = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))


def program(name: str, package: str = "") -> str:
    """Return the program's path. AssertionError says what to do if it is neither here nor can be installed."""
    package = package or name
    found = found_or_installed(package, lambda: shutil.which(name, path=PLACES))
    assert found, f"{name} is needed by these tests: sudo apt-get install {package}"
    return found


def found_or_installed(package: str, find: Callable[[], T | None]) -> T | None:
    """Return what `find` finds, after installing the package if necessary; None if that is impossible."""
    install = ["apt-get", "install", "--yes", "--no-install-recommends", package]
    quietly = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for command in (install, ["apt-get", "update"], install):  # the list of packages may be old or missing
        if find() is not None or os.geteuid() or not shutil.which("apt-get"):
            break
        subprocess.run(command, check=False, capture_output=True, env=quietly)
    return find()
