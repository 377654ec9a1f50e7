"""Which of the team's replies fit what a visitor wrote, for a model's draft. Pure.

The console ranks its own suggestions more precisely (`static/console/suggestions/ranker.js`).
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from console.suggestions.learned_replies import Learned, LearnedReplies
from console.suggestions.words import words_of

CANNED, SENTENCES = 8, 6  # at most
OWN = 0.6  # weight of a word in the reply itself, relative to one that visitors used before it
SHOWN_WORDS = 6  # of those that visitors used


class FittingReply(NamedTuple):
    """A reply of the team; `after` are words that several visitors used before it, the most frequent first."""

    title: str
    text: str
    after: list[str]


def fitting_replies(asked: str, canned: Iterable[tuple[str, str, str]], learned: LearnedReplies) -> list[FittingReply]:
    """Return the canned replies, given as (id, title, text), and the learned sentences that fit best, best first."""
    known = [_Reply(title, text, learned.canned.get(id)) for id, title, text in canned]
    said = [_Reply("", sentence.text, sentence) for sentence in learned.sentences]
    words = set(words_of(asked))
    return [*_best(words, known, CANNED), *_best(words, said, SENTENCES)]


class _Reply:
    def __init__(self, title: str, text: str, learned: Learned | None) -> None:
        self.title, self.text = title, text
        self.before = learned.words if learned is not None else {}
        self.times = learned.times if learned is not None else 0
        self.own = {*words_of(title), *words_of(text)}
        self.words = self.own | self.before.keys()

    def weight(self, word: str) -> float:
        return 1.0 if word in self.before else OWN

    def fitting(self) -> FittingReply:
        after = sorted(self.before, key=lambda word: (-self.before[word], word))
        return FittingReply(self.title, self.text, after[:SHOWN_WORDS])


def _best(words: set[str], replies: Sequence[_Reply], most: int) -> list[FittingReply]:
    """A word that few replies have counts more. Without a common word, the most frequent replies are returned."""
    have = Counter(word for reply in replies for word in words & reply.words)

    def score(reply: _Reply) -> float:
        return sum(reply.weight(word) * math.log(1 + len(replies) / have[word]) for word in words & reply.words)

    ranked = sorted(replies, key=lambda reply: (-score(reply), -reply.times, reply.title, reply.text))
    return [reply.fitting() for reply in ranked[:most]]
