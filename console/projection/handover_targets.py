"""The queues and agents a chat can be transferred to, from the picture. Pure."""

from collections.abc import Collection, Mapping

from console.domain.directory import Member, Queue
from console.projection.picture import BotState, Picture
from console.protocol import Colleagues, ColleagueThere, InvitedTo, QueueThere, ToWrapUp


def colleagues(picture: Picture, queues: Mapping[str, Queue], members: Mapping[str, Member], me: str) -> Colleagues:
    """Return all queues, all other agents and the queues' bots: agents with a free slot first, then by name."""
    agents = [
        ColleagueThere(
            id=agent.id,
            name=agent.name,
            status=agent.status if agent.connected else "offline",
            reason=agent.reason if agent.connected else "",
            free=agent.free_slots,
            free_aside=None if agent.channel_slots is None else agent.free_channel_slots,
            queues=agent.queues,
            breather=agent.online and agent.breather > 0,
            languages=list(members[agent.id].languages) if agent.id in members else [],
        )
        for agent in picture.agents.values()
        if agent.id != me
    ]
    agents += [_bot(bot, queues) for bot in picture.bots.values()]
    agents.sort(key=lambda one: (not one.free, one.status != "online", one.name.casefold(), one.id))
    return Colleagues([_queue(picture, queue) for queue in queues.values()], agents)


def _bot(bot: BotState, queues: Mapping[str, Queue]) -> ColleagueThere:
    """Return the bot as a target: it takes chats of the queues in which it answers first."""
    return ColleagueThere(
        id=bot.id,
        name=bot.name,
        status="online" if bot.connected else "offline",
        free=max(bot.limit - len(bot.chats), 0) if bot.connected else 0,
        queues=[queue.id for queue in queues.values() if queue.bot == bot.id],
        bot=True,
    )


def _queue(picture: Picture, queue: Queue) -> QueueThere:
    there = [a for a in picture.agents.values() if a.online and queue.id in a.queues]
    waiting = sum(1 for chat in picture.chats.values() if chat.place == "waiting" and chat.queue == queue.id)
    free = sum(1 for agent in there if agent.free_slots)
    return QueueThere(queue.id, queue.name, waiting, len(there), free)


def invited_to(picture: Picture, chats: Collection[str], guest: str) -> list[InvitedTo]:
    """Return those of `chats` that the guest may still watch."""
    states = (picture.chats.get(chat) for chat in chats)
    return [
        InvitedTo(
            chat_state.id, chat_state.name, chat_state.queue, _name(picture, chat_state.agent), chat_state.visitor
        )
        for chat_state in states
        if chat_state is not None and guest in chat_state.guests and chat_state.agent != guest
    ]


def to_wrap_up(picture: Picture, me: str, now: int) -> list[ToWrapUp]:
    """Return the agent's chats whose wrap-up was left for later, oldest first."""
    agent = picture.agents.get(me)
    put_off = agent.to_wrap_up(now) if agent is not None else []
    return [ToWrapUp(one.chat, one.name, one.queue, one.ended, one.tags, one.visitor) for one in put_off]


def _name(picture: Picture, agent: str) -> str:
    return picture.agents[agent].name if agent in picture.agents else agent
