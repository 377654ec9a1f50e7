"""A workspace twice: the real Functions and the model get each command, and must answer, record and plan the same."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import msgspec

from console.errors import SestettoError
from console.events import decode_fact
from console.picture import Picture
from console.queue.keys import stray
from console.queue.results import Arrived, Connected, Snapshot
from console.queue.store import Store
from console.queue.workspace import Workspace
from tests.model.checker import Checker
from tests.model.model import Model
from tests.model.state import Member
from tests.model.visiting import Refusal

START = 1_800_000_000_000  # ms: where the clock of every run stands at first
QUEUES = ("sales", "help", "late")
STILL = -(10**15)  # ms `ahead` that keep the store's own clock out of it: now is what we set
LOOK = """
local found = { redis.call('XRANGE', KEYS[1], ARGV[1], '+') }
for i = 2, #KEYS do found[i] = redis.call('ZRANGE', KEYS[i], 0, -1, 'WITHSCORES') end
return found
"""


class Difference(AssertionError):
    """What is different, as the store has it and as the model has it."""

    def __init__(self, what: str, real: object, expected: object) -> None:
        super().__init__(f"{what}\n  store: {real!r}\n  model: {expected!r}")


def same(what: str, real: object, expected: object) -> None:
    if real != expected:
        raise Difference(what, real, expected)


class Twin:
    """`do(verb, …)` on both; time stands still but for `move(ms)`."""

    def __init__(self, loop: asyncio.AbstractEventLoop, store: Store, name: str) -> None:
        self.loop = loop
        self.store = store
        self.real = Workspace(store, name)
        self.model = Model()
        self.checker = Checker()
        self.picture: Picture | None = None
        self.now = START
        self.calls = 0
        self.broken = False
        self.answered: set[tuple[int, int]] = set()
        self.entry = "0-0"
        loop.run_until_complete(self.real.snapshot())  # the epoch is known from here on
        self.real.on_due = self._on_due

    def move(self, ms: int) -> None:
        self.now += ms

    def do(self, verb: str, *args: Any, **named: Any) -> Any:
        """The result, the same for both; None for a refusal, the same for both."""
        self.calls += 1
        self.broken = True
        self.model.now, self.model.facts, self.answered = self.now, [], set()
        real, seen = self.loop.run_until_complete(self._call(verb, *args, **named))
        expected = self._expected("archive" if verb == "archived" else verb, *args, **named)
        same(f"the result of {verb}{args}", real, expected)
        same("now and the next timer", self.answered, {(self.now, min(self.model.timers.values(), default=0))})
        self._compare(*seen)
        self.broken = False
        return None if isinstance(real, Refusal) else real

    def _on_due(self, now: int, due: int) -> None:
        self.answered.add((now, due))

    async def _call(self, verb: str, *args: Any, **named: Any) -> tuple[Any, list[Any]]:
        """One exchange: the time, the command, and all that is looked at after it."""
        real = getattr(self.real, verb)(*args, **named)
        all_of_it = self._clock(), real, self._clock(), self._look(), self.real.snapshot()
        _, result, _, looked, snapshot = await asyncio.gather(*all_of_it, return_exceptions=True)
        seen = [snapshot, *looked]
        if isinstance(result, SestettoError):
            return Refusal(result.code), seen
        if isinstance(result, BaseException):
            raise result
        return _plain(result), seen

    def _clock(self) -> Awaitable[Any]:
        return self.store.command("HSET", self.real.keys.head, "ahead", STILL, "at", self.now)

    def _expected(self, verb: str, *args: Any, **named: Any) -> Any:
        try:
            return getattr(self.model, verb)(*args, **named)
        except Refusal as refusal:
            return refusal

    # --- what must be the same after each call -------------------------------------------------

    def _look(self) -> Awaitable[Any]:
        """The new entries, the timers, who is free and who waits."""
        keys = self.real.keys
        lines = [keys.of(kind, queue) for kind in ("free", "waiting") for queue in QUEUES]
        names = [keys.feed, keys.prefix + "due", *lines]
        return self.store.command("EVAL", LOOK, len(names), *names, f"({self.entry}")

    def _compare(self, snapshot: Snapshot, entries: list[Any], timers: list[bytes], *lines: list[bytes]) -> None:
        self._facts(entries)
        same("the timers", _scores(timers), self.model.timers)
        self._chats(snapshot)
        for agent in snapshot.agents:
            self._agent(agent.id, agent.fields, agent.held, agent.times)
        same("the members", {agent.id for agent in snapshot.agents}, set(self.model.members))
        self._at_rest()
        for number, queue in enumerate(QUEUES):
            free, waiting = lines[number], lines[number + len(QUEUES)]
            pressure = {m.id: _pressure(*self.model.pressure(m)) for m in self.model.free(queue)}
            same(f"who is free for {queue}", list(_scores(free).items()), list(pressure.items()))
            same(f"the line of {queue}", _scores(waiting), {c.id: c.rank for c in self.model.line(queue)})
        same("the picture's number", self.picture.n if self.picture else 0, snapshot.n)
        same("the picture", _drawn(self.picture), _drawn(Picture.from_snapshot(snapshot)))

    def _facts(self, entries: list[Any]) -> None:
        same("the facts", [msgspec.json.decode(values[1]) for _, values in entries], self.model.facts)
        for entry, values in entries:
            self.entry = entry.decode()
            fact = decode_fact(values[1])
            number = int(self.entry.split("-")[1])
            self.checker.take(number, fact)
            self.picture = self.picture or Picture(self.real.epoch)
            self.picture.advance(number, fact)

    def _chats(self, snapshot: Snapshot) -> None:
        real = {}
        for chat, values in snapshot.chats:
            profile = msgspec.json.decode(values["profile"])
            real[chat] = {name: _number(value) for name, value in values.items() if name != "profile"}
            same(f"the profile of {chat}", profile, self.model.chats[chat].profile)
        live = {c.id: c.line() for c in self.model.chats.values() if c.place != "ended"}
        same("the live chats", real, live)
        same("the number of left messages", snapshot.left, len(self.model.left))

    def _agent(self, agent: str, fields: dict[str, str], held: dict[str, str], times: dict[str, str]) -> None:
        member = self.model.members.get(agent) or Member(agent, "", 0, ())
        same(f"what {agent} holds", {int(slot): chat for slot, chat in held.items()}, member.held)
        same(f"the figures of {agent}", {name: int(value) for name, value in times.items()}, member.times)
        expected = {
            "name": f'"{member.name}"', "limit": str(member.limit), "queues": " ".join(member.queues),
            "status": member.status, "connected": str(int(member.connected)), "fence": str(member.fence),
        }  # fmt: skip
        empty = {"status": "", "connected": "0", "fence": "0"}
        same(f"the fields of {agent}", {name: fields.get(name, empty.get(name)) for name in expected}, expected)

    def _at_rest(self) -> None:
        """No chat waits while a member who serves its queue has a free slot."""
        for c in self.model.chats.values():
            if c.place == "waiting":
                same(f"who could take {c.id}", [m.id for m in self.model.free(c.queue)], [])

    # --- what must be the same at the end ------------------------------------------------------

    def close(self) -> None:
        if not self.broken:  # what was found first is the news
            self.loop.run_until_complete(self._close())

    async def _close(self) -> None:
        for c in self.model.chats.values():
            live, _ = await self.real.read_chat(c.id)
            same(f"the log of {c.id}", [msgspec.json.decode(fact) for fact in live.log], c.log[-300:])
            seen = (live.number("seen_agent"), live.number("seen_visitor"), live.draft)
            same(f"what was seen of {c.id}", seen, (c.seen_agent, c.seen_visitor, c.draft))
        names = [name.decode() for name in await self.store.command("KEYS", self.real.keys.prefix + "*")]
        same("keys that no row of the table covers", stray(names), [])
        same("keys of what is gone", [name for name in names if not self._owned(name)], [])
        await self.store.command("DEL", *names, "nothing")

    def _owned(self, name: str) -> bool:
        kind, _, of = name.removeprefix(self.real.keys.prefix).partition(":")
        chats, members = set(self.model.chats), set(self.model.members)
        running = {c.id for c in self.model.chats.values() if c.place != "ended"}
        owners = {
            "chat": chats, "log": chats, "cids": chats | set(self.model.results), "visitor": set(self.model.current),
            "tabs": running, "draft": running, "agent": members, "held": members, "clocks": members, "times": members,
            "queue": set(self.model.queues), "free": set(self.model.queues), "waiting": set(self.model.queues),
        }  # fmt: skip
        return of in owners.get(kind, {""})


def _plain(result: Any) -> Any:
    if isinstance(result, Connected):
        return result.fence, result.status, result.limit, [chat.id for chat in result.chats], result.n
    if isinstance(result, Arrived):
        if result.chat is None:
            return "", []
        return result.chat.id, [msgspec.json.decode(fact) for fact in result.chat.log]
    return result


def _number(value: str) -> int | str:
    return int(value) if value.isdigit() else value


def _scores(flat: list[bytes]) -> dict[str, int]:
    return {flat[i].decode(): int(float(flat[i + 1])) for i in range(0, len(flat), 2)}


def _pressure(clocks: int, chats: int, last: int, _: str) -> int:
    """As one number, in the same order."""
    return (clocks * 10 + chats) * 10**13 + last


def _drawn(picture: Picture | None) -> object:
    picture = picture or Picture()
    return vars(picture) | {"epoch": ""}
