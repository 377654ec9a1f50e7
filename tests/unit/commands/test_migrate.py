"""`sestetto migrate` on a database of an older or a newer release."""

from pathlib import Path

import pytest
from sqlalchemy import text

from console.archive.database import Database, sqlite_url
from console.archive.migrating import known_steps
from tests.support.archive_feed import to_version
from tests.support.command_line import run_command

NEWEST = known_steps()[-1].version


def sestetto(*words: str, **settings: str) -> tuple[int, str]:
    """The command in a process of its own: exit code, and everything that was said."""
    code, out, errors = run_command(*words, **settings)
    assert "Traceback" not in errors
    return code, out + errors


async def version_of(url: str) -> str:
    database = Database(url)
    try:
        return (await database.versions()).now
    finally:
        await database.close()


async def set_version(url: str, version: str) -> None:
    database = Database(url)
    await database.migrate()
    async with database.writing() as connection:
        await connection.execute(text(f"UPDATE alembic_version SET version_num = '{version}'"))
    await database.close()


async def test_it_migrates_step_by_step_and_says_what_it_did(empty_database_url: str, tmp_path: Path) -> None:
    here = {"DATABASE": empty_database_url, "DATA": str(tmp_path)}
    code, said = sestetto("migrate", "--check", **here)
    assert code == 1
    assert len(said.splitlines()) == len(known_steps())
    code, said = sestetto("migrate", "--to", "0005", **here)
    assert (code, said.splitlines()[-1]) == (0, "The database was migrated from nothing to 0005.")
    assert [line.split()[1] for line in said.splitlines()[:-1]] == ["0001", "0002", "0003", "0004", "0005"]
    assert await version_of(empty_database_url) == "0005"
    code, said = sestetto("migrate", **here)
    assert f"The database was migrated from 0005 to {NEWEST}." in said
    assert sestetto("migrate", **here) == (0, f"The database is at {NEWEST}. There was nothing to do.\n")
    assert sestetto("migrate", "--check", **here)[0] == 0


async def test_it_refuses_to_go_back_and_what_nobody_knows(database_url: str, tmp_path: Path) -> None:
    here = {"DATABASE": database_url, "DATA": str(tmp_path)}
    sestetto("migrate", **here)
    code, said = sestetto("migrate", "--to", "0003", **here)
    assert (code, f"The database is already at {NEWEST}, and migrations only go forward." in said) == (1, True)
    assert "There is no migration 7" in sestetto("migrate", "--to", "7", **here)[1]
    assert await version_of(database_url) == NEWEST


@pytest.mark.parametrize("command", ["migrate", "check", "serve"])
async def test_a_newer_database_is_one_sentence(database_url: str, tmp_path: Path, command: str) -> None:
    await set_version(database_url, "9999")
    code, said = sestetto(command, DATABASE=database_url, DATA=str(tmp_path), PORT="0")
    assert code == 1
    (line,) = [line for line in said.splitlines() if "9999" in line]
    assert f"newer release of Sestetto (9999). This one knows migrations up to {NEWEST}." in line


async def test_a_new_database_beside_a_store_is_a_note_and_no_alarm(
    empty_database_url: str, store_url: str, workspace_name: str, tmp_path: Path
) -> None:
    here = {"DATABASE": empty_database_url, "STORE": store_url, "WORKSPACE": workspace_name, "DATA": str(tmp_path)}
    code, said = sestetto("check", **here, PORT="0")
    assert code == 0, said
    assert f"lack {len(known_steps())} migrations" in said
    assert "database.away" not in said


def test_checking_makes_no_database(tmp_path: Path) -> None:
    assert sestetto("migrate", "--check", DATA=str(tmp_path / "data"))[0] == 1
    assert not (tmp_path / "data").exists()


async def test_check_notes_an_older_database(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path))
    async with database.writing() as connection:
        await connection.run_sync(to_version, "0009")
    await database.close()
    code, said = sestetto("check", DATA=str(tmp_path), PORT="0")
    assert (code, f"lack {len(known_steps()) - 9} migrations" in said) == (0, True)
    assert "sestetto migrate" in said
