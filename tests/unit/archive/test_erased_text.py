"""Vera is erased: no text column of any table contains her words, on both databases; new tables are covered too."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Column, Integer, LargeBinary, String, Table, insert, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.audit import note
from console.archive.database import Database, now_ms
from console.archive.erasure import Doomed, Erasure
from console.archive.erasure_notes import ErasureNote, merge_erasures, note_erasure, read_erasures
from console.archive.export_jobs import ExportJobs
from console.archive.file_records import FileRecords
from console.archive.search import ChatQuery, ChatSearch
from console.archive.stores import Stores
from console.archive.tables import metadata
from console.archive.webhook_outbox import WebhookOutbox
from console.archive.writer import Archive
from console.config import read_settings
from console.domain.blocks import Block
from console.domain.directory import Member
from console.files.files import Files
from tests.support.archive_feed import Feed, fresh_database

ADA = Member("ada", "Ada", "ada@example.com", role="admin")
WORD = "wisteria"
INDEX = "chat_words"  # the search index's tables on SQLite; asked in its own way

# Tables with rows of Vera's. Each row has the word in every text column but those named here, so a new column is tried
# at once. Other tests fill the first four.
HERS: dict[str, dict[str, Any]] = {
    "chats": {},
    "facts": {},
    "audit": {},
    "settings": {},
    "files": {"chat": "hers", "visitor": "vera", "state": "clean", "named": 1},
    "mails": {"chat": "hers"},
    "mails_received": {"chat": "hers"},
    "alert_messages": {"made": 0},
    "webhook_messages": {"chat": "hers"},
    "set_aside": {"raw": f'{{"chat":"hers","text":"{WORD}"}}'.encode()},
    "import_rows": {"import_id": "i1", "line": 1, "record": f'{{"visitor":"vera","name":"{WORD}"}}'},
    "exports": {"visitor": "vera", "state": "failed"},
}
# Tables that hold nothing of visitors: settings and credentials of staff, counters, positions, digests.
STAFF = {
    "sites", "refused_origins", "refused_identities", "queues", "members", "directory", "canned", "audit_heads",
    "alert_rules", "alert_incidents", "webhook_endpoints", "sessions", "sign_in_steps", "invitations",
    "second_factors", "identity_providers", "identities", "used_states", "recovery_codes", "integrations", "tokens",
    "one_clicks", "tries", "cursors", "interventions", "search_backfill",
    "imports", "push_devices", "push_messages",
}  # fmt: skip
# What rows of hers hang on.
OTHERS: dict[str, dict[str, Any]] = {
    "imports": {"id": "i1", "kind": "chats", "format": "csv", "name": "", "site": "", "origin": "", "by": "",
                "by_name": "", "state": "ready", "left_out": [], "says": ""},
}  # fmt: skip


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with fresh_database(database_url) as database:
        yield database


def erasure_of(database: Database) -> Erasure:
    return Erasure(database, "main", WebhookOutbox(database, "main", now_ms), ExportJobs(database, "main", now_ms))


def planted(table: Table) -> dict[str, Any]:
    """A row with the word wherever there is room for text."""
    given = {"workspace": "main", **OTHERS.get(table.name, {}), **HERS.get(table.name, {})}
    return {
        column.name: given.get(column.name, value_for(column))
        for column in table.columns
        if column.name in given or not (column.primary_key and isinstance(column.type, Integer))
    }


def value_for(column: Column[Any]) -> Any:
    kinds: tuple[tuple[type, Any], ...] = (
        (String, WORD), (LargeBinary, WORD.encode()), (JSON, {WORD: WORD}), (Boolean, False),
    )  # fmt: skip
    return next((value for kind, value in kinds if isinstance(column.type, kind)), 1)


async def words_in(connection: AsyncConnection) -> dict[str, list[str]]:
    """By table, as the database itself lists them: the rows that have the word."""
    names = await connection.run_sync(lambda here: inspect(here).get_table_names())
    found: dict[str, list[str]] = {}
    for name in names:
        if name.startswith(INDEX):
            continue
        rows = (await connection.execute(text(f'SELECT * FROM "{name}"'))).all()
        found[name] = [str(row) for row in rows if WORD in str(row).casefold()]
    return {name: rows for name, rows in found.items() if rows}


async def has_vera(database: Database) -> None:
    feed = Feed()
    feed.talk("hers", f"My {WORD}", visitor="vera", name=WORD, email=f"{WORD}@example.com", fields={"plan": WORD})
    feed.leave_message("left", f"Call me about the {WORD}", visitor="vera", name=WORD)
    feed.talk("kims", "Tulips", visitor="kim", name="Kim")
    await Archive(database).append("e1", feed.entries)
    stores = Stores(database)
    await stores.blocks.put(Block("visitor", "vera", now_ms() + 60_000, name=WORD, note=WORD), by=ADA)
    async with database.writing() as connection:
        for name in (*OTHERS, *(HERS.keys() - {"chats", "facts", "audit", "settings"})):
            table = metadata.tables[name]
            row = planted(table)
            if name == "alert_messages":
                row["made"] = feed.now
            await connection.execute(insert(table).values(**row))
        await note(connection, ADA, 1, "Blocked", "block:visitor:vera", None, {"name": WORD})


def test_a_new_table_is_not_forgotten_when_visitors_are_erased() -> None:
    """Give the table a row of Vera's in HERS and erase it in console/archive/erasure.py, or name it in STAFF."""
    with_text = {
        table.name
        for table in metadata.sorted_tables
        if any(isinstance(column.type, String | JSON | LargeBinary) for column in table.columns)
    }
    assert with_text - STAFF == set(HERS)
    assert STAFF - set(metadata.tables) == set()


