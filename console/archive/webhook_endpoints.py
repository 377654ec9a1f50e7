"""Webhook endpoints in SQL: read together, changed one by one, each change with an audit line.

Their secrets and the paths of their addresses are confidential.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.audit import COMMAND_LINE, Somebody, note
from console.archive.database import Database
from console.archive.setting_values import read_value, value_of, write_value
from console.archive.tables import webhook_endpoints, webhook_messages
from console.domain.validation.webhooks import validate_endpoint
from console.domain.webhooks import WebhookEndpoint, shown
from console.errors import BadSettings, NotYours, Problem

VERSION = "webhooks"  # version of the endpoints; a setting
MOST = 20  # endpoints
NO_ENDPOINT = "Webhook not found. It may have been removed."
TOO_MANY = "You can have at most %(most)s webhooks. Remove ones that nobody needs."
COLUMNS = {"on": "active"}


class WebhookEndpoints:
    """The endpoints. `version` rises with every change, so the senders notice it within a second."""

    def __init__(self, database: Database, *, clock: Callable[[], int]) -> None:
        self.database = database
        self.clock = clock

    async def version(self) -> int:
        return await self.database.read(lambda connection: value_of(connection, VERSION)) or 0

    async def read_all(self) -> list[WebhookEndpoint]:
        """Return all endpoints by name."""
        return await self.database.read(endpoints_of)

    async def read(self, id: str) -> WebhookEndpoint:
        """Return one endpoint. Raises NotYours if it does not exist."""
        return _the(id, await self.read_all())

    async def problems_of(self, endpoint: WebhookEndpoint) -> list[Problem]:
        """Return everything that prevents saving the endpoint, so that a form can show all of it."""
        known = await self.read_all()
        wrong = validate_endpoint(endpoint, known)
        if endpoint.id not in {one.id for one in known} and len(known) >= MOST:
            wrong.append(Problem(f"webhook:{endpoint.id}", "name", TOO_MANY, {"most": MOST}))
        return wrong

    async def put(self, endpoint: WebhookEndpoint, *, by: Somebody = COMMAND_LINE, rotates: bool = False) -> None:
        """Add or change an endpoint. Raises BadSettings if it is invalid; the caller checks where it leads."""
        if wrong := await self.problems_of(endpoint):
            raise BadSettings(wrong)
        async with self.database.writing() as connection:
            before = {one.id: one for one in await connection.run_sync(endpoints_of)}.get(endpoint.id)
            if before == endpoint:
                return
            if before is None:
                await connection.execute(insert(webhook_endpoints).values(**row_of(endpoint)))
            else:
                here = webhook_endpoints.c.id == endpoint.id
                await connection.execute(update(webhook_endpoints).where(here).values(**row_of(endpoint)))
            await self._note(connection, by, _what(before, rotates=rotates), before, endpoint)

    async def turn_off(self, id: str) -> None:
        """Turn off an endpoint that reported itself as gone; does nothing if it was removed."""
        known = {one.id: one for one in await self.read_all()}
        if id in known:
            await self.put(msgspec.structs.replace(known[id], on=False))

    async def remove(self, id: str, *, by: Somebody = COMMAND_LINE) -> None:
        """Remove an endpoint and its messages. Raises NotYours if it does not exist."""
        async with self.database.writing() as connection:
            before = _the(id, await connection.run_sync(endpoints_of))
            await connection.execute(delete(webhook_endpoints).where(webhook_endpoints.c.id == id))
            await connection.execute(delete(webhook_messages).where(webhook_messages.c.endpoint == id))
            await self._note(connection, by, "Webhook removed", before, None)

    async def _note(
        self,
        connection: AsyncConnection,
        by: Somebody,
        what: str,
        before: WebhookEndpoint | None,
        after: WebhookEndpoint | None,
    ) -> None:
        version = await read_value(connection, VERSION) or 0
        await write_value(connection, VERSION, version + 1)
        target = f"webhook:{(after or before).id}"  # type: ignore[union-attr]
        await note(connection, by, self.clock(), what, target, public(before), public(after))


def endpoints_of(connection: Connection) -> list[WebhookEndpoint]:
    """Return all endpoints by name, within a transaction."""
    found = connection.execute(select(webhook_endpoints)).mappings()
    return sorted(map(endpoint_of, found), key=lambda one: one.name.casefold())


def public(endpoint: WebhookEndpoint | None) -> dict[str, Any]:
    """Return the endpoint without secrets."""
    if endpoint is None:
        return {}
    return {"name": endpoint.name, "url": shown(endpoint.url), "kinds": list(endpoint.kinds), "on": endpoint.on}


def row_of(endpoint: WebhookEndpoint) -> dict[str, Any]:
    given: dict[str, Any] = msgspec.to_builtins(endpoint)
    return {COLUMNS.get(name, name): value for name, value in given.items()}


def endpoint_of(row: Mapping[Any, Any]) -> WebhookEndpoint:
    names = {column: name for name, column in COLUMNS.items()}
    return msgspec.convert({names.get(str(name), str(name)): value for name, value in row.items()}, WebhookEndpoint)


def _what(before: WebhookEndpoint | None, *, rotates: bool) -> str:
    if before is None:
        return "Webhook added"
    return "Webhook secret rotated" if rotates else "Webhook changed"


def _the(id: str, known: list[WebhookEndpoint]) -> WebhookEndpoint:
    for one in known:
        if one.id == id:
            return one
    raise NotYours(NO_ENDPOINT)
