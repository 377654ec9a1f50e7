"""Data retention: how long ended chats and lines of the audit log are kept."""

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
    return await _form(request, me, {}, saved=request.query_params.get("saved", ""))


@for_supervisors
async def save(request: Request, me: SignedIn) -> Response:
    """Save the days. Fewer days delete older chats permanently, so the form asks again and names how many."""
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


@for_supervisors
async def save_audit(request: Request, me: SignedIn) -> Response:
    form = Form(await read_form(request, me.csrf), "retention")
    changes, reads = (form.whole(name, otherwise=-1) for name in ("changes_days", "reads_days"))
    problem = None
    if not form.wrong:
        try:
            await retention.set_audit_days(services_of(request), me.member, changes, reads)
            return go(f"{AT}?saved=audit")
        except BadSettings as refused:
            problem = refused
    return await _form(request, me, form.typed, wrong=wrong_of(form, problem))


async def _form(
    request: Request,
    me: SignedIn,
    typed: Mapping[str, str],
    *,
    doomed: int = 0,
    saved: str = "",
    wrong: Sequence[Problem] = (),
) -> Response:
    services = services_of(request)
    audit = await services.stores.audit_retention.days()
    kept = {
        "days": str(await services.retention_days()),
        "changes_days": str(audit.changes),
        "reads_days": str(audit.reads),
    }
    context = {"doomed": doomed, "saved": saved, "default": services.settings.retention_days}
    return draw_form(request, me, "retention", context, at=AT, typed={**kept, **typed}, wrong=wrong, target="retention")


routes = [
    Route(AT, show, methods=["GET"]),
    Route(AT, save, methods=["POST"]),
    Route(f"{AT}/audit", save_audit, methods=["POST"]),
]
