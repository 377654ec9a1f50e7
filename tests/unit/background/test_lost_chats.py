"""Chats that the store has lost are listed once SQL has read its new history, even if that keeps growing."""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import cast

import pytest

from console.archive.database import Database
from console.archive.tables import chats
from console.archive.writer import Archive
from console.background.lost_chats import LostChats
from console.services import Services
from tests.support.archive_feed import Feed, fresh_database, rows
from tests.support.queue_shift import Shift, opened

TWO_DAYS = 48 * 3_600_000  # ms; what is younger is put back


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with fresh_database(database_url) as database:
        yield database


async def test_while_vera_writes_on_the_chat_that_the_store_lost_is_listed(
    database: Database, store_url: str, workspace_name: str
) -> None:
    async with opened(store_url, workspace_name) as workspace:
        shift, archive = Shift(workspace), Archive(database, workspace_name)
        await shift.begin(ana=6)
        await shift.online("ana")
        lost = Feed()
        lost.now = workspace.now() - TWO_DAYS
        lost.open("lost")
        await archive.append("an older history", lost.entries)
        chat = await shift.opens("vera")
        parts = SimpleNamespace(workspace=workspace, archive=archive, stores=SimpleNamespace(database=database))
        looks = LostChats(cast(Services, parts), lambda: True)
        for _ in range(3):
            read = await shift.entries()
            await shift.writes("vera", chat, "and another thing")
            await archive.append(workspace.epoch, read)  # SQL is always a message behind
            await looks._compare()
        assert {row["id"]: row["why"] for row in await rows(database, chats)} == {"lost": "lost", chat: ""}
