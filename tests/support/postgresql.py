"""A real PostgreSQL for tests: found, installed as root, or that of the wheel among the tests' libraries."""

from pathlib import Path

from console.proving import postgresql
from console.proving.postgresql import OWNER, at_port
from tests.support.debian import found_or_installed

__all__ = ["OWNER", "PostgresServer", "at_port", "find_programs"]


class PostgresServer(postgresql.PostgresServer):
    """A missing PostgreSQL fails the tests; they are never skipped."""

    def start(self, port: int = 5432) -> None:
        find_programs()
        super().start(port)


def find_programs() -> Path:
    """Return the folder of `initdb` and `postgres`; as root, install Debian's package if there is none."""
    found_or_installed("postgresql", postgresql.system_programs)
    return postgresql.find_programs()
