"""Actions on tokens: members manage their own; admins manage those of integrations and of all members.

A revoked token stops working everywhere at once: it is revoked in live state before SQL, and again after it.
"""

from collections.abc import Collection, Mapping

from console.archive.credentials import TOKEN_SESSION
from console.archive.integrations import IntegrationLine
from console.archive.tokens import NO_TOKEN, TokenLine
from console.domain.directory import DAY, Member
from console.domain.permissions import require
from console.domain.sanitize import safe_name
from console.domain.scopes import OF_INTEGRATIONS, OF_MEMBERS
from console.errors import BadSettings, NotYours, Problem
from console.services import Services

LONGEST = 366  # days that a token lasts, if it expires
MOST = 50  # tokens of one holder
NAME = 60  # characters
NAME_IT = "Say what the token is for, in at most %(most)s characters."
CHOOSE = "Choose what the token may do."
DAYS = "Enter a number of days from 1 to %(most)s, or leave it empty."
TOO_MANY = "There can be at most %(most)s tokens. Revoke ones that nobody uses."


async def read_own(services: Services, by: Member) -> list[TokenLine]:
    """Return one's own tokens, oldest first."""
    require(by, "answer")
    return await services.stores.tokens.of_member(by.id)


async def add_own(services: Services, by: Member, name: str, scopes: Collection[str], *, days: int = 0) -> str:
    """Return a new token of one's own, shown only now; with 0 `days` it never expires. Raises BadSettings."""
    require(by, "answer")
    name = _checked(name, scopes, days, len(await services.stores.tokens.of_member(by.id)), OF_MEMBERS)
    return await services.stores.tokens.add(by.id, name, scopes=scopes, expires=_end(services, days), by=by)


async def revoke_own(services: Services, by: Member, token: str) -> None:
    """Revoke a token of one's own. Raises NotYours for any other, as for none."""
    require(by, "answer")
    if token not in {one.id for one in await services.stores.tokens.of_member(by.id)}:
        raise NotYours(NO_TOKEN)
    await _revoke(services, by, by.id, token)


async def read_of_members(services: Services, by: Member) -> dict[str, list[TokenLine]]:
    """Return all members' tokens, by member."""
    require(by, "administer")
    return await services.stores.tokens.of_members()


async def revoke(services: Services, by: Member, token: str) -> None:
    """Revoke anybody's token. Raises NotYours if there is none."""
    require(by, "administer")
    _, holder = await services.stores.tokens.holder_of(token)
    await _revoke(services, by, holder, token)


# --- integrations -----------------------------------------------------------------------------------


async def read_integrations(services: Services, by: Member) -> Mapping[IntegrationLine, list[TokenLine]]:
    """Return all integrations by name, each with its tokens."""
    require(by, "administer")
    held = await services.stores.tokens.of_integrations()
    return {one: held.get(one.id, []) for one in await services.stores.integrations.everyone()}


async def add_integration(services: Services, by: Member, name: str) -> IntegrationLine:
    """Add an integration. Raises BadSettings."""
    require(by, "administer")
    return await services.stores.integrations.add(name, by=by)


async def remove_integration(services: Services, by: Member, integration: str) -> bool:
    """Remove an integration with its tokens. Its connections end at once, and it no longer answers first in any queue.

    Return whether that is live already. Raises NotYours if there is none.
    """
    require(by, "administer")
    await services.workspace.revoke(integration, "")
    directory = await services.stores.integrations.remove(integration, by=by)
    await services.workspace.revoke(integration, "")
    return await services.go_live(directory)


async def add_to_integration(
    services: Services, by: Member, integration: str, name: str, scopes: Collection[str], *, days: int = 0
) -> str:
    """Return a new token of an integration, shown only now. Raises BadSettings, and NotYours if there is none."""
    require(by, "administer")
    held = (await services.stores.tokens.of_integrations()).get(integration, [])
    name = _checked(name, scopes, days, len(held), OF_INTEGRATIONS)
    add = services.stores.tokens.add_to_integration
    return await add(integration, name, scopes=scopes, expires=_end(services, days), by=by)


# --- both -------------------------------------------------------------------------------------------


async def _revoke(services: Services, by: Member, holder: str, token: str) -> None:
    session = TOKEN_SESSION + token
    await services.workspace.revoke(holder, session)
    await services.stores.tokens.revoke(token, by=by)
    await services.workspace.revoke(holder, session)  # again, for connections made in between


def _checked(name: str, scopes: Collection[str], days: int, held: int, allowed: Collection[str]) -> str:
    """Return the checked name. Raises BadSettings with all problems."""
    name, wrong = safe_name(name, limit=NAME + 1), []
    if not name or len(name) > NAME:
        wrong.append(Problem("token:", "name", NAME_IT, {"most": NAME}))
    if not scopes or not set(scopes) <= set(allowed):
        wrong.append(Problem("token:", "scopes", CHOOSE))
    if not 0 <= days <= LONGEST:
        wrong.append(Problem("token:", "days", DAYS, {"most": LONGEST}))
    if held >= MOST:
        wrong.append(Problem("token:", "", TOO_MANY, {"most": MOST}))
    if wrong:
        raise BadSettings(wrong)
    return name


def _end(services: Services, days: int) -> int:
    return services.stores.tokens.clock() + days * DAY if days else 0
