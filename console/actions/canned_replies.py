"""Actions on canned replies: members manage their own; supervisors also manage the team's."""

from console.archive.directory_store import Step
from console.domain.directory import Canned, Member
from console.domain.permissions import may, require
from console.domain.scopes import Integration
from console.errors import NotAllowed, NotYours, Problem
from console.services import Services

NOT_ALLOWED = "Only supervisors can change shared replies. You can add replies of your own."
NO_REPLY = "Reply not found. It may have been removed."


async def read(services: Services, by: Member, id: str) -> Canned:
    """Return a reply the member may change. Somebody else's own reply looks as if it did not exist."""
    require(by, "answer")
    try:
        reply = await services.stores.canned.read(id)
    except NotYours:
        raise NotYours(NO_REPLY) from None
    _check(by, reply)
    return reply


async def read_all(services: Services, by: Member) -> list[Canned]:
    """Return the replies a member can insert; for an integration, all except members' own."""
    require(by, "answer")
    if isinstance(by, Integration):
        return await services.stores.canned.of_team()
    return await services.stores.canned.for_member(by)


async def find(services: Services, by: Member, id: str) -> Canned | None:
    """Return a reply the member may change, or None if there is none. Raises NotYours for somebody else's own."""
    require(by, "answer")
    found = await services.stores.canned.find(id)
    if found is not None:
        _check(by, found)
    return found


async def add(
    services: Services, by: Member, reply: Canned, *, seen: Canned | None = None, also: Step | None = None
) -> None:
    """Add a reply, or change one that they may change; `also` is done in the same transaction.

    Raises ChangedMeanwhile if it is not as it was `seen`.
    """
    require(by, "answer")
    _check(by, reply)
    await services.stores.canned.put(reply, seen=seen, by=by, also=also)


async def update(services: Services, by: Member, reply: Canned) -> None:
    """Change a reply. Raises NotYours or NotAllowed if it is not theirs, or would become somebody else's."""
    await read(services, by, reply.id)
    await add(services, by, reply)


async def problems_of(services: Services, by: Member, reply: Canned) -> list[Problem]:
    """Return every problem that prevents saving the reply. Raises NotYours or NotAllowed if the member may not."""
    require(by, "answer")
    _check(by, reply)
    return await services.stores.canned.problems_of(reply)


async def remove(services: Services, by: Member, id: str) -> None:
    await read(services, by, id)
    await services.stores.canned.remove(id, by=by)


def _check(by: Member, reply: Canned) -> None:
    if reply.scope == "member":
        if reply.owner != by.id:
            raise NotYours(NO_REPLY)
    elif not may(by, "configure"):
        raise NotAllowed(NOT_ALLOWED)
