"""The newest late answers, as the board shows them."""

from collections.abc import Mapping

import msgspec

from console.domain.directory import Directory
from console.events import Turn, Visitor
from console.projection.models import LateAnswer as Late
from console.projection.picture import Picture

NEWEST = 12  # shown
NOBODY = Visitor("")


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
