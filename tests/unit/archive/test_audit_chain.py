"""The audit log as evidence: a hash chain that detects every change and every deletion, on both databases."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import delete, insert, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive import audit_removal, audit_retention
from console.archive.audit import Change, line_of, note
from console.archive.audit_chain import append
from console.archive.audit_check import Chain, check_chains, export_lines, read_heads
from console.archive.audit_removal import CUT, ERASED, cut, erase_values
from console.archive.audit_retention import DAY, AuditRetention
from console.archive.database import Database
from console.archive.stores import Stores
from console.archive.tables import audit, audit_heads
from console.events import Author
from tests.support.archive_feed import fresh_database, rows, to_version

ADA = Author("ada", "Ada")
SQLITE = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('audit', 'audit_heads')"
OLD_LINE = {"member": "", "name": "sestetto", "what": "Queue added", "before": {}}


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with fresh_database(database_url) as database:
        yield database


async def notes(database: Database, *targets: str, at: int = 0) -> None:
    """Ada changes these things, one after the other, each a day after the one before."""
    for day, target in enumerate(targets, 1):
        async with database.writing() as connection:
            await note(connection, ADA, at or day, "Queue changed", target, {"name": "Größe\0"}, {"name": target})


async def changes(database: Database) -> Chain:
    (found,) = [chain for chain in await check_chains(database) if chain.log == "changes"]
    return found


async def tampers(database: Database, statement: Any) -> None:
    """Somebody with the database's password switches the triggers off first."""
    async with database.writing() as connection:
        if database.is_sqlite:
            for name in (await connection.execute(text(SQLITE))).scalars().all():
                await connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            for table in ("audit", "audit_heads"):
                await connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        await connection.execute(statement)


async def test_each_line_has_the_hash_of_the_one_before(database: Database) -> None:
    await notes(database, "queue:a", "queue:b", "queue:c")
    lines = await rows(database, audit, "n")
    assert [line["n"] for line in lines] == [1, 2, 3]
    assert [line["previous"] for line in lines] == ["", lines[0]["hash"], lines[1]["hash"]]
    found = await changes(database)
    assert (found.lines, found.head, found.wrong) == (3, lines[2]["hash"], "")
    assert (await read_heads(database))["changes"] == (3, lines[2]["hash"])


async def test_anybody_can_check_an_export_with_a_few_lines_of_their_own(database: Database) -> None:
    await notes(database, "queue:a", "queue:b")
    previous = ""
    async for line in export_lines(database):
        values = {name: line.pop(name) for name in ("before", "after", "salt")}
        expected = line.pop("hash")
        for one, hashed in ((values, line["details"]), (line, expected)):
            plain = json.dumps(one, sort_keys=True, separators=(",", ":"))
            assert hashlib.sha256(plain.encode()).hexdigest() == hashed
        assert line["previous"] == previous
        previous = expected
    assert previous == (await read_heads(database))["changes"][1]


TAMPERED = [
    (update(audit).where(audit.c.n == 2).values(name="Ben"), "line 2 (1970-01-01 00:00:00 UTC, Ben: Queue changed"),
    (update(audit).where(audit.c.n == 2).values(after={"name": "x"}), "the values of line 2 ("),
    (update(audit).where(audit.c.n == 2).values(before={}, after={}, salt=""), "were removed, and no line says so"),
    (update(audit).where(audit.c.n == 3).values(at=4), "line 3 ("),
    (update(audit).where(audit.c.n == 2).values(log="reads"), "line 2 is missing"),
    (delete(audit).where(audit.c.n == 2), "line 2 is missing"),
    (delete(audit).where(audit.c.n < 3), "lines 1 to 2 are missing, and no line says"),
    (delete(audit).where(audit.c.n > 2), "lines 3 to 4 are missing"),
    (delete(audit), "lines 1 to 4 are missing"),
    (delete(audit_heads), "the record of its newest line is missing"),
    (update(audit_heads).values(n=3), "names line 3, not 4"),
]


