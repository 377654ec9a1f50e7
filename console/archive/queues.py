"""Queues in SQL."""

from collections.abc import Collection

from msgspec.structs import replace
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.audit import COMMAND_LINE, Somebody
from console.archive.canned import forget_canned
from console.archive.directory_store import DirectoryStore, must_be_as_seen, must_exist
from console.archive.integrations import read_bots
from console.archive.members import NO_MEMBER
from console.archive.tables import queues
from console.domain.directory import Directory, Queue, Site, served_by
from console.domain.validation.queues import validate_bot, validate_queue_removal
from console.errors import BadSettings, Problem

NO_QUEUE = "Queue not found."


class QueueStore:
    def __init__(self, directory: DirectoryStore) -> None:
        """Adds, changes and removes queues."""
        self.directory = directory

    async def put(
        self,
        queue: Queue,
        *,
        members: Collection[str] | None = None,
        seen: Queue | None = None,
        by: Somebody = COMMAND_LINE,
    ) -> Directory:
        """Add or change a queue.

        With `members`, exactly these serve it. Without, its members stay, and it may have none: queues are often set up
        before members.
        """

        def wanted(known: Directory) -> Directory:
            must_be_as_seen(known.queues.get(queue.id), seen)
            made = replace(known, queues={**known.queues, queue.id: queue})
            if members is None:
                return made
            must_exist(made.members.keys() >= set(members), NO_MEMBER, ["$.members"])
            return served_by(made, queue.id, members)

        async def bot(connection: AsyncConnection) -> list[Problem]:
            return await self._problems_of_bot(connection, queue)

        but = ("members",) if members is None else ()
        return await self.directory.change(wanted, by, f"queue:{queue.id}", but=but, wrong=bot)

    async def problems_of_bot(self, queue: Queue) -> list[Problem]:
        """Return why the integration cannot answer this queue first."""
        async with self.directory.database.reading() as connection:
            return await self._problems_of_bot(connection, queue)

    async def _problems_of_bot(self, connection: AsyncConnection, queue: Queue) -> list[Problem]:
        if not queue.bot:
            return []
        was = (await connection.execute(select(queues.c.bot).where(queues.c.id == queue.id))).scalar()
        bots = {one.id: (one.name, able) for one, able in (await read_bots(connection, self.directory.clock())).items()}
        return validate_bot(queue, bots, was=was or "")

    async def remove(self, queue: str, *, by: Somebody = COMMAND_LINE) -> Directory:
        """Remove a queue from its members, with its canned replies. Refused while a site or another queue refers to it.

        Raises NotYours if there is none. The caller makes sure that no chat is in it.
        """

        def wanted(known: Directory) -> Directory:
            must_exist(queue in known.queues, NO_QUEUE)
            if wrong := validate_queue_removal(queue, known):
                raise BadSettings(wrong)
            left = {id: one for id, one in known.queues.items() if id != queue}
            sites = {key: unled(site, queue) for key, site in known.sites.items()}
            return replace(served_by(known, queue, ()), queues=left, sites=sites)

        async def forget(connection: AsyncConnection) -> None:
            await forget_canned(connection, "queue", queue)

        return await self.directory.change(wanted, by, f"queue:{queue}", also=forget)


def without(queues: tuple[str, ...], queue: str) -> tuple[str, ...]:
    return tuple(one for one in queues if one != queue)


def unled(site: Site, queue: str) -> Site:
    """Return the site without its rules that lead to the queue; the site's own queue stays."""
    rules = tuple(replace(rule, queue="") if rule.queue == queue else rule for rule in site.identity.rules)
    chosen = tuple(rule for rule in site.questions.rules if rule.queue != queue)
    return replace(
        site,
        queues=without(site.queues, queue),
        identity=replace(site.identity, rules=rules),
        questions=replace(site.questions, rules=chosen),
    )
