"""The picture: the state of one workspace after all facts so far. Pure: no store, and no clock of its own."""

from collections.abc import Iterator, Sequence
from typing import Protocol

import msgspec

from console.domain.languages import language_of
from console.events import (
    AgentChanged,
    AnyFact,
    AnyLanguage,
    Assigned,
    BotAssigned,
    BotChanged,
    ChatFact,
    Ended,
    Erased,
    Handled,
    Invited,
    Labelled,
    LanguageSet,
    Late,
    Mailed,
    Message,
    NoReply,
    Offered,
    Opened,
    Overdue,
    Overflowed,
    Presence,
    Profile,
    PromiseBroken,
    Released,
    Relined,
    Renamed,
    Reopened,
    Tended,
    Transferred,
    Unreadable,
    Watched,
    Withdrawn,
    Wrapped,
)
from console.projection.counters import Counters
from console.projection.models import (
    AgentState,
    BotState,
    ChatState,
    LateAnswer,
    PutOff,
    PutOffLike,
    QueueState,
    agent_state,
    bot_state,
    chat_state,
    queue_state,
)

__all__ = ["AgentState", "BotState", "ChatState", "LateAnswer", "Picture", "QueueState", "chat_state"]


class AgentLike(Protocol):
    # The four protocols below describe the store's snapshot, so that this module does not import the store.
    @property
    def id(self) -> str: ...
    @property
    def fields(self) -> dict[str, str]: ...
    @property
    def held(self) -> dict[str, str]: ...
    @property
    def times(self) -> dict[str, str]: ...
    @property
    def levels(self) -> dict[str, str]: ...
    @property
    def put_off(self) -> Sequence[PutOffLike]: ...


