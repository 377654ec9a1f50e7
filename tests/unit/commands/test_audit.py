"""`sestetto audit` on both databases: intact, changed, compared with a former head, and exported."""

import json
import re
import subprocess
import sys
from pathlib import Path

from sqlalchemy import text

from console.archive.audit import note
from console.archive.audit_check import read_heads
from console.archive.database import Database
from console.events import Author
from tests.support.archive_feed import fresh_database
from tests.support.command_line import in_a_process

ADA = Author("ada", "Ada")
HANDBOOK = Path(__file__).parents[3] / "docs" / "operations.md"
(CHECKER,) = re.findall(r"```python\n(.*?)```", HANDBOOK.read_text(encoding="utf-8"), re.DOTALL)
OTHERWISE = ("DROP TRIGGER audit_unchanged", "ALTER TABLE audit DISABLE TRIGGER audit_unchanged")


async def changes_a_queue(database: Database, *names: str) -> str:
    """Return the head after that."""
    for name in names:
        async with database.writing() as connection:
            await note(connection, ADA, 1, "Queue changed", "queue:support", {"name": ""}, {"name": name})
    return (await read_heads(database))["changes"][1]


def checked(export: str) -> tuple[int, str]:
    """What the handbook's own checker says: exit code and output."""
    done = subprocess.run([sys.executable, "-c", CHECKER], input=export, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


async def test_verify_says_intact_or_names_the_first_line_that_does_not_fit(database_url: str, tmp_path: Path) -> None:
    here = {"DATABASE": database_url, "DATA": str(tmp_path), "PORT": "0"}
    async with fresh_database(database_url) as database:
        noted = await changes_a_queue(database, "First", "Second")
        head = await changes_a_queue(database, "Third")
        code, said, _ = await in_a_process("audit", "verify", "--head", noted, "--head", "0" * 64, **here)
        assert (code, f"No line has the hash {'0' * 64}." in said) == (1, True)
        assert f"the audit log of changes is intact: 3 lines, head {head}." in said
        assert f"The head {noted} is line 2 of changes: nothing up to it was changed." in said
        async with database.writing() as connection:
            await connection.execute(text(OTHERWISE[0] if database.is_sqlite else OTHERWISE[1]))
            await connection.execute(text("UPDATE audit SET name = 'Ben' WHERE n = 2"))
        for words in (("audit", "verify"), ("check",)):
            code, said, _ = await in_a_process(*words, **here)
            assert code == 1
            assert "the audit log of changes is not intact: line 2 (1970-01-01 00:00:00 UTC, Ben: Queue cha" in said


async def test_the_export_has_every_line_with_its_hash(tmp_path: Path) -> None:
    here = {"DATA": str(tmp_path)}
    async with fresh_database(tmp_path) as database:
        head = await changes_a_queue(database, "First", "Größe")
    assert (await in_a_process("audit", "verify", **here))[0] == 0
    code, said, _ = await in_a_process("audit", "export", **here)
    lines = [json.loads(line) for line in said.splitlines()]
    assert code == 0
    assert checked(said) == (0, f"{{'changes': '{head}'}}\n")
    assert checked(said.replace("First", "Fifth"))[0] == 1
    assert [(line["n"], line["after"]["name"]) for line in lines] == [(1, "First"), (2, "Größe")]
    assert lines[1]["hash"] == head
    file = tmp_path / "audit.jsonl"
    assert "Wrote 2 lines to" in (await in_a_process("audit", "export", "--file", str(file), **here))[1]
    assert (file.read_text(), file.stat().st_mode & 0o777) == (said, 0o600)
    code, _, error = await in_a_process("audit", "export", "--file", str(file), **here)
    assert (code, "File exists" in error) == (1, True)


async def test_without_a_database_it_is_one_sentence_and_none_is_made(tmp_path: Path) -> None:
    code, _, error = await in_a_process("audit", "verify", DATA=str(tmp_path / "data"))
    assert (code, error.startswith("sestetto: There is no database in")) == (1, True)
    assert not (tmp_path / "data").exists()
