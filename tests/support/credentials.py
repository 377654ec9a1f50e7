"""Credentials of the demo's members (`ana`, `ben`, `sam`), created as an operator would: in the server's database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
from sqlalchemy import select

from console.archive.database import Database
from console.archive.stores import Stores
from console.archive.tables import facts
from tests.support.eventually import eventually
from tests.support.server_process import RunningServer


async def sign_in_link(server: RunningServer, member: str) -> str:
    """Return a URL that signs the member in with one click."""
    async with stores_of(server) as stores:
        return f"{server.url}/sign-in?key={await stores.one_clicks.add(member)}"


async def bearer_of(server: RunningServer, member: str) -> str:
    """Return a new token for the agent's JSON socket."""
    async with stores_of(server) as stores:
        return await stores.tokens.add(member, "test")


@asynccontextmanager
async def stores_of(server: RunningServer) -> AsyncIterator[Stores]:
    database = Database(server.database_url)
    try:
        yield Stores(database)
    finally:
        await database.close()


async def allow_origin(server: RunningServer, origin: str) -> None:
    """Allow the demo's widget on pages of `origin` too, such as a proxy's address; the server learns it shortly."""
    async with stores_of(server) as stores:
        site = (await stores.directory.read()).sites["demo"]
        await stores.sites.put(msgspec.structs.replace(site, origins=(*site.origins, origin)))


async def lead_to(stores: Stores, *queues: str) -> None:
    """Let the demo's pages ask for these queues too; wait until the server knows."""
    site = (await stores.directory.read()).sites["demo"]
    stands = await stores.sites.put(msgspec.structs.replace(site, queues=tuple({*site.queues, *queues})))
    await eventually(lambda: is_live(stores.database, stands.version), "the site to be live")


async def without_wrapup(server: RunningServer) -> None:
    """Turn wrap-up off, so that a slot is free as soon as its chat ends."""
    await _queues_become(server, wrapup=0)


async def without_hurry(server: RunningServer) -> None:
    """Set the target to a minute, so that answers are in time on a slow machine too."""
    await _queues_become(server, target=60_000)


async def _queues_become(server: RunningServer, **changes: int) -> None:
    async with stores_of(server) as stores:
        for queue in (await stores.directory.read()).queues.values():
            await stores.queues.put(msgspec.structs.replace(queue, **changes))
        version = (await stores.directory.read()).version
        await eventually(lambda: is_live(stores.database, version), "the queues to be live")


async def is_live(database: Database, version: int) -> bool:
    """Whether the server has published this version of its settings."""
    told = select(facts.c.raw).where(facts.c.kind == "configured")
    async with database.reading() as connection:
        raws = (await connection.execute(told)).scalars()
        return any(msgspec.json.decode(raw)["version"] >= version for raw in raws)
