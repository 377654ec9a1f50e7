"""A site's own texts around answers by mail, in each language, with a preview."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.actions import sites
from console.archive.credentials import SignedIn
from console.authentication import services_of
from console.domain.directory import Directory, Site
from console.domain.first_words import primary
from console.domain.mail_templates import LONGEST, OURS, PLACEHOLDERS, MailTemplate, fill, template_for
from console.errors import BadSettings, NotYours, Problem
from console.pages.guard import read_form
from console.pages.settings.common import _, draw_form, for_supervisors, known_to, language, overtaken, saved, wrong_of
from console.pages.settings.form import Form, in_words, stamp
from console.pages.settings.sites import AT, NO_SITE
from console.views.i18n import page_texts

TEXT = _("Your parcel is on its way.")


class Sample(NamedTuple):
    """The fields of one language, our own texts as grey placeholders, and a preview of a mail."""

    tag: str
    name: str
    ours: MailTemplate
    subject: str
    text: str


@for_supervisors
async def show(request: Request, me: SignedIn) -> Response:
    site = _site(await known_to(request), request)
    return await _page(request, me, site, typed_of(site), site)


@for_supervisors
async def save(request: Request, me: SignedIn) -> Response:
    site = _site(await known_to(request), request)
    form = Form(await read_form(request, me.csrf, large=True), f"site:{site.key}")
    wanted, problem = replace(site, mails=read_mails(form, language(request, me))), None
    if form.flag("preview"):
        return await _page(request, me, site, form.typed, wanted, form.wrong, seen=form.typed.get("seen", ""))
    overtaken(form, site.mails)
    try:
        if not form.wrong:
            live = await sites.save(services_of(request), me.member, wanted)
            return saved(f"/settings/site/{site.key}", site.key, live=live)
    except BadSettings as refused:
        problem = refused
    return await _page(request, me, site, form.typed, wanted, wrong_of(form, problem))


def typed_of(site: Site) -> dict[str, str]:
    return {f"{name}.{one.language}": getattr(one, name) for one in site.mails for name in LONGEST}


def read_mails(form: Form, locale: str) -> tuple[MailTemplate, ...]:
    """Read each language that has a text; an added language needs one too."""
    tags = {field.partition(".")[2] for field in form.typed if field.startswith("subject.")}
    added = form.languages("add", locale)
    if len(added) > 1:
        form.say("add", "Enter one language at a time.")
    for tag in added:
        form.typed = {**form.typed, f"subject.{tag}": form.typed.get(f"subject.{tag}", "")}
    found = [
        MailTemplate(
            tag,
            form.plain(f"subject.{tag}"),
            form.text(f"greeting.{tag}", limit=LONGEST["greeting"]).strip(),
            form.text(f"signature.{tag}", limit=LONGEST["signature"]).strip(),
        )
        for tag in sorted(tags)
    ]
    return tuple(one for one in found if one.subject or one.greeting or one.signature)


def _samples(site: Site, typed: Mapping[str, str], locale: str) -> list[Sample]:
    there = [field.partition(".")[2] for field in typed if field.startswith("subject.")]
    text = page_texts().get(locale).gettext(TEXT)
    found = []
    for tag in dict.fromkeys([primary(site.locale), *OURS, *there]):
        if tag not in there and tag not in (primary(site.locale), "en"):
            continue
        template = template_for(site.mails, tag, tag)
        values = {"visitor": "Vera Rossi", "first_name": "Vera", "agent": "Ana", "site": site.name}
        parts = (fill(template.greeting, values), text, fill(template.signature, values))
        ours, name = OURS.get(tag, OURS["en"]), in_words([tag], locale)
        found.append(Sample(tag, name, ours, fill(template.subject, values), "\n\n".join(one for one in parts if one)))
    return found


async def _page(
    request: Request,
    me: SignedIn,
    site: Site,
    typed: Mapping[str, str],
    shown: Site,
    wrong: Sequence[Problem] = (),
    *,
    seen: str = "",
) -> Response:
    context = {
        "site": site,
        "samples": _samples(shown, typed, language(request, me)),
        "placeholders": PLACEHOLDERS,
        "longest": LONGEST,
        "seen": seen or stamp(site.mails),
    }
    return draw_form(request, me, "site_mails", context, at=AT, typed=typed, wrong=wrong, target=f"site:{site.key}")


def _site(known: Directory, request: Request) -> Site:
    key = request.path_params["site"]
    if key not in known.sites:
        raise NotYours(NO_SITE)
    return known.sites[key]


routes = [
    Route("/settings/site/{site}/mail", show, methods=["GET"]),
    Route("/settings/site/{site}/mail", save, methods=["POST"]),
]
