"""Sites, queues and members as SQL holds them and live state is told: plain values with a version."""

from collections.abc import Collection
from typing import Literal

import msgspec

MemberRole = Literal["agent", "supervisor", "admin"]
Mode = Literal["push", "offer", "pull"]
Scope = Literal["shared", "queue", "member"]
SLOTS = 6  # an agent's places, at most: the product's promise


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


class Queue(msgspec.Struct, frozen=True):
    """A line. Times in ms: `target` of an answer, `ask` and `end` of a visitor's silence.

    `head_start` is its priority: how much earlier than their promise its chats count among other queues' chats.
    `goal` is the share of answers, in percent, that should be within the target. In mode `offer` a chat is
    accepted within `accept`, or moves on; after `misses` in a row the agent is away. With `languages` a chat goes
    to members who speak its own, or the first of these; without, to any. A line of `longest` chats (0: any
    number) takes no more. A chat that waits for `overflow_after` is offered to the members of `overflow_to` too:
    tiers are queues. `wrapup` is how long a slot is kept after the end for reason and tags (0: not at all).
    """

    id: str
    name: str
    target: int = 6_000
    ask: int = 300_000
    end: int = 600_000
    goal: int = 90
    head_start: int = 0
    mode: Mode = "push"
    accept: int = 10_000
    misses: int = 3
    languages: tuple[str, ...] = ()
    hours: Hours = Hours()
    longest: int = 0
    overflow_to: str = ""
    overflow_after: int = 0
    wrapup: int = 0
    reasons: tuple[str, ...] = ()


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
PLACEHOLDERS = ("visitor", "agent", "queue", "site", "page")
