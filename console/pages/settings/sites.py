"""Sites: the websites that carry the widget."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.actions import sites
from console.archive.credentials import SignedIn
from console.archive.refused_origins import RefusedOrigin
from console.authentication import services_of
from console.domain.directory import Directory, Site
from console.domain.shared_files import GROUPS, USUAL
from console.domain.validation.members import origin_of
from console.errors import BadSettings, NotYours, Problem
from console.pages.guard import read_form
from console.pages.settings.common import (
    _,
    by_name,
    check_rest,
    draw,
    draw_form,
    for_supervisors,
    known_to,
    news,
    overtaken,
    saved,
    wrong_of,
)
from console.pages.settings.form import Form, new_key, stamp, ticks
from console.security import origin_allowed
from console.views.i18n import widget_texts

AT = "/settings/sites"
NEW = Site("", "", "", files=USUAL)
NO_NOTICE: Mapping[str, str] = MappingProxyType({"saved": "", "later": ""})
NO_SITE = _("Site not found. It may have been removed.")


@for_supervisors
async def list_sites(request: Request, me: SignedIn) -> Response:
    known = await known_to(request)
    context = {
        "sites": by_name(known.sites.values()),
        "queues": known.queues,
        "refused": await refused_of(request, known),
        "known": known.sites,
        **news(request, {site.key: site.name for site in known.sites.values()}),
    }
    return draw(request, me, "sites", context, at=AT)


@for_supervisors
async def show_new(request: Request, me: SignedIn) -> Response:
    return await _form(request, me, await known_to(request), None, typed_of(NEW))


@for_supervisors
async def show_site(request: Request, me: SignedIn) -> Response:
    known = await known_to(request)
    site = site_of(known, request)
    return await _form(request, me, known, site, typed_of(site), notice=news(request, {site.key: site.name}))


@for_supervisors
async def save_new(request: Request, me: SignedIn) -> Response:
    known = await known_to(request)
    fields = await read_form(request, me.csrf, large=True)
    key = new_key(fields.get("name", ""), known.sites, "site")
    return await _save(request, me, known, None, Form(fields, f"site:{key}"), Site(key, "", ""))


@for_supervisors
async def save_site(request: Request, me: SignedIn) -> Response:
    known = await known_to(request)
    site = site_of(known, request)
    form = Form(await read_form(request, me.csrf, large=True), f"site:{site.key}")
    overtaken(form, typed_of(site))  # questions, mails and the like have pages of their own
    return await _save(request, me, known, site, form, site)


async def _save(request: Request, me: SignedIn, known: Directory, site: Site | None, form: Form, was: Site) -> Response:
    wanted = read_site(form, was)
    path = f"/settings/site/{wanted.key}"  # with the line for its pages
    wrong = await save_as(request, me, known, form, wanted, path)
    if isinstance(wrong, Response):
        return wrong
    return await _form(request, me, known, site, form.typed, wrong=wrong, target=form.target)


async def save_as(
    request: Request, me: SignedIn, known: Directory, form: Form, wanted: Site, path: str
) -> Response | list[Problem]:
    """Save the site and redirect to `path`; or return everything that is wrong with the form."""
    try:
        if not form.wrong:
            live = await sites.save(services_of(request), me.member, wanted)
            return saved(path, wanted.key, live=live)
        check_rest(form, known, replace(known, sites={**known.sites, wanted.key: wanted}))
    except BadSettings as refused:
        return wrong_of(form, refused)
    return wrong_of(form)


@for_supervisors
async def remove(request: Request, me: SignedIn) -> Response:
    site = site_of(await known_to(request), request)
    await read_form(request, me.csrf)
    live = await sites.remove(services_of(request), me.member, site.key)
    return saved(AT, site.key, live=live, did="removed")


def typed_of(site: Site) -> dict[str, str]:
    """Return the values of the form's fields."""
    return {
        "name": site.name,
        "queue": site.queue,
        "origins": "\n".join(site.origins),
        "locale": site.locale,
        "typing_preview": "on" if site.typing_preview else "",
        "privacy_url": site.privacy_url,
        "accent": site.accent,
        "parameters": "\n".join(site.parameters),
        "remember_days": str(site.remember_days),
        "file_size": str(site.file_size),
        "formatting": "on" if site.formatting else "",
        "emoji": "on" if site.emoji else "",
        **ticks("asks", site.queues),
        **ticks("files", site.files),
    }


def read_site(form: Form, was: Site) -> Site:
    """Read the site from the form.

    An invalid website address stays as typed, so that validation can name it.
    """
    locale = form.plain("locale")
    return replace(
        was,
        name=form.plain("name"),
        queue=form.plain("queue"),
        origins=tuple(dict.fromkeys(origin_of(line) or line for line in form.lines("origins"))),
        locale=locale if locale in languages() else was.locale,
        typing_preview=form.flag("typing_preview"),
        privacy_url=form.plain("privacy_url"),
        accent=form.plain("accent").lower(),
        parameters=tuple(dict.fromkeys(form.lines("parameters"))),
        queues=form.ticked("asks"),
        remember_days=form.whole("remember_days", otherwise=was.remember_days)
        if form.plain("remember_days")
        else was.remember_days,
        files=tuple(group for group in GROUPS if group in form.ticked("files")),
        file_size=form.whole("file_size", otherwise=was.file_size) if form.plain("file_size") else was.file_size,
        formatting=form.flag("formatting"),
        emoji=form.flag("emoji"),
    )


def languages() -> tuple[str, ...]:
    """Return the widget's languages."""
    return widget_texts().available()


async def refused_of(request: Request, known: Directory) -> dict[str, list[RefusedOrigin]]:
    """Return refused pages by the key they sent, without those that the site now lists."""
    refused: dict[str, list[RefusedOrigin]] = {}
    for one in await services_of(request).refused_origins.listed():
        site = known.sites.get(one.site)
        if site is None or not origin_allowed(one.origin, site.origins):
            refused.setdefault(one.site, []).append(one)
    return refused


async def _form(
    request: Request,
    me: SignedIn,
    known: Directory,
    site: Site | None,
    typed: Mapping[str, str],
    *,
    wrong: Sequence[Problem] = (),
    target: str = "",
    notice: Mapping[str, str] = NO_NOTICE,
) -> Response:
    context = {
        **notice,
        "site": site,
        "queues": by_name(known.queues.values()),
        "locales": languages(),
        "seen": stamp(typed_of(site)) if site else "",
        "refused": (await refused_of(request, known)).get(site.key, []) if site else [],
        "address": services_of(request).settings.origin or f"{request.url.scheme}://{request.url.netloc}",
    }
    return draw_form(request, me, "site", context, at=AT, typed=typed, wrong=wrong, target=target)


def site_of(known: Directory, request: Request) -> Site:
    key = request.path_params["site"]
    if key not in known.sites:
        raise NotYours(NO_SITE)
    return known.sites[key]


routes = [
    Route(AT, list_sites, methods=["GET"]),
    Route(f"{AT}/new", show_new, methods=["GET"]),
    Route(f"{AT}/new", save_new, methods=["POST"]),
    Route("/settings/site/{site}", show_site, methods=["GET"]),
    Route("/settings/site/{site}", save_site, methods=["POST"]),
    Route("/settings/site/{site}/remove", remove, methods=["POST"]),
]
