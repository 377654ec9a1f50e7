"""The questions a site asks before a chat opens, and what counts as an answer. Pure.

The widget asks in the visitor's language. Answers, conditions, rules and what agents read are in the site's own words.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, get_args

import msgspec

from console.domain.card_numbers import mask_cards
from console.domain.sanitize import clean
from console.errors import BadAnswers
from console.events import AnswerGiven

QuestionKind = Literal["text", "choice", "email", "phone", "consent"]
KINDS: tuple[QuestionKind, ...] = get_args(QuestionKind)
MOST_QUESTIONS = 10
MOST_CHOICES = 20
MOST_RULES = 20
LONGEST_QUESTION, LONGEST_CHOICE, LONGEST_ANSWER = 300, 100, 500  # characters
YES = "yes"  # the answer to a consent that was given
EMAIL = re.compile(r"[^@\s,;:<>\"()]{1,64}@[^@\s,;:<>\"()]{1,189}")
PHONE = re.compile(r"\+?[0-9 ()./-]{5,40}")


class Question(msgspec.Struct, frozen=True):
    """`key` names its answer. With `when` it is asked only if that earlier question was answered with `equals`.

    `prefill` is a field of the signed identity or of the page (including `name` and `email`). `languages` has
    translations by primary tag: the question, then each choice.
    """

    key: str
    text: str
    kind: QuestionKind = "text"
    required: bool = False
    choices: tuple[str, ...] = ()
    when: str = ""
    equals: str = ""
    prefill: str = ""
    languages: dict[str, tuple[str, ...]] = {}

    @property
    def for_audit(self) -> str:
        """Describe the question for the audit log."""
        parts = (
            f"{self.key}: {self.text}",
            self.kind + ("*" if self.required else ""),
            " / ".join(self.choices),
            f"{self.when} = {self.equals}" if self.when else "",
            f"{{{self.prefill}}}" if self.prefill else "",
            ", ".join(sorted(self.languages)),
        )
        return " · ".join(part for part in parts if part)

    def words_in(self, locale: str) -> tuple[str, ...]:
        """Return the question and its choices in that language; in the site's own if there is no translation."""
        return self.languages.get(locale.partition("-")[0].lower(), (self.text, *self.choices))


class AnswerRule(msgspec.Struct, frozen=True):
    """Chats whose visitor answered `question` with `answer` go to `queue`."""

    question: str
    answer: str
    queue: str

    @property
    def for_audit(self) -> str:
        return f"{self.question} = {self.answer} → {self.queue}"


class SiteQuestions(msgspec.Struct, frozen=True):
    """A site's questions in order, and the queues that answers choose; the first rule that fits counts."""

    asked: tuple[Question, ...] = ()
    rules: tuple[AnswerRule, ...] = ()


def answers_to(asked: Sequence[Question], given: Mapping[str, str]) -> list[AnswerGiven]:
    """Return the answers in order. Raises BadAnswers for anything that does not fit the questions."""
    if unknown := set(given) - {one.key for one in asked}:
        raise BadAnswers(f"There is no such question: {min(unknown)[:60]}.")
    found: dict[str, AnswerGiven] = {}
    for one in asked:
        said = _cleaned(one, given.get(one.key, ""))
        if not is_asked(one, found.values()):
            if said:
                raise BadAnswers(f"This question was not asked: {one.key}.")
        elif said:
            found[one.key] = AnswerGiven(one.key, one.text, said)
        elif one.required:
            raise BadAnswers
    return list(found.values())


def address_in(asked: Sequence[Question], answers: Sequence[AnswerGiven]) -> str:
    """Return the first e-mail address among the answers; empty if there is none."""
    keys = [one.key for one in asked if one.kind == "email"]
    return next((given.answer for given in answers if given.key in keys), "")


def is_asked(one: Question, answers: Iterable[AnswerGiven]) -> bool:
    """Whether the earlier answers lead to this question."""
    return not one.when or any(is_answer(given, one.when, one.equals) for given in answers)


def is_answer(given: AnswerGiven, question: str, answer: str) -> bool:
    return given.key == question and given.answer.casefold() == answer.casefold()


def queue_chosen(rules: Iterable[AnswerRule], answers: Sequence[AnswerGiven]) -> str:
    """Return the queue that the answers choose; empty for none."""
    fitting = (rule for rule in rules for given in answers if is_answer(given, rule.question, rule.answer))
    return next((rule.queue for rule in fitting), "")


def _cleaned(one: Question, given: str) -> str:
    said = mask_cards(clean(given.strip(), limit=LONGEST_ANSWER, lines=False, optional=True))
    fits = {
        "text": True,
        "choice": said in one.choices,
        "email": EMAIL.fullmatch(said),
        "phone": PHONE.fullmatch(said),
        "consent": said == YES,
    }
    if said and not fits[one.kind]:
        raise BadAnswers
    return said
