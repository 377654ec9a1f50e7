"""A chat that the bot has: who the visitor is, what was said, and what the bot can do."""

from collections.abc import Iterable
from typing import Any, NamedTuple, Protocol

import msgspec

from sestetto_client.frames import BotEnd, BotHandOver, BotSay, BotStream, ChatForBot
from sestetto_client.outbox import Outbox, new_cid


class Said(NamedTuple):
    """A message: `by` is visitor, agent or bot."""

    seq: int
    by: str
    name: str
    text: str


class Sends(Protocol):
    outbox: Outbox

    def signal(self, frame: BotStream) -> None: ...


class Chat:
    """It has the attributes of `ChatForBot` too: `id`, `name`, `email`, `fields`, `locale`, `queue` and so on."""

    def __init__(self, bot: Sends, told: ChatForBot) -> None:
        self._bot = bot
        self._told = told
        self.messages: list[Said] = []
        self.last = 0
        self.learn(told)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._told, name)

    @property
    def asked(self) -> str:
        """What the visitor wrote since somebody else wrote last; empty if it is the visitor's turn."""
        texts: list[str] = []
        for one in reversed(self.messages):
            if one.by != "visitor":
                break
            texts.insert(0, one.text)
        return "\n".join(texts)

    async def say(self, text: str) -> None:
        """Say something; returns when it is on disk. Raises Refused."""
        await self._bot.outbox.done(BotSay(new_cid(), self._told.id, text))

    async def stream(self, text: str) -> None:
        """Show the visitor the text so far, all of it each time. It may be lost."""
        self._bot.signal(BotStream(self._told.id, text))

    async def hand_over(self, summary: str = "", draft: str = "", queue: str = "") -> None:
        """Give the chat to people: staff read the summary, the agent who gets it finds the draft. Raises Refused."""
        await self._bot.outbox.done(BotHandOver(new_cid(), self._told.id, queue, summary, draft))

    async def end(self) -> None:
        """End the chat. Raises Refused."""
        await self._bot.outbox.done(BotEnd(new_cid(), self._told.id))

    # --- for the bot ------------------------------------------------------------------------------------

    def learn(self, told: ChatForBot) -> None:
        """Update the chat from the server's current state; messages that are known already stay."""
        self._told = told
        self.hear(msgspec.json.decode(raw) for raw in told.facts)

    def hear(self, facts: Iterable[dict[str, Any]]) -> None:
        for fact in facts:
            if fact["seq"] <= self.last:
                continue
            self.last = fact["seq"]
            if fact["kind"] == "message":
                author = fact["author"].get("name", "")
                self.messages.append(Said(fact["seq"], fact["by"], author, fact["text"]))
            elif fact["kind"] == "redacted":  # a later message completed a card number
                now = fact["fact"]["text"]
                self.messages = [one._replace(text=now) if one.seq == fact["of"] else one for one in self.messages]
