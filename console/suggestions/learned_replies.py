"""What sent answers teach: which words they followed, how often, when, in which languages. Pure.

A sentence is learned only if it was sent to several visitors, and a word only if several of them used it, so nothing
that one visitor wrote or read reaches another.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from console.suggestions.sentences import sentences_of
from console.suggestions.words import fold, words_of

VISITORS = 3  # visitors who must have received a sentence before it is suggested
SAID_BY = 2  # visitors who must have used a word before it counts
MOST_WORDS = 40  # of one reply: the most frequent ones
MOST_SENTENCES = 200  # of one queue
LONGEST = 600  # characters of a sentence; a longer one is not a phrase
SHORTEST = 12  # characters of a phrase; a shorter one is typed as fast as it is completed


class Exchange(msgspec.Struct, frozen=True):
    """What a visitor wrote in one turn, and the answer. `at` is in ms; `canned` names the reply sent unchanged."""

    visitor: str
    name: str
    lang: str  # primary tag; may be empty
    asked: str
    answer: str
    agent: str
    at: int
    canned: str = ""


class Learned(msgspec.Struct):
    """A reply and when it was sent. `words` maps folded words of visitors to how many used them.

    `text` is empty for a canned reply, which has its own.
    """

    text: str
    times: int = 0
    last: int = 0
    words: dict[str, int] = {}
    langs: dict[str, int] = {}
    agents: dict[str, int] = {}


class LearnedReplies(msgspec.Struct):
    """What one queue has learned: by id of a canned reply, and typed answers, the most frequent first.

    `phrases` are the single sentences of those answers, without words of visitors.
    """

    canned: dict[str, Learned] = {}
    sentences: list[Learned] = []
    phrases: list[Learned] = []


class _Gathered:
    """All exchanges with the same answer."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.times = self.last = 0
        self.visitors: set[str] = set()
        self.words: dict[str, set[str]] = {}  # word -> who used it
        self.langs: Counter[str] = Counter()
        self.agents: Counter[str] = Counter()

    def add(self, exchange: Exchange, asked: str) -> None:
        self.times += 1
        self.last = max(self.last, exchange.at)
        self.visitors.add(exchange.visitor)
        self.langs[exchange.lang] += 1
        self.agents[exchange.agent] += 1
        for word in set(words_of(asked)):
            self.words.setdefault(word, set()).add(exchange.visitor)

    def learned(self) -> Learned:
        counts = Counter({word: len(users) for word, users in self.words.items() if len(users) >= SAID_BY})
        return Learned(
            self.text, self.times, self.last, dict(counts.most_common(MOST_WORDS)), dict(self.langs), dict(self.agents)
        )


def learn(exchanges: Iterable[Exchange]) -> LearnedReplies:
    """Return what the exchanges of one queue teach."""
    canned: dict[str, _Gathered] = {}
    typed: dict[str, _Gathered] = {}
    phrases: dict[str, _Gathered] = {}
    for exchange in exchanges:
        if exchange.canned:
            canned.setdefault(exchange.canned, _Gathered("")).add(exchange, exchange.asked)
            continue
        text = phrase_of(exchange.answer, exchange.name)
        if text:
            typed.setdefault(fold(text), _Gathered(text)).add(exchange, exchange.asked)
        for line in exchange.answer.splitlines():
            for one in sentences_of(phrase_of(line, exchange.name)):
                if len(one) >= SHORTEST:
                    phrases.setdefault(fold(one), _Gathered(one)).add(exchange, "")
    return LearnedReplies({id: one.learned() for id, one in canned.items()}, _most_said(typed), _most_said(phrases))


def _most_said(gathered: Mapping[str, _Gathered]) -> list[Learned]:
    known = [one.learned() for one in gathered.values() if len(one.visitors) >= VISITORS]
    return sorted(known, key=lambda one: (-one.times, -one.last, one.text))[:MOST_SENTENCES]


def phrase_of(answer: str, name: str) -> str:
    """Return the answer as a phrase for any visitor, with their name as a placeholder. Empty if it is too long."""
    text = " ".join(answer.split())
    if not text or len(text) > LONGEST:
        return ""
    first = name.split()[0] if name.split() else ""
    for value, placeholder in ((name.strip(), "{visitor}"), (first, "{first_name}")):
        if len(value) > 1:
            text = _replace_word(text, value, placeholder)
    return text


def _replace_word(text: str, word: str, by: str) -> str:
    """Replace the word where it stands alone."""
    found, at = [], 0
    while (here := text.find(word, at)) >= 0:
        end = here + len(word)
        alone = not text[here - 1 : here].isalnum() and not text[end : end + 1].isalnum()
        found.append(text[at:here] + (by if alone else word))
        at = end
    return "".join([*found, text[at:]])
