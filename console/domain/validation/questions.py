"""Validation of what a site asks before a chat, and of its greetings."""

from console.domain.directory import Directory, Site
from console.domain.greetings import (
    LONGEST_GREETING,
    LONGEST_PATTERN,
    LONGEST_WAIT,
    MOST_GREETINGS,
    MOST_PAGES,
    PATTERN,
    Greeting,
)
from console.domain.questions import (
    LONGEST_CHOICE,
    LONGEST_QUESTION,
    MOST_CHOICES,
    MOST_QUESTIONS,
    MOST_RULES,
    YES,
    Question,
)
from console.domain.validation.problems import Problems, is_plain, languages
from console.errors import Problem


def validate_questions(site: Site, known: Directory) -> list[Problem]:
    """Return what is wrong in each field, named `text.0`."""
    found, asked = Problems(f"site:{site.key}"), site.questions.asked
    found.unless(len(asked) <= MOST_QUESTIONS, "questions", "Enter at most %(most)s.", most=MOST_QUESTIONS)
    for place, one in enumerate(asked):
        _check_question(found, place, one, asked[:place])
    _check_rules(found, site, known)
    return found


def _check_question(found: Problems, place: int, one: Question, before: tuple[Question, ...]) -> None:
    found.unless(
        is_plain(one.text, LONGEST_QUESTION),
        f"text.{place}",
        "Enter a question of 1 to %(most)s characters on one line.",
        most=LONGEST_QUESTION,
    )
    if one.kind == "choice":
        _check_choices(found, f"choices.{place}", one)
    found.unless(len(one.prefill) <= 60, f"prefill.{place}", "Enter at most %(most)s characters.", most=60)
    if one.when:
        earlier = next((other for other in before if other.key == one.when), None)
        found.unless(earlier, f"when.{place}", "Choose a question.")
        _check_answer(found, f"equals.{place}", earlier, one.equals)
    for tag, words in one.languages.items():
        _check_language(found, f"languages.{place}", tag)
        fits = len(words) == 1 + len(one.choices) and all(is_plain(word, LONGEST_QUESTION) for word in words)
        found.unless(
            fits,
            f"languages.{place}",
            "%(language)s: enter the question, then as many choices as above, with | between them.",
            language=tag[:40],
        )


def _check_choices(found: Problems, field: str, one: Question) -> None:
    found.unless(2 <= len(one.choices) <= MOST_CHOICES, field, "Enter 2 to %(most)s choices.", most=MOST_CHOICES)
    seen: set[str] = set()
    for choice in one.choices:
        fits = is_plain(choice, LONGEST_CHOICE)
        found.unless(fits, field, "Enter at most %(most)s characters.", most=LONGEST_CHOICE)
        found.unless(
            choice.casefold() not in seen, field, "%(reason)s is listed twice. Remove one.", reason=choice[:40]
        )
        seen.add(choice.casefold())


def _check_answer(found: Problems, field: str, asked: Question | None, answer: str) -> None:
    """Check that there is an answer, and that the question can have it."""
    given = {"choice": asked.choices, "consent": (YES,)}.get(asked.kind) if asked else None
    fits = answer and (given is None or answer.casefold() in {one.casefold() for one in given})
    found.unless(fits, field, "“%(answer)s” is not an answer to that question.", answer=answer[:40])


def _check_language(found: Problems, field: str, tag: str) -> None:
    found.unless(tag in languages(), field, "“%(language)s” is not a language.", language=tag[:40])


def _check_rules(found: Problems, site: Site, known: Directory) -> None:
    asked, rules = {one.key: one for one in site.questions.asked}, site.questions.rules
    found.unless(len(rules) <= MOST_RULES, "rules", "Enter at most %(most)s.", most=MOST_RULES)
    for place, rule in enumerate(rules):
        found.unless(rule.question in asked, f"question.{place}", "Choose a question.")
        _check_answer(found, f"answer.{place}", asked.get(rule.question), rule.answer)
        found.unless(rule.queue in known.queues, f"queue.{place}", "Choose a queue.")


def validate_greetings(site: Site) -> list[Problem]:
    """Return what is wrong in each field, named `pages.0`."""
    found = Problems(f"site:{site.key}")
    found.unless(len(site.greetings) <= MOST_GREETINGS, "greetings", "Enter at most %(most)s.", most=MOST_GREETINGS)
    for place, one in enumerate(site.greetings):
        _check_greeting(found, place, one)
    return found


def _check_greeting(found: Problems, place: int, one: Greeting) -> None:
    pages, text = f"pages.{place}", f"text.{place}"
    found.unless(len(one.pages) <= MOST_PAGES, pages, "Enter at most %(most)s.", most=MOST_PAGES)
    for page in one.pages:
        found.unless(
            len(page) <= LONGEST_PATTERN and PATTERN.fullmatch(page),
            pages,
            "“%(page)s” is not a page. Enter a path, such as /pricing or /shop/*, with at most three *.",
            page=page[:60],
        )
    found.unless(0 <= one.after <= LONGEST_WAIT, f"after.{place}", "Enter a time from 0 to 3600 seconds.")
    for tag, words in one.texts.items():
        _check_language(found, f"languages.{place}", tag)
        found.unless(len(words) <= LONGEST_GREETING, text, "Enter at most %(most)s characters.", most=LONGEST_GREETING)
