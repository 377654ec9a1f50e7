"""What people connect to and what faults break: an installation's addresses, store and database, however it runs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from console.archive.database import Database
from console.archive.stores import Stores
from console.queue.primary import open_client


@dataclass
class Stage:
    """`url` is what people connect to, the server or a bad network in front of it; `origin` is always the server's.

    `others` are further addresses of the same installation: a client that is refused at one tries the next.
    """

    url: str
    origin: str
    store_url: str
    database_url: str
    workspace: str = "main"
    others: tuple[str, ...] = ()

    def door(self, attempt: int) -> str:
        """Return `ws://…` of the address for a client's n-th attempt."""
        addresses = (self.url, *self.others)
        return addresses[attempt % len(addresses)].replace("http", "ws", 1)

    @asynccontextmanager
    async def stores(self) -> AsyncIterator[Stores]:
        database = Database(self.database_url)
        try:
            yield Stores(database)
        finally:
            await database.close()

    async def bearer(self, member: str) -> str:
        """Return a new token for the member's JSON socket."""
        async with self.stores() as stores:
            return await stores.tokens.add(member, "test")


async def store_pid(stage: Stage) -> int:
    """Return the process id of the running store; raises ConnectionError or similar if there is none."""
    client = open_client(stage.store_url)
    try:
        return int((await client.info("server"))["process_id"])
    finally:
        await client.aclose()
