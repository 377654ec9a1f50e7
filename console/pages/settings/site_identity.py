"""Who a site's visitors are: its keys, what its pages must send, rules for queue and priority, and failures."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.actions import sites
from console.archive.credentials import SignedIn
from console.authentication import services_of
from console.domain.directory import Site
from console.domain.identity import ClaimRule, IdentityKey, SiteIdentity
from console.domain.identity_problems import PROBLEMS
from console.errors import BadSettings, Problem
from console.pages.guard import read_form
from console.pages.settings.common import (
    NOT_REMOVED,
    _,
    by_name,
    draw_form,
    for_supervisors,
    known_to,
    news,
    overtaken,
    saved,
    wrong_of,
)
from console.pages.settings.form import Form, new_key, seconds, stamp
from console.pages.settings.sites import AT, site_of
from console.security.identities import algorithm_of

EMPTY_ROWS = 2  # empty rows for new rules; after a save there are two more


@for_supervisors
async def show(request: Request, me: SignedIn) -> Response:
    site = site_of(await known_to(request), request)
    return await _draw(request, me, site, typed_of(site.identity), notice=news(request, {site.key: site.name}))


@for_supervisors
async def save(request: Request, me: SignedIn) -> Response:
    site = site_of(await known_to(request), request)
    form = Form(await read_form(request, me.csrf, large=True), f"site:{site.key}")
    overtaken(form, site.identity)
    return await _save(request, me, site, form, read_identity(form, site.identity))


@for_supervisors
async def add_key(request: Request, me: SignedIn) -> Response:
    """Add a key that was pasted, or create a secret, which only this response shows."""
    site = site_of(await known_to(request), request)
    form = Form(await read_form(request, me.csrf, large=True), f"site:{site.key}")
    text = form.text("key", limit=4_000).replace("\r", "")
    made = "" if text else secrets.token_urlsafe(32)
    kid = form.plain("kid") or new_key(site.key, [key.kid for key in site.identity.keys], "key")
    algorithm = algorithm_of(text or made)
    key = IdentityKey(
        kid, algorithm or "HS256", (text or made) if algorithm else "", services_of(request).workspace.now()
    )
    wanted = replace(site.identity, keys=(*site.identity.keys, key))
    return await _save(request, me, site, form, wanted, secret=made, kid=kid, undone=_("Key not added"))


@for_supervisors
async def remove_key(request: Request, me: SignedIn) -> Response:
    site = site_of(await known_to(request), request)
    form = Form(await read_form(request, me.csrf), f"site:{site.key}")
    kept = tuple(key for key in site.identity.keys if key.kid != form.typed.get("kid"))
    return await _save(request, me, site, form, replace(site.identity, keys=kept), undone=NOT_REMOVED)


@for_supervisors
async def change_hash(request: Request, me: SignedIn) -> Response:
    """Create a new secret for `user_hash`, which only this response shows; or stop accepting `user_hash`."""
    site = site_of(await known_to(request), request)
    form = Form(await read_form(request, me.csrf), f"site:{site.key}")
    made = "" if form.flag("off") else secrets.token_urlsafe(32)
    return await _save(request, me, site, form, replace(site.identity, hash_secret=made), secret=made)


async def _save(
    request: Request,
    me: SignedIn,
    site: Site,
    form: Form,
    wanted: SiteIdentity,
    *,
    secret: str = "",
    kid: str = "",
    undone: str = "",
) -> Response:
    problem = None
    try:
        if not form.wrong:
            live = await sites.save(services_of(request), me.member, replace(site, identity=wanted))
            if not secret:
                return saved(f"/settings/site/{site.key}/identity", site.key, live=live)
            stands = replace(site, identity=wanted)
            return await _draw(request, me, stands, typed_of(wanted), shown={"secret": secret, "secret_kid": kid})
    except BadSettings as refused:
        problem = refused
    typed = {**typed_of(site.identity), **form.typed}
    return await _draw(request, me, site, typed, wrong=wrong_of(form, problem), target=form.target, undone=undone)


def typed_of(identity: SiteIdentity) -> dict[str, str]:
    """Return the values of the form's fields."""
    typed = {"enforced": identity.enforced, "issuer": identity.issuer}
    for number, rule in enumerate(identity.rules):
        typed |= {
            f"field.{number}": rule.field,
            f"value.{number}": rule.value,
            f"queue.{number}": rule.queue,
            f"head.{number}": seconds(rule.head_start),
        }
    return typed


def read_identity(form: Form, was: SiteIdentity) -> SiteIdentity:
    """Read the form; a rule whose field and value are empty is removed."""
    rules = []
    for number in range(len(was.rules) + EMPTY_ROWS):
        field, value = form.plain(f"field.{number}"), form.plain(f"value.{number}")
        if field or value:
            queue, head = form.plain(f"queue.{number}"), form.ms(f"head.{number}")
            rules.append(ClaimRule(field, value, queue, head))
    enforced: Any = form.plain("enforced")
    return replace(was, enforced=enforced, issuer=form.plain("issuer"), rules=tuple(rules))


async def _draw(
    request: Request,
    me: SignedIn,
    site: Site,
    typed: Mapping[str, str],
    *,
    wrong: Sequence[Problem] = (),
    target: str = "",
    undone: str = "",
    notice: Mapping[str, str] | None = None,
    shown: Mapping[str, str] | None = None,
) -> Response:
    known = await known_to(request)
    context = {
        "saved": "",
        "later": "",
        "secret": "",
        "secret_kid": "",
        **(notice or {}),
        **(shown or {}),
        "site": site,
        "identity": site.identity,
        "rows": range(len(site.identity.rules) + EMPTY_ROWS),
        "queues": by_name(known.queues.values()),
        "seen": stamp(site.identity),
        "refused": await services_of(request).refused_identities.of(site.key),
        "problems": PROBLEMS,
    }
    response = draw_form(
        request, me, "site_identity", context, at=AT, typed=typed, wrong=wrong, target=target, undone=undone
    )
    response.headers["cache-control"] = "no-store"  # it may show a secret
    return response


PATH = "/settings/site/{site}/identity"
routes = [
    Route(PATH, show, methods=["GET"]),
    Route(PATH, save, methods=["POST"]),
    Route(f"{PATH}/key", add_key, methods=["POST"]),
    Route(f"{PATH}/key/remove", remove_key, methods=["POST"]),
    Route(f"{PATH}/hash", change_hash, methods=["POST"]),
]
