"""Queues in SQL."""

from collections.abc import Collection

from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.audit import COMMAND_LINE, Somebody
from console.archive.canned import forget_canned
from console.archive.directory_store import DirectoryStore, must_exist
from console.archive.members import NO_MEMBER
from console.domain.directory import Directory, Queue, served_by
from console.domain.validation.queues import validate_queue_removal
from console.errors import BadSettings

NO_QUEUE = "Queue not found."


class QueueStore:
    def __init__(self, directory: DirectoryStore) -> None:
        self.directory = directory

    async def put(
        self, queue: Queue, *, members: Collection[str] | None = None, by: Somebody = COMMAND_LINE
    ) -> Directory:
        """Add or change a queue. With `members` these serve it, and nobody else; without, who serves it stays,
        and only then it may be nobody: whoever sets up a server writes queues down before members."""

        def wanted(known: Directory) -> Directory:
            made = replace(known, queues={**known.queues, queue.id: queue})
            if members is None:
                return made
            must_exist(made.members.keys() >= set(members), NO_MEMBER)
            return served_by(made, queue.id, members)

        but = ("members",) if members is None else ()
        return await self.directory.change(wanted, by, f"queue:{queue.id}", but=but)

    async def remove(self, queue: str, *, by: Somebody = COMMAND_LINE) -> Directory:
        """Its members serve it no more, and its canned replies go. Refused while a site or another queue leads to it.

        NotYours for none. That no chat is in it is for the caller to see.
        """

        def wanted(known: Directory) -> Directory:
            must_exist(queue in known.queues, NO_QUEUE)
            if wrong := validate_queue_removal(queue, known):
                raise BadSettings(wrong)
            left = {id: one for id, one in known.queues.items() if id != queue}
            return replace(served_by(known, queue, ()), queues=left)

        async def forget(connection: AsyncConnection) -> None:
            await forget_canned(connection, "queue", queue)

        return await self.directory.change(wanted, by, f"queue:{queue}", also=forget)
