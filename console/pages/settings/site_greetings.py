"""What a site says beside its launcher, by page and time, with a preview."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.archive.credentials import SignedIn
from console.domain.directory import Site
from console.domain.first_words import primary
from console.domain.greetings import LONGEST_GREETING, Greeting
from console.errors import Problem
from console.pages.guard import read_form
from console.pages.settings.common import (
    draw_form,
    for_supervisors,
    known_to,
    news,
    overtaken,
)
from console.pages.settings.form import Form, new_key, stamp
from console.pages.settings.rows import ADD, Row, by_language, in_lines, rearranged, rows_of, typed_rows
from console.pages.settings.sites import AT, save_as, site_of

PATH = "/settings/site/{site}/greetings"
FIELDS = ("key", "pages", "after", "text", "languages")


@for_supervisors
async def show(request: Request, me: SignedIn) -> Response:
    site = site_of(await known_to(request), request)
    return _draw(request, me, site, site.greetings, typed_of(site), notice=news(request, {site.key: site.name}))


@for_supervisors
async def save(request: Request, me: SignedIn) -> Response:
    """Save the form; buttons that add, move, remove or preview only render it again."""
    known = await known_to(request)
    site = site_of(known, request)
    posted = await read_form(request, me.csrf, large=True)
    do = posted.get("do", "")
    form = Form(arranged(posted, do), f"site:{site.key}")
    wanted = read_greetings(form, site)
    typed = {**form.typed, **{f"key.{place}": one.key for place, one in enumerate(wanted)}}
    if do:
        return _draw(request, me, site, wanted, typed, seen=form.typed["seen"])
    overtaken(form, site.greetings)
    wrong = await save_as(request, me, known, form, replace(site, greetings=wanted), PATH.format(site=site.key))
    if isinstance(wrong, Response):
        return wrong
    return _draw(request, me, site, wanted, typed, wrong=wrong)


def typed_of(site: Site) -> dict[str, str]:
    """Return the values of the form's fields; the site's own language has a field of its own."""
    return typed_rows(_row(one, primary(site.locale)) for one in site.greetings)


def _row(one: Greeting, language: str) -> Row:
    return {
        "key": one.key,
        "pages": "\n".join(one.pages),
        "after": str(one.after),
        "text": one.texts.get(language, ""),
        "languages": in_lines((tag, text) for tag, text in one.texts.items() if tag != language),
    }


def arranged(posted: Mapping[str, str], do: str) -> dict[str, str]:
    """Return what was typed, with its rows arranged as the button says; rows without a text are left out."""
    rows = rearranged(rows_of(posted, FIELDS, filled=("text", "languages")), do)
    blank = [{"text": "", "after": str(Greeting("").after)}] if do == ADD else []
    return {"seen": posted.get("seen", ""), **typed_rows([*rows, *blank])}


def read_greetings(form: Form, site: Site) -> tuple[Greeting, ...]:
    """Read the form, row by row."""
    found: list[Greeting] = []
    while f"text.{(number := len(found))}" in form.typed:
        text = form.text(f"text.{number}", limit=LONGEST_GREETING).strip()
        texts = ({primary(site.locale): text} if text else {}) | by_language(form, f"languages.{number}")
        key, taken = form.plain(f"key.{number}"), [one.key for one in found]
        if not key or key in taken or key != new_key(key, (), "greeting"):
            key = new_key("greeting", [*taken, *(one.key for one in site.greetings)], "greeting")
        found.append(Greeting(key, form.lines(f"pages.{number}"), form.whole(f"after.{number}"), texts))
    return tuple(found)


def _draw(
    request: Request,
    me: SignedIn,
    site: Site,
    greetings: Sequence[Greeting],
    typed: Mapping[str, str],
    *,
    wrong: Sequence[Problem] = (),
    notice: Mapping[str, str] | None = None,
    seen: str = "",
) -> Response:
    context: dict[str, Any] = {
        "saved": "",
        "later": "",
        **(notice or {}),
        "site": site,
        "greetings": greetings,
        "language": primary(site.locale),
        "seen": seen or stamp(site.greetings),
    }
    target = f"site:{site.key}"
    return draw_form(request, me, "site_greetings", context, at=AT, typed=typed, wrong=wrong, target=target)


routes = [
    Route(PATH, show, methods=["GET"]),
    Route(PATH, save, methods=["POST"]),
]
