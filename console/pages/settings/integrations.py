"""Integrations and their tokens, and everybody else's tokens; for admins."""

from collections.abc import Iterable, Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.actions import tokens
from console.archive.credentials import SignedIn
from console.archive.tokens import TokenLine
from console.authentication import our_origin, services_of
from console.domain.directory import answered_first_by
from console.domain.scopes import MEANINGS, OF_INTEGRATIONS, SCOPES
from console.errors import BadSettings, Problem
from console.pages.guard import go, read_form
from console.pages.settings.common import TOKEN_NOT_CREATED, _, by_name, draw_form, for_admins, known_to, wrong_of
from console.pages.settings.form import Form

AT = "/settings/integrations"


@for_admins
async def show(request: Request, me: SignedIn) -> Response:
    return await _page(request, me)


@for_admins
async def add(request: Request, me: SignedIn) -> Response:
    form = Form(await read_form(request, me.csrf), "integration:")
    try:
        made = await tokens.add_integration(services_of(request), me.member, form.plain("name"))
    except BadSettings as refused:
        return await _page(
            request, me, form.typed, wrong_of(form, refused), target=form.target, undone=_("Integration not added")
        )
    return go(f"{AT}?added={made.id}#{made.id}")


@for_admins
async def add_token(request: Request, me: SignedIn) -> Response:
    """Create a token of an integration; the page shows it only this once."""
    form = Form(await read_form(request, me.csrf), "token:")
    services, integration = services_of(request), form.typed.get("integration", "")
    asked = integration, form.plain("token_name"), form.ticked("scope")
    days = form.whole("days")
    try:
        if form.wrong:
            raise BadSettings(form.wrong)
        made = await tokens.add_to_integration(services, me.member, *asked, days=days)
    except BadSettings as refused:
        wrong = [one._replace(field="token_name") if one.field == "name" else one for one in refused.wrong]
        return await _page(request, me, form.typed, wrong, target=form.target, undone=TOKEN_NOT_CREATED)
    return await _page(request, me, made=made, of=integration)


@for_admins
async def remove(request: Request, me: SignedIn) -> Response:
    fields = await read_form(request, me.csrf)
    await tokens.remove_integration(services_of(request), me.member, fields.get("integration", ""))
    return go(f"{AT}?done=removed")


@for_admins
async def revoke(request: Request, me: SignedIn) -> Response:
    fields = await read_form(request, me.csrf)
    await tokens.revoke(services_of(request), me.member, fields.get("token", ""))
    return go(f"{AT}?done=revoked")


async def _page(
    request: Request,
    me: SignedIn,
    typed: Mapping[str, str] | None = None,
    wrong: Sequence[Problem] = (),
    *,
    target: str = "",
    undone: str = "",
    made: str = "",
    of: str = "",
) -> Response:
    services = services_of(request)
    known = await known_to(request)
    members = {id: one.name for id, one in known.members.items()}
    held = await tokens.read_of_members(services, me.member)
    integrations = await tokens.read_integrations(services, me.member)
    context = {
        "integrations": integrations,
        "first_in": {one.id: by_name(answered_first_by(known, one.id)) for one in integrations},
        "for_bots": {one.id: _for_bots(held_by) for one, held_by in integrations.items()},
        "held": {id: held[id] for id in sorted(held, key=lambda id: members.get(id, "").casefold()) if id in members},
        "members": members,
        "scopes": {scope: MEANINGS[scope].says for scope in SCOPES},
        "offered": OF_INTEGRATIONS,
        "made": made,
        "of": of or (typed or {}).get("integration", "") or request.query_params.get("added", ""),
        "origin": our_origin(request),
        "done": request.query_params.get("done", ""),
        "longest": tokens.LONGEST,
    }
    typed = typed or {}
    return draw_form(
        request, me, "integrations", context, at=AT, typed=typed, wrong=wrong, target=target, undone=undone
    )


def _for_bots(tokens: Iterable[TokenLine]) -> list[str]:
    """Return the ids of the tokens with which an integration may answer chats first."""
    return [token.id for token in tokens if "bot" in token.scopes]


routes = [
    Route(AT, show, methods=["GET"]),
    Route(AT, add, methods=["POST"]),
    Route(f"{AT}/token", add_token, methods=["POST"]),
    Route(f"{AT}/remove", remove, methods=["POST"]),
    Route(f"{AT}/revoke", revoke, methods=["POST"]),
]
