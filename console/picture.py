"""The picture: one workspace as the facts so far have made it. Pure; no store, no clock of its own."""

import msgspec

from console.events import Status


class ChatLine(msgspec.Struct):
    """A chat that has not ended. Times are ms of the store's clock, 0 for never."""

    id: str
    place: str  # waiting | active
    queue: str
    visitor: str
    site: str = ""
    name: str = ""
    email: str = ""
    verified: bool = False
    locale: str = ""
    channel: str = "web"
    page: str = ""
    title: str = ""
    fields: dict[str, str] = {}
    opened: int = 0
    since: int = 0  # in this place
    agent: str = ""
    slot: int = 0
    turn: int = 0  # start of the open turn
    due: int = 0  # when its promise breaks; while waiting without a turn, when the entry's does
    late: bool = False
    here: bool = True
    left: int = 0  # when the visitor's last tab closed
    seq: int = 0
    last: int = 0  # seq of the last public fact


class Figures(msgspec.Struct):
    """Answers since midnight UTC: exact count and share, sketched durations (see queue/sketch.py)."""

    day: int = 0
    n: int = 0
    within: int = 0
    buckets: dict[int, int] = {}


class AgentLine(msgspec.Struct):
    id: str
    name: str
    status: Status = "offline"
    connected: bool = False
    limit: int = 6
    fence: int = 0
    queues: list[str] = []
    held: dict[int, str] = {}  # slot -> chat
    figures: Figures = msgspec.field(default_factory=Figures)
