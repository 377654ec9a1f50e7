"""A settings page with one switch."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.archive.credentials import SignedIn
from console.authentication import services_of
from console.domain.directory import Directory, Member
from console.domain.permissions import Right
from console.pages.guard import for_those_who, go, read_form
from console.pages.settings.common import draw_form, known_to, overtaken, wrong_of
from console.pages.settings.form import Form, stamp
from console.services import Services


class Switch(NamedTuple):
    """`name` is the page's, its template's and its path's; `field` is the box of its form."""

    name: str
    field: str
    right: Right
    read: Callable[[Directory], bool]
    write: Callable[[Services, Member, bool], Awaitable[bool]]


def routes_of(switch: Switch) -> list[Route]:
    """Return the routes that show and save it."""
    at = f"/settings/{switch.name}"

    @for_those_who(switch.right)
    async def show(request: Request, me: SignedIn) -> Response:
        on = switch.read(await known_to(request))
        context = {"seen": stamp(on), "saved": request.query_params.get("saved", "")}
        return draw_form(request, me, switch.name, context, at=at, typed={switch.field: "on"} if on else {})

    @for_those_who(switch.right)
    async def save(request: Request, me: SignedIn) -> Response:
        on = switch.read(await known_to(request))
        form = Form(await read_form(request, me.csrf), switch.name)
        overtaken(form, on)
        if not form.wrong:
            await switch.write(services_of(request), me.member, form.flag(switch.field))
            return go(f"{at}?saved=1")
        context = {"seen": stamp(on), "saved": ""}
        wrong = wrong_of(form)
        return draw_form(request, me, switch.name, context, at=at, typed=form.typed, wrong=wrong, target=switch.name)

    return [Route(at, show, methods=["GET"]), Route(at, save, methods=["POST"])]
