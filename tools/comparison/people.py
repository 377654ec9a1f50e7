"""Visitors and agents of the contestants other than Sestetto: the same texts, in each one's own frames.

They have what the phases of `console.bench` need from visitors and agents. A room has one visitor, an agent has six
rooms.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from console.bench.checker import View
from console.bench.people import ANSWER, WORDS, Memory
from console.bench.wire import Wire


class Said(NamedTuple):
    """What a server's frame says. `by`: "" is an acknowledgement of one's own message."""

    cid: str
    seq: int
    room: str = ""
    by: str = ""


class Dialect(ABC):
    """How one person talks to one kind of server."""

    path = "/ws"
    greeting = b""  # sent once the socket is open

    @abstractmethod
    def say(self, room: str, cid: str, text: str) -> bytes:
        """Return the frame of a message."""

    @abstractmethod
    def read(self, frame: bytes) -> Said | None:
        """Return what a frame says; None if it does not matter."""

    def welcomes(self, frame: bytes) -> bool:
        """Whether the frame says that the greeting was accepted."""
        return False

    def reply(self, frame: bytes) -> bytes:
        """Return the reply that the frame itself requires, such as to a heartbeat; empty for none."""
        return b""


class Frame(msgspec.Struct):
    cid: str = ""
    seq: int = 0
    room: str = ""
    by: str = ""


frames = msgspec.json.Decoder(Frame)


class Plain(Dialect):
    """JSON with `cid`, `room` and `text`."""

    def say(self, room: str, cid: str, text: str) -> bytes:
        return f'{{"room":"{room}","cid":"{cid}","text":"{text}"}}'.encode()

    def read(self, frame: bytes) -> Said | None:
        found = frames.decode(frame)
        return Said(found.cid, found.seq, found.room, found.by)


class Echo(Plain):
    """The server sends back what it receives, and that counts as the acknowledgement."""

    def __init__(self) -> None:
        self._count = 0

    def read(self, frame: bytes) -> Said | None:
        self._count += 1
        return Said(frames.decode(frame).cid, self._count)


class SocketIO(Dialect):
    """Socket.IO 4 over Engine.IO's WebSocket."""

    path = "/socket.io/"
    greeting = b"40"

    def __init__(self) -> None:
        self._asked: dict[int, str] = {}  # number of the event -> cid
        self._count = 0

    def say(self, room: str, cid: str, text: str) -> bytes:
        self._count += 1
        self._asked[self._count] = cid
        return f'42{self._count}["say",{{"room":"{room}","cid":"{cid}","text":"{text}"}}]'.encode()

    def read(self, frame: bytes) -> Said | None:
        if frame.startswith(b'42["fact",'):
            found = frames.decode(frame[10:-1])
            return Said(found.cid, found.seq, found.room, found.by)
        if frame.startswith(b"43"):
            number, _, body = frame[2:].partition(b"[")
            return Said(self._asked.pop(int(number)), frames.decode(body[:-1]).seq)
        return None

    def welcomes(self, frame: bytes) -> bool:
        return frame.startswith(b"40")

    def reply(self, frame: bytes) -> bytes:
        return b"3" if frame == b"2" else b""


class Person:
    by = ""

    def __init__(self, memory: Memory, dialect: Dialect, name: str, rooms: list[str]) -> None:
        self.name, self.rooms = name, rooms
        self.memory = memory
        self.welcomed = False
        self.wire: Wire | None = None
        self._dialect = dialect
        self._views = {room: View(name, room, []) for room in rooms}
        memory.views |= {(name, room): view for room, view in self._views.items()}

    async def come(self, url: str) -> None:
        query = f"by={self.by}&rooms={','.join(self.rooms)}&EIO=4&transport=websocket"
        self.wire = await Wire.open(f"{url}{self._dialect.path}?{query}", self._heard, self._lost)
        self.welcomed = not self._dialect.greeting
        if self._dialect.greeting:
            self.wire.send(self._dialect.greeting)

    def _send(self, room: str, text: str, cid: str, at: float) -> None:
        self.memory.said(self.name, cid, at)
        assert self.wire is not None
        self.wire.send(self._dialect.say(room, cid, text))

    def _heard(self, frame: bytes) -> None:
        if reply := self._dialect.reply(frame):
            assert self.wire is not None
            self.wire.send(reply)
        elif self._dialect.welcomes(frame):
            self.welcomed = True
        elif (said := self._dialect.read(frame)) is None:
            return
        elif not said.by and said.cid:
            self._acked(said, self.memory.began.get(said.cid, 0), time.perf_counter())
        elif said.by:
            self._views[said.room].seqs.append(said.seq)
            self._told(said, time.perf_counter())

    def _acked(self, said: Said, began: float, now: float) -> None:
        self.memory.acked(said.cid, self.memory.claims[said.cid].chat, said.seq, now)

    def _told(self, said: Said, now: float) -> None:
        """A message from somebody in the room."""

    def _lost(self, code: int) -> None:
        self.memory.troubles.append(f"{self.name} was closed with {code}")


class Visitor(Person):
    by = "visitor"

    def __init__(self, memory: Memory, dialect: Dialect, room: str, *, alone: bool = False) -> None:
        """`alone`: nobody answers, so each acknowledgement counts as the answer."""
        super().__init__(memory, dialect, f"visitor {room}", [room])
        self.on_answer: Callable[[Visitor], None] = lambda visitor: None
        self._alone = alone

    def say(self, at: float = 0) -> None:
        cid, at = self.memory.new_cid(), at or time.perf_counter()
        if not self._alone:
            self.memory.sent[cid] = at
        self._send(self.rooms[0], WORDS, cid, at)

    def _acked(self, said: Said, began: float, now: float) -> None:
        super()._acked(said, began, now)
        if self._alone:
            self.on_answer(self)

    def _told(self, said: Said, now: float) -> None:
        if said.by == "agent":
            self.memory.met(said.room, said.seq, now)
            self.on_answer(self)


class Agent(Person):
    by = "agent"

    def __init__(self, memory: Memory, dialect: Dialect, number: int, rooms: list[str]) -> None:
        super().__init__(memory, dialect, f"agent {number}", rooms)
        self._answering: dict[str, str] = {}  # cid -> room

    def _acked(self, said: Said, began: float, now: float) -> None:
        super()._acked(said, began, now)
        self.memory.met(self._answering.pop(said.cid), said.seq, began)

    def _told(self, said: Said, now: float) -> None:
        if said.by == "visitor":
            self.memory.delivered(said.cid, now)
            cid = self.memory.new_cid()
            self._answering[cid] = said.room
            self._send(said.room, ANSWER, cid, now)
