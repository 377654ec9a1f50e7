"""The second step of a sign-in: the code of the second factor, or setting one up where it is required."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.actions import sign_ins
from console.archive.sign_in_steps import Kind, SignInStep
from console.authentication import is_secure, our_origin, services_of
from console.errors import BadSettings, SestettoError, SignInNeeded
from console.pages.guard import SIGN_IN, go, read_form, says
from console.pages.sign_in import form
from console.pages.sign_in_forms import (
    STEP_COOKIE,
    STEP_PAGES,
    csrf_of_form,
    device_of,
    draw_form,
    origin_of,
    welcome,
)
from console.security import local_path
from console.security.cookies import read_cookie
from console.views.i18n import page_texts
from console.views.qr import picture_of
from console.views.templating import locale_of, render


async def show_code(request: Request) -> Response:
    try:
        await _step(request, "code")
    except SestettoError as error:
        return await _start_over(request, error)
    return draw_form(request, "sign_in_code.html", {"onward": _onward(request.query_params), "problem": ""})


async def give_code(request: Request) -> Response:
    """Take the code; start the session if it is right."""
    onward = local_path("")
    try:
        fields = await read_form(request, csrf_of_form(request))
        onward = _onward(fields)
        step = await _step(request, "code")
        device = device_of(request, step.member.email)
        email, cookie = await sign_ins.with_code(
            services_of(request), step.token, fields.get("code", ""), origin_of(request), device=device
        )
        return await welcome(request, go(onward), cookie, email)
    except SestettoError as error:
        return await _code_again(request, onward, error)


async def _code_again(request: Request, onward: str, error: SestettoError) -> Response:
    """Show the form with the error, or the sign-in form if the step has ended."""
    try:
        await _step(request, "code")
    except SestettoError as over:
        return await _start_over(request, over)
    context = {"onward": onward, "problem": says(error, locale_of(request))}
    return draw_form(request, "sign_in_code.html", context, error=error)


async def show_set_up(request: Request) -> Response:
    try:
        step = await _step(request, "set-up")
    except SestettoError as error:
        return await _start_over(request, error)
    return _set_up(request, step, _onward(request.query_params))


async def save_set_up(request: Request) -> Response:
    """Take the app's first code; show the recovery codes, and start the session."""
    try:
        fields = await read_form(request, csrf_of_form(request))
        step = await _step(request, "set-up")
        onward = _onward(fields)
        try:
            cookie, codes = await sign_ins.with_set_up(
                services_of(request), step.token, fields.get("code", ""), origin_of(request)
            )
        except BadSettings as refused:
            return _set_up(request, step, onward, wrong=refused)
    except SestettoError as error:
        return await _start_over(request, error)
    shown = render(request, "sign_in_codes.html", {"codes": codes, "onward": onward})
    return await welcome(request, shown, cookie, step.member.email)


async def _step(request: Request, kind: Kind) -> SignInStep:
    token = read_cookie(request, STEP_COOKIE, secure=is_secure(request))
    return await services_of(request).stores.sign_in_steps.read(token, kind)


def _onward(fields: Mapping[str, str]) -> str:
    return local_path(fields.get("next", ""))


async def _start_over(request: Request, error: SestettoError) -> Response:
    """Ask for the password again; the page says why."""
    return (
        go(f"{SIGN_IN}?over=1")
        if isinstance(error, SignInNeeded)
        else await form(request, onward=local_path(""), error=error)
    )


def _set_up(request: Request, step: SignInStep, onward: str, *, wrong: BadSettings | None = None) -> Response:
    locale = locale_of(request)
    context = {
        "onward": onward,
        "secret": step.secret,
        "picture": picture_of(step.secret, step.member.email, our_origin(request)),
        "problem": page_texts().get(locale).gettext(str(wrong)) if wrong else "",
    }
    return draw_form(request, "sign_in_set_up.html", context, status=400 if wrong else 200)


routes = [
    Route(STEP_PAGES["code"], show_code, methods=["GET"]),
    Route(STEP_PAGES["code"], give_code, methods=["POST"]),
    Route(STEP_PAGES["set-up"], show_set_up, methods=["GET"]),
    Route(STEP_PAGES["set-up"], save_set_up, methods=["POST"]),
]
