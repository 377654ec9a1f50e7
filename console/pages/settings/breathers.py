"""How many breathers an agent may take within an hour."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.actions import preferences
from console.archive.credentials import SignedIn
from console.authentication import services_of
from console.errors import BadSettings, Problem
from console.pages.guard import go, read_form
from console.pages.settings.common import draw_form, for_supervisors, known_to, overtaken, wrong_of
from console.pages.settings.form import Form, stamp

AT = "/settings/breathers"


@for_supervisors
async def show(request: Request, me: SignedIn) -> Response:
    most = (await known_to(request)).breathers
    return _form(request, me, {"breathers": str(most)}, most, saved=request.query_params.get("saved", ""))


@for_supervisors
async def save(request: Request, me: SignedIn) -> Response:
    known = (await known_to(request)).breathers
    form = Form(await read_form(request, me.csrf), "breathers")
    most, problem = form.whole("breathers"), None
    overtaken(form, known)
    if not form.wrong:
        try:
            await preferences.set_breathers(services_of(request), me.member, most)
            return go(f"{AT}?saved=1")
        except BadSettings as refused:
            problem = refused
    return _form(request, me, form.typed, known, wrong=wrong_of(form, problem))


def _form(
    request: Request,
    me: SignedIn,
    typed: Mapping[str, str],
    known: int,
    *,
    saved: str = "",
    wrong: Sequence[Problem] = (),
) -> Response:
    context = {"seen": stamp(known), "saved": saved}
    return draw_form(request, me, "breathers", context, at=AT, typed=typed, wrong=wrong, target="breathers")


routes = [Route(AT, show, methods=["GET"]), Route(AT, save, methods=["POST"])]
