"""Which notifications are due right now. Pure: computed from the picture and a clock, so no fact is remembered."""

from collections.abc import Iterable, Iterator

from console.domain.alerts import Incident
from console.domain.push import Nudge, PushDevice
from console.projection.models import AgentState, ChatState
from console.projection.picture import Picture

PATIENCE = 1_000  # ms within which a visible console would have shown it
LATEST = 60_000  # ms after which it is no longer news
LATEST_ALERT = 600_000
Wanted = dict[tuple[str, str], Nudge]  # by device and subject


def nudge_of(chat: ChatState) -> Nudge | None:
    """Return what the agent of a chat should be notified of; None if nothing."""
    if chat.place == "offered":
        return Nudge("offered", chat.id, chat.until)
    if chat.place != "active":
        return None
    if chat.turn:  # it is theirs to answer from the moment they hold it
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
    """Whether the device is notified of chats now. Agents who are away or offline are not, unless they chose to be."""
    return agent is not None and (device.always or agent.status == "online")


def alerts_of(incidents: Iterable[Incident]) -> list[Nudge]:
    """Return the alerts that devices with alerts should show."""
    return [Nudge("alert", ":".join(one.key), one.opened) for one in incidents if one.holds]


def is_news(nudge: Nudge, first_seen: int, now: int) -> bool:
    """Whether it is time to notify: an open console has had time to show it, and it is not old."""
    if nudge.kind == "alert":
        return now - nudge.at < LATEST_ALERT
    since = first_seen if nudge.kind == "offered" else nudge.at
    return now - first_seen >= PATIENCE and now - since < LATEST


def is_over(sent: Nudge, now: Nudge | None) -> bool:
    """Whether an earlier notification no longer holds: the chat was moved, or nobody waits in it."""
    if sent.kind == "over":
        return False
    return now is None or (sent.kind == "waits" and now.kind == "given")
