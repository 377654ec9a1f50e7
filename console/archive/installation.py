"""An installation's identity in SQL: an id that its store also has, a digest of its secret, and its workspace."""

import hashlib
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.database import Database
from console.archive.setting_values import read_value, write_value
from console.archive.tables import cursors, settings
from console.errors import SettingError

ID, SECRET, WORKSPACE = "installation", "secret_digest", "workspace"


class Identity(NamedTuple):
    """Empty fields are not set yet."""

    id: str
    secret: str
    workspace: str = ""


async def read_identity(database: Database) -> Identity:
    async with database.reading() as connection:
        values = [await read_value(connection, name) or "" for name in (ID, SECRET, WORKSPACE)]
        return Identity(values[0], values[1], values[2] or await _archived_workspace(connection))


async def claim(database: Database, wanted: Identity) -> Identity:
    """Set the fields that are not set yet; return the identity, which another process may have set first."""
    known = await read_identity(database)
    wanted = wanted._replace(workspace=known.workspace or wanted.workspace)  # may be derived but not recorded yet
    async with database.reading() as connection:
        missing = await _missing(connection, wanted)
    if not missing:  # an ordinary start writes nothing and needs no lock; another process may just have written
        return await read_identity(database)
    try:
        async with database.writing() as connection:
            for name, value in (await _missing(connection, wanted)).items():
                await write_value(connection, name, value)
    except IntegrityError:  # another process was faster
        pass
    return await read_identity(database)


async def _missing(connection: AsyncConnection, wanted: Identity) -> dict[str, str]:
    pairs = zip((ID, SECRET, WORKSPACE), wanted, strict=True)
    return {name: value for name, value in pairs if value and not await read_value(connection, name)}


async def forget(database: Database) -> None:
    """Forget id and secret, so that this installation adopts the next store and secret. Its workspace stays."""
    async with database.writing() as connection:
        await connection.execute(delete(settings).where(settings.c.name.in_((ID, SECRET))))


def refuse_workspace(known: str, wanted: str) -> None:
    """Refuse a second workspace: a database's members, sites, queues and settings are not divided by workspace."""
    if known and known != wanted:
        raise SettingError(
            f'The database belongs to the workspace "{known}", but SESTETTO_WORKSPACE is "{wanted}". Set '
            f"SESTETTO_WORKSPACE={known}, or give {wanted} an installation of its own, with its own SESTETTO_DATABASE "
            "(or SESTETTO_DATA)."
        )


async def _archived_workspace(connection: AsyncConnection) -> str:
    """Return the workspace of a database from before it was recorded; empty if it has none or several."""
    found = list((await connection.execute(select(cursors.c.workspace).distinct().limit(2))).scalars())
    return str(found[0]) if len(found) == 1 else ""


def secret_digest(secret: str) -> str:
    """Return a digest that distinguishes two secrets and reveals neither."""
    return hashlib.sha256(b"sestetto secret\0" + secret.encode()).hexdigest()[:32]
