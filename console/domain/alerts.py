"""What an alert rule is, and what an incident: plain values."""

from typing import Literal, get_args

import msgspec

Kind = Literal["due_soon", "late", "line", "nobody"]
What = Literal["opened", "still", "over", "test"]
KINDS: tuple[Kind, ...] = get_args(Kind)


class Destination(msgspec.Struct, frozen=True):
    """Where alerts go. `url` is Apprise's and a secret: only `shown` and `note` are for eyes.

    `note` is the code of a look that found something worth saying; empty when all was well.
    """

    id: str
    url: str
    shown: str
    note: str = ""


class AlertRule(msgspec.Struct, frozen=True):
    """What is told, of which queues (none named: all), to whom, how often. Times in ms; None: this kind is not told.

    `due_soon`: an answer is due within that time. `late`: one is late. `line`: more chats wait than that.
    `nobody`: nobody has been online for that long while the queue is open. Of one incident there is at most one
    message in `quiet`, and one at its end if `over`.
    """

    id: str
    name: str
    queues: tuple[str, ...] = ()
    due_soon: int | None = None
    late: bool = False
    line: int | None = None
    nobody: int | None = None
    destinations: tuple[Destination, ...] = ()
    quiet: int = 300_000
    over: bool = True
    locale: str = "en"
    on: bool = True

    def covers(self, queue: str) -> bool:
        return not self.queues or queue in self.queues

    def tells(self, kind: Kind) -> bool:
        """Whether incidents of the kind are told at all."""
        return self.late if kind == "late" else getattr(self, kind) is not None


class Incident(msgspec.Struct):
    """Something goes wrong in a queue, since `opened`: what a rule has told of it, and when.

    `told` is when the last message was made, `last` when it was last so; `holds` whether it still is. `count` is
    how many answers became late, or the most there were at once.
    """

    rule: str
    kind: Kind
    queue: str
    opened: int
    told: int
    last: int
    holds: bool = True
    count: int = 0

    @property
    def key(self) -> tuple[str, Kind, str]:
        return self.rule, self.kind, self.queue


def step(
    incident: Incident | None, key: tuple[str, Kind, str], holds: bool, now: int, quiet: int
) -> tuple[Incident | None, What | None]:
    """The incident after a look at `now`, and what is to be told of it.

    It opens with a message. While it goes on, the next message comes after `quiet`. It is over when it has not been
    so for `quiet`: what comes and goes within is one incident.
    """
    if incident is None:
        return (Incident(*key, now, now, now), "opened") if holds else (None, None)
    if holds or incident.holds:  # until now, at least
        incident.last = now
    incident.holds = holds
    if holds and now - incident.told >= quiet:
        incident.told = now
        return incident, "still"
    if not holds and now - incident.last >= quiet:
        return None, "over"
    return incident, None
