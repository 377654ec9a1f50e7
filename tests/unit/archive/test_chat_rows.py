"""The writer's rows of chats: every column is read back as it was written, and a message changes few of them."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any

import pytest
from sqlalchemy import event

from console.archive.chat_rows import ChatRows
from console.archive.database import Database
from console.archive.reducer import ArchivedChat
from console.archive.tables import chats
from console.archive.writer import Archive
from tests.support.archive_feed import Feed, fresh_database

FULL = ArchivedChat(
    id="c1", channel="mail", site="demo", queue="support", visitor="vera", name="Vera Ł", email="vera@example.com",
    verified=True, external="41", proven=["name", "field:plan"], locale="it-IT", language="it", language_by="agent",
    page="https://shop/", title="Shop", fields={"plan": "Gold ✓"}, answers=[{"key": "a", "question": "?"}],
    words="vera", opened=1, ended=2, last=3, why="visitor", reason="Refund", tags=["vip", "late"], left_message=True,
    agent="ana", agent_name="Ana", messages=4, late=5, rating=3, comment="Well", handled=6, handled_by="Ana",
    owner="ben", owner_name="Ben", state="done", asked=7, imported="zendesk", listed="handled", place=20_000,
)  # fmt: skip


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with fresh_database(database_url) as database:
        yield database


@contextmanager
def updates(database: Database) -> Iterator[list[set[str]]]:
    """The columns that each UPDATE of `chats` sets meanwhile."""
    found: list[set[str]] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if sets := re.match(r"UPDATE chats SET (.*) WHERE ", statement, re.DOTALL):
            found.append({one.partition("=")[0].strip() for one in sets[1].split(",")})

    for engine in database.engines:
        event.listen(engine, "before_cursor_execute", note)
    yield found
    for engine in database.engines:
        event.remove(engine, "before_cursor_execute", note)


def test_the_full_chat_of_these_tests_has_no_default() -> None:
    defaults = ArchivedChat("")
    assert [name for name in FULL.__struct_fields__ if getattr(FULL, name) == getattr(defaults, name)] == []


async def test_a_chat_comes_back_as_it_was_added(database: Database) -> None:
    rows = ChatRows("main")
    await database.write(lambda connection: rows.add(connection, [FULL, ArchivedChat("c2")]))
    found = await database.read(lambda connection: rows.load(connection, {"c1", "c2", "c3"}))
    assert found == {"c1": FULL, "c2": ArchivedChat("c2")}


async def test_a_chat_comes_back_as_it_was_saved_and_no_other_one_changes(database: Database) -> None:
    rows, elsewhere = ChatRows("main"), ChatRows("north")
    old = [ArchivedChat("c1"), ArchivedChat("c2")]
    await database.write(lambda connection: rows.add(connection, old))
    await database.write(lambda connection: elsewhere.add(connection, old))
    await database.write(lambda connection: rows.save(connection, [FULL], {"c1": ArchivedChat("c1")}))
    assert await database.read(lambda connection: rows.load(connection, {"c1", "c2"})) == {"c1": FULL, "c2": old[1]}
    assert await database.read(lambda connection: elsewhere.load(connection, {"c1"})) == {"c1": old[0]}


async def test_chats_that_have_talked_on_and_others_are_saved_together(database: Database) -> None:
    rows, quiet = ChatRows("main"), ArchivedChat("c2")
    await database.write(lambda connection: rows.add(connection, [FULL, quiet]))
    talked, ended = copy(FULL), ArchivedChat("c2", ended=5, tags=["vip"], last=5)
    talked.last, talked.messages, talked.agent, talked.agent_name = 9, 10, "ben", "Ben"
    before = {"c1": FULL, "c2": quiet}
    await database.write(lambda connection: rows.save(connection, [talked, ended], before))
    found = await database.read(lambda connection: rows.load(connection, {"c1", "c2"}))
    assert found == {"c1": talked, "c2": ended}


async def test_messages_change_few_columns_of_their_chats_and_an_end_all_but_the_key(database: Database) -> None:
    feed, archive = Feed(), Archive(database)
    for chat in ("c1", "c2"):
        feed.open(chat)
        feed.say(chat, "Hello")
        feed.say(chat, "Hi Vera", by="agent")
    await archive.append("e1", feed.entries)
    with updates(database) as said:
        said_from = len(feed.entries)
        feed.say("c1", "And my parcel?")
        feed.say("c2", "It is there", by="agent")
        await archive.append("e1", feed.entries[said_from:])
    with updates(database) as ended:
        await archive.append("e1", [feed.end("c1")])
    assert said == [{"last", "messages", "agent", "agent_name"}], "one index of five has any of these"
    assert ended == [set(chats.c.keys()) - {"workspace", "id"}]
