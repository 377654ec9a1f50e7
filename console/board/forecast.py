"""Which promises will break within 30 s if nothing changes.

The forecast assumes that an agent answers one chat after another, the most urgent first, each in the time of a quick
answer in its queue (`paces`), and has already started on the first. Chats that this order reaches too late break, and
so does every clock of an agent who lost the connection. Waiting chats go to free slots in order; those without a slot
break.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from console.domain.directory import Directory
from console.projection.picture import AgentState, ChatState, Picture
from console.projection.waiting_reason import language_of_chat, speaks

HORIZON = 30_000  # ms


class Forecast(msgspec.Struct):
    """A queue's promises: how many are late, how many are due within 30 s, and how many of the latter will break."""

    late: int = 0
    oldest: int = 0  # when the first late one broke (ms), 0 for none
    due: int = 0
    breaking: int = 0


def clock_of(chat: ChatState) -> int:
    """Return when the chat's promise is due (ms): the turn's, the queue's while waiting, else the agent's; 0 if none
    runs.
    """
    if chat.place == "wrapup":
        return 0
    return chat.due or chat.promise


def forecasts(picture: Picture, directory: Directory, paces: Mapping[str, int], now: int) -> dict[str, Forecast]:
    """Return the forecast of each queue. `paces` are the ms of a quick answer."""
    found = {queue: Forecast() for queue in directory.queues}
    for chat in picture.chats.values():
        forecast, clock = found.get(chat.queue), clock_of(chat)
        if forecast is None or not clock:
            continue
        if clock <= now:
            forecast.late += 1
            forecast.oldest = min(forecast.oldest or clock, clock)
        elif clock <= now + HORIZON:
            forecast.due += 1
    for chat in (*_too_late(picture, paces, now), *_nobody_free(picture, directory, now)):
        if chat.queue in found:
            found[chat.queue].breaking += 1
    return found


def _too_late(picture: Picture, paces: Mapping[str, int], now: int) -> Iterator[ChatState]:
    """Yield assigned chats whose answer will come too late."""
    for agent in picture.agents.values():
        held = (picture.chats.get(chat) for chat in agent.held.values())
        running = sorted((chat for chat in held if chat is not None and chat.turn and chat.due), key=lambda c: c.due)
        done = 0
        for chat in running:
            pace = paces.get(chat.queue, 0)
            # The first answer has been started, at the earliest when its turn began; each further one takes a full
            # pace.
            done = done + pace if done else max(now, chat.turn + pace)
            if now < chat.due <= now + HORIZON and (done > chat.due or not agent.connected):
                yield chat


def _nobody_free(picture: Picture, directory: Directory, now: int) -> Iterator[ChatState]:
    """Yield waiting chats for which no slot becomes free in time."""
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
    """Return the waiting chats in the order in which the queue assigns them."""
    return sorted((chat for chat in chats if chat.place == "waiting"), key=lambda chat: (chat.rank, chat.id))


def _serves(agent: AgentState, chat: ChatState, directory: Directory) -> bool:
    lines = {chat.queue, *chat.lines}
    member = directory.members.get(agent.id)
    return not lines.isdisjoint(agent.queues) and speaks(member, language_of_chat(directory, chat))
