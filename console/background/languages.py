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
LOOKS = 3  # attempts per chat
LONGEST = 600  # characters examined, the newest
CHATS = 5_000  # remembered; the oldest are forgotten
WAITING = 200  # chats in the queue; a chat beyond that gets another chance with later messages
ADDRESS = re.compile(r"\S*(?:://|@|www\.)\S*")  # of a page or a mailbox: not in any language
IDLE = 600.0  # seconds until an idle recognizer process ends
PAUSE = 30.0  # seconds after a failure

log = structlog.get_logger()


class Heard(msgspec.Struct):
    """What a visitor has written so far."""

    text: str = ""
    looks: int = 0
    waits: bool = False  # in the queue


class Languages:
    """Only the leading process does this, and only if a queue has languages. `_here`: the models are installed."""

    def __init__(self, services: Services, leads: Callable[[], bool], *, recognizer: Recognizer | None = None) -> None:
        self._services = services
        self._leads = leads
        self._here = installed()
        self.recognizer = recognizer or Recognizer()
        self._heard: dict[str, Heard] = {}
        self._due = asyncio.Queue[str](WAITING)

    def heed(self, fact: AnyFact | Unreadable) -> None:
        if isinstance(fact, Ended):
            self._heard.pop(fact.chat, None)
        elif isinstance(fact, Message) and fact.by == "visitor" and fact.file is None and self._uses():
            self._hear(fact)

    def _uses(self) -> bool:
        return (
            self._here and self._leads() and any(queue.languages for queue in self._services.directory.queues.values())
        )

    def _hear(self, fact: Message) -> None:
        heard = self._heard.setdefault(fact.chat, Heard())
        if len(self._heard) > CHATS:
            del self._heard[next(iter(self._heard))]
        heard.text = f"{heard.text}\n{ADDRESS.sub(' ', fact.text)}"[-LONGEST:]
        enough = sum(letter.isalpha() for letter in heard.text) >= LETTERS
        if enough and heard.looks < LOOKS and not heard.waits and not self._due.full():
            heard.waits = True
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
        heard = self._heard.get(chat)
        if heard is None:
            return None
        heard.waits, heard.looks = False, heard.looks + 1
        try:
            await self._look(chat, heard)
        except RecognizerAway as problem:
            log.warning("languages.away", error=str(problem))
            await asyncio.sleep(PAUSE)

    async def _look(self, chat: str, heard: Heard) -> None:
        state = self._services.picture.chats.get(chat)
        if state is None or state.language_by == "agent":
            return
        language, likely = await self.recognizer.ask(heard.text, self._languages())
        if likely >= SURE and language != state.language:
            with suppress(Refused):  # the chat has ended, or an agent was faster
                await self._services.workspace.detected(chat, self._as_spoken(language))

    def _languages(self) -> set[str]:
        """Include the product's own languages, so that a language nobody here speaks is not mistaken for another."""
        return {language_of(code) for code in (*languages(), *languages_in(self._services.directory))}

    def _as_spoken(self, language: str) -> str:
        """Norwegian has two codes."""
        return "no" if language == "nb" and "no" in self._languages() else language
