"""Every story can run on SQLite and on PostgreSQL. `--database` chooses; a full run alternates."""

import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.postgresql import PostgresServer
from tests.support.server_process import RunningServer

BOTH = ("sqlite", "postgresql")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "archive_settings" in metafunc.fixturenames:
        wanted = metafunc.config.getoption("database")
        metafunc.parametrize("archive_settings", databases_for(metafunc.definition.nodeid, wanted), indirect=True)


def databases_for(story: str, wanted: str) -> tuple[str, ...]:
    """Return where the story happens; the one of two depends on its name alone, whatever stands beside it."""
    if wanted == "both":
        return BOTH
    return (BOTH[zlib.crc32(story.encode()) % 2],) if wanted == "either" else (wanted,)


@pytest.fixture
def archive_settings(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """The settings that lead a server to its archive; none: SQLite in its data folder."""
    if request.param == "sqlite":
        yield {}
        return
    postgres: PostgresServer = request.getfixturevalue("postgres")
    url = postgres.create_database(like="migrated")
    yield {"database": url}
    postgres.drop_later(url)


@pytest.fixture
def start_server(tmp_path: Path, archive_settings: dict[str, str]) -> Iterator[Callable[..., RunningServer]]:
    """Start the story's server (`start_server(origin="https://chat.example")`); stop it after the test."""
    started: list[RunningServer] = []

    def start(**settings: object) -> RunningServer:
        assert not started, "one story has one archive"
        server = RunningServer(tmp_path / "server", **archive_settings | settings)  # type: ignore[arg-type]
        started.append(server)
        server.start_and_wait()
        return server

    yield start
    for server in started:
        server.stop()