class QueueLike(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def pace(self) -> int: ...
    @property
    def spans(self) -> Sequence[tuple[str, dict[str, str]]]: ...


class BotLike(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def fields(self) -> dict[str, str]: ...


class SnapshotLike(Protocol):
    """The attributes of `console.queue.workspace.Snapshot`."""

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
    @property
    def queues(self) -> Sequence[QueueLike]: ...
    @property
    def lates(self) -> Sequence[bytes]: ...
    @property
    def bots(self) -> Sequence[BotLike]: ...


class Picture(Counters):
    """The state of one workspace.

    Only `advance` changes it. A fresh snapshot and an advanced picture are equal once both are pruned. `moved` is the
    feed number of the last fact but messages, which change no place, line or presence.
    """

    __slots__ = ("moved",)  # not in `vars`, because it is no state: a snapshot does not know the facts before it

    def __init__(self, epoch: str = "", n: int = 0, left: int = 0) -> None:
        super().__init__()
        self.epoch = epoch
        self.n = n
        self.moved = n
        self.left_messages = left
        self.chats: dict[str, ChatState] = {}
        self.bots: dict[str, BotState] = {}
        self.there: dict[str, int] = {}  # queue -> agents online in it; queues without any are left out
        self.teams: dict[tuple[str, ...], set[str]] = {}  # queues -> the agents online who serve just these

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Picture) and vars(self) == vars(other)

    def waiting(self, queues: Sequence[str]) -> Iterator[ChatState]:
        """Return the chats that wait in these queues or have overflowed to them, unordered."""
        served = set(queues)
        return (
            chat
            for chat in self.chats.values()
            if chat.place == "waiting" and (chat.queue in served or not served.isdisjoint(chat.lines))
        )

    def online(self, queue: str) -> bool:
        """Whether an agent is online in this queue, with or without a free slot."""
        return queue in self.there

    @classmethod
    def from_snapshot(cls, snapshot: "SnapshotLike") -> "Picture":
        """Build the picture from `workspace.snapshot()`."""
        picture = cls(snapshot.epoch, snapshot.n, snapshot.left)
        for agent in snapshot.agents:
            picture.agents[agent.id] = agent_state(
                agent.id, agent.fields, agent.held, agent.times, agent.levels, agent.put_off
            )
            picture._count_there(picture.agents[agent.id], 1)
        picture.bots = {bot.id: bot_state(bot.id, bot.fields) for bot in snapshot.bots}
        for chat, values in snapshot.chats:
            state = picture.chats[chat] = chat_state(chat, values)
            if state.place == "bot" and state.bot in picture.bots:
                picture.bots[state.bot].chats.add(chat)
        for queue in snapshot.queues:
            if queue.pace or queue.spans:
                picture.queues[queue.id] = queue_state(queue.id, queue.pace, dict(queue.spans))
        picture.lates = [msgspec.json.decode(raw, type=LateAnswer) for raw in snapshot.lates]
        return picture

    def advance(self, n: int, fact: AnyFact | Unreadable) -> None:
        """Apply the next fact of the feed."""
        self.n = n
        if isinstance(fact, Message):  # nearly all facts are
            self._of_chat(fact)
            return
        self.moved = n
        match fact:
            case Opened():
                self._begin(fact, fact.at)
                self.count(fact.queue, fact.at, "opened", channel=fact.channel)
            case AgentChanged():
                self._agent_changed(fact)
            case BotChanged():
                self._bot_changed(fact)
            case Handled():
                self.left_messages -= 1
            case Mailed() | Tended():
                self.left_messages += fact.left
            case Erased():
                self.left_messages -= fact.left
                self._unlist(fact.chat)
            case Reopened():
                self._unlist(fact.chat)
                self._begin(fact, fact.opened)
                self.chats[fact.chat].turn = fact.turn
            case Presence():
                self._presence(fact)
            case Relined():
                self._relined(fact)
            case Watched():
                self._watched(fact)
            case Labelled():
                self._labelled(fact)
            case Profile() if fact.chat not in self.chats:
                self._claimed(fact)
            case ChatFact():
                self._of_chat(fact)

    def _begin(self, fact: Opened | Reopened, opened: int) -> None:
        self.chats[fact.chat] = ChatState(
            id=fact.chat,
            place="waiting",
            queue=fact.queue,
            visitor=fact.visitor.id,
            site=fact.site,
            channel=fact.channel,
            opened=opened,
            since=fact.at,
            due=fact.due,
            rank=fact.rank,
            language=fact.language or language_of(fact.locale),
            language_by=fact.language_by,
            seq=fact.seq,
            last=fact.seq,
        )
        _describe(self.chats[fact.chat], fact)

    def _agent_changed(self, fact: AgentChanged) -> None:
        agent = self.agents.setdefault(fact.agent, AgentState(fact.agent, fact.name))
        # Remove the agent's old queues from the counts before the change and add the new ones after it: both may
        # differ.
        self._count_there(agent, -1)
        if fact.removed:
            del self.agents[fact.agent]
            return
        agent.name, agent.status, agent.connected = fact.name, fact.status, fact.connected
        agent.limit, agent.fence, agent.queues = fact.limit, fact.fence, fact.queues
        agent.most = fact.most or fact.limit
        agent.channel_slots = fact.channel_slots
        agent.reason, agent.since = fact.reason, fact.since
        if fact.breather and fact.breather != agent.breather:
            self.breather_began(agent, fact.at)
        agent.breather = fact.breather
        self._count_there(agent, 1)

    def _count_there(self, agent: AgentState, by: int) -> None:
        if not agent.online:
            return
        for queue in agent.queues:
            self.there[queue] = self.there.get(queue, 0) + by
            if not self.there[queue]:
                del self.there[queue]
        served = tuple(agent.queues)
        team = self.teams.setdefault(served, set())
        (team.add if by > 0 else team.discard)(agent.id)
        if not team:
            del self.teams[served]

    def _presence(self, fact: Presence) -> None:
        chat = self.chats.get(fact.chat)
        if chat is not None:
            chat.here = fact.here
            chat.left = 0 if fact.here else fact.at

    def _relined(self, fact: Relined) -> None:
        chat = self.chats.get(fact.chat)
        if chat is not None:
            chat.queue, chat.lines, chat.rank = fact.queue, fact.lines, fact.rank

    def _watched(self, fact: Watched) -> None:
        chat = self.chats.get(fact.chat)
        if chat is not None:
            remaining = [one for one in chat.watchers if one != fact.agent]
            chat.watchers = [*remaining, fact.agent] if fact.on else remaining

    def _bot_changed(self, fact: BotChanged) -> None:
        known = self.bots.pop(fact.bot, None)
        if not fact.removed:
            chats = known.chats if known is not None else set[str]()
            self.bots[fact.bot] = BotState(fact.bot, fact.name, fact.connected, fact.limit, fact.fence, chats)

    def _of_chat(self, fact: ChatFact) -> None:
        chat = self.chats.get(fact.chat)
        # Facts of an unknown chat are skipped: it has ended, and only its rating or left message can follow.
        if chat is not None:
            self._chat_fact(chat, fact)

    def _chat_fact(self, chat: ChatState, fact: ChatFact) -> None:
        chat.seq = fact.seq
        if fact.public:
            chat.last = fact.seq
        match fact:
            case Message():
                self._message(chat, fact)
            case NoReply():
                self.late_turn(chat, fact.at, "late_no_reply")
                _clear_turn(chat)
                chat.turn, chat.due = fact.since, fact.due
            # `due` and `since` belong to the turn opened by a message the agent had not seen; 0 if there is none.
            case Assigned() | Offered():
                self._into_slot(chat, fact)
            case Released() | Transferred():
                self._into_line(chat, fact)
            case BotAssigned():
                self._to_bot(chat, fact)
            case Withdrawn():
                self._free(chat, fact.at)
                chat.place = "waiting"
            case Overflowed():
                chat.lines = [*chat.lines, fact.queue]
            case AnyLanguage():
                chat.any_language = True
            case Late():
                chat.late = True
                self.broke(chat, fact.at)
                if fact.own:
                    self.own_time_broke(fact.agent, fact.at)
            case Overdue():
                self.own_time_broke(fact.agent, fact.at)
            case PromiseBroken():
                chat.promise_late = True
            case Profile():
                _describe(chat, fact)
            case Invited():
                chat.guests = [*chat.guests, fact.agent]
            case Renamed():
                chat.name = chat.named = fact.name
            case LanguageSet():
                chat.language, chat.language_by = fact.language, fact.by
            case Ended():
                self._ended(chat, fact)
            case Wrapped():
                self.measure(chat, fact.at, "u", fact.took)
                self._put_off(chat, fact)
                self._free(chat, fact.at)
                del self.chats[chat.id]

    def _labelled(self, fact: Labelled) -> None:
        """Set reason and tags, possibly of a chat that ended long ago."""
        chat, agent = self.chats.get(fact.chat), self.agents.get(fact.author.id)
        if chat is not None:
            self._chat_fact(chat, fact)
            chat.reason, chat.tags = fact.reason, fact.tags
        if fact.reasons:
            self.gave_reason(fact)
        if agent is None:
            return
        if fact.settled:
            agent.put_off.pop(fact.chat, None)
        elif fact.chat in agent.put_off:
            agent.put_off[fact.chat].tags = fact.tags

    def _put_off(self, chat: ChatState, fact: Wrapped) -> None:
        agent = self.agents.get(fact.agent)
        if agent is None or not fact.later:
            return
        agent.forget_put_off(fact.at)
        ended = fact.at - fact.took
        agent.put_off[chat.id] = PutOff(chat.id, ended, chat.queue, chat.visitor, chat.name, chat.tags)
        agent.put_off.pop(fact.dropped, None)

    def _claimed(self, fact: Profile) -> None:
        """Assign an ended chat to the person that its visitor identified as."""
        for agent in self.agents.values():
            if fact.chat in agent.put_off:
                listed = agent.put_off[fact.chat]
                listed.visitor, listed.name = fact.visitor.id, fact.named or fact.visitor.name

    def _unlist(self, chat: str) -> None:
        for agent in self.agents.values():
            agent.put_off.pop(chat, None)

    def _message(self, chat: ChatState, fact: Message) -> None:
        if fact.by == "bot":  # answers nothing, and all clocks keep running
            return
        if fact.turn is not None:
            self.answered(chat, fact)
            _clear_turn(chat)
        if fact.answer is not None:
            self.gave(chat, fact.author.id, fact.at, fact.answer)
        if fact.by != "visitor":
            self.promised(chat, fact.at, fact.promised)
            if fact.suggestion and (fact.turn is not None or fact.answer is not None):
                self.assisted(chat, fact.at, "suggested", fact.suggestion)
            if fact.drafted:
                self.assisted(chat, fact.at, "drafted", fact.drafted)
            chat.promise, chat.promise_late = fact.promise, False
        opens = False
        if fact.due and fact.since != chat.turn:
            # A chat can be late in the queue before it has a turn. A new turn is late only if its own due time has
            # passed.
            chat.late = chat.late and fact.due <= fact.at
            opens = True
        chat.turn, chat.due = fact.since, fact.due
        if opens and chat.late:
            self.broke(chat, fact.at)

    def _into_slot(self, chat: ChatState, fact: Assigned | Offered) -> None:
        chat.agent, chat.slot = fact.agent, fact.slot
        agent = self.agents.get(fact.agent)
        if agent is not None and agent.held.get(fact.slot) != chat.id:
            self.load_changes(agent, fact.at)
            agent.held[fact.slot] = chat.id
            if isinstance(fact, Assigned) and fact.aside:
                chat.aside = True
                agent.aside += 1
        if isinstance(fact, Offered):
            chat.place, chat.until = "offered", fact.until
            return
        chat.place, chat.since, chat.until = "active", fact.at, 0
        # The queue's promise ends with the assignment. From here on, only an open turn has a clock.
        if chat.turn == 0:
            _clear_turn(chat)
        # A transfer or a takeover from slot to slot is not a wait: counting its 0 ms would flatter the figures.
        if fact.waited or fact.why not in ("transferred", "took_over"):
            self.waited(chat, fact)

    def _into_line(self, chat: ChatState, fact: Released | Transferred) -> None:
        # A declined offer never interrupted the wait; only a chat that was active starts to wait again.
        if chat.place == "active":
            chat.since = fact.at
            self.count(chat.queue, fact.at, "late_moved" if chat.late else "moved", int(chat.turn > 0))
        if isinstance(fact, Transferred) and fact.bot:
            self._from_bot(chat)
            chat.since, chat.turn = fact.at, fact.since
            self.count(fact.queue, fact.at, "bot_handed")
        self._free(chat, fact.at)
        chat.place, chat.due, chat.rank = "waiting", fact.due, fact.rank
        if isinstance(fact, Transferred):
            self.promised(chat, fact.at, fact.promised)
            chat.queue = fact.queue
            # Given to one agent, the chat keeps its overflow queues: it is not in a new queue.
            if not fact.to or fact.bot:
                chat.lines, chat.any_language = [], False

    def _to_bot(self, chat: ChatState, fact: BotAssigned) -> None:
        self.count(chat.queue, fact.at, "bot", int(fact.why == "first"))
        _clear_turn(chat)
        chat.promise, chat.promise_late = 0, False
        chat.place, chat.bot, chat.since = "bot", fact.bot, fact.at
        if fact.bot in self.bots:
            self.bots[fact.bot].chats.add(chat.id)

    def _from_bot(self, chat: ChatState) -> None:
        if chat.bot in self.bots:
            self.bots[chat.bot].chats.discard(chat.id)
        chat.bot = ""

    def _ended(self, chat: ChatState, fact: Ended) -> None:
        if chat.place == "active":
            self.measure(chat, fact.at, "h", fact.handling)
            if fact.asks:
                self.asked_reason(chat, fact)
        elif fact.bot:
            self.count(chat.queue, fact.at, "bot_solved", int(fact.solved))
            self._from_bot(chat)
        elif fact.waited:
            self.count(chat.queue, fact.at, "abandoned")
            self.count(chat.queue, fact.at, "patience", fact.waited)
        elif fact.why == "message_left":
            self.count(chat.queue, fact.at, "left")
            self.left_messages += 1
        self.estimated(chat, fact.at, fact.estimate)
        self.late_turn(chat, fact.at, "late_ended" if fact.why in ("agent", "integration") else "late_left")
        if fact.held:
            self.never_answered(chat, fact)
        self.promised(chat, fact.at, fact.promised)
        _clear_turn(chat)
        chat.promise, chat.promise_late = 0, False
        if fact.wrapup:
            chat.place, chat.until = "wrapup", fact.wrapup
            return
        self._free(chat, fact.at)
        del self.chats[chat.id]

    def _free(self, chat: ChatState, at: int) -> None:
        agent = self.agents.get(chat.agent)
        if agent is not None and chat.slot in agent.held:
            self.load_changes(agent, at)
            del agent.held[chat.slot]
            agent.aside -= chat.aside
        chat.aside = False
        chat.agent, chat.slot, chat.until = "", 0, 0


def _describe(chat: ChatState, fact: Opened | Reopened | Profile) -> None:
    visitor = fact.visitor
    chat.visitor, chat.external, chat.proven = visitor.id, visitor.external, fact.proven
    chat.named = fact.named if isinstance(fact, Profile) else ""
    chat.name, chat.email, chat.verified = chat.named or visitor.name, visitor.email, visitor.verified
    chat.locale, chat.page, chat.title, chat.fields = fact.locale, fact.page, fact.title, fact.fields
    if not isinstance(fact, Profile):
        chat.answers = fact.answers


def _clear_turn(chat: ChatState) -> None:
    chat.turn, chat.due, chat.late = 0, 0, False
