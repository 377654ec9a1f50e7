"""Who should know of what right now. Pure: the picture and a clock say it, and no fact has to be remembered."""

from collections.abc import Iterable, Iterator

from console.domain.alerts import Incident
from console.domain.push import Nudge, PushDevice
from console.projection.models import AgentState, ChatState
from console.projection.picture import Picture

PATIENCE = 1_000  # ms in which a console that is in sight would have shown it
LATEST = 60_000  # ms after which it is no news any more
LATEST_ALERT = 600_000
Wanted = dict[tuple[str, str], Nudge]  # by device and thing


def nudge_of(chat: ChatState) -> Nudge | None:
    """Return what the agent of a chat should know of it; None if nothing."""
    if chat.place == "offered":
        return Nudge("offered", chat.id, chat.until)
    if chat.place != "active":
        return None
    if chat.turn:  # theirs to answer from the moment they have it
        return Nudge("waits", chat.id, max(chat.turn, chat.since))
    return Nudge("given", chat.id, chat.since)


def chats_of(picture: Picture, members: Iterable[str]) -> Iterator[ChatState]:
    """Yield the chats that these members hold or are offered."""
    for member in members:
        agent = picture.agents.get(member)
        for id in agent.held.values() if agent else ():
            chat = picture.chats.get(id)
            if chat is not None and chat.agent == member:
                yield chat


def listens(device: PushDevice, agent: AgentState | None) -> bool:
    """Whether the device is told of chats now. Who is away or offline wants to be left alone, unless they say so."""
    return agent is not None and (device.always or agent.status == "online")


def alerts_of(incidents: Iterable[Incident]) -> list[Nudge]:
    """Return what devices that want alerts should know."""
    return [Nudge("alert", ":".join(one.key), one.opened) for one in incidents if one.holds]


def is_news(nudge: Nudge, first_seen: int, now: int) -> bool:
    """Whether it is worth telling by now: an open console had its time to show it, and it is not old."""
    if nudge.kind == "alert":
        return now - nudge.at < LATEST_ALERT
    since = first_seen if nudge.kind == "offered" else nudge.at
    return now - first_seen >= PATIENCE and now - since < LATEST


def is_over(told: Nudge, now: Nudge | None) -> bool:
    """Whether what was told holds no more: the chat has gone elsewhere, or nobody waits in it."""
    if told.kind == "over":
        return False
    return now is None or (told.kind == "waits" and now.kind == "given")
