"""Chats that change hands, and those who look on, as typed calls."""

from console.errors import BadCommand
from console.events import Author, Status
from console.queue.calls.caller import Caller
from console.queue.payloads import HandOver, Mark, MessagePayload, digest, encode
from console.queue.results import (
    Said,
)


class HandOverCalls(Caller):
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
            "whisper", author.id, chat, cid, digest("whisper", text), encode(MessagePayload(author, cid, text))
        )

    async def watch(self, author: Author, chat: str, connection: str, *, on: bool) -> None:
        """The agent sees that somebody looks on; the caller knows that they may. Gone, ChatEnded.

        It holds for a minute, if it is not said again.
        """
        await self._call("watch", chat, author.id, connection, encode(author.name), int(on))

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


def _one_of(queue: str, to: str) -> None:
    if bool(queue) == bool(to):
        raise BadCommand("Choose a queue or a colleague to transfer the chat to.")
