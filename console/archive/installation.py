"""An installation's identity in SQL: an id that its store has too, and a digest of its secret."""

import hashlib
from typing import NamedTuple

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from console.archive.database import Database
from console.archive.setting_values import read_value, write_value
from console.archive.tables import settings

ID, SECRET = "installation", "secret_digest"


class Identity(NamedTuple):
    """Empty fields are not set yet."""

    id: str
    secret: str


async def read_identity(database: Database) -> Identity:
    async with database.reading() as connection:
        return Identity(await read_value(connection, ID) or "", await read_value(connection, SECRET) or "")


async def claim(database: Database, wanted: Identity) -> Identity:
    """Set the fields that are not set yet; return the identity, which another process may have set first."""
    known = await read_identity(database)
    try:
        async with database.writing() as connection:
            for name, value, there in ((ID, wanted.id, known.id), (SECRET, wanted.secret, known.secret)):
                if not there and not await read_value(connection, name):
                    await write_value(connection, name, value)
    except IntegrityError:  # another process was faster
        pass
    return await read_identity(database)


async def forget(database: Database) -> None:
    """Forget the identity, so that the next store and secret become this installation's."""
    async with database.writing() as connection:
        await connection.execute(delete(settings).where(settings.c.name.in_((ID, SECRET))))


def secret_digest(secret: str) -> str:
    """Return a digest that distinguishes two secrets and reveals neither."""
    return hashlib.sha256(b"sestetto secret\0" + secret.encode()).hexdigest()[:32]
