"""The picture: one workspace as the facts so far have made it. Pure; no store, no clock of its own."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

import msgspec

from console.events import (
    AgentChanged,
    AnyFact,
    Assigned,
    ChatFact,
    Ended,
    Handled,
    Late,
    Message,
    NoReply,
    Opened,
    Presence,
    Profile,
    Released,
    Reopened,
    Status,
    Turn,
    Unreadable,
    Visitor,
)

DAY = 86_400_000  # ms
BUCKET = 1.02  # each is 2 % wider than the one before, as in functions/agent.lua


class ChatLine(msgspec.Struct):
    """A chat that has not ended. Times are ms of the store's clock, 0 for never."""

    id: str
    place: str  # waiting | active
    queue: str
    visitor: str
    site: str = ""
    name: str = ""
    email: str = ""
    verified: bool = False
    locale: str = ""
    channel: str = "web"
    page: str = ""
    title: str = ""
    fields: dict[str, str] = {}
    opened: int = 0
    since: int = 0  # in this place
    agent: str = ""
    slot: int = 0
    turn: int = 0  # start of the open turn
    due: int = 0  # when its promise breaks; while waiting without a turn, when the entry's does
    late: bool = False
    here: bool = True
    left: int = 0  # when the visitor's last tab closed
    seq: int = 0
    last: int = 0  # seq of the last public fact


class Figures(msgspec.Struct):
    """Answers since midnight UTC: exact count and share, sketched durations in buckets of 2 %."""

    day: int = 0
    n: int = 0
    within: int = 0
    buckets: dict[int, int] = {}

    def add(self, at: int, duration: int, *, within: bool) -> None:
        """One answer of `duration` ms at `at`."""
        if at // DAY != self.day:
            self.day, self.n, self.within, self.buckets = at // DAY, 0, 0, {}
        self.n += 1
        self.within += within
        bucket = math.floor(math.log(max(duration, 1)) / math.log(BUCKET))
        self.buckets[bucket] = self.buckets.get(bucket, 0) + 1

    def quantile(self, share: float) -> int:
        """The duration (ms, within 1 %) that `share` of the answers did not exceed; 0 without any."""
        rank, seen = share * self.n, 0
        for bucket in sorted(self.buckets):
            seen += self.buckets[bucket]
            if seen >= rank:
                return int(BUCKET ** (bucket + 0.5))
        return 0

    def share_within(self) -> float | None:
        return self.within / self.n if self.n else None


class AgentLine(msgspec.Struct):
    id: str
    name: str
    status: Status = "offline"
    connected: bool = False
    limit: int = 6
    fence: int = 0
    queues: list[str] = []
    held: dict[int, str] = {}  # slot -> chat
    figures: Figures = msgspec.field(default_factory=Figures)


class Profiled(msgspec.Struct):
    """What a snapshot keeps of a visitor: the payload of the last `opened` or `profile` fact."""

    visitor: Visitor
    locale: str = ""
    page: str = ""
    title: str = ""
    fields: dict[str, str] = {}


