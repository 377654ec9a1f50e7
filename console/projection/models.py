"""The parts of a picture: chats, agents and queues. Times are ms of the store's clock, 0 for never."""

from collections.abc import Iterable, Mapping
from typing import Protocol, cast

import msgspec

from console.domain.directory import highest_limit
from console.events import AnswerGiven, Status, Turn, Visitor
from console.projection.levels import Levels, levels_of
from console.projection.statistics import DAY, HOUR, AgentFigures, QueueFigures, agent_figures_of, figures_of

PUT_OFF = DAY  # ms after a chat's end until which its reason may be given; as in functions/base.lua


class ChatState(msgspec.Struct):
    """A chat that is open or in wrap-up."""

    id: str
    place: str  # bot | waiting | offered | active | wrapup
    queue: str
    visitor: str
    site: str = ""
    name: str = ""
    named: str = ""  # by an agent; `name` is then the same
    email: str = ""
    verified: bool = False
    external: str = ""  # the website's own id for the visitor
    proven: list[str] = []  # what a signed identity vouches for: name, email, field:<name>
    locale: str = ""  # the browser's
    language: str = ""  # a primary tag: what routing goes by
    language_by: str = ""  # text or agent; empty: the browser
    channel: str = "web"
    page: str = ""
    title: str = ""
    fields: dict[str, str] = {}
    answers: list[AnswerGiven] = []  # to the questions before the chat
    opened: int = 0
    since: int = 0  # started waiting (an offer does not reset it), or was assigned
    agent: str = ""
    slot: int = 0
    turn: int = 0  # when the visitor's first unanswered message came
    due: int = 0  # when the promise breaks; while waiting without a turn, when the promise of the queue breaks
    late: bool = False
    here: bool = True
    left: int = 0  # when the visitor's last tab closed
    seq: int = 0
    last: int = 0  # seq of the last public fact
    rank: int = 0  # order among waiting chats: lower is sooner
    aside: bool = False  # in one of the agent's slots for other channels
    lines: list[str] = []  # queues it has overflowed to
    any_language: bool = False  # any agent may take it, whatever they speak
    until: int = 0  # when the offer or the wrap-up ends
    promise: int = 0  # when the agent promised to be back
    promise_late: bool = False
    reason: str = ""
    tags: list[str] = []
    guests: list[str] = []  # agents invited to watch
    watchers: list[str] = []  # members who watch
    bot: str = ""  # which bot has it

    @property
    def spoken(self) -> str:
        """The language to write in; with its region if the browser is the only source."""
        return self.language if self.language_by else self.locale


class PutOff(msgspec.Struct):
    """An ended chat whose wrap-up was left for later."""

    chat: str
    ended: int
    queue: str
    visitor: str
    name: str = ""
    tags: list[str] = []


class AgentState(msgspec.Struct):
    id: str
    name: str
    status: Status = "offline"
    connected: bool = False
    limit: int = 6
    most: int = 6  # the supervisors' limit; `limit` is lower where the agent chose so
    channel_slots: int | None = None  # additional, for chats of other channels; None: they count in `limit`
    aside: int = 0  # chats that may use these
    fence: int = 0
    queues: list[str] = []
    reason: str = ""
    since: int = 0  # when the status or the connection last changed
    breather: int = 0  # until when they get no new chats although online
    breathers: list[int] = []  # starts of breathers within the hour before the last one
    held: dict[int, str] = {}  # slot -> chat: active, offered or wrapped up
    loaded: int = 0  # since when they have had this many
    levels: Levels = msgspec.field(default_factory=Levels)
    figures: AgentFigures = msgspec.field(default_factory=AgentFigures)
    put_off: dict[str, PutOff] = {}  # wrap-ups left for later, by chat

    def to_wrap_up(self, now: int) -> list[PutOff]:
        """Return the wrap-ups left for later that have not expired, oldest first."""
        return sorted(
            (one for one in self.put_off.values() if one.ended > now - PUT_OFF), key=lambda one: (one.ended, one.chat)
        )

    def forget_put_off(self, now: int) -> None:
        self.put_off = {one.chat: one for one in self.to_wrap_up(now)}

    @property
    def online(self) -> bool:
        """Connected and taking chats."""
        return self.connected and self.status == "online"

    @property
    def own_limit(self) -> bool:
        """Whether the agent chose a limit below the supervisors'."""
        return self.limit < self.most

    @property
    def highest_limit(self) -> int:
        """The highest limit that supervisors may set."""
        return highest_limit(self.channel_slots)

    @property
    def free_slots(self) -> int:
        """The number of chats the agent could still get now."""
        if not self.online or self.breather:
            return 0
        return max(self.limit - len(self.held) + min(self.aside, self.channel_slots or 0), 0)

    @property
    def free_channel_slots(self) -> int:
        """The number of chats of other channels the agent could still take now."""
        if self.channel_slots is None or not self.online or self.breather:
            return self.free_slots
        return max(min(self.channel_slots - self.aside, self.slots - len(self.held)), 0)

    @property
    def slots(self) -> int:
        """The total number of the agent's slots."""
        return self.limit + (self.channel_slots or 0)

    def breathers_taken(self, now: int) -> int:
        """Return how many breathers began within the last hour."""
        return sum(at > now - HOUR for at in self.breathers)


class BotState(msgspec.Struct):
    """A bot that is connected, or was a moment ago and may still reconnect to its chats."""

    id: str
    name: str
    connected: bool
    limit: int
    fence: int
    chats: set[str] = set()  # that it has

    @property
    def free(self) -> bool:
        """Whether the bot can have one more chat."""
        return self.connected and len(self.chats) < self.limit


