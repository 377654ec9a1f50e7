"""What may be done with members. Whoever loses rights loses them in the live state first."""

from console.domain.directory import Member
from console.domain.permissions import RIGHTS, require
from console.errors import BadSettings, Problem
from console.services import Services

ONESELF = "You can't deactivate yourself or change your own role. Ask another admin."


async def add(services: Services, by: Member, member: Member, password: str) -> tuple[Member, bool]:
    """The member as added, with an id; whether they are live already."""
    require(by, "administer")
    made = await services.stores.members.add(
        email=member.email,
        name=member.name,
        password=password,
        role=member.role,
        queues=member.queues,
        limit=member.limit,
        languages=member.languages,
        by=by,
    )
    return made, await _go_live(services)


async def update(services: Services, by: Member, member: Member) -> bool:
    """Change a member; a role is changed by admins only, and by nobody for themselves. Whether it is live already."""
    require(by, "configure")
    was = (await services.stores.directory.read()).members.get(member.id, member)
    if member.role != was.role:
        require(by, "administer")
    loses = not RIGHTS[was.role] <= RIGHTS.get(member.role, frozenset())
    if loses and member.id == by.id:
        raise BadSettings([Problem(f"member:{by.id}", "role", ONESELF)])
    if loses:  # while the live state is away nobody's rights could be taken: Unknown, and nothing is changed
        await services.workspace.revoke(member.id, "")
    stands = await services.stores.members.update(member, by=by)
    if loses:  # once more for whoever has just come back with the old role
        await services.workspace.revoke(member.id, "")
    return await services.go_live(stands)


async def deactivate(services: Services, by: Member, member: str) -> bool:
    """Signed out everywhere at once: the sockets fall silent even if SQL is away. Whether it is live already."""
    require(by, "administer")
    if member == by.id:
        raise BadSettings([Problem(f"member:{member}", "", ONESELF)])
    await services.workspace.revoke(member, "")
    await services.stores.members.disable(member, by=by)
    return await _go_live(services)


async def reactivate(services: Services, by: Member, member: str) -> bool:
    """They sign in again with the same password. Whether it is live already."""
    require(by, "administer")
    await services.stores.members.enable(member, by=by)
    return await _go_live(services)


async def _go_live(services: Services) -> bool:
    return await services.go_live(await services.stores.directory.read())