class AgentLike(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def fields(self) -> dict[str, str]: ...
    @property
    def held(self) -> dict[str, str]: ...
    @property
    def times(self) -> dict[str, str]: ...


class SnapshotLike(Protocol):
    """What `console.queue.workspace.Snapshot` has; the picture itself knows words only."""

    @property
    def epoch(self) -> str: ...
    @property
    def n(self) -> int: ...
    @property
    def left(self) -> int: ...
    @property
    def agents(self) -> Sequence[AgentLike]: ...
    @property
    def chats(self) -> Sequence[tuple[str, dict[str, str]]]: ...


class Picture:
    """`advance` is the only way it changes; a fresh snapshot and an advanced picture are equal."""

    def __init__(self, epoch: str = "", n: int = 0, left: int = 0) -> None:
        self.epoch = epoch
        self.n = n
        self.left_messages = left
        self.chats: dict[str, ChatLine] = {}
        self.agents: dict[str, AgentLine] = {}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Picture) and vars(self) == vars(other)

    def waiting(self, queues: Sequence[str]) -> Iterator[ChatLine]:
        """The chats in line of these queues, in no order."""
        return (chat for chat in self.chats.values() if chat.place == "waiting" and chat.queue in queues)

    def online(self, queue: str) -> bool:
        """Whether somebody works this queue now, with or without a free slot."""
        return any(
            agent.connected and agent.status == "online" and queue in agent.queues for agent in self.agents.values()
        )

    def add_agent(
        self, agent: str, fields: Mapping[str, str], held: Mapping[str, str], times: Mapping[str, str]
    ) -> None:
        """A member of a snapshot, from the hashes of the store."""
        buckets = {int(name[1:]): int(count) for name, count in times.items() if name[0] == "b"}
        figures = Figures(int(times.get("day", 0)), int(times.get("n", 0)), int(times.get("within", 0)), buckets)
        self.agents[agent] = AgentLine(
            id=agent,
            name=msgspec.json.decode(fields["name"], type=str),
            status=msgspec.convert(fields.get("status", "offline"), Status),
            connected=fields.get("connected") == "1",
            limit=int(fields["limit"]),
            fence=int(fields.get("fence", 0)),
            queues=fields["queues"].split(),
            held={int(slot): chat for slot, chat in held.items()},
            figures=figures,
        )

    def advance(self, n: int, fact: AnyFact | Unreadable) -> None:
        """The next fact of the feed."""
        self.n = n
        match fact:
            case Opened():
                self._begin(fact, fact.at)
            case AgentChanged():
                self._agent_changed(fact)
            case Handled():
                self.left_messages -= 1
            case Reopened():
                self._begin(fact, fact.opened)
            case Presence():
                self._presence(fact)
            case ChatFact():
                chat = self.chats.get(fact.chat)
                if chat is not None:
                    self._chat_fact(chat, fact)

    @classmethod
    def from_snapshot(cls, snapshot: "SnapshotLike") -> "Picture":
        """The picture of `workspace.snapshot()`."""
        picture = cls(snapshot.epoch, snapshot.n, snapshot.left)
        for agent in snapshot.agents:
            picture.add_agent(agent.id, agent.fields, agent.held, agent.times)
        for chat, values in snapshot.chats:
            picture.chats[chat] = chat_line(chat, values)
        return picture

    def _begin(self, fact: Opened | Reopened, opened: int) -> None:
        self.chats[fact.chat] = ChatLine(
            id=fact.chat,
            place="waiting",
            queue=fact.queue,
            visitor=fact.visitor.id,
            site=fact.site,
            channel=fact.channel,
            opened=opened,
            since=fact.at,
            due=fact.due,
            seq=fact.seq,
            last=fact.seq,
        )
        _describe(self.chats[fact.chat], fact)

    def _agent_changed(self, fact: AgentChanged) -> None:
        if fact.removed:
            self.agents.pop(fact.agent, None)
            return
        agent = self.agents.setdefault(fact.agent, AgentLine(fact.agent, fact.name))
        agent.name, agent.status, agent.connected = fact.name, fact.status, fact.connected
        agent.limit, agent.fence, agent.queues = fact.limit, fact.fence, fact.queues

    def _presence(self, fact: Presence) -> None:
        chat = self.chats.get(fact.chat)
        if chat is not None:
            chat.here = fact.here
            chat.left = 0 if fact.here else fact.at

    def _chat_fact(self, chat: ChatLine, fact: ChatFact) -> None:
        chat.seq = fact.seq
        if fact.public:
            chat.last = fact.seq
        match fact:
            case Message():
                self._message(chat, fact)
            case NoReply():
                _clear_turn(chat)
                chat.turn, chat.due = fact.since, fact.due
            case Assigned():
                self._assigned(chat, fact)
            case Released():
                self._free(chat)
                chat.place, chat.since, chat.due = "waiting", fact.at, fact.due
                chat.agent, chat.slot = "", 0
            case Late():
                chat.late = True
            case Profile():
                _describe(chat, fact)
            case Ended():
                self._free(chat)
                del self.chats[chat.id]
                self.left_messages += fact.why == "message_left"

    def _message(self, chat: ChatLine, fact: Message) -> None:
        if fact.turn is not None:
            self._measure(fact.author.id, fact.at, fact.turn)
            _clear_turn(chat)
        if fact.due and fact.since != chat.turn:
            chat.late = chat.late and fact.due < fact.at
        chat.turn, chat.due = fact.since, fact.due

    def _assigned(self, chat: ChatLine, fact: Assigned) -> None:
        chat.place, chat.agent, chat.slot, chat.since = "active", fact.agent, fact.slot, fact.at
        if chat.turn == 0:
            _clear_turn(chat)
        agent = self.agents.get(fact.agent)
        if agent is not None:
            agent.held[fact.slot] = chat.id

    def _free(self, chat: ChatLine) -> None:
        agent = self.agents.get(chat.agent)
        if agent is not None:
            agent.held.pop(chat.slot, None)

    def _measure(self, agent: str, at: int, turn: Turn) -> None:
        if agent in self.agents:
            self.agents[agent].figures.add(at, turn.mine, within=turn.kept)


def chat_line(chat: str, values: Mapping[str, str]) -> ChatLine:
    """A chat from the store's fields, as a snapshot or a reading of it has them."""
    known = msgspec.json.decode(values["profile"], type=Profiled)
    return ChatLine(
        id=chat,
        place=values["place"],
        queue=values["queue"],
        visitor=values["visitor"],
        site=values["site"],
        channel=values["channel"],
        name=known.visitor.name,
        email=known.visitor.email,
        verified=known.visitor.verified,
        locale=known.locale,
        page=known.page,
        title=known.title,
        fields=known.fields,
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
    )


def _describe(chat: ChatLine, fact: Opened | Reopened | Profile) -> None:
    visitor = fact.visitor
    chat.name, chat.email, chat.verified = visitor.name, visitor.email, visitor.verified
    chat.locale, chat.page, chat.title, chat.fields = fact.locale, fact.page, fact.title, fact.fields


def _clear_turn(chat: ChatLine) -> None:
    chat.turn, chat.due, chat.late = 0, 0, False
