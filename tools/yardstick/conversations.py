"""What visitors ask and what agents answer, from `conversations.json`.

A `|` in a question marks where a reader knows what is asked. The answer is a canned reply of the demo, by its title, or
typed. The second half of each question's wordings occurs only in the measured part. The first half is in the team's
past chats, from which suggested replies learn.
"""

import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from console.demo.seed import CANNED

DATA = Path(__file__).with_name("conversations.json")
GOODBYE = "Good-bye"
CANNED_SHARE = 0.6  # of answers
TURNS = (5, 8)  # of a chat, the last one a goodbye
REPLIES = {reply.title: reply for reply in CANNED}


@dataclass(frozen=True)
class Question:
    """A visitor's message. `cue` is how many of its words a reader needs to know what is asked."""

    text: str
    cue: int
    title: str  # of the canned reply that answers it, or empty
    find: str  # what finds that reply in the menu
    answer: str  # what is typed, without a canned reply


@dataclass(frozen=True)
class Line:
    """A question, and the pause before it: drawn with mean 1."""

    question: Question
    pause: float


def chat_of(seed: int, number: int) -> tuple[str, list[Line]]:
    """Return the visitor's name and questions. The first six each occur somewhere in their chats."""
    dice = random.Random(f"{seed}:{number}")
    canned, typed, goodbyes = _said(new=True)
    turns = dice.randint(*TURNS)
    average = sum(TURNS) / 2
    among_others = (CANNED_SHARE * average - 1) / (average - 1)
    asked = [dice.choice(canned if dice.random() < among_others else typed) for _ in range(turns - 1)]
    lines = [Line(question, dice.expovariate(1)) for question in [*asked, dice.choice(goodbyes)]]
    if number < 6:
        lines = lines[dice.randint(0, turns - 2) :]
    return name_of(number), lines


def name_of(number: int) -> str:
    names: list[str] = _data()["names"]
    return names[number % len(names)]


def asked_before() -> list[Question]:
    """Return the questions of the team's past chats; two visitors had each."""
    return [question for questions in _said(new=False) for question in questions for _ in range(2)]


@cache
def meant_by(text: str) -> Question:
    """Return the question that has these words."""
    for new in (True, False):
        for questions in _said(new=new):
            for question in questions:
                if question.text == text:
                    return question
    raise LookupError(text)


def begun_with(words: str) -> Question | None:
    """Return the question that begins with these words, if they leave no doubt about the answer."""
    found = [one for questions in _said(new=True) for one in questions if one.text.startswith(words)]
    return found[0] if len({(one.title, one.answer) for one in found}) == 1 else None


def fits(text: str, question: Question) -> bool:
    """Whether `text` answers it: letter by letter if it is typed, else by the canned reply's beginning."""
    return (
        text == question.answer if question.answer else text.startswith(REPLIES[question.title].text.partition("{")[0])
    )


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = msgspec.json.decode(DATA.read_bytes())
    return data


@cache
def _said(*, new: bool) -> tuple[list[Question], list[Question], list[Question]]:
    """Return the questions: those with a canned reply, those with a typed answer, and the goodbyes."""
    data = _data()
    canned: list[Question] = []
    goodbyes: list[Question] = []
    for title, reply in data["canned"].items():
        there = goodbyes if title == GOODBYE else canned
        there += [_question(text, title=title, find=reply["find"]) for text in _half(reply["asked"], new=new)]
    typed = [_question(text, answer=one["answer"]) for one in data["typed"] for text in _half(one["asked"], new=new)]
    return canned, typed, goodbyes


def _half(texts: list[str], *, new: bool) -> list[str]:
    middle = len(texts) // 2
    return texts[middle:] if new else texts[:middle]


def _question(marked: str, *, title: str = "", find: str = "", answer: str = "") -> Question:
    before, _, after = marked.partition("|")
    text = " ".join((before + after).split())
    return Question(text, len(before.split()), title, find, answer)
