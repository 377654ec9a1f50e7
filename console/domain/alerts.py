"""Alert rules and incidents: plain values."""

from typing import Literal, get_args

import msgspec

Kind = Literal["due_soon", "late", "line", "nobody", "left", "came"]
What = Literal["opened", "still", "over", "test"]
KINDS: tuple[Kind, ...] = get_args(Kind)
EVENTS: tuple[Kind, ...] = ("left", "came")  # these are momentary, so nothing is ever resolved
SWITCHES: tuple[Kind, ...] = ("late", *EVENTS)  # on or off, without a threshold


class Destination(msgspec.Struct, frozen=True):
    """Where alerts go. `url` is Apprise's and secret: people see only `shown` and `note`.

    `note` is the code of an address check that found something to mention; empty if all was well.
    """

    id: str
    url: str
    shown: str
    note: str = ""


class AlertRule(msgspec.Struct, frozen=True):
    """Which incidents to report, from which queues (none: all), to which destinations, and how often.

    Times are in ms; None turns a kind off. `due_soon`: an answer is due within that time. `late`: an answer is late.
    `line`: more chats than that are waiting. `nobody`: nobody has been online for that long while the queue is open.
    `left`: a visitor left a message. `came`: a visitor opened a chat. An incident sends at most one message per
    `quiet`, and one at its end if `over` is set; events within `quiet` are reported together when it has passed.
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
    left: bool = False
    came: bool = False

    def covers(self, queue: str) -> bool:
        return not self.queues or queue in self.queues

    def reports(self, kind: Kind) -> bool:
        """Whether the rule reports incidents of this kind."""
        threshold = getattr(self, kind)
        return bool(threshold) if kind in SWITCHES else threshold is not None


class Incident(msgspec.Struct):
    """A problem in a queue since `opened`, and what its rule has reported of it.

    `told` is when the last message was created, `last` when the problem was last seen, `holds` whether it still exists.
    `count` is how many answers became late, how many events are still to report, or the highest number at one time.
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
    """Return the incident after a check at `now`, and what to report, if anything.

    An incident opens with a message. While it lasts, the next message comes after `quiet`. It is over when the problem
    has been gone for `quiet`: a problem that comes and goes within that time is one incident.
    """
    if incident is None:
        return (Incident(*key, now, now, now), "opened") if holds else (None, None)
    if holds or incident.holds:  # it lasted at least until now
        incident.last = now
    incident.holds = holds
    if holds and now - incident.told >= quiet:
        incident.told = now
        return incident, "still"
    if not holds and now - incident.last >= quiet:
        return None, "over"
    return incident, None


def step_event(
    incident: Incident | None, key: tuple[str, Kind, str], happened: int, now: int, quiet: int
) -> tuple[Incident | None, What | None, int]:
    """Return the incident after `happened` events by `now`, what to report, if anything, and of how many events.

    The first one is reported at once. Those within `quiet` after a message are counted, and reported together when it
    has passed. If there were none by then, the incident is over, without a report.
    """
    if incident is None:
        return (Incident(*key, now, now, now, holds=False), "opened", happened) if happened else (None, None, 0)
    incident.count += happened
    incident.last = now if happened else incident.last
    if now - incident.told < quiet:
        return incident, None, 0
    count, incident.count, incident.told = incident.count, 0, now
    return (incident, "still", count) if count else (None, None, 0)
