"""The scripted person: sees what the console shows, and does one thing after the other at a person's pace.

Notice, move, read, decide, compose, send. Eyes and hands are strictly serial, as the keystroke-level model has them.
"""

import asyncio
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Page

from tools.yardstick.conversations import GOODBYE, Question, begun_with, fits, meant_by
from tools.yardstick.hands import Hands, Point
from tools.yardstick.human import Nature
from tools.yardstick.ways import Way

IDLE = 0.05  # s between two glances of an idle eye
BITE = 3  # words of a preview that are read in one glance
Look = dict[str, Any]
Pane = dict[str, Any]


@dataclass
class Answer:
    """One intended answer. Times are this machine's, ms; `read_ahead` counts words."""

    chat: str
    name: str
    asked: str
    text: str = ""
    how: str = ""  # typed, menu, suggestion, completion
    born: float = 0.0
    begun: float = 0.0
    sent: float = 0.0
    read_ahead: int = 0
    keys: int = 0  # pressed in the run so far
    clicks: int = 0


@dataclass
class Agent:
    page: Page
    way: Way
    nature: Nature
    answers: list[Answer] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    spent: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))  # seconds by activity
    wrapped: set[str] = field(default_factory=set)  # chats that were wrapped up or put off
    _read: Counter[str] = field(default_factory=Counter)  # words of a message that were read ahead
    _prepared_by: dict[str, str] = field(default_factory=dict)  # how an answer got into the box ahead
    _decided: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.hands = Hands(self.page, self.nature)
        self.seen: Look = {"panes": []}

    async def work(self, until: float) -> None:
        """Work until that time (monotonic)."""
        idle = True
        self.hands.begin()
        while time.monotonic() < until:
            await self.look()
            if self._owed():
                await self._notice(idle)
                await self._serve()
                await self._spend("look", "look")
                idle = False
            elif ended := self._ended():
                await (self._put_off() if self.way.later else self._wrap_up(ended[0]))
                idle = False
            else:
                idle = True
                if not (self.way.ahead and await self._foresee()):
                    await (self._give_reasons() if self._has_reasons_left() else self._wait())

    async def look(self) -> Look:
        self.seen = await self.page.evaluate("() => window.eyes.look()")
        return self.seen

    # Seeing what needs an answer

    def _pane(self, slot: int) -> Pane:
        pane: Pane = self.seen["panes"][slot - 1]
        return pane

    def _owed(self) -> list[Pane]:
        """Return the panes where an answer is needed, as far as this glance shows them."""
        active = [pane for pane in self.seen["panes"] if pane["place"] == "active" and pane["unread"]]
        if self.way.threads:
            unread = {row["slot"] for row in self.seen["rows"] if row["unread"]}
            return [pane for pane in active if pane["slot"] in unread or pane["drawn"]]
        return [pane for pane in active if pane["clock"] in {"turn", "promise"}]

    def _waiting(self) -> list[Pane]:
        """Return those whose visitor has not had a first word."""
        return [pane for pane in self._owed() if pane["clock"] == "turn"]

    def _ended(self) -> list[Pane]:
        return [pane for pane in self.seen["panes"] if pane["place"] == "wrapup" and pane["chat"] not in self.wrapped]

    def _has_reasons_left(self) -> bool:
        return self.way.later and self.seen["reasonsLeft"] > 0

    async def _spend(self, what: str, operation: str, times: int = 1) -> None:
        start = time.monotonic()
        await self.hands.spend(operation, times)
        self.spent[what] += time.monotonic() - start

    async def _notice(self, idle: bool) -> None:
        """An idle eye needs time to notice a new line; a busy one has just looked around."""
        if not idle:
            return
        born = min(pane["unread"][0]["born"] for pane in self._owed())
        self.hands.begin()
        left = self.nature.seconds("react") - (time.time() - born / 1000)
        await self.hands.rest(max(0.0, left))

    async def _wait(self) -> None:
        start = time.monotonic()
        await asyncio.sleep(IDLE)
        self.hands.begin()
        self.spent["idle"] += time.monotonic() - start

    # An answer

    async def _serve(self) -> None:
        """Give one answer, or the first word to everybody who waits for one."""
        if self.way.first_word and not self._soon_answered():
            await self._first_word()
            return
        begun = time.time() * 1000
        slot = await (self._to_thread() if self.way.threads else self._to_pane())
        await self.look()
        if not slot or not self._pane(slot)["unread"] or self._pane(slot)["place"] != "active":
            return
        pane = self._pane(slot)
        if not all(line["inView"] for line in pane["unread"]):
            self.troubles.append(f"a line of {pane['name']} is out of view")
        asked = pane["unread"][-1]["text"]
        answer = Answer(pane["chat"], pane["name"], asked, born=pane["unread"][0]["born"], begun=begun)
        if await self._reply(answer, slot):
            answer.keys, answer.clicks = self.hands.keys, self.hands.clicks
            self.answers.append(answer)
            if meant_by(asked).title == GOODBYE:
                await self._end(slot)

    def _soon_answered(self) -> bool:
        """Whether everybody has had a first word, or the next key answers the one who has not."""
        waiting = self._waiting()
        return not waiting or (len(waiting) == 1 and self._is_prepared(waiting[0]))

    def _is_prepared(self, pane: Pane) -> bool:
        return bool(pane["box"]) and fits(pane["box"], meant_by(pane["unread"][-1]["text"]))

    async def _first_word(self) -> None:
        await self.hands.chord("KeyH", shift=True)

    async def _to_pane(self) -> int:
        """Press the key for the most urgent pane, unless the only clock is in the current box."""
        owed = self._owed()
        if not (len(owed) == 1 and owed[0]["slot"] == self.seen["focus"] and self.seen["typing"]):
            await self.hands.chord("KeyJ")
        await self._spend("move", "glance")
        await self.look()
        return int(self.seen["focus"])

    async def _to_thread(self) -> int:
        """Click the lowest unread row, which has waited longest."""
        here = self.seen["open"]
        rows = [row for row in self.seen["rows"] if row["unread"] or row["slot"] == here]
        rows = [row for row in rows if self._pane(row["slot"])["unread"]]
        if not rows:
            return 0
        await self._spend("move", "compare", len(rows) - 1)
        row = rows[-1]
        if row["slot"] != here:
            await self.hands.click(lambda: self._middle(f'#threads [data-chat="{row["chat"]}"]'))
            await self.look()
            while self.seen["loading"]:
                await asyncio.sleep(0.02)
                await self.look()
            self.hands.begin()
        await self._spend("move", "glance")
        return int(self.seen["open"])

    async def _middle(self, selector: str) -> Point | None:
        found: Point | None = await self.page.evaluate("(selector) => window.eyes.middle(selector)", selector)
        return found

    async def _reply(self, answer: Answer, slot: int) -> bool:
        """Read, decide, compose and send. False if nothing was sent."""
        question = meant_by(answer.asked)
        key = f"{answer.chat}:{answer.asked}"
        answer.read_ahead = self._read.pop(key, 0)
        await self._spend("read", "read", len(answer.asked.split()) - answer.read_ahead)
        await self._decide(key)
        start = time.monotonic()
        answer.how = await self._compose(question, slot, yields=False)
        if answer.how == "prepared":
            answer.how = self._prepared_by.pop(key, answer.how)
        self.spent["compose"] += time.monotonic() - start
        await self.look()
        pane = self._pane(slot)
        if not answer.how or self.seen["focus"] != slot or pane["chat"] != answer.chat:
            return False
        answer.text = pane["box"]
        if not fits(answer.text, question):
            self.troubles.append(f"in the box of {answer.name}: {answer.text!r}")
        await self.hands.press("Enter")
        answer.sent = time.time() * 1000
        return True

    async def _decide(self, key: str) -> None:
        if key not in self._decided:
            self._decided.add(key)
            await self._spend("decide", "decide")

    async def _compose(self, question: Question, slot: int, *, yields: bool) -> str:
        """Put the answer into the box. Returns how, or nothing if it was left unfinished. `yields`: to any clock."""
        await self.look()
        pane = self._pane(slot)
        if pane["box"] and fits(pane["box"], question):
            await self.hands.spend("check")
            return "prepared"
        if pane["box"] and not question.answer.startswith(pane["box"]):
            self.troubles.append(f"{pane['box']!r} is in the box of {pane['name']}")
            return ""
        if self.way.suggestions and await self._take_suggestion(question, pane):
            return "suggestion"
        return await (self._find(question) if question.title else self._type(question, slot, yields=yields))

    async def _take_suggestion(self, question: Question, pane: Pane) -> bool:
        if pane["box"] or (question.title or question.answer) not in pane["suggested"]:
            return False
        await self.hands.spend("check")
        place = pane["suggested"].index(question.title or question.answer)
        await self.hands.chord(f"Digit{7 + place}")
        await self.look()
        return fits(self._pane(pane["slot"])["box"], question)

    async def _find(self, question: Question) -> str:
        """Insert a canned reply from the menu."""
        for letter in "/" + question.find:
            await self.hands.type(letter)
        await self.hands.spend("check")
        if (row := await self.page.evaluate("() => window.eyes.menu()")) != question.title:
            self.troubles.append(f"the menu shows {row!r} for {question.find!r}")
        await self.hands.press("Enter")
        return "menu"

    async def _type(self, question: Question, slot: int, *, yields: bool) -> str:
        """Type what is missing; between two words the eye sees what else needs an answer."""
        await self.look()
        while (text := self._pane(slot)["box"]) != question.answer:
            if not question.answer.startswith(text) or self.seen["focus"] != slot:
                return ""
            word = question.answer[len(text) :].split(" ", 1)[0]
            for letter in word or " ":
                await self.hands.type(letter)
            await self.look()
            if yields and self._owed():
                return ""
            if self.way.first_word and any(pane["slot"] != slot for pane in self._waiting()):
                await self._first_word()
                await self.look()
            if await self._complete(question, slot):
                return "completion"
        return "typed"

    async def _complete(self, question: Question, slot: int) -> bool:
        """Accept the grey rest of the sentence if it is the intended one."""
        pane = self._pane(slot)
        if not (self.way.completion and pane["completion"] and pane["box"] + pane["completion"] == question.answer):
            return False
        await self.hands.spend("check")
        await self.hands.press("Tab")
        await self.look()
        return bool(self._pane(slot)["box"] == question.answer)

    # Ahead of the message

    async def _foresee(self) -> bool:
        """Read on in a preview, or prepare the answer. False if there is nothing to do ahead."""
        for pane in self.seen["panes"]:
            preview = pane["typing"].partition("\u201c")[2].rstrip("\u201d").split()
            if pane["place"] != "active" or not pane["drawn"] or not preview:
                continue
            question = begun_with(" ".join(preview))
            if question is not None and await self._prepare(pane, question, len(preview)):
                return True
        return False

    async def _prepare(self, pane: Pane, question: Question, shown: int) -> bool:
        key = f"{pane['chat']}:{question.text}"
        self.hands.begin()
        if shown > self._read[key]:
            bite = min(BITE, shown - self._read[key])
            await self._spend("ahead", "read", bite)
            self._read[key] += bite
            return True
        if self._read[key] < question.cue or fits(pane["box"], question):
            return False
        await self._decide(key)
        if self.seen["focus"] != pane["slot"] or not self.seen["typing"]:
            await self.hands.chord(f"Digit{pane['slot']}")
            await self._spend("ahead", "glance")
            await self.look()
        if self.seen["focus"] == pane["slot"]:
            self._prepared_by[key] = await self._compose(question, pane["slot"], yields=True)
        return True

    # The end

    async def _end(self, slot: int) -> None:
        if self.way.threads:
            await self.hands.click(lambda: self._middle(f'#pane-{slot} .composer:not([data-ended]) [data-act="end"]'))
        else:
            await self.hands.chord("KeyE")

    async def _put_off(self) -> None:
        """Free every pane that is in wrap-up, for later."""
        self.wrapped |= {pane["chat"] for pane in self._ended()}
        await self.hands.chord("KeyG")

    async def _give_reasons(self) -> None:
        """Give the reasons of the list in a quiet moment, as long as it lasts."""
        await self.hands.chord("KeyR")
        await self._spend("wrap-up", "glance")
        await self.look()
        while self.seen["reasonsOpen"] and self.seen["reasonsLeft"] and not self._owed():
            await self._spend("wrap-up", "decide")
            await self.hands.press("Digit1")
            await self.look()
        if self.seen["reasonsOpen"]:
            await self.hands.press("Escape")

    async def _wrap_up(self, pane: Pane) -> None:
        """Give the first reason in the list."""
        self.wrapped.add(pane["chat"])
        if self.way.threads:
            here = f'#pane-{pane["slot"]} .labels[data-chat="{pane["chat"]}"]:not([data-ended])'
            if self.seen["open"] != pane["slot"]:
                await self.hands.click(lambda: self._middle(f'#threads [data-chat="{pane["chat"]}"]'))
            await self.hands.spend("decide")
            if await self.hands.click(lambda: self._middle(f"{here} .reasons label")):
                await self.hands.click(lambda: self._middle(f'{here} [data-act="done"]'))
            return
        await self.hands.chord(f"Digit{pane['slot']}")
        await self._spend("wrap-up", "glance")
        await self.look()
        if self.seen["focus"] == pane["slot"] and self.seen["choosing"]:
            await self.hands.spend("decide")
            await self.hands.press("Digit1")
            await self.hands.press("Enter")
