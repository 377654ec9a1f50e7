"""Credentials of the demo's people (`ana`, `ben`, `sam`), made as an operator would: in the server's database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
from sqlalchemy import select

from console.archive.database import Database
from console.archive.members import Accounts
from console.archive.tables import facts
from tests.support.eventually import eventually
from tests.support.server_process import RunningServer


async def sign_in_link(server: RunningServer, member: str) -> str:
    """An address that signs the member in by one click."""
    async with accounts_of(server) as accounts:
        return f"{server.url}/sign-in?key={await accounts.one_click(member)}"


async def bearer_of(server: RunningServer, member: str) -> str:
    """A fresh token for the agent's JSON socket."""
    async with accounts_of(server) as accounts:
        return await accounts.add_token(member, "test")


@asynccontextmanager
async def accounts_of(server: RunningServer) -> AsyncIterator[Accounts]:
    database = Database(server.database_url)
    try:
        yield Accounts(database)
    finally:
        await database.close()


async def allow_origin(server: RunningServer, origin: str) -> None:
    """The demo's widget may be on pages of `origin` too, such as a proxy's address; the server learns it shortly."""
    async with accounts_of(server) as accounts:
        site = (await accounts.directory()).sites["demo"]
        await accounts.put_site(msgspec.structs.replace(site, origins=(*site.origins, origin)))


async def without_wrapup(server: RunningServer) -> None:
    """From now on a slot of the server's queues is free as soon as its chat ends."""
    async with accounts_of(server) as accounts:
        for queue in (await accounts.directory()).queues.values():
            await accounts.put_queue(msgspec.structs.replace(queue, wrapup=0))
        version = (await accounts.directory()).version
        await eventually(lambda: _is_live(accounts.database, version), "the queues to be live")


async def _is_live(database: Database, version: int) -> bool:
    told = select(facts.c.raw).where(facts.c.kind == "configured")
    async with database.reading() as connection:
        raws = (await connection.execute(told)).scalars()
        return any(msgspec.json.decode(raw)["version"] >= version for raw in raws)
