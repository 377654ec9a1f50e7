"""Data retention: how long ended chats are kept."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.actions import retention
from console.archive.credentials import SignedIn
from console.authentication import services_of
from console.errors import BadSettings, Problem
from console.pages.guard import go, read_form
from console.pages.settings.common import draw_form, for_supervisors, wrong_of
from console.pages.settings.form import Form

AT = "/settings/retention"


@for_supervisors
async def show(request: Request, me: SignedIn) -> Response:
    days = await services_of(request).retention_days()
    return await _form(request, me, {"days": str(days)}, saved=request.query_params.get("saved", ""))


@for_supervisors
async def save(request: Request, me: SignedIn) -> Response:
    """Save the days. Fewer days delete older chats for good, so the form asks again and names how many."""
    form = Form(await read_form(request, me.csrf), "retention")
    days = form.whole("days", otherwise=1)
    problem, doomed = None, 0
    if not form.wrong:
        try:
            doomed = await retention.set_days(services_of(request), me.member, days, sure=form.flag("sure"))
            if not doomed:
                return go(f"{AT}?saved=1")
            form.say("sure", "Tick the box to confirm that these chats can be deleted.")
        except BadSettings as refused:
            problem = refused
    return await _form(request, me, form.typed, doomed=doomed, wrong=wrong_of(form, problem))


async def _form(
    request: Request,
    me: SignedIn,
    typed: Mapping[str, str],
    *,
    doomed: int = 0,
    saved: str = "",
    wrong: Sequence[Problem] = (),
) -> Response:
    context = {"doomed": doomed, "saved": saved, "default": services_of(request).settings.retention_days}
    return draw_form(request, me, "retention", context, at=AT, typed=typed, wrong=wrong, target="retention")


routes = [Route(AT, show, methods=["GET"]), Route(AT, save, methods=["POST"])]
