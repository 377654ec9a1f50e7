"""Typed calls for a visitor."""

from collections.abc import Iterable, Sequence

import msgspec

from console.errors import CidReused
from console.events import Author, SharedFile, Visitor
from console.queue.calls.caller import Caller
from console.queue.payloads import LanguagePayload, Mark, MessagePayload, Rating, VisitorProfile, digest, encode
from console.queue.results import (
    Arrived,
    ChatSnapshot,
    Said,
    table,
)

HISTORY = 300  # facts of a chat read at once


class VisitorCalls(Caller):
    async def open(
        self,
        chat: str,
        *,
        connection: str,
        queue: str,
        language: str,
        site: str,
        channel: str,
        cid: str,
        profile: VisitorProfile,
        text: str,
        hidden: bool = False,
        address: str = "",
        budgets: str = "",
        proof: str = "",
        file: SharedFile | None = None,
        ahead: int = 0,
    ) -> Said:
        """Open a chat with its first message; if one is open, add the message there.

        `ahead` is the chat's own head start (ms). Raises NobodyThere, LineFull, NotYours.
        """
        visitor = profile.visitor
        profile = msgspec.structs.replace(profile, site="", channel="", cid=cid)
        words = MessagePayload(Author(visitor.id, visitor.name), cid, text, hidden, file)
        return await self._said(
            "open",
            chat,
            visitor.id,
            connection,
            queue,
            site,
            channel,
            language,
            cid,
            digest(text, hidden=hidden),
            encode(profile),
            encode(words),
            budgets,
            address,
            proof,
            ahead,
        )

    async def detected(self, chat: str, language: str) -> None:
        """Record the language the visitor writes in. Raises NothingToDo if an agent has set one, or it is known."""
        await self._call("detected", chat, language, encode(LanguagePayload(language)))

    async def leave_message(
        self,
        chat: str,
        *,
        queue: str,
        site: str,
        channel: str,
        cid: str,
        profile: VisitorProfile,
        text: str = "",
        hidden: bool = False,
        budgets: str = "",
        proof: str = "",
    ) -> Said:
        """Leave a message: a chat that has ended from the start, without a clock.

        If the visitor has a waiting chat, it becomes the message, and `text`, if any, is added to it. Raises ChatFull,
        and NothingToDo with neither a text nor such a chat.
        """
        visitor = profile.visitor
        author = Author(visitor.id, visitor.name)
        profile = msgspec.structs.replace(profile, site="", channel="", cid=cid)
        described = _fact_of(profile)
        words = encode(MessagePayload(author, cid, text, hidden)) if text else ""
        return await self._said(
            "leave_message",
            chat,
            visitor.id,
            queue,
            site,
            channel,
            cid,
            digest(text, visitor.email, hidden=hidden),
            encode(profile),
            described,
            words,
            encode(Mark(author, cid)),
            budgets,
            proof,
        )

    async def visitor_say(
        self,
        chat: str,
        visitor: Visitor,
        connection: str,
        cid: str,
        text: str,
        budgets: str = "",
        *,
        hidden: bool = False,
        file: SharedFile | None = None,
    ) -> Said:
        """Add one message; within ten minutes of the end it reopens the chat.

        Raises ChatEnded, ChatFull, Gone, NotYours.
        """
        words = MessagePayload(Author(visitor.id, visitor.name), cid, text, hidden, file)
        mark, payload = digest("say", text, hidden=hidden), encode(words)
        return await self._said("visitor_say", chat, visitor.id, connection, cid, mark, payload, budgets)

    async def visitor_end(self, chat: str, visitor: Visitor, cid: str) -> Said:
        mark = Mark(Author(visitor.id, visitor.name), cid)
        return await self._said("visitor_end", chat, visitor.id, cid, digest("end"), encode(mark))

    async def rate(self, chat: str, visitor: str, cid: str, score: int, comment: str, *, hidden: bool = False) -> Said:
        """Rate the chat, once. Raises NothingToDo the second time."""
        payload = encode(Rating(score, cid, comment))
        return await self._said("rate", chat, visitor, cid, digest(score, comment, hidden=hidden), payload)

    async def set_profile(
        self, chat: str, cid: str, profile: VisitorProfile, body: str = "", budgets: str = ""
    ) -> Said:
        """Replace the visitor's profile; `body` is the command as the client sent it."""
        fact = _fact_of(profile, cid)
        mark = digest(body or fact.decode())
        return await self._said("profile", chat, profile.visitor.id, cid, mark, fact, _kept_of(profile), budgets)

    async def profile_set(self, chat: str, visitor: str, cid: str, body: str) -> Said | None:
        """Return the first result of a `set_profile` with this cid and body; None if it was not done.

        Raises CidReused.
        """
        found = await self.store.command("HGET", self.keys.of("cids", chat), f"{visitor}|{cid}")
        if found is None:
            return None
        mark, seq, at, where = found.decode().split()  # in the format of `done` in functions/base.lua
        if mark != digest(body):
            raise CidReused
        return Said(where, int(seq), int(at))

    async def identify(
        self,
        visitor: str,
        use: str,
        by: str,
        until: int,
        *,
        chat: str = "",
        before: str = "",
        profile: VisitorProfile | None = None,
    ) -> bool:
        """Record a proven identity. `use`, if any, is used up by `by` and remembered until `until` (ms).

        A `chat` that `before` has begun is the visitor's from now on, with this profile. Returns whether it is. Raises
        IdentityUsed.
        """
        fact, kept = (_fact_of(profile), _kept_of(profile)) if profile is not None else (b"", b"")
        _, _, _, claimed = await self._call("identify", visitor, use, by, until, chat, before, fact, kept)
        return bool(claimed == b"1")

    async def arrive(self, visitor: str, chat: str, connection: str, after: int) -> Arrived:
        """Register the presence of a tab that said hello, and return its chat with the facts after `after`.

        Returns the chat from its start if `chat` is another one or has fewer facts than `after`: the client then holds
        a different history.
        """
        arrived = await self._arrive(visitor, chat, connection, after)
        found = arrived.chat
        if found is not None and found.id == chat and after > found.number("last"):
            return await self._arrive(visitor, chat, connection, 0)
        return arrived

    async def _arrive(self, visitor: str, chat: str, connection: str, after: int) -> Arrived:
        _, now, _, current, fields, log, start = await self._call("arrive", visitor, chat, connection, after, HISTORY)
        if not current:
            return Arrived(None, 0, int(now))
        return Arrived(ChatSnapshot(current.decode(), table(fields), "", log), int(start), int(now))

    async def depart(self, chat: str, connection: str) -> None:
        await self._call("depart", chat, connection)

    async def renew_tabs(self, tabs: Sequence[tuple[str, str]]) -> None:
        """Renew (chat, connection) of every open visitor's socket."""
        await self._call("renew_tabs", *(value for tab in tabs for value in tab))

    async def sockets(self, process: str, address: str, count: int, most: int) -> None:
        """Report this process's sockets of an address.

        Raises TooManyConnections if all processes have more than `most`.
        """
        await self._call("sockets", process, address, count, most)

    async def renew_sockets(self, process: str, counts: Iterable[tuple[str, int]]) -> None:
        """Report all sockets of this process, by address."""
        await self._call("renew_sockets", process, *(value for pair in counts for value in pair))

    async def visitor_seen(self, chat: str, visitor: str, seq: int) -> None:
        await self._call("visitor_seen", chat, visitor, seq)


def _fact_of(profile: VisitorProfile, cid: str = "") -> bytes:
    """Return the part of the profile that a `profile` fact carries."""
    opening = {"site": "", "channel": "", "referrer": "", "agent_string": "", "zone": ""}
    return encode(msgspec.structs.replace(profile, **opening, answers=[], greeting=None, cid=cid))


def _kept_of(profile: VisitorProfile) -> bytes:
    """Return the part of the profile that the chat keeps."""
    return encode(msgspec.structs.replace(profile, site="", channel="", cid=""))
