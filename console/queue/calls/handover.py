"""Typed calls for chats that change hands, and for watching."""

from console.errors import BadCommand
from console.events import Author, Status
from console.queue.calls.caller import Caller
from console.queue.payloads import HandOver, Mark, MessagePayload, digest, encode
from console.queue.results import (
    Said,
)


class HandOverCalls(Caller):
    async def take(self, agent: Author, fence: int, chat: str, cid: str) -> Said:
        """Take a chat from the agent's queues; "" takes the most urgent one. Raises NoSlot, NothingToDo, NotYours."""
        return await self._said("take", agent.id, fence, chat, cid, digest("take", chat))

    async def accept(self, agent: Author, fence: int, chat: str, cid: str) -> Said:
        """Accept an offer. Raises NothingToDo if it is over."""
        return await self._said("accept", agent.id, fence, chat, cid, digest("accept"))

    async def decline(self, agent: Author, fence: int, chat: str, cid: str) -> Said:
        """Decline an offer: the chat moves on and is not offered to this agent again for a minute."""
        return await self._said("decline", agent.id, fence, chat, cid, digest("decline"))

    async def transfer(
        self,
        agent: Author,
        fence: int,
        chat: str,
        cid: str,
        *,
        queue: str = "",
        to: str = "",
        note: str = "",
        hidden: bool = False,
    ) -> Said:
        """Transfer to a queue or one colleague; the draft goes along. Raises BadCommand, NotYours, NotThere, NoSlot."""
        _one_of(queue, to)
        payload, body = encode(HandOver(agent, cid, note)), digest("transfer", queue, to, note, hidden=hidden)
        return await self._said("transfer", agent.id, fence, chat, cid, body, queue, to, payload)

    async def invite(self, agent: Author, fence: int, chat: str, cid: str, guest: str) -> Said:
        """Let a colleague watch and whisper. Raises NothingToDo if they already may."""
        payload = encode(Mark(agent, cid))
        return await self._said("invite", agent.id, fence, chat, cid, digest("invite", guest), guest, payload)

    async def whisper(self, author: Author, chat: str, cid: str, text: str, *, hidden: bool = False) -> Said:
        """Add a note from a watcher; the caller has checked the right."""
        payload, body = encode(MessagePayload(author, cid, text, hidden)), digest("whisper", text, hidden=hidden)
        return await self._said("whisper", author.id, chat, cid, body, payload)

    async def watch(self, author: Author, chat: str, connection: str, *, on: bool) -> None:
        """Record that somebody watches a chat; the caller has checked the right. Raises Gone, ChatEnded.

        Lasts for a minute unless repeated.
        """
        await self._call("watch", chat, author.id, connection, encode(author.name), int(on))

    async def move(
        self,
        author: Author,
        chat: str,
        cid: str,
        *,
        queue: str = "",
        to: str = "",
        note: str = "",
        hidden: bool = False,
    ) -> Said:
        """Transfer a chat, waiting or somebody's, to a queue or one agent. Raises what `transfer` raises."""
        _one_of(queue, to)
        payload, body = encode(HandOver(author, cid, note)), digest("move", queue, to, note, hidden=hidden)
        return await self._said("move", author.id, chat, cid, body, queue, to, payload)

    async def take_over(self, author: Author, chat: str, cid: str) -> Said:
        """Take a chat into one's own slot, whatever one's status.

        Raises NotThere without a console, NoSlot, NothingToDo.
        """
        return await self._said("take_over", author.id, chat, cid, digest("take_over"), encode(HandOver(author, cid)))

    async def set_agent_status(self, author: Author, agent: str, status: Status, reason: str = "") -> int:
        """Set somebody else's status; return the time (ms). Raises NotYours if there is no such member."""
        kept = encode(reason) if reason else ""
        return int((await self._call("set_agent_status", author.id, agent, status, kept))[4])


def _one_of(queue: str, to: str) -> None:
    if bool(queue) == bool(to):
        raise BadCommand("Choose a queue or a colleague to transfer the chat to.", at=["$.queue", "$.agent"])
