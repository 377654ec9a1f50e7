"""Recognizes the languages that visitors write in, without delaying messages: at most a few attempts per chat."""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress

import msgspec
import structlog

from console.background.safely import safely
from console.domain.directory import languages_in
from console.domain.languages import language_of
from console.errors import Refused
from console.events import AnyFact, Ended, Message, Unreadable
from console.languages.recognizer import Recognizer, RecognizerAway, installed
from console.services import Services
from console.views.templating import languages

LETTERS = 16  # before the first attempt: fewer are too little evidence
SURE = 0.7  # probability, 0..1
ATTEMPTS = 3  # attempts per chat
LONGEST = 600  # characters examined, the newest
CHATS = 5_000  # remembered; the oldest are forgotten
WAITING = 200  # chats in the queue; a chat beyond that gets another chance with later messages
ADDRESS = re.compile(r"\S*(?:://|@|www\.)\S*")  # of a page or a mailbox: not in any language
IDLE = 600.0  # seconds until an idle recognizer process ends
PAUSE = 30.0  # seconds after a failure

log = structlog.get_logger()


class VisitorText(msgspec.Struct):
    """What a visitor has written so far."""

    text: str = ""
    attempts: int = 0
    waits: bool = False  # in the queue


class Languages:
    """Only the leading process does this, and only if a queue has languages. `_here`: the models are installed."""

    def __init__(self, services: Services, leads: Callable[[], bool], *, recognizer: Recognizer | None = None) -> None:
        self._services = services
        self._leads = leads
        self._here = installed()
        self.recognizer = recognizer or Recognizer()
        self._written: dict[str, VisitorText] = {}
        self._due = asyncio.Queue[str](WAITING)

    def on_fact(self, fact: AnyFact | Unreadable) -> None:
        if isinstance(fact, Ended):
            self._written.pop(fact.chat, None)
        elif isinstance(fact, Message) and fact.by == "visitor" and fact.file is None and self._uses():
            self._add_text(fact)

    def _uses(self) -> bool:
        return (
            self._here and self._leads() and any(queue.languages for queue in self._services.directory.queues.values())
        )

    def _add_text(self, fact: Message) -> None:
        written = self._written.setdefault(fact.chat, VisitorText())
        if len(self._written) > CHATS:
            del self._written[next(iter(self._written))]
        written.text = f"{written.text}\n{ADDRESS.sub(' ', fact.text)}"[-LONGEST:]
        enough = sum(letter.isalpha() for letter in written.text) >= LETTERS
        if enough and written.attempts < ATTEMPTS and not written.waits and not self._due.full():
            written.waits = True
            self._due.put_nowait(fact.chat)

    async def run(self) -> None:
        try:
            while self._here:
                await safely(self._next())
        finally:
            await self.recognizer.stop()

    async def _next(self) -> None:
        try:
            async with asyncio.timeout(IDLE):
                chat = await self._due.get()
        except TimeoutError:
            return await self.recognizer.stop()
        written = self._written.get(chat)
        if written is None:
            return None
        written.waits, written.attempts = False, written.attempts + 1
        try:
            await self._recognize(chat, written)
        except RecognizerAway as problem:
            log.warning("languages.away", error=str(problem))
            await asyncio.sleep(PAUSE)

    async def _recognize(self, chat: str, written: VisitorText) -> None:
        state = self._services.picture.chats.get(chat)
        if state is None or state.language_by == "agent":
            return
        language, likely = await self.recognizer.ask(written.text, self._languages())
        if likely >= SURE and language != state.language:
            with suppress(Refused):  # the chat has ended, or an agent was faster
                await self._services.workspace.detected(chat, self._as_spoken(language))

    def _languages(self) -> set[str]:
        """Include the product's own languages, so that a language nobody here speaks is not mistaken for another."""
        return {language_of(code) for code in (*languages(), *languages_in(self._services.directory))}

    def _as_spoken(self, language: str) -> str:
        """Norwegian has two codes."""
        return "no" if language == "nb" and "no" in self._languages() else language
