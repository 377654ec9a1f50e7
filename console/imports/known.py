"""What this installation has and rows may name: queues, members, and the site that gets the chats."""

from collections import Counter
from collections.abc import Mapping

import msgspec

from console.domain.directory import Directory
from console.domain.ids import same_id
from console.domain.imports import Format, ImportWanted


class KnownHere(msgspec.Struct, frozen=True):
    """Ids by folded id, name or address. `queue` is for chats whose own queue does not exist here.

    Chats without activity since `oldest` (ms) are older than data retention allows.
    """

    format: Format
    directory: Directory
    queues: Mapping[str, str]
    members: Mapping[str, str]
    site: str = ""
    queue: str = ""
    oldest: int = 0

    def id(self, kind: str, *parts: str) -> str:
        """Return our id for something that has another id in the source system."""
        return same_id(kind, self.format, *parts)

    def agent(self, *names: str) -> str:
        """Return the id of the member with one of these ids, addresses or names, else a made-up one that is always the
        same.
        """
        folded = [name.casefold() for name in names if name]
        found = next((self.members[name] for name in folded if name in self.members), "")
        return found or self.id("agent", *folded[:1])


def known_for(wanted: ImportWanted, directory: Directory, oldest: int) -> KnownHere:
    """Return what rows of this import may name. A name that two share matches neither."""
    site = directory.sites.get(wanted.site)
    queue = site.queue if site else ""
    return KnownHere(
        format=wanted.format,
        directory=directory,
        queues=_by_name([(queue.id, (queue.id, queue.name)) for queue in directory.queues.values()]),
        members=_by_name([(one.id, (one.id, one.email, one.name)) for one in directory.members.values()]),
        site=site.key if site else "",
        queue=queue,
        oldest=oldest,
    )


def _by_name(things: list[tuple[str, tuple[str, ...]]]) -> dict[str, str]:
    named = [(name.casefold(), id) for id, names in things for name in set(names)]
    count = Counter(name for name, _ in set(named))
    return {name: id for name, id in named if count[name] == 1 or name == id}
