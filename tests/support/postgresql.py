"""A real PostgreSQL for tests: found, or installed as root."""

import os
import shutil
import subprocess
from pathlib import Path

from console.proving import postgresql
from console.proving.postgresql import OWNER, NoPostgres

__all__ = ["OWNER", "NoPostgres", "PostgresServer", "find_programs"]

INSTALL = ["apt-get", "install", "--yes", "--no-install-recommends", "postgresql"]


class PostgresServer(postgresql.PostgresServer):
    """If it is missing and cannot be installed, its tests fail: they are not skipped."""

    def start(self, port: int = 5432) -> None:
        find_programs()
        super().start(port)


def find_programs() -> Path:
    """Return the folder of `initdb` and `postgres`; as root, install Debian's package."""
    if postgresql.programs() is None and os.geteuid() == 0 and shutil.which("apt-get"):
        _install()
    return postgresql.find_programs()


def _install() -> None:
    quietly = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (INSTALL, ["apt-get", "update"], INSTALL):  # the package list may be old or missing
        subprocess.run(command, check=False, capture_output=True, env=quietly)
        if postgresql.programs() is not None:
            return