class QueueState(msgspec.Struct):
    """A queue's figures. `pace` is how long (ms) its chats wait for each place in line; 0 if unknown."""

    id: str
    pace: int = 0
    figures: QueueFigures = msgspec.field(default_factory=QueueFigures)


class LateAnswer(msgspec.Struct):
    chat: str
    queue: str
    agent: str
    at: int
    turn: Turn


class StoredProfile(msgspec.Struct):
    """The visitor's data in a snapshot: the payload of the last `opened` or `profile` fact."""

    visitor: Visitor
    locale: str = ""
    page: str = ""
    title: str = ""
    fields: dict[str, str] = {}
    proven: list[str] = []
    answers: list[AnswerGiven] = []


def chat_state(chat: str, values: Mapping[str, str]) -> ChatState:
    """Build a chat from the store's fields, from a snapshot or a single read."""
    profile = msgspec.json.decode(values["profile"], type=StoredProfile)
    named = msgspec.json.decode(values.get("named") or '""', type=str)
    return ChatState(
        id=chat,
        place=values["place"],
        queue=values["queue"],
        visitor=values["visitor"],
        site=values["site"],
        channel=values["channel"],
        name=named or profile.visitor.name,
        named=named,
        email=profile.visitor.email,
        verified=profile.visitor.verified,
        external=profile.visitor.external,
        proven=profile.proven,
        locale=profile.locale,
        page=profile.page,
        title=profile.title,
        fields=profile.fields,
        answers=profile.answers,
        opened=int(values["opened"]),
        since=int(values["since"]),
        agent=values["agent"],
        slot=int(values["slot"]),
        turn=int(values["turn"]),
        due=int(values["due"]),
        late=values["late"] == "1",
        here=values["here"] == "1",
        left=int(values["left"]),
        seq=int(values["seq"]),
        last=int(values["last"]),
        rank=int(values.get("rank") or 0),
        aside=values.get("aside") == "1",
        lines=values.get("reached", "").split()[1:],
        any_language=values.get("any") == "1",
        bot=values.get("bot", ""),
        language=values.get("tongue", ""),
        language_by=values.get("tongue_by", ""),
        until=int(values.get("until") or 0),
        promise=int(values.get("promise") or 0),
        promise_late=values.get("promise_late") == "1",
        reason=msgspec.json.decode(values.get("reason") or '""', type=str),
        tags=msgspec.json.decode(values.get("tags") or "[]", type=list[str]),
        # `reached` starts with the chat's own queue; `watchers` holds `<member>/<connection>`, and one member may watch
        # twice.
        guests=values.get("guests", "").split(),
        watchers=[*dict.fromkeys(one.partition("/")[0] for one in values.get("watchers", "").split())],
    )


class PutOffLike(Protocol):
    """The store's data on a wrap-up left for later."""

    @property
    def chat(self) -> str: ...
    @property
    def ended(self) -> int: ...
    @property
    def queue(self) -> str: ...
    @property
    def visitor(self) -> str: ...
    @property
    def profile(self) -> str: ...
    @property
    def tags(self) -> str: ...
    @property
    def named(self) -> str: ...


def put_off_state(one: PutOffLike) -> PutOff:
    visitor = msgspec.json.decode(one.profile, type=StoredProfile).visitor
    tags = msgspec.json.decode(one.tags or "[]", type=list[str])
    named = msgspec.json.decode(one.named or '""', type=str)  # by an agent
    return PutOff(one.chat, one.ended, one.queue, one.visitor, named or visitor.name, tags)


def agent_state(
    agent: str,
    fields: Mapping[str, str],
    held: Mapping[str, str],
    times: Mapping[str, str],
    levels: Mapping[str, str],
    put_off: Iterable[PutOffLike] = (),
) -> AgentState:
    """Build a member from the store's hashes."""
    return AgentState(
        id=agent,
        name=msgspec.json.decode(fields["name"], type=str),
        status=cast("Status", fields.get("status", "offline")),  # another release may know more statuses
        connected=fields.get("connected") == "1",
        limit=int(fields["limit"]),
        most=int(fields.get("most") or fields["limit"]),
        channel_slots=int(fields["channel_slots"]) if fields.get("channel_slots") else None,
        aside=int(fields.get("aside") or 0),
        fence=int(fields.get("fence", 0)),
        queues=fields["queues"].split(),
        reason=msgspec.json.decode(fields.get("reason") or '""', type=str),
        since=int(fields.get("since", 0)),
        breather=int(fields.get("breather") or 0),
        breathers=[int(at) for at in fields.get("breathers", "").split()],
        held={int(slot): chat for slot, chat in held.items()},
        loaded=int(fields.get("loaded") or 0),
        figures=agent_figures_of(times),
        levels=levels_of(levels),
        put_off={one.chat: put_off_state(one) for one in put_off},
    )


def bot_state(bot: str, fields: Mapping[str, str]) -> BotState:
    """Build a bot from the store's hash."""
    name = msgspec.json.decode(fields["name"], type=str)
    return BotState(bot, name, fields["connected"] == "1", int(fields["limit"]), int(fields["fence"]))


def queue_state(queue: str, pace: int, spans: Mapping[str, Mapping[str, str]]) -> QueueState:
    """Build a queue from the store's pace and spans."""
    return QueueState(queue, pace, QueueFigures({name: figures_of(counted) for name, counted in spans.items()}))
