"""Origins whose widget was refused: counted, bounded, logged once a minute."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from console.archive.database import Database
from console.archive.refused_origins import KEPT, MOST_OF_A_SITE, MOST_WAITING, RefusedOrigin, RefusedOrigins
from console.archive.tables import refused_origins
from console.errors import Unknown
from tests.support.archive_feed import START, fresh_database, rows


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with fresh_database(tmp_path, busy=50) as database:
        yield database


async def test_each_page_is_counted_with_when_it_was_last_seen(database: Database) -> None:
    now = [START]
    refused, other = (RefusedOrigins(database, lambda: now[0]) for _ in range(2))
    for _ in range(3):
        refused.note("shop", "https://old.example", known=True)
    assert await refused.listed() == [RefusedOrigin("shop", "https://old.example", 3, START)]
    now[0] += 1_000
    other.note("shop", "https://old.example", known=True)
    other.note("shpo", "https://shop.example", known=False)
    await other.write()
    assert set(await refused.listed()) == {
        RefusedOrigin("shop", "https://old.example", 4, START + 1_000),
        RefusedOrigin("shpo", "https://shop.example", 1, START + 1_000),
    }


async def test_anybody_may_send_any_origin_and_little_is_kept(database: Database) -> None:
    now = [START]
    refused = RefusedOrigins(database, lambda: now[0])
    for number in range(MOST_WAITING * 2):
        refused.note("shop", f"https://{number}.example", known=True)
    await refused.write()
    assert len(await rows(database, refused_origins)) == MOST_OF_A_SITE
    now[0] += KEPT + 1
    refused.note("shop", "https://" + "x" * 1_000 + "\n.example", known=True)
    (last,) = await refused.listed()
    assert last.origin == ("https://" + "x" * 1_000)[:300]


async def test_the_log_names_a_page_once_a_minute(database: Database) -> None:
    refused = RefusedOrigins(database)
    with capture_logs() as logged:
        for _ in range(3):
            refused.note("shop", "https://old.example", known=True)
            refused.note("shpo", "https://shop.example", known=False)
    assert [(line["event"], line["site"], line["origin"], line["why"]) for line in logged] == [
        ("visitor.refused", "shop", "https://old.example", "origin"),
        ("visitor.refused", "shpo", "https://shop.example", "site"),
    ]


async def test_counts_made_while_sql_was_down_are_written_later(database: Database) -> None:
    refused = RefusedOrigins(database, lambda: START)
    refused.note("shop", "https://old.example", known=True)
    async with database.writing():
        with pytest.raises(Unknown):
            await refused.write()
    refused.note("shop", "https://old.example", known=True)
    assert await refused.listed() == [RefusedOrigin("shop", "https://old.example", 2, START)]
