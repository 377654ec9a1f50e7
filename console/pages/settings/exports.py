"""Exports of the workspace and of single visitors: request one, see its progress, download it."""

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from console.actions import exports
from console.archive.credentials import SignedIn
from console.authentication import services_of
from console.pages.guard import go, read_form
from console.pages.settings.common import _, draw, for_admins
from console.pages.settings.form import Form

AT = "/settings/export"
# What the list says about an export that is not ready.
SAYS = {
    "waiting": _("Starts in a moment."),
    "failed": _("Failed: files or the database could not be reached. Try again."),
    "full": _("There is not enough space on the server's disk."),
}


@for_admins
async def list_exports(request: Request, me: SignedIn) -> Response:
    found = await exports.read_all(services_of(request), me.member)
    return draw(request, me, "exports", {"exports": found, "says": SAYS}, at=AT)


@for_admins
async def ask(request: Request, me: SignedIn) -> Response:
    """Request an export of the visitor that the form names, or of the workspace."""
    form = Form(await read_form(request, me.csrf), "export")
    visitor = form.typed.get("visitor", "")
    await exports.ask(services_of(request), me.member, visitor=visitor, notes=form.flag("notes"))
    return go(AT)


@for_admins
async def remove(request: Request, me: SignedIn) -> Response:
    await read_form(request, me.csrf)
    await exports.remove(services_of(request), me.member, request.path_params["id"])
    return go(AT)


@for_admins
async def download(request: Request, me: SignedIn) -> Response:
    found = await exports.fetch(services_of(request), me.member, request.path_params["id"])
    headers = {"cache-control": "no-store"}
    return FileResponse(found.path, filename=found.name, media_type="application/zip", headers=headers)


routes = [
    Route(AT, list_exports, methods=["GET"]),
    Route(AT, ask, methods=["POST"]),
    Route(f"{AT}/{{id}}.zip", download, methods=["GET"]),
    Route(f"{AT}/{{id}}/remove", remove, methods=["POST"]),
]
