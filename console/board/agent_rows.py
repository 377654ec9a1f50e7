"""An agent's row on the board: status, six slots with their clocks, and today's figures."""

from typing import Literal

import msgspec

from console.domain.directory import SLOTS, Directory
from console.events import Status
from console.projection.load import Load, load_of
from console.projection.picture import AgentState, ChatState, Picture
from console.projection.right_limit import RightLimit, right_limit_of

Kind = Literal["free", "locked", "active", "promise", "offered", "wrapup"]


class Slot(msgspec.Struct, frozen=True):
    """One slot. `free` and `locked` (above the limit) hold no chat; `due` (ms) is when the clock ends, 0 for no clock.

    `beyond` marks a chat in a slot above a limit that was lowered afterwards. `target` is the length of a full ring.
    """

    number: int
    kind: Kind
    chat: str = ""
    name: str = ""
    visitor: str = ""
    queue: str = ""
    due: int = 0
    target: int = 0
    beyond: bool = False
    here: bool = True
    watched: bool = False


class AgentRow(msgspec.Struct, frozen=True):
    """A row. `within` is the share of first words in time, `answered` that of answers; `median` is of first words.

    `to_wrap_up` counts ended chats whose wrap-up was left for later. `since` is when the status began, `lost` when the
    connection was lost with chats in hand (ms; 0 for neither). `breather` is when the breather ends (0: none). `most`
    is the supervisors' limit; the agent may have a lower one, `at_once`. Supervisors may set at most `highest_limit`.
    With slots for other channels there are `limit` in all; `free` are those for a live chat, `free_aside` those for a
    chat of another channel.
    """

    id: str
    name: str
    status: Status
    since: int
    reason: str
    connected: bool
    lost: int
    on_duty: bool
    limit: int
    at_once: int
    most: int
    highest_limit: int
    free: int
    free_aside: int
    used: int
    late: bool
    breather: int
    breathers: int  # today
    load: Load
    right: RightLimit
    slots: tuple[Slot, ...]
    queues: tuple[str, ...]
    answers: int
    median: int  # ms
    within: float | None
    answered: float | None
    to_wrap_up: int = 0


def agent_row(picture: Picture, agent: AgentState, directory: Directory, *, lost: int, now: int) -> AgentRow:
    """Build an agent's row. `lost` is when the connection was last seen to break (ms), 0 if unknown."""
    figures = agent.figures.today(now, zone_of(agent, directory))
    slots = tuple(_slot(picture, agent, number, directory) for number in range(1, SLOTS + 1))
    return AgentRow(
        id=agent.id,
        name=agent.name,
        status=agent.status,
        since=agent.since,
        reason=agent.reason,
        connected=agent.connected,
        lost=lost if agent.held and not agent.connected else 0,
        on_duty=agent.connected or bool(agent.held),
        limit=agent.slots,
        at_once=agent.limit,
        most=agent.most,
        highest_limit=agent.highest_limit,
        free=agent.free_slots,
        free_aside=agent.free_channel_slots,
        used=len(agent.held),
        late=any(_broken(picture, slot) for slot in slots),
        breather=agent.breather,
        breathers=figures.breathers,
        load=load_of(agent, now, zone_of(agent, directory)),
        right=right_limit_of(agent, directory, now),
        slots=slots,
        queues=tuple(agent.queues),
        answers=figures.answers,
        median=figures.quantile(0.5),
        within=figures.first_word(),
        answered=figures.answered(),
        to_wrap_up=len(agent.to_wrap_up(now)),
    )


def zone_of(agent: AgentState, directory: Directory) -> str:
    """Return the time zone in which the agent's day begins: that of the first of their queues."""
    return next((directory.queues[queue].hours.zone for queue in agent.queues if queue in directory.queues), "UTC")


def _slot(picture: Picture, agent: AgentState, number: int, directory: Directory) -> Slot:
    chat = picture.chats.get(agent.held.get(number, ""))
    beyond = number > agent.slots
    if chat is None:
        return Slot(number, "locked" if beyond else "free")
    kind, due, target = _clock(chat, directory)
    return Slot(
        number,
        kind,
        chat.id,
        chat.name,
        chat.visitor,
        chat.queue,
        due,
        target,
        beyond,
        chat.here,
        bool(chat.watchers),
    )


def _clock(chat: ChatState, directory: Directory) -> tuple[Kind, int, int]:
    """Return the slot's kind, the end of its clock, and that clock's full length (ms)."""
    queue = directory.queues.get(chat.queue)
    if chat.place == "offered":
        return "offered", chat.until, queue.accept if queue else 0
    if chat.place == "wrapup":
        return "wrapup", chat.until, queue.wrapup if queue else 0
    if chat.due:
        return "active", chat.due, max(queue.target_on(chat.channel) if queue else 0, chat.due - chat.turn)
    if chat.promise:
        return "promise", chat.promise, 0
    return "active", 0, 0


def _broken(picture: Picture, slot: Slot) -> bool:
    chat = picture.chats.get(slot.chat)
    return chat is not None and (chat.late or chat.promise_late)
