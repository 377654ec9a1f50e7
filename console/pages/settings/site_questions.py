"""What a site asks before a chat: the questions in order, the queues that answers lead to, and a preview."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.archive.credentials import SignedIn
from console.domain.directory import Site
from console.domain.questions import KINDS, AnswerRule, Question, SiteQuestions
from console.errors import Problem
from console.pages.guard import read_form
from console.pages.settings.common import (
    by_name,
    draw_form,
    for_supervisors,
    known_to,
    news,
    overtaken,
)
from console.pages.settings.form import Form, new_key, stamp
from console.pages.settings.rows import ADD, Row, by_language, in_lines, rearranged, rows_of, typed_rows
from console.pages.settings.sites import AT, save_as, site_of

PATH = "/settings/site/{site}/questions"
FIELDS = ("key", "text", "kind", "required", "choices", "when", "equals", "prefill", "languages")
RULE = ("question", "answer", "queue")
BETWEEN = "|"  # a translated question and its choices


@for_supervisors
async def show(request: Request, me: SignedIn) -> Response:
    site = site_of(await known_to(request), request)
    notice = news(request, {site.key: site.name})
    return await _draw(request, me, site, site.questions, typed_of(site.questions), notice=notice)


@for_supervisors
async def save(request: Request, me: SignedIn) -> Response:
    """Save the form; buttons that add, move, remove or preview only render it again."""
    known = await known_to(request)
    site = site_of(known, request)
    posted = await read_form(request, me.csrf, large=True)
    do = posted.get("do", "")
    form = Form(arranged(posted, do), f"site:{site.key}")
    wanted = read_questions(form)
    typed = {**form.typed, **{f"key.{place}": one.key for place, one in enumerate(wanted.asked)}}
    if do:
        return await _draw(request, me, site, wanted, typed, seen=form.typed["seen"])
    overtaken(form, site.questions)
    wrong = await save_as(request, me, known, form, replace(site, questions=wanted), PATH.format(site=site.key))
    if isinstance(wrong, Response):
        return wrong
    return await _draw(request, me, site, wanted, typed, wrong=wrong)


def typed_of(questions: SiteQuestions) -> dict[str, str]:
    """Return the values of the form's fields."""
    return {
        **typed_rows(map(_row, questions.asked)),
        **typed_rows({"question": one.question, "answer": one.answer, "queue": one.queue} for one in questions.rules),
    }


def _row(one: Question) -> Row:
    translated = ((tag, f" {BETWEEN} ".join(words)) for tag, words in one.languages.items())
    return {
        "key": one.key,
        "text": one.text,
        "kind": one.kind,
        "required": "on" if one.required else "",
        "choices": "\n".join(one.choices),
        "when": one.when,
        "equals": one.equals,
        "prefill": one.prefill,
        "languages": in_lines(translated),
    }


def arranged(posted: Mapping[str, str], do: str) -> dict[str, str]:
    """Return what was typed, with its rows arranged as the button says; empty rows are left out."""
    rows = rearranged(rows_of(posted, FIELDS, filled=("text", "choices", "languages")), do)
    rules = rows_of(posted, RULE, filled=("question", "answer"))
    return {
        "seen": posted.get("seen", ""),
        **typed_rows([*rows, *([{"text": ""}] if do == ADD else [])]),
        **typed_rows(rules),
    }


def read_questions(form: Form) -> SiteQuestions:
    """Read the form, row by row."""
    asked: list[Question] = []
    while f"text.{len(asked)}" in form.typed:
        asked.append(_question(form, len(asked), [one.key for one in asked]))
    rules: list[AnswerRule] = []
    while f"question.{len(rules)}" in form.typed:
        rules.append(AnswerRule(*(form.plain(f"{field}.{len(rules)}") for field in RULE)))
    return SiteQuestions(tuple(asked), tuple(rules))


def _question(form: Form, number: int, taken: Sequence[str]) -> Question:
    text, kind, key = (form.plain(f"{field}.{number}") for field in ("text", "kind", "key"))
    if not key or key in taken or key != new_key(key, (), "question"):
        key = new_key(text, taken, "question")
    when = form.plain(f"when.{number}")
    translated = by_language(form, f"languages.{number}").items()
    return Question(
        key,
        text,
        kind if kind in KINDS else "text",
        form.flag(f"required.{number}"),
        form.lines(f"choices.{number}") if kind == "choice" else (),
        when,
        form.plain(f"equals.{number}") if when else "",
        form.plain(f"prefill.{number}"),
        {tag: tuple(word.strip() for word in words.split(BETWEEN)) for tag, words in translated},
    )


async def _draw(
    request: Request,
    me: SignedIn,
    site: Site,
    questions: SiteQuestions,
    typed: Mapping[str, str],
    *,
    wrong: Sequence[Problem] = (),
    notice: Mapping[str, str] | None = None,
    seen: str = "",
) -> Response:
    known = await known_to(request)
    context: dict[str, Any] = {
        "saved": "",
        "later": "",
        **(notice or {}),
        "site": site,
        "questions": questions.asked,
        "rules": range(len(questions.rules) + 1),
        "queues": by_name(known.queues.values()),
        "seen": seen or stamp(site.questions),
    }
    target = f"site:{site.key}"
    return draw_form(request, me, "site_questions", context, at=AT, typed=typed, wrong=wrong, target=target)


routes = [
    Route(PATH, show, methods=["GET"]),
    Route(PATH, save, methods=["POST"]),
]
