"""Figures of queues and members, as on the board."""

from collections.abc import Sequence

import msgspec

from console.board.agent_rows import AgentRow, agent_row
from console.domain.directory import Member
from console.domain.permissions import require
from console.projection.channel_figures import ChannelFigures, channel_figures
from console.projection.picture import ChatState
from console.projection.statistics import Statistics
from console.services import Services


class QueueFiguresNow(msgspec.Struct, frozen=True):
    """A queue now, and what was counted in the span."""

    queue: str
    waiting: Sequence[ChatState]
    agents: int
    free: int
    counted: Statistics
    channels: Sequence[ChannelFigures] = ()


async def read_queues(services: Services, by: Member, *, minutes: int) -> list[QueueFiguresNow]:
    """Return all queues' figures for the last `minutes` (at most 90), or with 0 for the day in each queue's zone."""
    require(by, "supervise")
    now, picture = services.workspace.now(), services.picture
    found = []
    for queue in services.directory.queues.values():
        figures = picture.queue(queue.id).figures if queue.id in picture.queues else None
        counted = Statistics()
        if figures is not None:
            counted = figures.over(now, minutes) if minutes else figures.today(now, queue.hours.zone)
        chats = [chat for chat in picture.chats.values() if chat.queue == queue.id]
        waiting = [chat for chat in chats if chat.place in ("waiting", "offered")]
        online = [agent for agent in picture.agents.values() if queue.id in agent.queues and agent.online]
        free = sum(agent.free_slots for agent in online)
        channels = channel_figures(chats, counted)
        found.append(QueueFiguresNow(queue.id, waiting, len(online), free, counted, channels))
    return found


async def read_members(services: Services, by: Member) -> list[AgentRow]:
    """Return all members' figures of today, as the board shows them."""
    require(by, "supervise")
    now, picture = services.workspace.now(), services.picture
    agents = sorted(picture.agents.values(), key=lambda agent: (agent.name.casefold(), agent.id))
    return [agent_row(picture, agent, services.directory, lost=0, now=now) for agent in agents]
