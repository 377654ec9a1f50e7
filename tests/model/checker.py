"""The promises, checked against the facts alone; knows neither the model nor the store."""

from msgspec.structs import replace

from console.events import (
    AgentChanged,
    Answered,
    AnyFact,
    Assigned,
    Author,
    BotAssigned,
    ChatFact,
    Ended,
    Invited,
    Kept,
    Labelled,
    LanguageSet,
    Late,
    Message,
    NoReply,
    Offered,
    Opened,
    Overflowed,
    PromiseBroken,
    Released,
    Relined,
    Renamed,
    Reopened,
    Transferred,
    Turn,
    Withdrawn,
    Wrapped,
)

OVER = ("", "wrapup", "ended")


class BrokenPromise(AssertionError):
    """Names the promise, and the fact that breaks it."""


class Checker:
    """Takes a workspace's facts one by one, in order; raises BrokenPromise at the first impossible one.

    A place is waiting, ended, or offered, active or wrapup with the agent whose slot it uses.
    """

    def __init__(self) -> None:
        self.n = 0
        self.at = 0
        self.seq: dict[str, int] = {}
        self.last: dict[str, int] = {}
        self.place: dict[str, tuple[str, str]] = {}
        self.slots: dict[str, dict[int, str]] = {}
        self.limits: dict[str, int] = {}
        self.lines: dict[str, list[str]] = {}
        self.late: dict[str, int] = {}  # chat -> the due time recorded as missed
        self.promises: dict[str, int] = {}  # chat -> when its agent promised to be back
        self.broken: dict[str, int] = {}  # chat -> the promise recorded as broken
        self.answered: set[str] = set()
        self.put_off: dict[str, str] = {}  # chat -> the agent who may still say what it was about
        self.held: dict[str, int] = {}  # chat -> when the question was asked that has only holding replies so far
        self.unkept: set[str] = set()  # those of them with a broken promise

    def brought_back(self, chat: str, seq: int, last: int) -> None:
        """Note that a handled left message is in the store again; no fact records that."""
        self.seq[chat], self.last[chat] = seq, last

    def take(self, n: int, fact: AnyFact) -> None:
        self._expect(n == self.n + 1, "feed numbers are dense", fact)
        self._expect(fact.at >= self.at, "time never goes back", fact)
        self.n, self.at = n, fact.at
        if isinstance(fact, Relined):
            known, lines = self.lines[fact.chat], [fact.queue, *fact.lines]
            self._expect(
                lines == known[: len(lines)] or not fact.lines, "settings take lines away or move to a queue", fact
            )
            self.lines[fact.chat] = lines
        if isinstance(fact, AgentChanged):
            self.limits[fact.agent] = fact.limit + (fact.channel_slots or 0)
            self._expect(not (fact.removed and self.slots.get(fact.agent)), "who is no member holds nothing", fact)
        if isinstance(fact, ChatFact):
            self._log(fact)
            self._place(fact)
            self._late(fact)
            self._promise(fact)
            if isinstance(fact, Message | NoReply) and fact.turn:
                self._turn(fact, fact.turn)
            if isinstance(fact, Message) and fact.automatic:
                self._automatic(fact)
            self._answer(fact)

    def _log(self, fact: ChatFact) -> None:
        if isinstance(fact, Reopened) and fact.chat not in self.seq:  # the store has lost it, and has it again
            self.seq[fact.chat], self.last[fact.chat] = fact.seq - 1, fact.prev
        self._expect(fact.seq == self.seq.get(fact.chat, 0) + 1, "a chat's facts are dense", fact)
        self._expect(fact.prev == self.last.get(fact.chat, 0), "each names the public one before it", fact)
        self.seq[fact.chat] = fact.seq
        if fact.public:
            self.last[fact.chat] = fact.seq

    # --- places and slots ----------------------------------------------------------------------

    def _place(self, fact: ChatFact) -> None:
        place, agent = self.place.get(fact.chat, ("", ""))
        match fact:
            case Opened():
                self._move(fact, place == "", "waiting")
                self.lines[fact.chat] = [fact.queue]
            case Reopened():
                self._move(fact, place in ("ended", ""), "waiting")
                self.put_off.pop(fact.chat, None)
                self.lines[fact.chat] = [fact.queue]
            case BotAssigned():
                self._move(fact, place == "waiting", "bot")
            case Transferred() if fact.bot:
                self._move(fact, place == "bot" and fact.since == fact.at < fact.due, "waiting")
                self.lines[fact.chat] = [fact.queue]
            case Offered():
                self._move(fact, place == "waiting" and fact.until > fact.at, "offered", fact.agent)
                self._take_slot(fact)
            case Withdrawn():
                self._move(fact, (place, agent) == ("offered", fact.agent), "waiting")
            case Assigned(why="accepted"):
                kept = self.slots.get(fact.agent, {}).get(fact.slot) == fact.chat
                self._move(fact, (place, agent) == ("offered", fact.agent) and kept, "active", fact.agent)
            case Assigned():
                self._move(fact, place == "waiting", "active", fact.agent)
                self._take_slot(fact)
            case Released():
                self._move(fact, (place, agent) == ("active", fact.agent), "waiting")
            case Transferred():
                self._move(fact, place in ("waiting", "offered", "active") and agent == fact.agent, "waiting")
                if not fact.to:
                    self.lines[fact.chat] = [fact.queue]
            case Overflowed():
                self._expect(place in ("waiting", "offered"), "only what waits overflows", fact)
                self._expect(fact.queue not in self.lines[fact.chat], "it reaches a line once", fact)
                self.lines[fact.chat].append(fact.queue)
            case Ended(wrapup=0):
                self._move(fact, fact.agent == (agent if place == "active" else "") and place not in OVER, "ended")
            case Ended():
                self._move(fact, (place, agent) == ("active", fact.agent), "wrapup", agent)
            case Wrapped():
                self._move(fact, (place, agent) == ("wrapup", fact.agent), "ended")
                if fact.later:
                    self.put_off[fact.chat] = fact.agent
            case Labelled(author=Author(id=by)) if place == "ended" and by != "crm":
                self._expect(self.put_off.get(fact.chat) == fact.author.id, "who put it off says so later", fact)
            case Labelled(author=Author(id="crm")):
                self._expect(place in ("waiting", "offered", "active", "bot"), "an integration labels what runs", fact)
            case Labelled() | Invited():
                self._expect(place in ("active", "wrapup") and agent == fact.author.id, "its agent says so", fact)
            case LanguageSet(author=None):
                self._expect(place in ("waiting", "offered", "active"), "whoever writes is there", fact)
            case LanguageSet(author=Author(id=by)):
                mine = place in ("active", "wrapup") and agent == by
                self._expect(mine or place in ("waiting", "offered", "active"), "its agent says so, or it runs", fact)
            case Renamed(author=Author(id=by)):
                self._expect(place in ("active", "wrapup") and agent == by, "its agent says so", fact)

    def _move(self, fact: ChatFact, good: bool, place: str, agent: str = "") -> None:
        self._expect(good, f"a chat is in one place (it was {self.place.get(fact.chat)!r})", fact)
        _, before = self.place.get(fact.chat, ("", ""))
        self.place[fact.chat] = place, agent
        if not agent:
            slots = self.slots.get(before, {})
            self.slots[before] = {slot: held for slot, held in slots.items() if held != fact.chat}

    def _take_slot(self, fact: Assigned | Offered) -> None:
        slots = self.slots.setdefault(fact.agent, {})
        self._expect(fact.slot not in slots, "a slot holds one chat", fact)
        self._expect(len(slots) < self.limits[fact.agent], "never above the limit", fact)
        slots[fact.slot] = fact.chat

    # --- clocks --------------------------------------------------------------------------------

    def _late(self, fact: ChatFact) -> None:
        if isinstance(fact, Late):
            self._expect(fact.due <= fact.at, "late is said after the promise", fact)
            self._expect(self.late.get(fact.chat) != fact.due, "late is said once", fact)
            self.late[fact.chat] = fact.due
        elif isinstance(fact, NoReply) or (isinstance(fact, Message) and fact.turn):
            self.late.pop(fact.chat, None)

    def _promise(self, fact: ChatFact) -> None:
        promise = self.promises.get(fact.chat)
        if isinstance(fact, PromiseBroken):
            self._expect(fact.due == promise and fact.due <= fact.at, "what is broken was promised", fact)
            self._expect(self.broken.get(fact.chat) != fact.due, "a broken promise is said once", fact)
            self.broken[fact.chat] = fact.due
        ends = isinstance(fact, Ended) or (isinstance(fact, Transferred) and fact.promised is not None)
        if ends or (isinstance(fact, Message) and fact.by == "agent"):
            kept = promise is not None and fact.at <= promise and self.broken.get(fact.chat) != promise
            expected = None if promise is None else Kept(promise, kept)
            self._expect(fact.promised == expected, f"a promise is kept or not ({expected!r})", fact)
            self.promises.pop(fact.chat, None)
            self.broken.pop(fact.chat, None)
        if isinstance(fact, Message) and fact.promise:
            self._expect(fact.by == "agent" and fact.promise > fact.at, "an agent promises what is to come", fact)
            self.promises[fact.chat] = fact.promise

    def _automatic(self, fact: Message) -> None:
        """Check that it comes once per question, in the holder's name, before the target, as a promise and not as an
        answer.
        """
        holder = self.place[fact.chat] == ("active", fact.author.id) and fact.by == "agent"
        self._expect(holder, "an automatic first word has the holder's name", fact)
        self._expect(fact.chat not in self.held, "a question gets one first word by itself", fact)
        self._expect(fact.promised is None, "it settles no promise", fact)
        self._expect(fact.turn is not None and fact.turn.kept, "it comes before the target", fact)
        self._expect(fact.promise > fact.at and fact.answer is None, "it is a promise and no answer", fact)

    def _answer(self, fact: ChatFact) -> None:
        """Check that each question is answered once, counted from when the visitor asked it."""
        held = self.held.get(fact.chat)
        if isinstance(fact, Message) and fact.by == "agent":
            if held is not None and fact.promised and not fact.promised.kept:
                self.unkept.add(fact.chat)
            counted = fact.answer and replace(fact.answer, first=0)
            self._expect(counted == self._expected(fact, held), "an answer is counted once", fact)
            self._first(fact, fact.answer.first if fact.answer else 0)
        if isinstance(fact, Ended):
            self._expect(fact.held == (held is not None), "who never had an answer is counted", fact)
        if isinstance(fact, Message) and fact.promise and (held is not None or fact.turn):
            self.held.setdefault(fact.chat, fact.turn.asked if fact.turn else self.at)
        elif isinstance(fact, NoReply | Ended | BotAssigned) or (isinstance(fact, Message) and fact.by == "agent"):
            self.held.pop(fact.chat, None)
            self.unkept.discard(fact.chat)

    def _expected(self, fact: Message, held: int | None) -> Answered | None:
        if fact.promise or (held is None and fact.turn is None):
            return None
        if held is not None:
            kept = fact.chat not in self.unkept
            return Answered(fact.at - held, kept=kept, own=kept)
        return fact.turn and Answered(fact.turn.waited, kept=not fact.turn.late, own=fact.turn.kept)

    def _turn(self, fact: Message | NoReply, turn: Turn) -> None:
        before = sum(stay.queue + stay.delivery + stay.noticing for stay in turn.earlier)
        stages = before + turn.queue + turn.delivery + turn.noticing + turn.composing
        late = turn.late and isinstance(fact, Message)
        self._expect(turn.waited == fact.at - turn.asked, "a turn lasts from the question to the answer", fact)
        self._expect(stages == (turn.waited if late else 0), "a late answer's stages are all of its time", fact)
        self._expect(0 <= turn.mine <= turn.waited, "the agent's part is within the visitor's", fact)
        self._first(fact, turn.first)

    def _first(self, fact: Message | NoReply, first: int) -> None:
        if first:
            by_person = isinstance(fact, Message) and not fact.automatic
            self._expect(fact.chat not in self.answered and by_person, "there is one first answer", fact)
            self.answered.add(fact.chat)

    def _expect(self, good: bool, promise: str, fact: AnyFact) -> None:
        if not good:
            raise BrokenPromise(f"{promise}: {fact!r}")
