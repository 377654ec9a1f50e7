"""Blocked visitors and addresses: the list, adding one, removing one."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.actions import blocks
from console.archive.credentials import SignedIn
from console.authentication import services_of
from console.domain.blocks import DAYS, LONGEST_NOTE, Kind, still
from console.errors import BadCommand, BadSettings, Problem
from console.pages.guard import go, read_form
from console.pages.settings.common import _, draw_form, for_supervisors, known_to, wrong_of
from console.pages.settings.form import Form

AT = "/settings/blocked"
KINDS: dict[str, Kind] = {"visitor": "visitor", "address": "address"}


@for_supervisors
async def show(request: Request, me: SignedIn) -> Response:
    return await _page(request, me, {"kind": "address", "days": str(DAYS[1])})


@for_supervisors
async def add(request: Request, me: SignedIn) -> Response:
    form = Form(await read_form(request, me.csrf), "blocked")
    kind, days = choices(form)
    try:
        await blocks.block(
            services_of(request), me.member, kind, form.plain("who"), days=days, note=form.typed.get("note", "")
        )
    except BadSettings as refused:
        return await _page(request, me, form.typed, wrong_of(form, refused))
    return go(f"{AT}?done=blocked")


@for_supervisors
async def lift(request: Request, me: SignedIn) -> Response:
    form = Form(await read_form(request, me.csrf), "blocked")
    kind = KINDS.get(form.typed.get("kind", ""), "visitor")
    await blocks.lift(services_of(request), me.member, kind, form.typed.get("who", ""))
    return go(f"{AT}?done=lifted")


def choices(form: Form) -> tuple[Kind, int]:
    """Return the value only if it is one of the form's choices."""
    kind, days = form.typed.get("kind", ""), form.typed.get("days", "")
    if kind not in KINDS or days not in map(str, DAYS):
        raise BadCommand("The form could not be read.")
    return KINDS[kind], int(days)


async def _page(request: Request, me: SignedIn, typed: Mapping[str, str], wrong: Sequence[Problem] = ()) -> Response:
    now = services_of(request).workspace.now()
    found = still((await known_to(request)).blocks, now)
    context = {
        "blocks": sorted(found.values(), key=lambda block: -block.since),
        "days": DAYS,
        "longest_note": LONGEST_NOTE,
        "done": request.query_params.get("done", ""),
    }
    undone = _("Not blocked")
    return draw_form(request, me, "blocked", context, at=AT, typed=typed, wrong=wrong, target="blocked", undone=undone)


routes = [
    Route(AT, show, methods=["GET"]),
    Route(AT, add, methods=["POST"]),
    Route(f"{AT}/lift", lift, methods=["POST"]),
]
