"""Signing in through an identity provider: whom it vouches for, and what its claims allow them."""

from msgspec.structs import replace

from console.actions.sign_ins import Admission, start_with_provider
from console.archive.audit import Somebody
from console.archive.credentials import fold_email
from console.archive.sessions import Origin
from console.domain.directory import FIRST_LIMIT, Directory, Member, MemberRole
from console.domain.identity_providers import Provider, ProviderIdentity, queues_for, role_for
from console.domain.ids import new_id
from console.domain.permissions import RIGHTS
from console.errors import BadSettings, NotAllowed
from console.events import Author
from console.security import log as security_log
from console.services import Services

NO_ACCESS = "You are signed in at the provider, but have no access here. Ask your admin."
NO_ADDRESS = "The provider did not send your e-mail address, which is required. Ask your admin."


async def enter(services: Services, provider: Provider, person: ProviderIdentity, origin: Origin) -> Admission:
    """Sign the person in as their member. Raises NotAllowed if they may not sign in."""
    member = await _member(services, provider, person)
    return await start_with_provider(services, member, provider, origin)


async def _member(services: Services, provider: Provider, person: ProviderIdentity) -> Member:
    role = role_for(provider, person)
    held = await services.stores.providers.holder(person)
    if held is None:
        held = await services.stores.providers.at_address(fold_email(person.email)) if person.email else None
        if held is None:
            return await _create(services, provider, person, role)
        if not (held.active and provider.link and person.verified):
            raise _refused(person, held.member.id)
        if role is not None:
            await services.stores.providers.link(person, held.member, by=_by(provider))
    if not held.active:
        raise _refused(person, held.member.id)
    if role is None:
        await _shut_out(services, held.member)
        raise _refused(person, held.member.id)
    return await _apply(services, provider, person, held.member, role)


async def _create(services: Services, provider: Provider, person: ProviderIdentity, role: MemberRole | None) -> Member:
    if not provider.create or role is None:
        raise _refused(person, "")
    if not person.email:
        raise NotAllowed(NO_ADDRESS)
    known, stores = await services.stores.directory.read(), services.stores
    id = new_id()
    member = await stores.members.add(
        id=id,
        email=person.email,
        name=person.name,
        password="",
        role=role,
        queues=queues_for(provider, person, known),
        limit=FIRST_LIMIT,
        by=_by(provider),
        also=lambda connection: stores.providers.insert(connection, person, id),
    )
    await services.go_live(await stores.directory.read())
    return member


async def _apply(
    services: Services, provider: Provider, person: ProviderIdentity, member: Member, role: MemberRole
) -> Member:
    """Apply the current claims to the member. Lost rights are revoked in live state first."""
    known = await services.stores.directory.read()
    wanted = replace(member, role=role if provider.role_claim else member.role)
    if provider.queue_claim:
        wanted = replace(wanted, queues=queues_for(provider, person, known))
    if wanted == member:
        return member
    loses = not RIGHTS.get(member.role, frozenset()) <= RIGHTS.get(wanted.role, frozenset())
    if loses:
        await services.workspace.revoke(member.id, "")
    directory = await _update(services, member, wanted, _by(provider))
    if loses:  # again, for a socket that reconnected with the old role in between
        await services.workspace.revoke(member.id, "")
    await services.go_live(directory)
    return wanted


async def _update(services: Services, was: Member, wanted: Member, by: Somebody) -> Directory:
    try:
        return await services.stores.members.update(wanted, by=by)
    except BadSettings:  # the last member of a queue stays in it: nobody would answer its chats
        return await services.stores.members.update(replace(wanted, queues=was.queues), by=by)


async def _shut_out(services: Services, member: Member) -> None:
    """The provider says that this member no longer has any right: end their sessions and tokens."""
    await services.workspace.revoke(member.id, "")
    await services.stores.sessions.end_all(member)
    await services.workspace.revoke(member.id, "")


def _refused(person: ProviderIdentity, member: str) -> NotAllowed:
    security_log.sign_in_failed(member, person.email)
    return NotAllowed(NO_ACCESS)


def _by(provider: Provider) -> Somebody:
    """Return whom the audit log names for changes by claims."""
    return Author(f"provider:{provider.id}", provider.name)