async def test_whatever_is_changed_behind_its_back_is_named(database: Database) -> None:
    await notes(database, "queue:a", "queue:b", "queue:c", "queue:d")
    assert (await changes(database)).wrong == ""
    before = [(table, await rows(database, table)) for table in (audit, audit_heads)]
    for done, says in TAMPERED:
        await tampers(database, done)
        assert says in (await changes(database)).wrong, str(done)
        for table, was in before:
            await tampers(database, delete(table))
            await tampers(database, insert(table).values(was))
    assert (await changes(database)).wrong == ""


async def test_a_chain_made_anew_from_a_changed_line_on_lacks_the_noted_head(database: Database) -> None:
    await notes(database, "queue:a", "queue:b")
    noted = (await read_heads(database))["changes"][1]
    await notes(database, "queue:c")
    assert (await check_chains(database, [noted]))[0].noted == {noted: 2}
    await tampers(database, delete(audit))
    async with database.writing() as connection:
        await connection.execute(update(audit_heads).values(n=0, hash=""))
    await notes(database, "queue:a", "queue:x", "queue:c")
    found = (await check_chains(database, [noted]))[0]
    assert (found.wrong, found.noted) == ("", {})


REFUSED = [
    update(audit).values(name="Ben"),
    update(audit).values(after={"name": "x"}),
    update(audit).values(hash="x"),
    update(audit).values(after={}, before={}, salt="", what="Nothing"),
    delete(audit),
    delete(audit_heads),
    update(audit_heads).values(n=0),
    update(audit_heads).where(audit_heads.c.log == "changes").values(cut=1),
]


async def test_the_database_itself_refuses_what_is_no_new_line(database: Database) -> None:
    await notes(database, "queue:a")
    for done in [*REFUSED, *([] if database.is_sqlite else [text("TRUNCATE audit"), text("TRUNCATE audit_heads")])]:
        with pytest.raises(IntegrityError, match="append-only"):
            async with database.writing() as connection:
                await connection.execute(done)
    assert (await changes(database)).lines == 1


async def test_twenty_writers_at_once_make_one_chain(database: Database) -> None:
    await asyncio.gather(*(notes(database, f"queue:q{number}") for number in range(20)))
    found = await changes(database)
    assert (found.lines, found.wrong) == (20, "")


async def test_a_change_that_fails_leaves_no_line_and_no_gap(database: Database) -> None:
    async def fails() -> None:
        async with database.writing() as connection:
            await note(connection, ADA, 2, "Queue changed", "queue:b")
            raise RuntimeError

    await notes(database, "queue:a")
    with pytest.raises(RuntimeError):
        await fails()
    await notes(database, "queue:c")
    found = await changes(database)
    assert (found.lines, found.wrong) == (2, "")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer at a time
async def test_a_long_change_holds_the_chain_only_at_its_end(database: Database) -> None:
    """Otherwise two changes that want the same rows, one of them and the chain first, would wait for each other."""
    stores = Stores(database)

    async def also(_connection: AsyncConnection) -> None:
        async with asyncio.timeout(3):
            await notes(database, "queue:b")

    await stores.directory.change(lambda known: replace(known, breathers=5), ADA, "breathers", also=also)
    lines = await rows(database, audit, "n")
    assert [line["target"] for line in lines] == ["queue:b", "breathers"]
    assert (await changes(database)).wrong == ""


async def test_lines_of_an_older_release_are_chained_with_the_next_one(database: Database) -> None:
    await notes(database, "queue:a")
    async with database.writing() as connection:
        for target in ("queue:b", "queue:c"):
            await connection.execute(insert(audit).values(at=9, target=target, after={"name": "Ünï"}, **OLD_LINE))
    found = await changes(database)
    assert (found.lines, found.unchained, found.wrong) == (1, 2, "")
    await notes(database, "queue:d")
    found = await changes(database)
    assert (found.lines, found.unchained, found.wrong) == (4, 0, "")
    assert [line["target"] for line in await rows(database, audit, "n")] == [f"queue:{id}" for id in "abcd"]


