"""Which promises will break within the next 30 s, if nobody does anything.

An agent is taken to answer one clock after the other, the one that breaks first before the others, each in the time
that a quick answer takes in its queue (`paces`); the first has been begun already. What comes too late in that row
breaks, and so does every clock of an agent who has lost the connection. In line, chats go to free slots in their
order; those for whom none is left break.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from console.domain.directory import Directory
from console.projection.picture import AgentState, ChatState, Picture
from console.projection.waiting_reason import language_of_chat, speaks

HORIZON = 30_000  # ms


class Forecast(msgspec.Struct):
    """Of one queue: clocks that have run out, those that do within 30 s, and those of them that will not be met."""

    late: int = 0
    oldest: int = 0  # when the first of the late ones broke (ms), 0: none
    due: int = 0
    breaking: int = 0


def clock_of(chat: ChatState) -> int:
    """When the chat's clock ends (ms): its turn's, in line its entry's, else its holding reply's; 0: none runs."""
    if chat.place == "wrapup":
        return 0
    return chat.due or chat.promise


def forecasts(picture: Picture, directory: Directory, paces: Mapping[str, int], now: int) -> dict[str, Forecast]:
    """By queue. `paces` are ms that a quick answer takes."""
    found = {queue: Forecast() for queue in directory.queues}
    for chat in picture.chats.values():
        outlook, clock = found.get(chat.queue), clock_of(chat)
        if outlook is None or not clock:
            continue
        if clock <= now:
            outlook.late += 1
            outlook.oldest = min(outlook.oldest or clock, clock)
        elif clock <= now + HORIZON:
            outlook.due += 1
    for chat in (*_too_late(picture, paces, now), *_nobody_free(picture, directory, now)):
        if chat.queue in found:
            found[chat.queue].breaking += 1
    return found


def _too_late(picture: Picture, paces: Mapping[str, int], now: int) -> Iterator[ChatState]:
    """Chats in hand whose answer will not come in time."""
    for agent in picture.agents.values():
        held = (picture.chats.get(chat) for chat in agent.held.values())
        running = sorted((chat for chat in held if chat is not None and chat.turn and chat.due), key=lambda c: c.due)
        done = 0
        for chat in running:
            pace = paces.get(chat.queue, 0)
            done = done + pace if done else max(now, chat.turn + pace)
            if now < chat.due <= now + HORIZON and (done > chat.due or not agent.connected):
                yield chat


def _nobody_free(picture: Picture, directory: Directory, now: int) -> Iterator[ChatState]:
    """Chats in line for whom no slot is left."""
    free = {agent.id: slots for agent in picture.agents.values() if (slots := agent.free_slots)}
    for chat in in_line(picture.chats.values()):
        taker = next((agent for agent in free if _serves(picture.agents[agent], chat, directory)), "")
        if taker:
            free[taker] -= 1
            if not free[taker]:
                del free[taker]
        elif now < chat.due <= now + HORIZON:
            yield chat


def in_line(chats: Iterable[ChatState]) -> Sequence[ChatState]:
    """Those waiting, in the order in which they are to be taken."""
    return sorted((chat for chat in chats if chat.place == "waiting"), key=lambda chat: (chat.rank, chat.id))


def _serves(agent: AgentState, chat: ChatState, directory: Directory) -> bool:
    lines = {chat.queue, *chat.lines}
    member = directory.members.get(agent.id)
    return not lines.isdisjoint(agent.queues) and speaks(member, language_of_chat(directory, chat))
