"""Becoming a member by invitation, and choosing a new password through a link in a mail."""

from collections.abc import Mapping

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.actions import sign_ins
from console.archive.invitations import PendingInvitation
from console.archive.login_throttle import Attempt
from console.authentication import services_of
from console.errors import BadSettings, NotYours, SestettoError, SignInNeeded
from console.pages.guard import SIGN_IN, address_of, go, problem, read_form, says
from console.pages.sign_in_forms import csrf_of_form, draw_form, onwards, origin_of
from console.security import local_path
from console.views.i18n import page_texts
from console.views.templating import locale_of

INVITATION, FORGOT, RESET = f"{SIGN_IN}/invitation", f"{SIGN_IN}/forgot", f"{SIGN_IN}/reset"
NO_LINK = "This link is no longer valid. Ask for a new one."


async def show_invitation(request: Request) -> Response:
    try:
        invitation = await services_of(request).stores.invitations.read(request.path_params["token"])
    except SestettoError as error:
        return problem(request, error)
    return _invitation(request, invitation, {})


async def accept(request: Request) -> Response:
    """Add the member with the name and password that they chose, and sign them in."""
    services, token = services_of(request), request.path_params["token"]
    try:
        fields = await read_form(request, csrf_of_form(request))
        invitation = await services.stores.invitations.read(token)
        name, password = fields.get("name", ""), fields.get("password", "")
        try:
            admission = await sign_ins.with_invitation(services, token, name, password, origin_of(request))
        except BadSettings as refused:
            return _invitation(request, invitation, fields, refused)
        return await onwards(request, admission, invitation.member.email, local_path(""))
    except SestettoError as error:
        return problem(request, error)


def _invitation(
    request: Request, invitation: PendingInvitation, typed: Mapping[str, str], refused: BadSettings | None = None
) -> Response:
    context = {"invitation": invitation, "name": typed.get("name", ""), "wrong": _beside(request, refused)}
    return draw_form(request, "sign_in_invitation.html", context, status=400 if refused else 200)


async def show_forgot(request: Request) -> Response:
    return _forgot(request)


async def forgot(request: Request) -> Response:
    """Give everybody the same answer. The work happens afterwards, so that the response time reveals nothing either."""
    services = services_of(request)
    try:
        email = (await read_form(request, csrf_of_form(request))).get("email", "")
        await services.stores.throttle.begin(Attempt(f"reset {email.strip().casefold()[:254]}", address_of(request)))
    except SestettoError as error:
        return _forgot(request, error=error)
    response = _forgot(request, asked=True)
    if sign_ins.mails_resets(services):
        response.background = BackgroundTask(sign_ins.ask_for_reset, services, email, locale_of(request))
    return response


def _forgot(request: Request, *, asked: bool = False, error: SestettoError | None = None) -> Response:
    said = says(error, locale_of(request)) if error else ""
    context = {"asked": asked, "problem": said, "sends": sign_ins.mails_resets(services_of(request))}
    return draw_form(request, "sign_in_forgot.html", context, error=error)


async def show_reset(request: Request) -> Response:
    try:
        await services_of(request).stores.sign_in_steps.read(request.path_params["token"], "reset")
    except SestettoError as error:
        return problem(request, _no_link(error))
    return _reset(request)


async def reset(request: Request) -> Response:
    services, token = services_of(request), request.path_params["token"]
    try:
        fields = await read_form(request, csrf_of_form(request))
        await sign_ins.with_reset(services, token, fields.get("password", ""))
    except BadSettings as refused:
        return _reset(request, refused)
    except SestettoError as error:
        return problem(request, _no_link(error))
    return go(f"{SIGN_IN}?changed=1")


def _reset(request: Request, refused: BadSettings | None = None) -> Response:
    context = {"wrong": _beside(request, refused)}
    return draw_form(request, "sign_in_reset.html", context, status=400 if refused else 200)


def _no_link(error: SestettoError) -> SestettoError:
    return NotYours(NO_LINK) if isinstance(error, SignInNeeded) else error


def _beside(request: Request, refused: BadSettings | None) -> dict[str, str]:
    """Return the problems by field."""
    gettext = page_texts().get(locale_of(request)).gettext
    wrong = refused.wrong if refused else ()
    return {one.field: gettext(one.says) % one.values if one.values else gettext(one.says) for one in wrong}


routes = [
    Route(INVITATION + "/{token}", show_invitation, methods=["GET"]),
    Route(INVITATION + "/{token}", accept, methods=["POST"]),
    Route(FORGOT, show_forgot, methods=["GET"]),
    Route(FORGOT, forgot, methods=["POST"]),
    Route(RESET + "/{token}", show_reset, methods=["GET"]),
    Route(RESET + "/{token}", reset, methods=["POST"]),
]
