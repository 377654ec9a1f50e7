"""The reasons agents can choose from when they go away."""

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.actions import preferences
from console.archive.credentials import SignedIn
from console.authentication import services_of
from console.errors import BadSettings
from console.pages.guard import go, read_form
from console.pages.settings.common import check_rest, draw_form, for_supervisors, known_to, overtaken, wrong_of
from console.pages.settings.form import Form, stamp

AT = "/settings/away"


@for_supervisors
async def show(request: Request, me: SignedIn) -> Response:
    reasons = (await known_to(request)).away_reasons
    context = {"seen": stamp(reasons), "saved": request.query_params.get("saved", "")}
    return draw_form(request, me, "away", context, at=AT, typed={"away_reasons": "\n".join(reasons)})


@for_supervisors
async def save(request: Request, me: SignedIn) -> Response:
    known = await known_to(request)
    form = Form(await read_form(request, me.csrf), "away")
    overtaken(form, known.away_reasons)
    problem = None
    reasons = form.lines("away_reasons")
    try:
        if not form.wrong:
            await preferences.set_away_reasons(services_of(request), me.member, reasons)
            return go(f"{AT}?saved=1")
        check_rest(form, known, replace(known, away_reasons=reasons))
    except BadSettings as refused:
        problem = refused
    context = {"seen": stamp(known.away_reasons), "saved": ""}
    wrong = wrong_of(form, problem)
    return draw_form(request, me, "away", context, at=AT, typed=form.typed, wrong=wrong, target="away")


routes = [Route(AT, show, methods=["GET"]), Route(AT, save, methods=["POST"])]
