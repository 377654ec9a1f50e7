"""A settings page with nothing but switches."""

from collections.abc import Awaitable, Callable, Mapping
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


class Switches(NamedTuple):
    """`name` is that of the page, its template and its path. What is read and written is keyed by the form's boxes."""

    name: str
    right: Right
    read: Callable[[Directory], dict[str, bool]]
    write: Callable[[Services, Member, Mapping[str, bool]], Awaitable[bool]]


def routes_of(page: Switches) -> list[Route]:
    """Return the routes that show and save the switches."""
    at = f"/settings/{page.name}"

    @for_those_who(page.right)
    async def show(request: Request, me: SignedIn) -> Response:
        on = page.read(await known_to(request))
        context = {"seen": stamp(on), "saved": request.query_params.get("saved", "")}
        typed = {field: "on" for field, ticked in on.items() if ticked}
        return draw_form(request, me, page.name, context, at=at, typed=typed)

    @for_those_who(page.right)
    async def save(request: Request, me: SignedIn) -> Response:
        on = page.read(await known_to(request))
        form = Form(await read_form(request, me.csrf), page.name)
        overtaken(form, on)
        if not form.wrong:
            await page.write(services_of(request), me.member, {field: form.flag(field) for field in on})
            return go(f"{at}?saved=1")
        context = {"seen": stamp(on), "saved": ""}
        wrong = wrong_of(form)
        return draw_form(request, me, page.name, context, at=at, typed=form.typed, wrong=wrong, target=page.name)

    return [Route(at, show, methods=["GET"]), Route(at, save, methods=["POST"])]
