"""The people who make the load: visitors who write and agents who answer, with a memory for the checker.

There is no task per person: everything happens in the socket's callbacks. Times are `perf_counter` seconds.
"""

import secrets
import time
from collections.abc import Callable

import msgspec

from console.bench.checker import Claim, View
from console.bench.wire import Wire
from console.events import AnyFact, Message, decode_fact
from console.protocol import ChatForAgent

WORDS = "Good morning, could you tell me where my parcel is? It was to come on Tuesday."
ANSWER = "Let me look that up for you: it left our house yesterday and is on its way."


class VisitorLog(msgspec.Struct):
    """The parts of a visitor's frame that matter here."""

    t: str
    cid: str = ""
    seq: int = 0
    prev: int = 0
    chat: str | msgspec.Raw = ""
    kind: str = ""
    by: str = ""
    code: str = ""


class AgentLog(msgspec.Struct):
    t: str
    cid: str = ""
    seq: int = 0
    n: int = 0
    chat: str | ChatForAgent = ""
    chats: list[ChatForAgent] = []
    fact: AnyFact | None = None
    code: str = ""


visitor_frames = msgspec.json.Decoder(VisitorLog)
agent_frames = msgspec.json.Decoder(AgentLog)


class Memory:
    """What all of them remember. `acks` and `deliveries` are latencies in seconds since `reset`."""

    def __init__(self) -> None:
        self.claims: dict[str, Claim] = {}
        self.views: dict[tuple[str, str], View] = {}
        self.facts: list[tuple[int, int, AnyFact]] = []  # (frame number, seq, fact) as shown to agents
        self.troubles: list[str] = []
        self.began: dict[str, float] = {}  # cid -> when its command was sent, until its ack
        self.sent: dict[str, float] = {}  # a visitor's cid, until an agent was shown it
        self.acks: list[float] = []
        self.deliveries: list[float] = []
        self._halves: dict[tuple[str, int], float] = {}
        self._prefix = secrets.token_hex(5)
        self._count = 0

    def reset(self) -> None:
        """Start counting figures now; memories stay."""
        self.acks, self.deliveries = [], []

    def new_cid(self) -> str:
        """Return 22 characters, unique across runs."""
        self._count += 1
        return f"{self._prefix}{self._count:012d}"

    def said(self, client: str, cid: str, at: float) -> None:
        self.claims[cid] = Claim(client, cid)
        self.began[cid] = at

    def acked(self, cid: str, chat: str, seq: int, now: float) -> None:
        claim = self.claims.get(cid)
        if claim is not None:
            claim.outcome, claim.chat, claim.seq = "acked", chat, seq
            self.acks.append(now - self.began.pop(cid))

    def delivered(self, cid: str, now: float) -> None:
        """Record that an agent was shown the command."""
        at = self.sent.pop(cid, None)
        if at is not None:
            self.deliveries.append(now - at)

    def met(self, chat: str, seq: int, time: float) -> None:
        """Match an answer's start with its arrival, in either order: visitors do not receive agents' cids."""
        other = self._halves.pop((chat, seq), None)
        if other is None:
            self._halves[chat, seq] = time
        else:
            self.deliveries.append(abs(time - other))

    @property
    def open_ends(self) -> int:
        """Return how many commands are not yet answered or not yet shown."""
        unknown = sum(claim.outcome == "unknown" for claim in self.claims.values())
        return unknown + len(self.sent) + len(self._halves)

    def record(self) -> list[AnyFact]:
        """Return every fact that any agent was shown, once, in the feed's order."""
        seen: set[tuple[str, int]] = set()
        facts = []
        for _, seq, fact in sorted(self.facts, key=lambda row: row[:2]):
            key = (getattr(fact, "chat", ""), seq)
            if seq and key not in seen:
                seen.add(key)
                facts.append(fact)
        return facts


