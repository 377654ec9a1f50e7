"""Actions on members. Members who lose rights lose them in live state first."""

from console.archive.members import NO_MEMBER
from console.domain.directory import Member
from console.domain.permissions import RIGHTS, require
from console.errors import BadSettings, NotYours, Problem
from console.services import Services

ONESELF = "You can't deactivate yourself or change your own role. Ask another admin."


async def read_all(services: Services, by: Member) -> dict[str, Member]:
    """Return all active members as SQL has them, by id."""
    require(by, "configure")
    return (await services.stores.directory.read()).members


async def read(services: Services, by: Member, id: str) -> Member:
    """Return an active member; everybody may read themselves. Raises NotYours if there is none."""
    require(by, "answer" if id == by.id else "configure")
    found = (await services.stores.directory.read()).members.get(id)
    if found is None:
        raise NotYours(NO_MEMBER)
    return found


async def problems_of(services: Services, by: Member, member: Member, password: str) -> list[Problem]:
    """Return every problem that prevents adding the member, so that a form shows them at once."""
    require(by, "administer")
    return await services.stores.members.problems_of(member, password)


async def add(services: Services, by: Member, member: Member, password: str) -> tuple[Member, bool]:
    """Add a member. Return the member with their id (a new one if they had none), and whether they are live already."""
    require(by, "administer")
    made = await services.stores.members.add(
        id=member.id,
        email=member.email,
        name=member.name,
        password=password,
        role=member.role,
        queues=member.queues,
        limit=member.limit,
        languages=member.languages,
        channel_slots=member.channel_slots,
        by=by,
    )
    return made, await _go_live(services)


async def update(services: Services, by: Member, member: Member, *, seen: Member | None = None) -> bool:
    """Change a member. Only admins may change roles, and nobody their own. Return whether it is live already.

    Raises ChangedMeanwhile if they are not as they were `seen`.
    """
    require(by, "configure")
    was = (await services.stores.directory.read()).members.get(member.id, member)
    if member.role != was.role:
        require(by, "administer")
    loses = not RIGHTS[was.role] <= RIGHTS.get(member.role, frozenset())
    if loses and member.id == by.id:
        raise BadSettings([Problem(f"member:{by.id}", "role", ONESELF)])
    if loses:  # with the store down, rights cannot be revoked: raises Unknown, and nothing changes
        await services.workspace.revoke(member.id, "")
    directory = await services.stores.members.update(member, seen=seen, by=by)
    if loses:  # again, for a socket that reconnected with the old role in between
        await services.workspace.revoke(member.id, "")
    return await services.go_live(directory)


async def deactivate(services: Services, by: Member, member: str) -> bool:
    """Deactivate a member; their sockets close at once, even if SQL is down. Return whether it is live already."""
    require(by, "administer")
    if member == by.id:
        raise BadSettings([Problem(f"member:{member}", "", ONESELF)])
    await services.workspace.revoke(member, "")
    await services.stores.members.disable(member, by=by)
    return await _go_live(services)


async def reactivate(services: Services, by: Member, member: str) -> bool:
    """Reactivate a member, with the same password. Return whether it is live already."""
    require(by, "administer")
    await services.stores.members.enable(member, by=by)
    return await _go_live(services)


async def _go_live(services: Services) -> bool:
    return await services.go_live(await services.stores.directory.read())
