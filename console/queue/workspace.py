"""The typed calls: one method wears each Function, and callers never see a key."""

import secrets
import time
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import structlog
from redis.exceptions import ResponseError

from console.directory import Directory
from console.errors import BadCommand, Refused
from console.events import Author, Status, Visitor
from console.queue.keys import Keys
from console.queue.lanes import lanes_of, opens, tongue_of
from console.queue.payloads import HandOver, Labels, Mark, Rating, VisitorProfile, Words, digest, encode
from console.queue.results import (
    REFUSALS,
    AgentState,
    Arrived,
    Connected,
    LiveChat,
    QueueState,
    Said,
    Snapshot,
    line,
    live_chat,
    table,
)
from console.queue.store import Direct, Store, check_promises, library

HISTORY = 300  # facts of a chat read at once

log = structlog.get_logger()


class Workspace:
    """One workspace's live state. Every call may raise Unknown, WrongEpoch and StoreFull beside what it names."""

    def __init__(self, store: Store, name: str) -> None:
        self.store = store
        self.name = name
        self.keys = Keys(name)
        self.epoch = ""
        self.last_entry: tuple[str, bytes] | None = None  # the tail's last, to know the same history by
        self.on_epoch: list[Callable[[], None]] = []
        self._ahead = time.time_ns() // 1_000_000 - time.monotonic_ns() // 1_000_000
        self.on_due: Callable[[int, int], None] = lambda now, due: None
        store.on_run.append(self._recognise)

    async def _recognise(self, direct: Direct) -> None:
        """On a server we have not met: the same history, or another epoch."""
        await check_promises(direct)
        believed = ""
        if self.last_entry is not None:
            number, raw = self.last_entry
            found = await direct("XRANGE", self.keys.feed, number, number)
            if not found or (raw and found[0][1][1] != raw):
                believed = self.epoch
        await self._begin(direct, believed)

    async def _begin(self, direct: Direct, believed: str) -> None:
        version, _ = library()
        reply = await direct("FCALL", f"begin_{version}", 1, self.keys.head, believed, secrets.token_hex(8))
        epoch = reply[0].decode()
        if epoch != self.epoch:
            first = self.epoch == ""
            self.epoch = epoch
            if not first:
                for told in self.on_epoch:
                    told()

    async def _call(self, name: str, *args: str | bytes | int) -> list[Any]:
        if not self.epoch:
            await self.store.command("PING")
        if not self.epoch:  # the connection is older than this object
            await self._begin(self.store.command, "")
        try:
            reply = await self.store.function(name, self.keys.head, self.epoch, *args)
        except ResponseError as problem:  # a fault of ours or of the store: not for the sender's eyes
            log.error("store.function", name=name, error=str(problem))
            raise Refused from problem
        if reply[0] == b"!":
            await self._refuse(reply)
        now = int(reply[1])
        self._ahead = now - time.monotonic_ns() // 1_000_000
        self.on_due(now, int(reply[2]))
        return list(reply)

    def now(self) -> int:
        """The store's clock (ms), as of its last reply: the one clock every screen goes by."""
        return self._ahead + time.monotonic_ns() // 1_000_000

    async def _refuse(self, reply: list[Any]) -> None:
        code = reply[1].decode()
        if code == "epoch":
            await self._begin(self.store.command, "")
        raise REFUSALS[code]

    async def _said(self, name: str, *args: str | bytes | int) -> Said:
        _, _, _, seq, at, chat = await self._call(name, *args)
        return Said(chat.decode(), int(seq), int(at))

    # --- the visitor ---------------------------------------------------------------------------

    async def open(
        self,
        chat: str,
        *,
        connection: str,
        queue: str,
        site: str,
        channel: str,
        cid: str,
        profile: VisitorProfile,
        text: str,
    ) -> Said:
        """A new chat with its first message; in a chat already open, one more. NobodyThere, LineFull, NotYours."""
        visitor = profile.visitor
        profile = msgspec.structs.replace(profile, site="", channel="", cid=cid)
        words = Words(Author(visitor.id, visitor.name), cid, text)
        return await self._said(
            "open",
            chat,
            visitor.id,
            connection,
            queue,
            site,
            channel,
            tongue_of(profile.locale),
            cid,
            digest(text),
            encode(profile),
            encode(words),
        )

    async def leave_message(
        self, chat: str, *, queue: str, site: str, channel: str, cid: str, profile: VisitorProfile, text: str
    ) -> Said:
        """A message for later: a chat that has ended before it began, and starts no clock."""
        visitor = profile.visitor
        profile = msgspec.structs.replace(profile, site="", channel="", cid=cid)
        words = Words(Author(visitor.id, visitor.name), cid, text)
        body = digest(text, visitor.email)
        return await self._said(
            "leave_message", chat, visitor.id, queue, site, channel, cid, body, encode(profile), encode(words)
        )

    async def visitor_say(self, chat: str, visitor: Visitor, connection: str, cid: str, text: str) -> Said:
        """One message; within ten minutes of the end it reopens the chat. ChatEnded, ChatFull, Gone, NotYours."""
        words = Words(Author(visitor.id, visitor.name), cid, text)
        return await self._said("visitor_say", chat, visitor.id, connection, cid, digest("say", text), encode(words))

    async def visitor_end(self, chat: str, visitor: Visitor, cid: str) -> Said:
        mark = Mark(Author(visitor.id, visitor.name), cid)
        return await self._said("visitor_end", chat, visitor.id, cid, digest("end"), encode(mark))

    async def rate(self, chat: str, visitor: str, cid: str, score: int, comment: str) -> Said:
        """Once a chat; NothingToDo the second time."""
        payload = encode(Rating(score, cid, comment))
        return await self._said("rate", chat, visitor, cid, digest(score, comment), payload)

    async def set_profile(self, chat: str, cid: str, profile: VisitorProfile, body: str = "") -> Said:
        """The visitor's whole picture replaces what was known; `body` is the command as the client said it."""
        fact = msgspec.structs.replace(profile, site="", channel="", referrer="", agent_string="", cid=cid)
        kept = msgspec.structs.replace(profile, site="", channel="", cid="")
        mark = digest(body or encode(fact).decode())
        return await self._said("profile", chat, profile.visitor.id, cid, mark, encode(fact), encode(kept))

    async def arrive(self, visitor: str, chat: str, connection: str, after: int) -> Arrived:
        """A tab says hello: its presence, and its chat behind `after` (from the start if `chat` is another)."""
        _, now, _, current, fields, log, start = await self._call("arrive", visitor, chat, connection, after, HISTORY)
        if not current:
            return Arrived(None, 0, int(now))
        return Arrived(LiveChat(current.decode(), table(fields), "", log), int(start), int(now))

    async def depart(self, chat: str, connection: str) -> None:
        await self._call("depart", chat, connection)

    async def renew_tabs(self, tabs: Sequence[tuple[str, str]]) -> None:
        """(chat, connection) of every visitor's socket that is alive."""
        await self._call("renew_tabs", *(value for tab in tabs for value in tab))

    async def visitor_seen(self, chat: str, visitor: str, seq: int) -> None:
        await self._call("visitor_seen", chat, visitor, seq)

    # --- the agent -----------------------------------------------------------------------------

    async def connect(self, agent: str, tab: str, *, take: bool, quiet: bool = False) -> Connected:
        """A new fencing number and all the agent holds. Fenced while another tab is connected, unless `take`.

        Who comes `quiet` is away: no new chats are routed to them.
        """
        _, now, _, fence, status, limit, chats, n = await self._call("connect", agent, tab, int(take), int(quiet))
        held = [live_chat(chat) for chat in chats]
        return Connected(int(fence), status.decode(), int(limit), held, int(n), int(now))

    async def agent_say(
        self,
        agent: Author,
        fence: int,
        chat: str,
        cid: str,
        text: str,
        read: int,
        *,
        promise: int = 0,
        canned: str = "",
        began: int = 0,
    ) -> Said:
        """One answer; `read` is the last visitor seq on the screen: what it answers. Fenced, NotYours, Gone.

        With `promise` (ms) a holding reply; `canned` the id of a canned reply sent as it stands; `began` when its first
        key was pressed (ms, 0: unknown).
        """
        payload, body = encode(Words(agent, cid, text)), digest("say", text)
        return await self._said("agent_say", agent.id, fence, chat, cid, body, read, began, promise, canned, payload)

    async def note(self, agent: Author, fence: int, chat: str, cid: str, text: str) -> Said:
        payload = encode(Words(agent, cid, text))
        return await self._said("note", agent.id, fence, chat, cid, digest("note", text), payload)

    async def no_reply(self, agent: Author, fence: int, chat: str, cid: str) -> Said:
        """The open turn asks for no answer. NothingToDo when none is open."""
        return await self._said("no_reply", agent.id, fence, chat, cid, digest("no_reply"), encode(Mark(agent, cid)))

    async def agent_end(self, agent: Author, fence: int, chat: str, cid: str) -> Said:
        return await self._said("agent_end", agent.id, fence, chat, cid, digest("end"), encode(Mark(agent, cid)))

    async def label(
        self, agent: Author, fence: int, chat: str, cid: str, reason: str, tags: Sequence[str], *, done: bool = False
    ) -> Said:
        """Reason for contact and tags, whole. After the end a reason, or `done`, ends the wrap-up. NothingToDo."""
        kept = encode(reason) if reason else "", encode(list(tags)) if tags else ""
        payload, body = encode(Labels(agent, cid, reason, list(tags))), digest("label", reason, list(tags), done)
        return await self._said("label", agent.id, fence, chat, cid, body, *kept, int(done), payload)

    async def take(self, agent: Author, fence: int, chat: str, cid: str) -> Said:
        """A chat out of the agent's lines, "" the most urgent one. NoSlot, NothingToDo, NotYours."""
        return await self._said("take", agent.id, fence, chat, cid, digest("take", chat))

    async def accept(self, agent: Author, fence: int, chat: str, cid: str) -> Said:
        """What was offered. NothingToDo when it is no more."""
        return await self._said("accept", agent.id, fence, chat, cid, digest("accept"))

    async def decline(self, agent: Author, fence: int, chat: str, cid: str) -> Said:
        """What was offered: it moves on, and does not come back for a minute."""
        return await self._said("decline", agent.id, fence, chat, cid, digest("decline"))

    async def transfer(
        self, agent: Author, fence: int, chat: str, cid: str, *, queue: str = "", to: str = "", note: str = ""
    ) -> Said:
        """To a queue's line or to one colleague; the draft goes along. BadCommand, NotYours, NotThere, NoSlot."""
        _one_of(queue, to)
        payload, body = encode(HandOver(agent, cid, note)), digest("transfer", queue, to, note)
        return await self._said("transfer", agent.id, fence, chat, cid, body, queue, to, payload)

    async def invite(self, agent: Author, fence: int, chat: str, cid: str, guest: str) -> Said:
        """A colleague may look on and whisper. NothingToDo when they may already."""
        payload = encode(Mark(agent, cid))
        return await self._said("invite", agent.id, fence, chat, cid, digest("invite", guest), guest, payload)

    async def whisper(self, author: Author, chat: str, cid: str, text: str) -> Said:
        """A note from somebody who looks on; the caller knows that they may."""
        return await self._said(
            "whisper", author.id, chat, cid, digest("whisper", text), encode(Words(author, cid, text))
        )

    async def watch(self, author: Author, chat: str, *, on: bool) -> None:
        """The agent sees that somebody looks on; the caller knows that they may. Gone, ChatEnded."""
        await self._call("watch", chat, author.id, encode(author.name), int(on))

    async def shown(self, agent: str, fence: int, chat: str, seq: int, *, hidden: bool) -> None:
        await self._call("shown", agent, fence, chat, seq, int(hidden))

    async def draft(self, agent: str, fence: int, chat: str, text: str) -> None:
        await self._call("draft", agent, fence, chat, text)

    async def set_status(self, agent: str, fence: int, status: Status, reason: str = "") -> int:
        """When it was done (ms)."""
        reply = await self._call("set_status", agent, fence, status, encode(reason) if reason else "")
        return int(reply[4])

    async def leave(self, agent: str, fence: int) -> None:
        """The socket has closed: the graces begin. Fenced when a later connection holds the console."""
        await self._call("leave", agent, fence)

    async def renew(self, agents: Sequence[tuple[str, int]]) -> None:
        """(agent, fence) of every console that answered its last ping."""
        await self._call("renew", *(value for pair in agents for value in pair))

    async def revoke(self, agent: str, session: str) -> None:
        """Every socket of the session falls silent; with session "" all of the agent's."""
        await self._call("revoke", agent, session)

    async def handled(self, chat: str, author: str, name: str, cid: str) -> Said:
        """A left message was taken care of. NothingToDo the second time, Gone when it is not live."""
        return await self._said(
            "handled", chat, author, cid, digest("handled"), encode(Mark(Author(author, name), cid))
        )

    # --- the supervisor ------------------------------------------------------------------------

    async def move(self, author: Author, chat: str, cid: str, *, queue: str = "", to: str = "", note: str = "") -> Said:
        """Somebody's chat, or one in line, to a queue's line or to one agent. As `transfer`."""
        _one_of(queue, to)
        payload, body = encode(HandOver(author, cid, note)), digest("move", queue, to, note)
        return await self._said("move", author.id, chat, cid, body, queue, to, payload)

    async def take_over(self, author: Author, chat: str, cid: str) -> Said:
        """Into a slot of one's own, whatever one's status. NotThere without a console, NoSlot, NothingToDo."""
        return await self._said("take_over", author.id, chat, cid, digest("take_over"), encode(HandOver(author, cid)))

    async def set_agent_status(self, author: Author, agent: str, status: Status, reason: str = "") -> int:
        """Somebody else's. When it was done (ms). NotYours when there is no such member."""
        kept = encode(reason) if reason else ""
        return int((await self._call("set_agent_status", author.id, agent, status, kept))[4])

    # --- the workspace -------------------------------------------------------------------------

    async def configure(self, directory: Directory) -> bool:
        """Queues and members go live if the version is greater than the live one; idempotent."""
        values: list[str | bytes | int] = [directory.version, len(directory.queues), len(directory.members)]
        for queue in directory.queues.values():
            members = " ".join(m.id for m in directory.members.values() if queue.id in m.queues)
            values += [
                queue.id, queue.target, queue.ask, queue.end, queue.mode, queue.accept, queue.misses,
                " ".join(queue.languages), queue.longest, queue.overflow_to, queue.overflow_after, queue.wrapup,
                queue.head_start, opens(queue.hours, self.now()), members,
            ]  # fmt: skip
        for member in directory.members.values():
            lanes = " ".join(lanes_of(member, directory.queues))
            values += [member.id, encode(member.name), member.limit, " ".join(member.queues), lanes]
        return bool((await self._call("configure", *values))[3] == b"1")

    async def set_hours(self, directory: Directory) -> bool:
        """The instants of the days to come; taken only for the configuration that is live."""
        queues = directory.queues.values()
        values = [value for queue in queues for value in (queue.id, opens(queue.hours, self.now()))]
        return bool((await self._call("hours", directory.version, *values))[3] == b"1")

    async def tick(self, process: str) -> tuple[bool, int, list[str]]:
        """Whether this process is the ticker, how many timers fired, and the names of those that failed."""
        _, _, _, ours, fired, failed = await self._call("tick", process)
        return ours == b"1", int(fired), [name.decode() for name in failed]

    async def snapshot(self) -> Snapshot:
        _, now, _, n, last, left, agents, chats, queues, lates = await self._call("snapshot")
        return Snapshot(
            self.epoch,
            int(now),
            int(n),
            last.decode(),
            int(left),
            [AgentState(a.decode(), table(fields), table(held), table(times)) for a, fields, held, times in agents],
            [(chat.decode(), line(values)) for chat, values in chats],
            [
                QueueState(q.decode(), int(pace), [(name.decode(), table(counted)) for name, counted in spans])
                for q, pace, spans in queues
            ],
            lates,
        )

    async def read_chat(self, chat: str) -> tuple[LiveChat, int]:
        """The chat and the feed number it is true at. Gone."""
        reply = await self._call("read_chat", chat)
        return live_chat(reply[3]), int(reply[4])

    async def history(self, chat: str, before: int, count: int) -> tuple[str, str, list[bytes], bool]:
        """Visitor and agent of the chat, its facts older than `before` (oldest first), and whether there are more."""
        _, _, _, visitor, agent, log, more = await self._call("history", chat, before, count)
        return visitor.decode(), agent.decode(), log, more == b"1"

    async def newest(self) -> int:
        """The feed's last number."""
        return int(await self.store.command("HGET", self.keys.head, "n") or 0)

    async def archived(self, entry: str, n: int) -> None:
        """SQL has the feed up to this entry: what is older than five minutes may go."""
        await self._call("archived", entry, n)

    async def signal(self, frame: bytes) -> None:
        """A word that may be lost, to every process."""
        await self.store.command("PUBLISH", self.keys.signals, frame)


def _one_of(queue: str, to: str) -> None:
    if bool(queue) == bool(to):
        raise BadCommand("A chat is handed over to a queue or to a colleague: name one of them.")