class LoadVisitor:
    """`on_answer` is called when an agent's answer arrives; in a closed loop it sends the next message."""

    def __init__(self, memory: Memory, number: int) -> None:
        self.name = f"visitor {number}"
        self.memory = memory
        self.chat = ""
        self.welcomed = False
        self.ended = False
        self.on_answer: Callable[[LoadVisitor], None] = lambda visitor: None
        self.wire: Wire | None = None
        self._view = View(self.name, "", [])

    async def connect(self, url: str, origin: str, site: str) -> None:
        self.wire = await Wire.open(f"{url}/ws/visitor?site={site}", self._heard, self._lost, Origin=origin)
        self.wire.send(b'{"t":"hello"}')

    def open(self) -> None:
        self._command("open", time.perf_counter())

    def say(self, at: float = 0) -> None:
        """Send the next message, scheduled for `at`."""
        self._command("say", at or time.perf_counter())

    def end(self) -> None:
        if self.wire is not None:
            self.wire.send(f'{{"t":"end","cid":"{self.memory.new_cid()}"}}'.encode())

    def _command(self, verb: str, at: float) -> None:
        cid = self.memory.new_cid()
        self.memory.said(self.name, cid, at)
        self.memory.sent[cid] = at
        if self.wire is not None:
            self.wire.send(f'{{"t":"{verb}","cid":"{cid}","text":"{WORDS}"}}'.encode())

    def _heard(self, text: bytes) -> None:
        frame = visitor_frames.decode(text)
        if frame.t == "fact":
            self._fact(frame)
        elif frame.t == "ack":
            self.chat = str(frame.chat)
            self.memory.acked(frame.cid, self.chat, frame.seq, time.perf_counter())
        elif frame.t == "welcome":
            self.welcomed = True
        elif frame.t in ("nack", "error"):
            self.memory.troubles.append(f"{self.name} was told {frame.code}")

    def _fact(self, frame: VisitorLog) -> None:
        if not self._view.chat:
            self.chat = self._view.chat = str(frame.chat)
            self.memory.views[self.name, self.chat] = self._view
        self._view.seqs.append(frame.seq)
        self.ended = self.ended or frame.kind == "ended"
        if frame.kind == "message" and frame.by == "agent":
            self.memory.met(self.chat, frame.seq, time.perf_counter())
            self.on_answer(self)

    def _lost(self, code: int) -> None:
        self.memory.troubles.append(f"{self.name} was closed with {code}")


class LoadAgent:
    """Reports each chat as shown, and answers every visitor's message immediately while `answers` is set."""

    def __init__(self, memory: Memory, member: str, bearer: str) -> None:
        self.name, self.bearer = member, bearer
        self.memory = memory
        self.answers = True
        self.welcomed = False
        self.held: set[str] = set()
        self.wire: Wire | None = None

    async def connect(self, url: str) -> None:
        address = f"{url}/ws/agent"
        self.wire = await Wire.open(address, self._heard, self._lost, Authorization=f"Bearer {self.bearer}")
        self.wire.send(f'{{"t":"hello","tab":"{self.memory.new_cid()}","take":true}}'.encode())

    def _heard(self, text: bytes) -> None:
        frame = agent_frames.decode(text)
        match frame.t:
            case "fact" if frame.fact is not None:
                self._fact(frame.n, frame.fact)
            case "ack":
                self._acked(frame.cid, str(frame.chat), frame.seq)
            case "assigned":
                assert isinstance(frame.chat, ChatForAgent)
                self._hold(frame.n, frame.chat)
            case "welcome":
                self._welcome(frame)
            case "nack" | "error":
                self.memory.troubles.append(f"{self.name} was told {frame.code}")

    def _acked(self, cid: str, chat: str, seq: int) -> None:
        if cid in self.memory.began:
            self.memory.met(chat, seq, self.memory.began[cid])
            self.memory.acked(cid, chat, seq, time.perf_counter())

    def _welcome(self, frame: AgentLog) -> None:
        self.welcomed = True
        assert self.wire is not None
        self.wire.send(f'{{"t":"status","cid":"{self.memory.new_cid()}","status":"online"}}'.encode())
        for chat in frame.chats:
            self._hold(frame.n, chat)

    def _hold(self, n: int, chat: ChatForAgent) -> None:
        assert self.wire is not None
        self.held.add(chat.id)
        self.memory.views[self.name, chat.id] = View(self.name, chat.id, [], staff=True)
        self.wire.send(f'{{"t":"shown","chat":"{chat.id}","seq":{chat.last}}}'.encode())
        for raw in chat.facts:
            self._fact(n, decode_fact(bytes(raw)))

    def _fact(self, n: int, fact: AnyFact) -> None:
        chat, seq = getattr(fact, "chat", ""), getattr(fact, "seq", 0)
        self.memory.facts.append((n, seq, fact))
        if seq:
            self.memory.views[self.name, chat].seqs.append(seq)
        if isinstance(fact, Message) and fact.by == "visitor":
            self.memory.delivered(fact.cid, time.perf_counter())
            if self.answers:
                self._answer(chat, seq)

    def _answer(self, chat: str, read: int) -> None:
        cid = self.memory.new_cid()
        self.memory.said(self.name, cid, time.perf_counter())
        assert self.wire is not None
        self.wire.send(f'{{"t":"say","cid":"{cid}","chat":"{chat}","text":"{ANSWER}","read":{read}}}'.encode())

    def _lost(self, code: int) -> None:
        self.memory.troubles.append(f"{self.name} was closed with {code}")
