"""One workspace: a typed method for each Function. Callers never see a key."""

from contextlib import suppress
from typing import NamedTuple

from redis.exceptions import NoPermissionError

from console.domain.directory import Directory
from console.queue.calls.agent import AgentCalls
from console.queue.calls.bots import BotCalls
from console.queue.calls.erasure import ErasureCalls
from console.queue.calls.handover import HandOverCalls
from console.queue.calls.integration import IntegrationCalls
from console.queue.calls.revival import RevivalCalls
from console.queue.calls.snapshot import SnapshotCalls
from console.queue.calls.visitor import VisitorCalls
from console.queue.content_mark import another, content_mark
from console.queue.lanes import lanes_of, opens
from console.queue.live_settings import live_settings, live_words
from console.queue.payloads import encode
from console.queue.results import ChatSnapshot, HistoryRead, chat_snapshot


class FeedEnds(NamedTuple):
    """The feed of one history: the number of the first entry it still has, and its last number."""

    epoch: str
    first: int
    n: int


class LiveConfiguration(NamedTuple):
    """`mark` is empty when an earlier release published it."""

    version: int
    mark: str

    def differs_from(self, directory: Directory) -> bool:
        """Whether it is from another history than the directory: a later version, or different content."""
        if self.version != directory.version:
            return self.version > directory.version
        return another(self.mark, content_mark(directory))


class Workspace(
    VisitorCalls, AgentCalls, HandOverCalls, BotCalls, IntegrationCalls, SnapshotCalls, ErasureCalls, RevivalCalls
):
    """The live state of one workspace.

    Every call may raise Unknown, WrongEpoch and StoreFull besides what it documents.
    """

    async def configure(self, directory: Directory) -> bool:
        """Publish queues, members and sites, if the version is higher than the live one; idempotent."""
        queues = [
            {
                "id": queue.id,
                "opens": opens(queue.hours, self.now()),
                "settings": live_settings(queue),
                "words": live_words(queue),
            }
            for queue in directory.queues.values()
        ]
        members = [
            {
                "id": member.id,
                "name": encode(member.name).decode(),  # as JSON, ready to go into facts
                "limit": str(member.at_once),
                "most": str(member.limit),
                "channel_slots": "" if member.channel_slots is None else str(member.channel_slots),
                "queues": " ".join(member.queues),
                "lanes": " ".join(lanes_of(member, directory.queues)),
            }
            for member in directory.members.values()
        ]
        sites = {site.key: site.queue for site in directory.sites.values()}
        settings = encode({"queues": queues, "members": members, "sites": sites})
        return bool((await self._call("configure", directory.version, settings, content_mark(directory)))[3] == b"1")

    async def live_configuration(self) -> LiveConfiguration:
        version, mark = await self.store.command("HMGET", self.keys.prefix + "config", "version", "mark")
        return LiveConfiguration(int(version or 0), (mark or b"").decode())

    async def set_hours(self, directory: Directory) -> bool:
        """Update the opening instants of the coming days, if this version is live."""
        queues = directory.queues.values()
        values = [value for queue in queues for value in (queue.id, opens(queue.hours, self.now()))]
        return bool((await self._call("hours", directory.version, *values))[3] == b"1")

    async def tick(self, process: str, *, fit: bool = True) -> tuple[bool, int, list[str]]:
        """Return whether this process is the ticker, how many timers fired, and the names of the timers that failed.

        `fit`: whether it reaches SQL; if not, another process that does becomes the ticker.
        """
        _, _, _, ours, fired, failed = await self._call("tick", process, int(fit))
        return ours == b"1", int(fired), [name.decode() for name in failed]

    async def read_chat(self, chat: str) -> tuple[ChatSnapshot, int]:
        """Return the chat and the feed number it is valid at. Raises Gone."""
        reply = await self._call("read_chat", chat)
        return chat_snapshot(reply[3]), int(reply[4])

    async def history(self, chat: str, before: int, count: int) -> HistoryRead:
        """At most `count` facts older than seq `before`, oldest first; the last ones when that lies beyond the end."""
        _, _, _, visitor, agent, log, first = await self._call("history", chat, before, count)
        return HistoryRead(visitor.decode(), agent.decode(), log, int(first))

    async def newest(self) -> int:
        """Return the feed's last number."""
        return int(await self.store.command("HGET", self.keys.head, "n") or 0)

    async def feed_ends(self) -> FeedEnds:
        """Return both ends of the feed as the store has it now."""
        await self.ensure_epoch()
        epoch, n = await self.store.command("HMGET", self.keys.head, "epoch", "n")
        first = await self.store.command("XRANGE", self.keys.feed, "-", "+", "COUNT", 1)
        number = int(first[0][0].split(b"-")[1]) if first else int(n or 0) + 1
        return FeedEnds((epoch or b"").decode(), number, int(n or 0))

    async def feed_entry(self, entry: str) -> bytes | None:
        """Return an entry's JSON; None if the feed does not have it."""
        rows = await self.store.command("XRANGE", self.keys.feed, entry, entry)
        return bytes(rows[0][1][1]) if rows else None

    async def live_chats(self) -> set[str]:
        """Return the ids of the chats that have not ended."""
        return {name.decode() for name in await self.store.command("SMEMBERS", self.keys.prefix + "live")}

    async def time_after(self, entry: str) -> int:
        """Return when (ms) the first entry after that one was written; 0 if there is none."""
        rows = await self.store.command("XRANGE", self.keys.feed, f"({entry}", "+", "COUNT", 1)
        return int(rows[0][0].split(b"-")[0]) if rows else 0

    async def archived(self, entry: str, n: int) -> None:
        """Report that SQL has the feed up to this entry; older entries are deleted after five minutes."""
        await self._call("archived", entry, n)

    async def archived_n(self) -> int:
        """Return the number of the last entry that some process has reported to be in SQL."""
        return int(await self.store.command("HGET", self.keys.head, "archived") or 0)

    async def signal(self, frame: bytes) -> None:
        """Send a signal, which may be lost, to every process. Does not wait for a replica."""
        with suppress(NoPermissionError):  # the store's user may not use channels: `pushes.away` has been logged
            await self.store.run_unconfirmed("SPUBLISH", self.keys.signals, frame)
