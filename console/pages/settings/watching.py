"""Whether agents see who watches their chats."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.actions import preferences
from console.archive.credentials import SignedIn
from console.authentication import services_of
from console.pages.guard import go, read_form
from console.pages.settings.common import draw_form, for_admins, known_to, overtaken, wrong_of
from console.pages.settings.form import Form, stamp

AT = "/settings/watching"


@for_admins
async def show(request: Request, me: SignedIn) -> Response:
    shown = (await known_to(request)).watch_shown
    context = {"seen": stamp(shown), "saved": request.query_params.get("saved", "")}
    return draw_form(request, me, "watching", context, at=AT, typed={"shown": "on"} if shown else {})


@for_admins
async def save(request: Request, me: SignedIn) -> Response:
    known = await known_to(request)
    form = Form(await read_form(request, me.csrf), "watching")
    overtaken(form, known.watch_shown)
    if not form.wrong:
        await preferences.set_watch_shown(services_of(request), me.member, shown=form.flag("shown"))
        return go(f"{AT}?saved=1")
    context = {"seen": stamp(known.watch_shown), "saved": ""}
    wrong = wrong_of(form)
    return draw_form(request, me, "watching", context, at=AT, typed=form.typed, wrong=wrong, target="watching")


routes = [Route(AT, show, methods=["GET"]), Route(AT, save, methods=["POST"])]
