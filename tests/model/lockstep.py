"""A workspace twice: the real Functions and the model get each command, and must answer, record and plan the same."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Sequence
from typing import Any

import msgspec

from console.errors import SestettoError
from console.events import decode_fact
from console.projection.models import PutOff, put_off_state
from console.projection.picture import Picture
from console.queue.calls.snapshot import SnapshotReader
from console.queue.keys import stray
from console.queue.results import AgentSnapshot, Arrived, BotConnected, ChatSnapshot, Connected, Snapshot
from console.queue.store import Store
from console.queue.workspace import Workspace
from tests.model.checker import Checker
from tests.model.directories import AGENTS, LANGUAGES, QUEUES
from tests.model.model import Model
from tests.model.state import Chat, Member
from tests.model.visitor_calls import Refusal

Sent = tuple[str, tuple[Any, ...], dict[str, Any]]  # a verb, its arguments, and those by name

START = 1_800_000_000_000  # ms: the start of every run's clock
PATIENCE = 600.0  # s for an answer: a machine that pauses is no difference
STILL = -(10**15)  # ms of `ahead` that hide the store's own clock: now is what we set
LANES = [*QUEUES, *(f"{queue}/{language}" for queue in QUEUES for language in LANGUAGES)]
SETS = [
    *((kind, lane) for kind in ("free", "waiting", "pull") for lane in LANES),
    *(("line", queue) for queue in QUEUES), *(("clocks", agent) for agent in AGENTS),
]  # fmt: skip
READ_SETS = """
local found = { redis.call('XRANGE', KEYS[1], ARGV[1], '+') }
for i = 2, #KEYS do found[i] = redis.call('ZRANGE', KEYS[i], 0, -1, 'WITHSCORES') end
return found
"""


class Difference(AssertionError):
    """What differs, with the store's value and the model's."""

    def __init__(self, what: str, real: object, expected: object) -> None:
        super().__init__(f"{what}\n  store: {real!r}\n  model: {expected!r}")


def same(what: str, real: object, expected: object) -> None:
    if real != expected:
        raise Difference(what, real, expected)


class Twin:
    """The store and the model. `do(verb, …)` calls both; time passes only by `move(ms)`."""

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
        self.paged = 0  # snapshots whose pages were read between commands
        self._reader = SnapshotReader(self.real, page=1, facts=4, agents=1)
        loop.run_until_complete(self.real.snapshot())  # from here on the epoch is known
        self.real.on_due = self._on_due
        self.real.now = lambda: self.now  # type: ignore[method-assign]

    def move(self, ms: int) -> None:
        self.now += ms

    def do(self, verb: str, *args: Any, **named: Any) -> Any:
        """Call both and compare them. Return the result; None if both refused."""
        (result,) = self.do_at_once([(verb, args, named)])
        return result

    def do_at_once(self, commands: Sequence[Sent]) -> list[Any]:
        """Like `do` for several commands, which reach the store in one exchange: some run there as one call."""
        self.calls += len(commands)
        self.broken = True
        self.model.now, self.model.facts, self.answered = self.now, [], set()
        results, seen = self.loop.run_until_complete(self._call(commands))
        for (verb, args, named), real in zip(commands, results, strict=True):
            expected = self._expected("archive" if verb == "archived" else verb, *args, **named)
            same(f"the result of {verb}{args}", real, expected)
        same("now and the next timer", self.answered, {(self.now, min(self.model.timers.values(), default=0))})
        self._compare(*seen)
        self.broken = False
        return [None if isinstance(real, Refusal) else real for real in results]

    def logged(self, chat: str, seq: int) -> bytes:
        """Return a fact as the store's log has it."""
        found = self.store.command("LINDEX", self.real.keys.of("log", chat), seq - 1)
        return bytes(self.loop.run_until_complete(found))

    def _on_due(self, now: int, due: int) -> None:
        self.answered.add((now, due))

    async def _call(self, commands: Sequence[Sent]) -> tuple[list[Any], list[Any]]:
        """Send the commands with their time, and read everything to compare after them, in one exchange."""
        real = [getattr(self.real, verb)(*args, **named) for verb, args, named in commands]
        all_of_it = self._clock(), *real, self._clock(), self._read_sets(), self.real.snapshot()
        _, *results, _, looked, snapshot = await asyncio.gather(*all_of_it, return_exceptions=True)
        seen = [await self._reader.step(), snapshot, *looked]
        return [_outcome(result) for result in results], seen

    def _clock(self) -> Awaitable[Any]:
        return self.store.command("HSET", self.real.keys.head, "ahead", STILL, "at", self.now)

    def _expected(self, verb: str, *args: Any, **named: Any) -> Any:
        try:
            return getattr(self.model, verb)(*args, **named)
        except Refusal as refusal:
            return refusal

    # --- must be equal after each call ---------------------------------------------------------

    def _read_sets(self) -> Awaitable[Any]:
        """Read the new entries, the timers, who is free and who waits."""
        keys = self.real.keys
        names = [keys.feed, keys.prefix + "due", *(keys.of(kind, of) for kind, of in SETS)]
        return self.store.command("EVAL", READ_SETS, len(names), *names, f"({self.entry}")

    def _compare(
        self, paged: Snapshot | None, snapshot: Snapshot, entries: list[Any], timers: list[bytes], *sets: list[bytes]
    ) -> None:
        self._facts(entries)
        same("the timers", _scores(timers), self.model.timers)
        self._chats(snapshot)
        for agent in snapshot.agents:
            self._agent(agent.id, agent.fields, agent.held, agent.times)
            levels = self.model.members[agent.id].levels if agent.id in self.model.members else {}
            same(f"what came due of {agent.id}", {name: int(n) for name, n in agent.levels.items()}, levels)
            self._put_off(agent)
        same("the members", {agent.id for agent in snapshot.agents}, set(self.model.members))
        self._queues(snapshot)
        expected = self._sets()
        for (kind, of), flat in zip(SETS, sets, strict=True):
            same(f"{kind}:{of}", list(_scores(flat).items()), sorted(expected[kind, of], key=lambda one: one[::-1]))
        self._at_rest()
        same("the picture's number", self.picture.n if self.picture else 0, snapshot.n)
        if self.picture:
            self.picture.prune(self.now)
        drawn, expected_picture = _drawn(self.picture), _drawn(Picture.from_snapshot(snapshot))
        for part in drawn | expected_picture:
            same(f"the picture's {part}", drawn[part], expected_picture[part])
        if paged:
            self._pages(paged)

    def _pages(self, paged: Snapshot) -> None:
        """Check that a snapshot read in pages, one after each command, equals the workspace as of the last page."""
        same("the number of a snapshot in pages", paged.n, self.model.n)
        picture = Picture.from_snapshot(paged)
        picture.prune(self.now)  # spans that were over before the last page
        same("the picture read in pages", _drawn(picture), _drawn(self.picture))
        self.paged += 1
        self._reader = SnapshotReader(self.real, page=1, facts=4, agents=1)

    def _sets(self) -> dict[tuple[str, str], list[tuple[str, int]]]:
        """Return the model's sorted sets: free members of a lane by pressure, chats in lanes and queues, running
        clocks.
        """
        model, sets = self.model, defaultdict[tuple[str, str], list[tuple[str, int]]](list)
        for member in model.members.values():
            for lane in model.lanes_of(member) if member.free else ():
                sets["free", lane].append((member.id, _pressure(*model.pressure(member))))
        for c in model.chats.values():
            if c.place == "waiting":
                kind, language = "waiting" if model.routed(c) else "pull", model.language(c)
                sets["line", c.queue].append((c.id, c.rank))
                for line in c.reached:
                    sets[kind, f"{line}/{language}" if language else line].append((c.id, c.rank))
            if c.place == "active" and c.turn:
                sets["clocks", c.agent].append((c.id, c.due))
        return sets

    def _queues(self, snapshot: Snapshot) -> None:
        for queue in snapshot.queues:
            same(f"the pace of {queue.id}", queue.pace, self.model.paces.get(queue.id, 0))
            spans = {name: {of: int(n) for of, n in counted.items()} for name, counted in queue.spans}
            same(f"the figures of {queue.id}", spans, self.model.spans(queue.id))
        same("the queues", {queue.id for queue in snapshot.queues}, set(self.model.queues))
        same("the late answers", [msgspec.json.decode(late) for late in snapshot.lates], self.model.lates)

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
            real[chat] = {name: _field(name, value) for name, value in values.items() if name != "profile"}
            same(f"the profile of {chat}", profile, self.model.chats[chat].profile)
        live = {c.id: c.line() for c in self.model.chats.values() if c.place != "ended"}
        same("the live chats", real, live)
        same("the number of left messages", snapshot.left, len(self.model.left))

    def _agent(self, agent: str, fields: dict[str, str], held: dict[str, str], times: dict[str, str]) -> None:
        member = self.model.members.get(agent) or Member(agent, "", 0, ())
        same(f"what {agent} holds", {int(slot): chat for slot, chat in held.items()}, member.held)
        same(f"the figures of {agent}", {name: int(value) for name, value in times.items()}, member.times)
        expected = {
            "name": f'"{member.name}"', "limit": str(member.limit), "most": str(member.most),
            "channel_slots": "" if member.channel_slots is None else str(member.channel_slots),
            "aside": str(len(member.asides)),
            "queues": " ".join(member.queues),
            "status": member.status, "connected": str(int(member.connected)), "fence": str(member.fence),
            "reason": f'"{member.reason}"' if member.reason else "", "since": str(member.since),
            "missed": str(member.missed), "breather": str(member.breather),
            "loaded": str(member.loaded),
            "breathers": " ".join(map(str, member.breathers)), "breather_cid": member.breather_cid,
        }  # fmt: skip
        empty = {"status": "", "connected": "0", "fence": "0", "reason": "", "since": "0", "missed": "0"}
        empty |= {"channel_slots": "", "aside": "0"}
        empty |= {"loaded": "0", "breather": "0", "breathers": "", "breather_cid": ""}
        same(f"the fields of {agent}", {name: fields.get(name, empty.get(name)) for name in expected}, expected)

    def _put_off(self, agent: AgentSnapshot) -> None:
        member = self.model.members.get(agent.id)
        listed = self.model.to_wrap_up(member) if member else ()
        expected = [PutOff(c.id, c.ended, c.queue, c.visitor, c.called, c.tags) for c in listed]
        same(f"what {agent.id} wraps up later", [put_off_state(one) for one in agent.put_off], expected)

    def _at_rest(self) -> None:
        """Check that no chat waits while a member with a free slot may have it, and each held chat has an agent."""
        for c in self.model.chats.values():
            again = self.model.timers.get(f"again:{c.id}", self.now + 1)  # what time alone allows counts from a tick on
            if c.place == "waiting" and self.model.routed(c) and again > self.now:
                same(f"who could take {c.id}", [m.id for m in self.model.eligible(c)], [])
            if c.place == "waiting" and self.model.next_line(c):
                self._not_in_an_empty_tier(c)
            if c.place == "offered":
                same(f"the connection of {c.agent}, who is offered {c.id}", self.model.members[c.agent].connected, True)
        for member in self.model.members.values():
            if member.held and not member.connected:
                same(f"the end of what {member.id} holds", f"lost:{member.id}" in self.model.timers, True)

    def _not_in_an_empty_tier(self, c: Chat) -> None:
        """Check that the chat overflows now, unless somebody is online in its last tier or was lost just now."""
        tier = c.reached[-1]
        lost = any(f"lost:{m.id}" in self.model.timers for m in self.model.members.values() if tier in m.queues)
        if not lost and self.model.timers[f"overflow:{c.id}"] > self.now:
            same(f"whether anybody is in {tier}, where {c.id} waits", self.model.manned(tier), True)

    # --- must be equal at the end --------------------------------------------------------------

    def close(self) -> None:
        if not self.broken:  # the first difference is the one that matters
            self.loop.run_until_complete(self._close())

    async def _close(self) -> None:
        for c in self.model.chats.values():
            live, _ = await self.real.read_chat(c.id)
            same(f"whether {c.id} goes on", await self.real.is_running(c.id), c.place != "ended")
            same(f"the log of {c.id}", [msgspec.json.decode(fact) for fact in live.log], c.log[-300:])
            seen = (live.number("seen_agent"), live.number("seen_visitor"), live.draft)
            same(f"what was seen of {c.id}", seen, (c.seen_agent, c.seen_visitor, c.draft))
        names = [name.decode() for name in await self.store.command("KEYS", self.real.keys.prefix + "*")]
        same("keys that no row of the table covers", stray(names), [])
        same("keys of what is gone", [name for name in names if not self._owned(name)], [])
        await self.store.command("DEL", *names, "nothing")

    def _owned(self, name: str) -> bool:
        kind, _, of = name.removeprefix(self.real.keys.prefix).partition(":")
        model, chats, members, queues = self.model, self.model.chats, self.model.members, self.model.queues
        running = {c.id for c in chats.values() if not c.over}
        owners = {
            "chat": chats, "profile": chats, "log": chats, "cids": {*chats, *model.results}, "visitor": model.current,
            "tabs": running, "draft": running, "not": {c.id for c in chats.values() if c.excluded},
            "bot": model.bots, "botheld": {c.bot for c in chats.values() if c.place == "bot"},
            "agent": members, "held": members, "levels": members, "clocks": members, "queue": queues,
            "identity": model.used,
            "words": queues, "line": queues, "staff": queues,
            "times": {*members, *(f"{queue}:{span}" for queue, spans in model.counted.items() for span in spans)},
            "counts": {*(f"a:{m}" for m in members), *(f"q:{queue}" for queue in model.counted)},
            "later": {m.id for m in members.values() if m.put_off}, "free": LANES, "waiting": LANES, "pull": LANES,
        }  # fmt: skip
        return of in owners.get(kind, {""})


