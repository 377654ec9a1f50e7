"""Work on a conversation that may have left the live store: it is then restored from the archive first."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from console.archive.unended import Unended
from console.errors import NotYours
from console.pairing.refilling import revive
from console.queue.results import Gone
from console.services import Services

T = TypeVar("T")


async def brought_back(services: Services, chat: str, work: Callable[[], Awaitable[T]]) -> T:
    """Do the work. A conversation that has left the live store is restored from the archive first."""
    try:
        return await work()
    except Gone:
        await revive(services.workspace, Unended(services.database, services.workspace.name), chat)
    try:
        return await work()
    except Gone:
        raise NotYours from None
