"""A real PostgreSQL for tests: found, or installed as root."""

from pathlib import Path

from console.proving import postgresql
from console.proving.postgresql import OWNER
from tests.support.debian import found_or_installed

__all__ = ["OWNER", "PostgresServer", "find_programs"]


class PostgresServer(postgresql.PostgresServer):
    """If it is missing and cannot be installed, its tests fail: they are not skipped."""

    def start(self, port: int = 5432) -> None:
        find_programs()
        super().start(port)


def find_programs() -> Path:
    """Return the folder of `initdb` and `postgres`; as root, install Debian's package."""
    found_or_installed("postgresql", postgresql.programs)
    return postgresql.find_programs()
