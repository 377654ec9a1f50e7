"""How members of this workspace sign in: who needs a second factor, through which providers, with or without a
password.
"""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.actions import identity_providers, second_factors
from console.archive.credentials import SignedIn
from console.authentication import services_of
from console.errors import BadSettings, Problem
from console.pages.guard import go, read_form
from console.pages.settings.common import by_name, draw_form, for_admins, overtaken
from console.pages.settings.form import Form, stamp
from console.security.second_factors import POLICIES

AT = "/settings/sign-in"


@for_admins
async def show(request: Request, me: SignedIn) -> Response:
    rules = await services_of(request).stores.sign_in.read()
    typed = {"second_factor": rules.second_factor, **({} if rules.passwords else {"no_passwords": "on"})}
    return await _form(request, me, typed)


@for_admins
async def save(request: Request, me: SignedIn) -> Response:
    rules = await services_of(request).stores.sign_in.read()
    form = Form(await read_form(request, me.csrf), "sign-in")
    overtaken(form, rules)
    rest: Sequence[Problem] = ()
    try:
        if not form.wrong:
            await second_factors.require_for(services_of(request), me, form.typed.get("second_factor", ""))
            await identity_providers.set_passwords(services_of(request), me, on=not form.flag("no_passwords"))
            return go(f"{AT}?saved=1")
    except BadSettings as refused:
        rest = refused.wrong
    return await _form(request, me, form.typed, wrong=[*form.wrong, *rest])


async def _form(request: Request, me: SignedIn, typed: Mapping[str, str], *, wrong: Sequence[Problem] = ()) -> Response:
    services = services_of(request)
    rules = await services.stores.sign_in.read()
    lacking = {one: by_name(await second_factors.lacking(services, me.member, one)) for one in POLICIES}
    saved = request.query_params.get("saved", "")
    providers = await identity_providers.read_all(services, me.member)
    context = {"seen": stamp(rules), "saved": saved, "lacking": lacking, "providers": providers}
    return draw_form(request, me, "sign_in", context, at=AT, typed=typed, wrong=wrong, target="sign-in")


routes = [Route(AT, show, methods=["GET"]), Route(AT, save, methods=["POST"])]