async def test_no_table_has_a_word_of_an_erased_visitor(database: Database, tmp_path: Path) -> None:
    await has_vera(database)
    erasure = erasure_of(database)
    async with database.reading() as connection:
        assert set(await words_in(connection)) == set(HERS)
    stores = Stores(database)
    await stores.blocks.forget(["visitor:vera"], by=ADA)
    doomed = [Doomed(chat, {WORD}) for chat in await erasure.chats_of("vera")]
    await erasure.erase(doomed, by=ADA, target="visitor:vera", blocks={"visitor:vera"})
    await Files(read_settings({}, data=tmp_path), FileRecords(database, "main")).sweep()
    async with database.reading() as connection:
        assert await words_in(connection) == {}
    search = ChatSearch(database)
    for query in (ChatQuery(text=WORD), ChatQuery(visitor=WORD), ChatQuery(listed="left", text=WORD)):
        assert (await search.list_chats(query)).chats == []
    assert [one.chat.id for one in (await search.list_chats(ChatQuery(text="tulips"))).chats] == ["kims"]


async def test_what_a_backup_brings_back_is_found_but_not_what_came_later(database: Database) -> None:
    feed = Feed()
    for chat, visitor in (("v1", "vera"), ("v2", "vera"), ("k1", "kim"), ("k2", "kim"), ("z1", "zoe")):
        feed.talk(chat, "Hello", visitor=visitor)
    await Archive(database).append("e1", feed.entries)
    opened = {entry.fact.chat: entry.fact.at for entry in feed.entries if entry.fact.__struct_config__.tag == "opened"}
    notes = [
        ErasureNote(feed.now, "visitor:vera"),
        ErasureNote(opened["k1"], "visitor:kim"),
        ErasureNote(feed.now, "chat:z1"),
        ErasureNote(feed.now, "chat:nowhere"),
    ]
    found = await erasure_of(database).brought_back(notes)
    assert sorted((target, sorted(chat.id for chat in chats)) for target, chats in found) == [
        ("chat:k1", ["k1"]), ("chat:z1", ["z1"]), ("visitor:vera", ["v1", "v2"])
    ]  # fmt: skip


def test_notes_of_erasures_survive_a_torn_line_and_are_merged_once(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir()
    one, two, three = (ErasureNote(at, f"chat:c{at}") for at in (1, 2, 3))
    note_erasure(here, one)
    with (here / "erasures.jsonl").open("ab") as file:
        file.write(b'{"at":9,"tar')  # the power went
    note_erasure(here, two)
    assert read_erasures(here) == [one, two]
    for note_ in (two, three):
        note_erasure(there, note_)
    merge_erasures(here, there)
    merge_erasures(here, there)
    assert read_erasures(here) == [one, two, three]
    assert read_erasures(tmp_path) == []
