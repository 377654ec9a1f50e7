"""The model's automatic first words: when one is due, and in which words."""

import re

from console.domain.channels import INSTANT
from console.domain.first_words import OTHERS, phrases_by_language
from tests.model.state import Chat
from tests.model.turns import Turns

TYPES, PROMISED = 4_000, 30_000
NAMES = re.compile(r"\{([a-z_]+)\}")


class FirstWords(Turns):
    def word_due(self, c: Chat) -> int:
        """Return when (ms) an automatic first word is due; 0 if none can be given."""
        lead = self.queues[c.queue].automatic
        can = c.place == "active" and c.turn and c.got and not c.unanswered and not c.promise and c.channel in INSTANT
        if not can or not lead or not c.next_break or not self.members[c.agent].connected:
            return 0
        return c.next_break - lead

    def time_word(self, c: Chat) -> None:
        self.no_timer(c.id, "word")
        if at := self.word_due(c):
            self.timer("word", c.id, at)

    def _fire_word(self, chat: str) -> None:
        c = self.chats.get(chat)
        at = self.word_due(c) if c else 0
        if not c or not at or self.now >= c.next_break:
            return
        free = max(at, c.typed + TYPES)
        if free <= self.now:
            self._give(c)
        elif free < c.next_break:
            self.timer("word", chat, free)

    def _give(self, c: Chat) -> None:
        text = self._phrase(c)
        turn = self.close_turn(c, 0, automatic=True)
        c.promise = self.now + PROMISED
        self.hold(c, turn["asked"])
        author = {"id": c.agent, "name": self.members[c.agent].name}
        told = {"turn": turn, "promise": c.promise, "automatic": True, "author": author}
        c.worded = len(c.log) + 1
        self.record(c, "message", by="agent", **told, cid=f"word-{c.id}-{c.worded}", text=text)
        self.await_visitor(c)
        self.measure_chat(c, "v", turn["waited"], within="late" not in turn)
        self.count(c.queue, automatic=1)
        self.late_answer(c, turn)

    def _phrase(self, c: Chat) -> str:
        queue = self.queues[c.queue]
        phrases = phrases_by_language(queue.phrases, queue.languages)
        known = {
            "first_name": c.called.split()[0] if c.called else "",
            "agent": self.members[c.agent].name,
            "question": quotable(c.log[c.asked[-1][0] - 1]["text"]),
        }
        fitting = [
            phrase
            for phrase in phrases.get(c.tongue, phrases[OTHERS])
            if all(known[name] for name in NAMES.findall(phrase))
        ]
        last = c.log[c.worded - 1]["text"] if c.worded else ""
        start = len(c.log) % len(fitting)
        others = [phrase for phrase in fitting[start:] + fitting[:start] if not _is_from(phrase, last)]
        return NAMES.sub(lambda found: known[found[1]], (others or fitting)[0])


def quotable(text: str) -> str:
    line = text.strip()
    plain = len(line) <= 80 and not set("\n{}") & set(line)
    return line if plain and sum(char.isdecimal() for char in line) < 4 else ""


def _is_from(phrase: str, text: str) -> bool:
    return bool(re.fullmatch(".+".join(re.escape(part) for part in NAMES.split(phrase)[::2]), text, re.DOTALL))
