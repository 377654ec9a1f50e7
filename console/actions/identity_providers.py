"""Admins' actions on identity providers."""

from console.archive.credentials import SignedIn
from console.domain.directory import Member
from console.domain.identity_providers import Provider
from console.domain.permissions import require
from console.errors import BadSettings, Problem
from console.identity.flow import ProviderFinding
from console.services import Services

PROVIDER_FIRST = "Sign in through a provider first, so that you know it works and are not locked out."


async def read_all(services: Services, by: Member) -> list[Provider]:
    require(by, "administer")
    return await services.stores.providers.read_all()


async def read(services: Services, by: Member, id: str) -> Provider:
    require(by, "administer")
    return await services.stores.providers.read(id)


async def problems_of(services: Services, by: Member, provider: Provider) -> list[Problem]:
    """Return every problem that prevents saving it, so that a form shows them at once."""
    require(by, "administer")
    return await services.stores.providers.problems_of(provider)


async def save(services: Services, by: Member, provider: Provider) -> None:
    """Add or change a provider. Raises BadSettings if it is invalid."""
    require(by, "administer")
    await services.stores.providers.put(provider, by=by)


async def remove(services: Services, by: Member, id: str) -> None:
    """Remove a provider; everybody who signed in through it is signed out."""
    require(by, "administer")
    for member in await services.stores.providers.remove(id, by=by):
        await services.workspace.revoke(member, "")


async def test(services: Services, by: Member, id: str, *, redirect: str) -> list[ProviderFinding]:
    """Test everything that can be tested without a person."""
    require(by, "administer")
    return await services.openid.client.test(await services.stores.providers.read(id), redirect)


async def set_passwords(services: Services, by: SignedIn, *, on: bool) -> None:
    """Allow or forbid sign-in with passwords; members who signed in with one and no longer may are signed out."""
    require(by.member, "administer")
    if not on and not by.provider:
        raise BadSettings([Problem("sign-in", "no_passwords", PROVIDER_FIRST)])
    for member in await services.stores.sign_in.set_passwords(on=on, by=by.member):
        await services.workspace.revoke(member, "")
