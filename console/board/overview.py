"""The board's totals, and the newest late answers."""

from collections.abc import Mapping

import msgspec

from console.board.agent_rows import AgentRow
from console.domain.directory import Directory
from console.events import Turn, Visitor
from console.projection.models import LateAnswer as Late
from console.projection.picture import Picture

NEWEST = 12  # late answers shown
NOBODY = Visitor("")


class Overview(msgspec.Struct, frozen=True):
    """Totals.

    `online`, `away` and `lost` count agents; `used` and `slots` are of all online agents; `chats` are assigned ones.
    """

    online: int = 0
    away: int = 0
    lost: int = 0
    used: int = 0
    slots: int = 0
    chats: int = 0
    waiting: int = 0
    late: int = 0
    members: int = 0
    queues: int = 0


class LateAnswerRow(msgspec.Struct, frozen=True):
    """A late answer. `waited` ms is the sum of its stages; `visitor` is an id, empty while unknown."""

    chat: str
    seq: int
    name: str  # empty if the visitor gave none
    visitor: str
    agent: str  # the name
    queue: str  # the name
    at: int
    waited: int
    stages: tuple[int, int, int, int, int]  # queue, earlier agents, delivery, noticing, composing


def overview(picture: Picture, rows: dict[str, AgentRow], directory: Directory, late: int) -> Overview:
    places = [chat.place for chat in picture.chats.values()]
    online = [row for row in rows.values() if row.connected and row.status == "online"]
    return Overview(
        online=len(online),
        away=sum(row.connected and row.status == "away" for row in rows.values()),
        lost=sum(bool(row.used and not row.connected) for row in rows.values()),
        used=sum(row.used for row in online),
        slots=sum(row.limit for row in online),
        chats=len(places) - places.count("waiting"),
        waiting=places.count("waiting"),
        late=late,
        members=len(directory.members),
        queues=len(directory.queues),
    )


def late_answers(picture: Picture, directory: Directory, visitors: Mapping[str, Visitor]) -> tuple[LateAnswerRow, ...]:
    """Return the newest late answers, newest first. `visitors` has the known ones, by chat."""
    return tuple(
        LateAnswerRow(
            chat=late.chat,
            seq=late.turn.seq,
            name=visitors.get(late.chat, NOBODY).name,
            visitor=visitors.get(late.chat, NOBODY).id,
            agent=picture.agents[late.agent].name if late.agent in picture.agents else late.agent,
            queue=directory.queues[late.queue].name if late.queue in directory.queues else late.queue,
            at=late.at,
            waited=late.turn.waited,
            stages=_stages(late.turn),
        )
        for late in newest(picture)
    )


def _stages(turn: Turn) -> tuple[int, int, int, int, int]:
    line = turn.queue + sum(stay.queue for stay in turn.earlier)
    earlier = sum(stay.delivery + stay.noticing for stay in turn.earlier)
    return line, earlier, turn.delivery, turn.noticing, turn.composing


def newest(picture: Picture) -> list[Late]:
    """Return the late answers to show."""
    return sorted(picture.lates, key=lambda late: -late.at)[:NEWEST]
