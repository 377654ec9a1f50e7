"""Every release leaves rows in its tables; the newest one still has them."""

from collections import Counter
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Connection, Float, Integer, LargeBinary, MetaData, Table, func, select
from sqlalchemy.dialects.postgresql import TSVECTOR

from console.archive.database import Database
from console.archive.migrating import known_steps

NOT_OURS = ("alembic_version", "chat_words")  # what begins so: SQLite makes tables of its own for the index of words
NOT_KEPT = {"alert_cursors", "search_backfill"}  # now rows of `cursors`; a list of work that is made anew


async def test_rows_of_every_release_are_there_after_the_newest_migration(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    written: Counter[str] = Counter()
    for number, step in enumerate(known_steps(), start=1):
        await database.migrate(step.version)
        async with database.writing() as connection:
            written.update(await connection.run_sync(fill, number))
    async with database.reading() as connection:
        tables = await connection.run_sync(tables_of)
        kept = Counter({each.name: await connection.scalar(select(func.count()).select_from(each)) for each in tables})
    assert {name: lost for name, lost in (written - kept).items() if name not in NOT_KEPT} == {}
    await database.close()


def tables_of(connection: Connection) -> list[Table]:
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if not table.name.startswith(NOT_OURS)]


def fill(connection: Connection, number: int) -> list[str]:
    """Write a row into every table, with values only where there is neither NULL nor a default; return the tables."""
    tables = sorted(tables_of(connection), key=lambda table: table.name == "audit")  # nothing follows a line of it
    for table in tables:
        needed = [column for column in table.columns if column.server_default is None and not column.nullable]
        connection.execute(table.insert().values({column: value_of(column, number) for column in needed}))
    return [table.name for table in tables]


def value_of(column: Column[Any], number: int) -> Any:
    """Return what this row has in the column: the value of the column that it refers to, or one of its type."""
    for key in column.foreign_keys:
        return value_of(key.column, number)
    match column.type:
        case JSON():
            return []
        case Boolean():
            return False
        case Integer() | Float():
            return number
        case LargeBinary():
            return b"{}"
        case TSVECTOR():
            return ""
        case _:
            return f"row-{number}"