def _outcome(result: Any) -> Any:
    if isinstance(result, SestettoError):
        return Refusal(result.code)
    if isinstance(result, BaseException):
        raise result
    return _plain(result)


def _plain(result: Any) -> Any:
    if isinstance(result, BotConnected):
        return result.fence, [_held(chat) for chat in result.chats], result.n
    if isinstance(result, Connected):
        return result.fence, result.status, result.limit, [_held(chat) for chat in result.chats], result.n
    if isinstance(result, Arrived):
        if result.chat is None:
            return "", []
        return result.chat.id, [msgspec.json.decode(fact) for fact in result.chat.log]
    return result


def _held(chat: ChatSnapshot) -> dict[str, Any]:
    told = {"id": chat.id, "draft": chat.draft, "facts": len(chat.log)}
    return told | {
        of: _field(of, chat.fields.get(of, "")) for of in ("place", "agent", "slot", "turn", "due", "seq", "until")
    }


TEXTS = ("place", "queue", "visitor", "site", "channel", "agent", "bot", "tongue", "tongue_by")
LISTS = ("guests", "watchers", "reached")


def _field(name: str, value: str) -> Any:
    """Return a chat's field in the model's type."""
    if name in TEXTS:
        return value
    if name in LISTS:
        return value.split()
    if name in ("named", "reason", "tags"):
        return msgspec.json.decode(value) if value else {"named": "", "reason": "", "tags": []}[name]
    return int(value or 0)


def _scores(flat: list[bytes]) -> dict[str, int]:
    return {flat[i].decode(): int(float(flat[i + 1])) for i in range(0, len(flat), 2)}


def _pressure(clocks: int, chats: int, last: int, _: str) -> int:
    """Return the pressure as one number in the same order."""
    return (clocks * 10 + chats) * 10**13 + last


def _drawn(picture: Picture | None) -> dict[str, Any]:
    picture = picture or Picture()
    return vars(picture) | {"epoch": ""}
