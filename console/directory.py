"""Sites, queues and members as SQL holds them and live state is told: plain values with a version."""

from typing import Literal

import msgspec

MemberRole = Literal["agent", "supervisor", "admin"]
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


class Queue(msgspec.Struct, frozen=True):
    """A line. Times in ms: `target` of an answer, `ask` and `end` of a visitor's silence."""

    id: str
    name: str
    target: int = 6_000
    ask: int = 300_000
    end: int = 600_000


class Member(msgspec.Struct, frozen=True):
    id: str
    name: str
    email: str
    role: MemberRole = "agent"
    queues: tuple[str, ...] = ()
    limit: int = SLOTS
    locale: str = ""


class Directory(msgspec.Struct, frozen=True):
    """All of it at one version; live state takes it only if the version is greater than its own."""

    version: int
    sites: dict[str, Site] = {}
    queues: dict[str, Queue] = {}
    members: dict[str, Member] = {}
