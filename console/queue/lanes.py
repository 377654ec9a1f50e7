"""The lanes of members and chats: a queue has one lane for each language it is routed by."""

from collections.abc import Iterator, Mapping

from console.domain.directory import Hours, Member, Queue
from console.domain.opening_hours import instants

CLOSED = "-"  # no opening instants at all; an empty text means always open


def lanes_of(member: Member, queues: Mapping[str, Queue]) -> Iterator[str]:
    """Yield `<queue>` and `<queue>/<language>` of each queue served, for the languages the member speaks."""
    for queue in member.queues:
        if queue in queues:
            yield queue
            for language in _languages(queue, queues):
                if not member.languages or language in member.languages:
                    yield f"{queue}/{language}"


def _languages(queue: str, queues: Mapping[str, Queue]) -> list[str]:
    """Return the languages of the queue and of every queue that may overflow into it."""
    found, seen = set(queues[queue].languages), {queue}
    while True:
        feeders = {q.id for q in queues.values() if q.overflow_to in seen} - seen
        if not feeders:
            return sorted(found)
        seen |= feeders
        found |= {language for id in feeders for language in queues[id].languages}


def opens(hours: Hours, now: int) -> str:
    """Return the opening instants as the Functions read them: `from-to from-to`."""
    if not hours.week and not hours.holidays:
        return ""
    return " ".join(f"{start}-{end}" for start, end in instants(hours, now)) or CLOSED
