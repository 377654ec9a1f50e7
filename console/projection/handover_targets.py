"""Whom and what a chat can be handed to, from the picture. Pure."""

from collections.abc import Collection, Mapping

from console.domain.directory import Queue
from console.projection.picture import Picture
from console.protocol import Colleagues, ColleagueThere, InvitedTo, QueueThere


def colleagues(picture: Picture, queues: Mapping[str, Queue], me: str) -> Colleagues:
    """All queues, and everybody else: those who could take a chat first, then by name."""
    agents = [
        ColleagueThere(
            id=agent.id,
            name=agent.name,
            status=agent.status if agent.connected else "offline",
            reason=agent.reason if agent.connected else "",
            free=agent.free_slots,
            queues=agent.queues,
        )
        for agent in picture.agents.values()
        if agent.id != me
    ]
    agents.sort(key=lambda one: (not one.free, one.status != "online", one.name.casefold(), one.id))
    return Colleagues([_queue(picture, queue) for queue in queues.values()], agents)


def _queue(picture: Picture, queue: Queue) -> QueueThere:
    there = [a for a in picture.agents.values() if a.online and queue.id in a.queues]
    waiting = sum(1 for chat in picture.chats.values() if chat.place == "waiting" and chat.queue == queue.id)
    free = sum(1 for agent in there if agent.free_slots)
    return QueueThere(queue.id, queue.name, waiting, len(there), free)


def invited_to(picture: Picture, chats: Collection[str], guest: str) -> list[InvitedTo]:
    """Those of `chats` that the guest may look on at still."""
    lines = (picture.chats.get(chat) for chat in chats)
    return [
        InvitedTo(line.id, line.name, line.queue, _name(picture, line.agent))
        for line in lines
        if line is not None and guest in line.guests and line.agent != guest
    ]


def _name(picture: Picture, agent: str) -> str:
    return picture.agents[agent].name if agent in picture.agents else agent
