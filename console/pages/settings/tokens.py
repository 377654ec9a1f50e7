"""One's own API tokens: the list, creating one (it is shown once), revoking one."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.actions import tokens
from console.archive.credentials import SignedIn
from console.authentication import our_origin, services_of
from console.domain.scopes import MEANINGS, OF_MEMBERS, SCOPES
from console.errors import BadSettings, Problem
from console.pages.guard import for_those_who, go, read_form
from console.pages.settings.common import TOKEN_NOT_CREATED, draw_form, wrong_of
from console.pages.settings.form import Form

AT = "/settings/tokens"

for_agents = for_those_who("answer")


@for_agents
async def show(request: Request, me: SignedIn) -> Response:
    return await _page(request, me, {})


@for_agents
async def add(request: Request, me: SignedIn) -> Response:
    """Create a token; the page shows it only this once."""
    form = Form(await read_form(request, me.csrf), "token:")
    asked = form.plain("name"), form.ticked("scope")
    days = form.whole("days")
    try:
        if form.wrong:
            raise BadSettings(form.wrong)
        made = await tokens.add_own(services_of(request), me.member, *asked, days=days)
    except BadSettings as refused:
        return await _page(request, me, form.typed, wrong_of(Form({}, form.target), refused))
    return await _page(request, me, {}, made=made)


@for_agents
async def revoke(request: Request, me: SignedIn) -> Response:
    fields = await read_form(request, me.csrf)
    await tokens.revoke_own(services_of(request), me.member, fields.get("token", ""))
    return go(f"{AT}?revoked=1")


async def _page(
    request: Request, me: SignedIn, typed: Mapping[str, str], wrong: Sequence[Problem] = (), made: str = ""
) -> Response:
    context = {
        "tokens": await tokens.read_own(services_of(request), me.member),
        "scopes": {scope: MEANINGS[scope].says for scope in SCOPES},
        "offered": OF_MEMBERS,
        "made": made,
        "origin": our_origin(request),
        "revoked": request.query_params.get("revoked", ""),
        "longest": tokens.LONGEST,
    }
    undone = TOKEN_NOT_CREATED
    return draw_form(request, me, "tokens", context, at=AT, typed=typed, wrong=wrong, target="token:", undone=undone)


routes = [
    Route(AT, show, methods=["GET"]),
    Route(AT, add, methods=["POST"]),
    Route(f"{AT}/revoke", revoke, methods=["POST"]),
]