async def test_lines_from_before_the_chain_are_chained_by_the_migration(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    async with database.writing() as connection:
        await connection.run_sync(to_version, "0018")
        insertion = text(
            "INSERT INTO audit (at, member, name, what, target, before, after)"
            " VALUES (:at, 'ada', 'Ada', 'Queue changed', 'queue:a', '{\"name\": \"Größe\"}', '{}')"
        )
        await connection.execute(insertion, [{"at": at} for at in range(1, 1_003)])
    await database.migrate()
    found = await changes(database)
    assert (found.lines, found.wrong) == (1_002, "")
    await notes(database, "queue:b")
    assert (await changes(database)).lines == 1_003
    await database.close()


async def test_data_retention_leaves_a_line_that_says_what_it_deleted(database: Database) -> None:
    await notes(database, "queue:a", "queue:b", "queue:c", "queue:d")
    third = (await rows(database, audit, "n"))[2]
    for until, count in ((3, 2), (3, 0), (4, 1)):
        async with database.writing() as connection:
            line = line_of(ADA, 5, Change(CUT, "audit:changes", None, {"days": 365}))
            assert await cut(connection, "changes", until, line) == count
    found = await changes(database)
    assert (found.lines, found.cut, found.wrong) == (3, 3, "")
    newest = (await rows(database, audit, "n"))[-1]
    assert newest["after"] == {"days": 365, "lines": 1, "up_to": 3, "hash": third["hash"]}
    async with database.writing() as connection:  # all that is left is old one day: the line stays that says so
        assert await cut(connection, "changes", 9, line_of(ADA, 9, Change(CUT, "audit:changes"))) == 3
    found = await changes(database)
    assert (found.lines, found.cut, found.wrong) == (1, 6, "")


async def test_many_old_lines_are_deleted_in_portions(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (audit_removal, audit_retention):
        monkeypatch.setattr(module, "MOST", 2)
    async with database.writing() as connection:
        await append(connection, "reads", [line_of(ADA, 1, Change("Chat read", f"chat:{n}")) for n in range(5)])
    assert await AuditRetention(database, lambda: 400 * DAY).cut_old() == 5
    found = {one.log: one for one in await check_chains(database)}["reads"]
    assert (found.lines, found.cut, found.wrong) == (3, 5, "")


async def test_a_line_out_of_its_time_is_kept_with_all_after_it(database: Database) -> None:
    """A clock that was set back: what is deleted is always the beginning of the chain."""
    for at in (1, 9, 2):
        await notes(database, "queue:a", at=at)
    async with database.writing() as connection:
        assert await cut(connection, "changes", 5, line_of(ADA, 10, Change(CUT, "audit:changes"))) == 1
    assert (await changes(database)).wrong == ""


async def test_erased_values_are_gone_and_the_chain_holds(database: Database) -> None:
    async with database.writing() as connection:
        for target in ("block:visitor:v1", "block:visitor:v2"):
            await note(connection, ADA, 1, "Blocked", target, None, {"name": "Wisteria", "note": "rude"})
    async with database.writing() as connection:
        line = line_of(ADA, 2, Change(ERASED, "visitor:v1"))
        assert await erase_values(connection, ["block:visitor:v1"], line) == [1]
    found = await changes(database)
    assert (found.lines, found.erased, found.wrong) == (3, 1, "")
    first, second, third = await rows(database, audit, "n")
    assert (first["before"], first["after"], first["salt"], first["target"]) == ({}, {}, "", "block:visitor:v1")
    assert second["after"]["name"] == "Wisteria"
    assert (third["what"], third["after"]) == (ERASED, {"lines": [1]})


async def test_the_chains_of_changes_and_of_reads_are_apart(database: Database) -> None:
    await notes(database, "queue:a")
    async with database.writing() as connection:
        await append(connection, "reads", [line_of(ADA, 1, Change("Chat read", "chat:c1"))])
    assert {chain.log: (chain.lines, chain.wrong) for chain in await check_chains(database)} == {
        "changes": (1, ""),
        "reads": (1, ""),
    }
