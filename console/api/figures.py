"""Figures of queues and members, as the board shows them."""

from console.actions import figures
from console.actions.figures import QueueFiguresNow
from console.api.endpoint import ApiCall
from console.board.agent_rows import AgentRow
from console.protocol.api import (
    ApiChannelFigures,
    ApiMemberFigures,
    ApiQueueFigures,
    CountOf,
    FiguresQuery,
    MemberFiguresList,
    QueueFiguresList,
)


async def read_queue_figures(call: ApiCall, query: FiguresQuery) -> QueueFiguresList:
    """Read the figures of all queues, for the day so far or for the last minutes."""
    found = await figures.read_queues(call.services, call.principal.by, minutes=query.minutes)
    return QueueFiguresList(call.services.workspace.now(), query.minutes or None, [_of_queue(one) for one in found])


async def read_member_figures(call: ApiCall) -> MemberFiguresList:
    """Read the figures of all members, of today."""
    found = await figures.read_members(call.services, call.principal.by)
    return MemberFiguresList(call.services.workspace.now(), [_of_member(one) for one in found])


def _of_queue(found: QueueFiguresNow) -> ApiQueueFigures:
    counted = found.counted
    words, answers = counted.of("v"), counted.of("r")
    return ApiQueueFigures(
        queue=found.queue,
        waiting=len(found.waiting),
        oldest=min((chat.since for chat in found.waiting), default=None),
        agents=found.agents,
        free=found.free,
        opened=counted.count("opened"),
        abandoned=counted.count("abandoned"),
        left_messages=counted.count("left"),
        first_words=CountOf(words.within, counted.came_due()),
        answers=CountOf(answers.within, counted.answers_due()),
        median=words.quantile(0.5),
        p95=words.quantile(0.95),
        first=counted.of("f").quantile(0.5),
        wait=counted.of("w").quantile(0.5),
        handling=counted.of("h").quantile(0.5),
        solved_by_bot=CountOf(counted.count("bot_solved"), counted.count("bot")),
        channels=[
            ApiChannelFigures(
                channel=one.channel,
                open=one.open,
                waiting=one.waiting,
                oldest=one.oldest or None,
                first_words=CountOf(*one.words),
                answers=CountOf(*one.answers),
                first=one.first,
            )
            for one in found.channels
        ],
    )


def _of_member(row: AgentRow) -> ApiMemberFigures:
    return ApiMemberFigures(
        member=row.id,
        name=row.name,
        status=row.status,
        connected=row.connected,
        chats=row.used,
        limit=row.limit,
        answers=row.answers,
        median=row.median,
        first_word=row.within,
        answered=row.answered,
    )
