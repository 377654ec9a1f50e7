"""Drafts on one agent's socket: one per chat, cancelled when a newer message comes or the chat leaves."""

import asyncio
from collections.abc import Callable, Iterable

import structlog

from console.actions.drafts import draft_answer
from console.errors import SestettoError
from console.events import ChatFact, Ended, Message, NoReply
from console.protocol import Drafted
from console.services import Services

PAUSE = 0.3  # seconds after a message: people write two in a row

log = structlog.get_logger()


class Drafting:
    def __init__(self, services: Services, agent: str, send: Callable[[Drafted], None]) -> None:
        """Sends nothing before `switch`."""
        self._services = services
        self._agent = agent
        self._send = send
        self._on = False
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def switch(self, on: bool, held: Iterable[str]) -> None:
        """Start, with the chats that the agent holds, or stop."""
        self.close()
        self._on = on and self._services.drafts.on
        for chat in held:
            self.begin(chat)

    def on_fact(self, fact: ChatFact) -> None:
        """React to a fact of a chat that the agent holds."""
        if isinstance(fact, Message) and fact.by == "visitor":
            self.begin(fact.chat)
        elif isinstance(fact, NoReply | Ended) or (isinstance(fact, Message) and not fact.promise):
            self.end(fact.chat)

    def begin(self, chat: str) -> None:
        """Ask for a draft if the chat waits for an answer."""
        self.end(chat)
        if not self._wanted:
            return
        task = self._tasks[chat] = asyncio.create_task(self._draft(chat))
        task.add_done_callback(lambda done: self._tasks.pop(chat) if self._tasks.get(chat) is done else None)

    def end(self, chat: str) -> None:
        if chat in self._tasks:
            self._tasks.pop(chat).cancel()

    def close(self) -> None:
        for chat in [*self._tasks]:
            self.end(chat)

    @property
    def _wanted(self) -> bool:
        return self._on and self._services.directory.drafts

    async def _draft(self, chat: str) -> None:
        await asyncio.sleep(PAUSE)
        try:
            text, after = await draft_answer(self._services, self._agent, chat)
        except SestettoError as problem:
            log.info("drafts.not_asked", error=problem.code, chat=chat)
            return
        if text and self._wanted:
            self._send(Drafted(chat, after, text))
