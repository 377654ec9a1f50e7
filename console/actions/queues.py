"""Actions on queues."""

from collections.abc import Collection

from console.archive.integrations import IntegrationLine
from console.domain.directory import Directory, Member, Queue
from console.domain.permissions import require
from console.errors import BadSettings, Problem
from console.services import Services

STILL = "Chats still in this queue: %(count)s. Move them to another queue or wait until they end."


async def read_all(services: Services, by: Member) -> Directory:
    """Return the settings as SQL has them, with all queues and who serves them."""
    require(by, "answer")
    return await services.stores.directory.read()


async def read_bots(services: Services, by: Member) -> dict[IntegrationLine, bool]:
    """Return all integrations by name, each with whether it may answer first in a queue."""
    require(by, "configure")
    return await services.stores.integrations.bots()


async def problems_of_bot(services: Services, by: Member, queue: Queue) -> list[Problem]:
    """Return why the queue's bot cannot answer first, so that a form shows it together with all other problems."""
    require(by, "configure")
    return await services.stores.queues.problems_of_bot(queue)


async def save(
    services: Services, by: Member, queue: Queue, members: Collection[str], *, seen: Queue | None = None
) -> bool:
    """Add or change a queue, served by exactly these members. Return whether it is live already.

    Raises ChangedMeanwhile if it is not as it was `seen`.
    """
    require(by, "configure")
    return await services.go_live(await services.stores.queues.put(queue, members=members, seen=seen, by=by))


async def remove(services: Services, by: Member, queue: str) -> bool:
    """Remove a queue. Refused while it has chats or another setting refers to it. Return whether it is live already."""
    require(by, "configure")
    chats = services.picture.chats.values()
    if count := sum(chat.queue == queue or queue in chat.lines for chat in chats):
        raise BadSettings([Problem(f"queue:{queue}", "", STILL, {"count": count})])
    return await services.go_live(await services.stores.queues.remove(queue, by=by))
