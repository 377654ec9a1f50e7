"""What wrap-ups teach: which reasons a queue's chats were given, and which of the visitors' words distinguish them.
Pure.

As with replies, only words that several visitors used are kept.
"""

import math
from collections import Counter
from collections.abc import Iterable

import msgspec

from console.suggestions.learned_replies import MOST_WORDS, SAID_BY
from console.suggestions.words import words_of

LEAST = 0.2  # weight below which a word hardly distinguishes one reason from the others
LONGEST = 3_000  # characters of a chat that are read; its subject is at the beginning


class WrappedChat(msgspec.Struct, frozen=True):
    """What a visitor wrote in one chat, and the reason that an agent gave at that time (ms). Empty: none."""

    visitor: str
    asked: str
    reason: str = ""
    agent: str = ""
    at: int = 0


class GivenReason(msgspec.Struct):
    """How many chats were given a reason, and when last (ms).

    `words` maps folded words of visitors to how much each speaks for this reason and against the others.
    """

    times: int = 0
    last: int = 0
    words: dict[str, float] = {}
    agents: dict[str, int] = {}


class _ChatsTogether:
    """All chats with the same reason, or all chats."""

    def __init__(self) -> None:
        self.times = self.last = 0
        self.visitors: set[str] = set()
        self.words: dict[str, set[str]] = {}  # word -> who used it
        self.agents: Counter[str] = Counter()

    def add(self, chat: WrappedChat, words: Iterable[str]) -> None:
        self.times += 1
        self.last = max(self.last, chat.at)
        self.visitors.add(chat.visitor)
        self.agents[chat.agent] += 1
        for word in words:
            self.words.setdefault(word, set()).add(chat.visitor)

    def learned(self, everybody: "_ChatsTogether") -> GivenReason:
        weights = {
            word: self._weight(users, everybody.words[word], everybody.visitors)
            for word, users in self.words.items()
            if len(users) >= SAID_BY
        }
        telling = sorted(
            (word for word, weight in weights.items() if weight >= LEAST),
            key=lambda word: (-weights[word] * len(self.words[word]), word),
        )
        words = {word: round(weights[word], 2) for word in telling[:MOST_WORDS]}
        return GivenReason(self.times, self.last, words, dict(self.agents))

    def _weight(self, users: set[str], all_users: set[str], everybody: set[str]) -> float:
        """Compare the share of this reason's visitors who used the word with the share of the others."""
        here = (len(users) + 1) / (len(self.visitors) + 2)  # one use more and one less: a few chats prove little
        there = (len(all_users - users) + 1) / (len(everybody - self.visitors) + 2)
        return math.log(here / there)


def learn_reasons(chats: Iterable[WrappedChat]) -> dict[str, GivenReason]:
    """Return what the chats of one queue teach, by reason. Chats without a reason show which words mean nothing."""
    everybody = _ChatsTogether()
    given: dict[str, _ChatsTogether] = {}
    for chat in chats:
        words = set(words_of(chat.asked[:LONGEST]))
        everybody.add(chat, words)
        if chat.reason:
            given.setdefault(chat.reason, _ChatsTogether()).add(chat, words)
    return {reason: one.learned(everybody) for reason, one in given.items()}
