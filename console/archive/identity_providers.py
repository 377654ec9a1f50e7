"""Identity providers in SQL, and the identities they vouch for. No page, log or audit line has a provider's secret."""

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import and_, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive import directory_rows as rows
from console.archive.audit import COMMAND_LINE, Somebody, note
from console.archive.credentials import revoke
from console.archive.database import Database
from console.archive.directory_store import must_exist
from console.archive.tables import identities, identity_providers, members, sessions, used_states
from console.domain.directory import Member
from console.domain.identity_providers import Provider, ProviderIdentity, validate_provider
from console.errors import BadSettings, Problem
from console.security import digest

MOST = 20  # providers
NO_PROVIDER = "Provider not found. It may have been removed."
FLOW_KEPT = 20 * 60_000  # ms: longer than a browser keeps the sign-in it belongs to


class IdentityHolder(NamedTuple):
    """The owner of an identity or an address; `active`: not deactivated."""

    member: Member
    active: bool


class ProviderStore:
    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        """Reads and changes providers, and knows the identities they vouch for."""
        self.database = database
        self.clock = clock

    async def read_all(self) -> list[Provider]:
        """Return all providers by name."""
        async with self.database.reading() as connection:
            return await _all(connection)

    async def read(self, id: str) -> Provider:
        """Return one. Raises NotYours if there is none."""
        found = next((one for one in await self.read_all() if one.id == id), None)
        must_exist(found, NO_PROVIDER)
        assert found is not None
        return found

    async def problems_of(self, provider: Provider) -> list[Problem]:
        """Return everything that prevents saving it, so that a form can show all of it."""
        async with self.database.reading() as connection:
            return await _problems(connection, provider)

    async def put(self, provider: Provider, *, by: Somebody = COMMAND_LINE) -> None:
        """Add or change a provider. Raises BadSettings if it is invalid."""
        async with self.database.writing() as connection:
            if wrong := await _problems(connection, provider):
                raise BadSettings(wrong)
            was = next((one for one in await _all(connection) if one.id == provider.id), None)
            values = _row(provider)
            if was is None:
                await connection.execute(insert(identity_providers).values(**values))
            else:
                here = identity_providers.c.id == provider.id
                await connection.execute(update(identity_providers).where(here).values(**values))
            what = "Provider changed" if was else "Provider added"
            await note(connection, by, self.clock(), what, f"provider:{provider.id}", public(was), public(provider))

    async def remove(self, id: str, *, by: Somebody = COMMAND_LINE) -> list[str]:
        """Remove a provider and end the sessions it signed in; return whose. Raises NotYours if there is none."""
        was = await self.read(id)
        async with self.database.writing() as connection:
            await connection.execute(delete(identity_providers).where(identity_providers.c.id == id))
            theirs = and_(sessions.c.provider == id, sessions.c.revoked.is_(None))
            held = (await connection.execute(select(sessions.c.member).where(theirs).distinct())).scalars().all()
            await connection.execute(revoke(sessions, theirs, self.clock()))
            await note(connection, by, self.clock(), "Provider removed", f"provider:{id}", public(was))
        return list(held)

    # --- whom they vouch for ------------------------------------------------------------------

    async def use_state(self, state: str) -> bool:
        """Use up the state of a sign-in; False if it was used before."""
        values = {"digest": digest(state), "expires": self.clock() + FLOW_KEPT}
        try:
            async with self.database.writing() as connection:
                await connection.execute(insert(used_states).values(**values))
        except IntegrityError:
            return False
        return True

    async def holder(self, person: ProviderIdentity) -> IdentityHolder | None:
        """Return the member who has signed in with this identity before."""
        this = and_(identities.c.issuer == person.issuer, identities.c.subject == person.subject)
        wanted = select(members).join(identities, identities.c.member == members.c.id).where(this)
        return await self._holder(wanted)

    async def at_address(self, email: str) -> IdentityHolder | None:
        """Return the member with this address, as `fold_email` writes it."""
        return await self._holder(select(members).where(members.c.email == email))

    async def _holder(self, wanted: Any) -> IdentityHolder | None:
        async with self.database.reading() as connection:
            row = (await connection.execute(wanted)).mappings().first()
        return IdentityHolder(rows.member_of(row), row["disabled"] is None) if row else None

    async def link(self, person: ProviderIdentity, member: Member, *, by: Somebody) -> None:
        """Tie this identity to this member from now on."""
        async with self.database.writing() as connection:
            await self.insert(connection, person, member.id)
            after = {"issuer": person.issuer}
            await note(connection, by, self.clock(), "Identity linked", f"member:{member.id}", after=after)

    async def insert(self, connection: AsyncConnection, person: ProviderIdentity, member: str) -> None:
        """The same, within the transaction that adds the member."""
        values = {"issuer": person.issuer, "subject": person.subject, "member": member, "since": self.clock()}
        await connection.execute(insert(identities).values(**values))

    async def drop_expired(self, connection: AsyncConnection) -> int:
        """Delete states that are too old to be used; return how many."""
        return (await connection.execute(delete(used_states).where(used_states.c.expires < self.clock()))).rowcount


def public(provider: Provider | None) -> dict[str, Any]:
    """Return the provider without its secret: only whether there is one, and a digest of it."""
    if provider is None:
        return {}
    values: dict[str, Any] = msgspec.to_builtins(provider)
    kept = digest(provider.client_secret)[:8] if provider.client_secret else ""
    shown = {"client_secret": f"…{kept}" if kept else ""}
    return {**values, **shown, **{name: _lines(values[name]) for name in ("roles", "queues")}}


def _lines(mapping: dict[str, str]) -> list[str]:
    return [f"{value} = {name}" for value, name in mapping.items()]


def _row(provider: Provider) -> dict[str, Any]:
    value = msgspec.to_builtins(provider)
    return {name: value.pop(name) for name in ("id", "name", "client_secret")} | {"value": value}


async def _all(connection: AsyncConnection) -> list[Provider]:
    found = (await connection.execute(select(identity_providers))).mappings()
    every = [
        msgspec.convert({**row["value"], **{name: row[name] for name in ("id", "name", "client_secret")}}, Provider)
        for row in found
    ]
    return sorted(every, key=lambda one: one.name.casefold())


async def _problems(connection: AsyncConnection, provider: Provider) -> list[Problem]:
    others = [one for one in await _all(connection) if one.id != provider.id]
    wrong = validate_provider(provider, await rows.read(connection), others)
    if len(others) >= MOST:
        says = "You can have at most %(most)s providers."
        wrong.append(Problem(f"provider:{provider.id}", "name", says, {"most": MOST}))
    return wrong
