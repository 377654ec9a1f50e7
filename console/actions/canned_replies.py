"""What may be done with canned replies: everybody has their own; supervisors also manage the team's."""

from console.domain.directory import Canned, Member
from console.domain.permissions import may, require
from console.errors import NotAllowed, NotYours, Problem
from console.services import Services

NOT_ALLOWED = "Only supervisors can change shared replies. You can add replies of your own."
NO_REPLY = "Reply not found. It may have been removed."


async def read(services: Services, by: Member, id: str) -> Canned:
    """Return a reply the member may change. Somebody else's own reply looks like none."""
    require(by, "answer")
    try:
        reply = await services.stores.canned.read(id)
    except NotYours:
        raise NotYours(NO_REPLY) from None
    _check(by, reply)
    return reply


async def add(services: Services, by: Member, reply: Canned) -> None:
    require(by, "answer")
    _check(by, reply)
    await services.stores.canned.put(reply, by=by)


async def update(services: Services, by: Member, reply: Canned) -> None:
    """Change a reply. Raises NotYours or NotAllowed if it is not theirs, or would become somebody else's."""
    await read(services, by, reply.id)
    await add(services, by, reply)


async def problems_of(services: Services, by: Member, reply: Canned) -> list[Problem]:
    """Return all that prevents saving the reply. Raises NotYours or NotAllowed if the member may not."""
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
