"""Left messages, as the archive of a running server has them."""

import msgspec
from sqlalchemy import select

from console.archive.tables import chats, facts
from tests.support.credentials import stores_of
from tests.support.server_process import RunningServer


async def left_by(server: RunningServer, email: str) -> list[list[str]]:
    """Return the words of each message with this address that nobody has handled, the latest last."""
    left = (
        select(chats.c.id, facts.c.raw)
        .join(facts, facts.c.chat == chats.c.id)
        .where(chats.c.listed == "left", chats.c.email == email, facts.c.kind == "message")
        .order_by(chats.c.ended, facts.c.seq)
    )
    found: dict[str, list[str]] = {}
    async with stores_of(server) as stores, stores.database.reading() as connection:
        for row in await connection.execute(left):
            found.setdefault(row.id, []).append(msgspec.json.decode(row.raw)["text"])
    return list(found.values())
