"""Sites, queues and members as SQL holds them and live state is told: plain values with a version."""

from collections.abc import Collection
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple, get_type_hints

import msgspec

MemberRole = Literal["agent", "supervisor", "admin"]
Mode = Literal["push", "offer", "pull"]
Scope = Literal["shared", "queue", "member"]
SLOTS = 6  # an agent's places, at most: the product's promise
SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000  # ms


class Site(msgspec.Struct, frozen=True):
    """An installed widget. `origins` are exact (`https://shop.example:8443`); `parameters` of the address are kept."""

    key: str
    name: str
    queue: str
    origins: tuple[str, ...] = ()
    locale: str = "en"
    typing_preview: bool = False
    privacy_url: str = ""
    accent: str = ""
    parameters: tuple[str, ...] = ()


class Hours(msgspec.Struct, frozen=True):
    """When a queue takes new chats, in its own zone; always, with no `week`.

    `week` has (weekday, from, to): Monday is 0, minutes since midnight, `to` at most 1440 and after `from`.
    On `holidays` (`2026-12-25`) it is closed all day.
    """

    zone: str = "UTC"
    week: tuple[tuple[int, int, int], ...] = ()
    holidays: tuple[str, ...] = ()


def _(text: str) -> str:
    """Marks a text that is translated when it is drawn."""
    return text


class QueueSetting(NamedTuple):
    """What every side needs to know of a field of `Queue`: the one place where a queue setting is described.

    With a `unit` it is a duration: ms here and in the store, typed in that unit, `<name>_ms` in SQL.
    """

    label: str  # on the settings' pages
    help: str = ""  # on the command line; without one it is no option of its own
    unit: Literal["", "seconds", "minutes"] = ""
    least: int = 0
    most: int = 0  # 0: validation/queues.py knows what is allowed
    wrong: str = ""  # said beside the field outside of `least` and `most`
    live: str = ""  # its name in the store, where that is another
    told: bool = True  # to the Functions
    width: int = 64  # characters of its column


class Queue(msgspec.Struct, frozen=True):
    """A line. Times in ms: `target` of an answer, `ask` and `end` of a visitor's silence.

    `head_start` is its priority: how much earlier than their promise its chats count among other queues' chats.
    `goal` is the share of answers, in percent, that should be within the target. In mode `offer` a chat is
    accepted within `accept`, or moves on; after `misses` in a row the agent is away. With `languages` a chat goes
    to members who speak its own, or the first of these, and after `language_after` (0: never) to anybody; without, to
    any. A line of `longest` chats (0: any
    number) takes no more. A chat that waits for `overflow_after` is offered to the members of `overflow_to` too:
    tiers are queues. `wrapup` is how long a slot is kept after the end for reason and tags (0: not at all).
    """

    id: str
    name: Annotated[str, QueueSetting(_("Name"), "Display name.", told=False, width=200)]
    target: Annotated[
        int,
        QueueSetting(
            _("Answer within"),
            "Target: seconds to answer within.",
            unit="seconds",
            least=SECOND,
            most=DAY,
            wrong=_("Enter a target from 1 second to 1 day."),
        ),
    ] = 6_000
    ask: Annotated[
        int,
        QueueSetting(
            _("Ask if still there after"),
            unit="minutes",
            least=5 * SECOND,
            most=DAY,
            wrong=_("Enter a time from 5 seconds to 1 day."),
        ),
    ] = 300_000
    end: Annotated[int, QueueSetting(_("End chat after"), unit="minutes")] = 600_000
    goal: Annotated[
        int,
        QueueSetting(
            _("Goal"),
            "Goal: percent of answers within the target.",
            least=1,
            most=100,
            wrong=_("Enter a goal from 1 to 100 percent."),
            told=False,
        ),
    ] = 90
    head_start: Annotated[
        int,
        QueueSetting(
            _("Head start"),
            "Head start: seconds by which its chats count as more urgent.",
            unit="seconds",
            most=HOUR,
            wrong=_("Enter a head start from 0 to 3600 seconds."),
            live="head",
        ),
    ] = 0
    mode: Annotated[
        Mode,
        QueueSetting(
            _("Assignment"), "push (assign automatically), offer (agents accept) or pull (agents take).", width=20
        ),
    ] = "push"
    accept: Annotated[int, QueueSetting(_("Accept within"), "Seconds to accept an offer.", unit="seconds")] = 10_000
    misses: Annotated[
        int,
        QueueSetting(
            _("Missed offers"),
            "Missed offers in a row before an agent is set away.",
            least=1,
            most=20,
            wrong=_("Enter a number of missed offers from 1 to 20."),
        ),
    ] = 3
    languages: Annotated[
        tuple[str, ...], QueueSetting(_("Languages"), "Language it is served in, such as fr; repeat for more.")
    ] = ()
    language_after: Annotated[
        int,
        QueueSetting(
            _("Any language after"),
            "Seconds until anybody may take it, whatever they speak; 0 for never.",
            unit="seconds",
            most=HOUR,
            wrong=_("Enter a time from 0 to 3600 seconds."),
        ),
    ] = 15_000
    hours: Annotated[Hours, QueueSetting(_("Hours"), told=False)] = Hours()  # told as instants
    longest: Annotated[
        int,
        QueueSetting(
            _("Queue limit"),
            "Queue limit: waiting chats at which it is full; 0 for no limit.",
            most=10_000,
            wrong=_("Enter a queue limit from 1 to %(most)s chats, or 0 for no limit."),
        ),
    ] = 0
    overflow_to: Annotated[
        str, QueueSetting(_("Overflow to"), "Overflow queue (next tier); none for no overflow.", live="overflow")
    ] = ""
    overflow_after: Annotated[
        int, QueueSetting(_("Overflow after"), "Seconds of waiting before chats overflow.", unit="seconds")
    ] = 0
    wrapup: Annotated[
        int,
        QueueSetting(
            _("Wrap-up"),
            "Wrap-up: seconds the slot stays reserved after the chat.",
            unit="seconds",
            most=10 * MINUTE,
            wrong=_("Enter a wrap-up time from 0 to 600 seconds."),
        ),
    ] = 0
    reasons: Annotated[
        tuple[str, ...], QueueSetting(_("Reasons"), "Contact reason to choose from; repeat for more.", told=False)
    ] = ()


