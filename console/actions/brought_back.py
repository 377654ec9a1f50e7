"""Work on a conversation that the live store may have let go: it comes back from the archive first."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from console.archive.unended import Unended
from console.errors import NotYours
from console.pairing.refilling import revive
from console.queue.results import Gone
from console.services import Services

T = TypeVar("T")


async def brought_back(services: Services, chat: str, work: Callable[[], Awaitable[T]]) -> T:
    """Do the work; a conversation that the live store has let go in the meantime comes back from the archive first."""
    try:
        return await work()
    except Gone:
        await revive(services.workspace, Unended(services.database, services.workspace.name), chat)
    try:
        return await work()
    except Gone:
        raise NotYours from None
