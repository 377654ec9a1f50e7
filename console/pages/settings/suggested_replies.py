"""Whether consoles suggest replies."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.actions import preferences
from console.archive.credentials import SignedIn
from console.authentication import services_of
from console.pages.guard import go, read_form
from console.pages.settings.common import draw_form, for_supervisors, known_to, overtaken, wrong_of
from console.pages.settings.form import Form, stamp

AT = "/settings/suggestions"


@for_supervisors
async def show(request: Request, me: SignedIn) -> Response:
    on = (await known_to(request)).suggestions
    context = {"seen": stamp(on), "saved": request.query_params.get("saved", "")}
    return draw_form(request, me, "suggestions", context, at=AT, typed={"suggested": "on"} if on else {})


@for_supervisors
async def save(request: Request, me: SignedIn) -> Response:
    known = await known_to(request)
    form = Form(await read_form(request, me.csrf), "suggestions")
    overtaken(form, known.suggestions)
    if not form.wrong:
        await preferences.set_suggestions(services_of(request), me.member, on=form.flag("suggested"))
        return go(f"{AT}?saved=1")
    context = {"seen": stamp(known.suggestions), "saved": ""}
    wrong = wrong_of(form)
    return draw_form(request, me, "suggestions", context, at=AT, typed=form.typed, wrong=wrong, target="suggestions")


routes = [Route(AT, show, methods=["GET"]), Route(AT, save, methods=["POST"])]
