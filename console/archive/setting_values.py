"""Settings of one value each, by name."""

from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.tables import settings

# Built once: versions are read every second.
VALUE = select(settings.c.value).where(settings.c.name == bindparam("asked"))


async def read_value(connection: AsyncConnection, name: str) -> Any:
    """Return the value; None if it was never set."""
    return await connection.run_sync(value_of, name)


def value_of(connection: Connection, name: str) -> Any:
    """The same, within `Database.read`."""
    return connection.execute(VALUE, {"asked": name}).scalar()


async def write_value(connection: AsyncConnection, name: str, value: Any) -> None:
    changed = await connection.execute(update(settings).where(settings.c.name == name).values(value=value))
    if not changed.rowcount:
        await connection.execute(insert(settings).values(name=name, value=value))
