"""Typed calls for bots that have chats, and for the visitor who wants a person instead."""

from console.events import Author, Visitor
from console.queue.calls.caller import Caller
from console.queue.payloads import HandOver, Mark, MessagePayload, Summary, digest, encode
from console.queue.results import BotConnected, Said, chat_snapshot


class BotCalls(Caller):
    async def bot_connect(self, bot: Author, limit: int) -> BotConnected:
        """Connect a bot for `limit` chats at once; an earlier connection of the same bot can do nothing more."""
        _, now, _, fence, chats, n = await self._call("bot_connect", bot.id, encode(bot.name), limit)
        return BotConnected(int(fence), [chat_snapshot(chat) for chat in chats], int(n), int(now))

    async def bot_leave(self, bot: str, fence: int) -> None:
        """Report that the socket has closed; the grace period starts. Raises Fenced if a later connection has taken
        over.
        """
        await self._call("bot_leave", bot, fence)

    async def bot_say(self, bot: Author, fence: int, chat: str, cid: str, text: str, *, hidden: bool = False) -> Said:
        """Add a message in a chat that the bot has. Raises Fenced, NotYours, Gone, ChatEnded, ChatFull."""
        payload, body = encode(MessagePayload(bot, cid, text, hidden)), digest("say", text, hidden=hidden)
        return await self._said("bot_say", bot.id, fence, chat, cid, body, payload)

    async def bot_streams(self, bot: str, fence: int, chat: str) -> None:
        """Record that the bot is writing, so that it keeps the chat for longer."""
        await self._call("bot_streams", bot, fence, chat)

    async def bot_hands_over(
        self,
        bot: Author,
        fence: int,
        chat: str,
        cid: str,
        *,
        queue: str = "",
        summary: str = "",
        draft: str = "",
        hidden: bool = False,
    ) -> Said:
        """Hand the chat over to people of its own queue or another; the clock starts. Also raises NoQueue."""
        payload, body = encode(Summary(bot, cid, summary, hidden)), digest("hand_over", queue, summary, hidden=hidden)
        return await self._said("bot_hands_over", bot.id, fence, chat, cid, body, queue, draft, payload)

    async def bot_end(self, bot: Author, fence: int, chat: str, cid: str) -> Said:
        return await self._said("bot_end", bot.id, fence, chat, cid, digest("end"), encode(Mark(bot, cid)))

    async def ask_person(self, chat: str, visitor: Visitor, cid: str) -> Said:
        """Hand a bot's chat over, as its visitor wishes. Raises NothingToDo if no bot has it."""
        payload = encode(HandOver(Author(visitor.id, visitor.name), cid))
        return await self._said("ask_person", chat, visitor.id, cid, digest("ask_person"), payload)
