"""Lists, searches and a visitor's past read only what they show, through an index, however big the archive is."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest
from sqlalchemy import event

from console.archive import search_index
from console.archive.audit import COMMAND_LINE, AuditStore, note
from console.archive.database import Database
from console.archive.past import PastChats, PastQuery
from console.archive.search import ChatQuery, ChatSearch
from console.archive.search_words import TEXT, terms
from console.archive.writer import Archive
from console.events import Author
from tests.support.archive_feed import Feed, fresh_database

CHATS, NEAR = 240, 20
QUERIES = [
    ChatQuery(),
    ChatQuery(listed="left"),
    ChatQuery(queue="support", late="no"),
    ChatQuery(text="word7"),
    ChatQuery(text="A-1234", visitor="Vera"),
    ChatQuery(text="hello word7", since=1, until=10**14),
]


@pytest.fixture
async def database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    """Every chat says hello; each has a word of its own."""
    monkeypatch.setattr(search_index, "NEAR", NEAR)
    async with fresh_database(database_url) as database:
        feed = Feed()
        for number in range(CHATS):
            feed.talk(f"c{number}", f"Hello word{number}z", visitor=f"v{number % 60}")
        await Archive(database).append("e1", feed.entries)
        async with database.writing() as connection:
            await connection.exec_driver_sql("ANALYZE")
        yield database


@contextmanager
def statements(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """Everything that is read meanwhile, with its values."""
    found: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")):
            found.append((statement, values))

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    yield found
    event.remove(database.engine.sync_engine, "before_cursor_execute", note)


async def plan(database: Database, statement: str, values: Any) -> list[str]:
    """What the database does for a statement. On PostgreSQL as if tables were too big to be read whole."""
    async with database.reading() as connection:
        if database.is_sqlite:
            rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            return [row[-1] for row in rows]
        await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        rows = await connection.exec_driver_sql(f"EXPLAIN {statement}", values)
        return [row[0] for row in rows]


def whole_tables(steps: list[str]) -> list[str]:
    """The steps that read all rows of a table that grows."""
    tables = ("chats", "facts", "audit")
    return [
        step
        for step in steps
        if "Seq Scan on" in step or any(step == f"SCAN {table}" or f"SCAN {table} USING" in step for table in tables)
    ]


@pytest.mark.parametrize("query", QUERIES, ids=str)
async def test_a_page_is_two_statements_and_reads_no_table_whole(database: Database, query: ChatQuery) -> None:
    search = ChatSearch(database)
    with statements(database) as asked:
        page = await search.list_chats(query, limit=5)
        if page.next:
            await search.list_chats(query, before=page.next, limit=5)
        await search.count(query)
    assert len(asked) == (5 if page.next else 3)
    for statement, values in asked:
        assert whole_tables(await plan(database, statement, values)) == [], statement


async def test_a_visitors_past_is_read_through_an_index(database: Database) -> None:
    with statements(database) as asked:
        found = await PastChats(database).page(PastQuery(visitor="v3", site="demo", since=0), limit=10)
    assert len(found.facts) == 10
    assert len(asked) <= 5, "the chats, and the facts of those that fill a page"
    for statement, values in asked:
        assert whole_tables(await plan(database, statement, values)) == [], statement


async def test_those_with_lines_in_the_audit_log_are_found_from_one_to_the_next(database: Database) -> None:
    names = {"ana": ["Ana"] * 30, "ben": ["Ben", "Benedict"], COMMAND_LINE.id: ["sestetto"], "zoe": ["Zoe"]}
    async with database.writing() as connection:
        for at, (member, name) in enumerate((member, name) for member, all in names.items() for name in all):
            await note(connection, Author(member, name), at, "Queue changed", "queue:support")
    with statements(database) as asked:
        assert await AuditStore(database, lambda: 0).people() == {"ana": "Ana", "ben": "Benedict", "zoe": "Zoe"}
    [(statement, values)] = asked
    assert whole_tables(await plan(database, statement, values)) == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_postgresql_looks_a_rare_word_up_and_finds_a_frequent_one_among_the_newest(database: Database) -> None:
    """Which of both it is the planner cannot know, so the statement finds out."""
    rare, frequent = await steps(database, "word3z"), await steps(database, "hello")
    for found, read in ((rare, NEAR), (frequent, 5)):
        newest = [step for step in found if step.get("Index Name") == "chat_words_pkey"]
        assert [step["Actual Rows"] for step in newest] == [read], "not all chats from the newest on"
    assert [step["Actual Rows"] for step in looked_up(rare)] == [1]
    assert [step["Actual Loops"] for step in looked_up(frequent)] == [0]


def looked_up(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [step for step in steps if step.get("Index Name") == "ix_chat_words_words"]


async def steps(database: Database, word: str) -> list[dict[str, Any]]:
    """What PostgreSQL did for the five newest chats with the word, step by step."""
    wanted = ChatSearch(database).index.newest(terms(word, TEXT), limit=5)
    sql = str(wanted.compile(dialect=database.engine.dialect, compile_kwargs={"literal_binds": True}))
    async with database.reading() as connection:
        await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        found = (await connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")).scalar_one()
    return list(_steps((msgspec.json.decode(found) if isinstance(found, str) else found)[0]["Plan"]))


def _steps(step: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield step
    for below in step.get("Plans", ()):
        yield from _steps(below)