@cache
def queue_settings() -> dict[str, QueueSetting]:
    """By the name of the field, in its order; all but the id."""
    hints = get_type_hints(Queue, include_extras=True)
    return {name: hint.__metadata__[0] for name, hint in hints.items() if hasattr(hint, "__metadata__")}


def queue_default(name: str) -> Any:
    """What a queue has that says nothing about it."""
    return getattr(Queue("", ""), name)


class Member(msgspec.Struct, frozen=True):
    """Somebody of the team. `languages` are primary tags (`fr`); none means all."""

    id: str
    name: str
    email: str
    role: MemberRole = "agent"
    queues: tuple[str, ...] = ()
    limit: int = SLOTS
    locale: str = ""
    languages: tuple[str, ...] = ()


class Directory(msgspec.Struct, frozen=True):
    """All of it at one version; live state takes it only if the version is greater than its own."""

    version: int
    sites: dict[str, Site] = {}
    queues: dict[str, Queue] = {}
    members: dict[str, Member] = {}
    away_reasons: tuple[str, ...] = ()  # what an agent may choose from when away
    watch_shown: bool = True  # whether an agent sees who looks on at a chat


def served_by(known: Directory, queue: str, chosen: Collection[str]) -> Directory:
    """The directory in which the members `chosen`, and nobody else, serve the queue."""

    def of(member: Member) -> Member:
        if (member.id in chosen) == (queue in member.queues):
            return member
        others = tuple(one for one in member.queues if one != queue)
        return msgspec.structs.replace(member, queues=(*others, queue) if member.id in chosen else others)

    return msgspec.structs.replace(known, members={id: of(member) for id, member in known.members.items()})


def overflowing_into(known: Directory, queues: Collection[str]) -> set[str]:
    """These queues, and all whose chats overflow into them, through others too."""
    found = set(queues)
    while more := {queue.id for queue in known.queues.values() if queue.overflow_to in found} - found:
        found |= more
    return found


class Canned(msgspec.Struct, frozen=True):
    """A reply to insert with `/`. `owner` is the queue's or the member's id, empty for a shared one.

    In `text` the names of `PLACEHOLDERS` in braces are filled in: `Good morning {visitor}, this is {agent}.`
    """

    id: str
    title: str
    text: str
    scope: Scope = "shared"
    owner: str = ""


# Names, and the title of the visitor's page. Beside them `field:<name>`: a field that the page has given.
PLACEHOLDERS = ("visitor", "first_name", "agent", "queue", "site", "page")
