"""Mail: the mail server, mails that wait or were given up, and a test."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.actions import mail
from console.archive.credentials import SignedIn
from console.authentication import services_of
from console.domain.alert_delivery import Answer
from console.errors import BadCommand, BadSettings, Problem
from console.pages.guard import go, read_form
from console.pages.settings.common import _, draw_form, for_admins, wrong_of
from console.pages.settings.form import WHOLE, Form

AT = "/settings/mail"

# The outcome of a try.
ANSWERS = {
    "sent": _("Sent."),
    "failed": _("The mail server has not accepted it yet."),
    "refused": _("The mail server refused it."),
    "away": _("The mail server could not be used."),
    "slow": _("The mail server did not respond in time."),
    "bad": _("This mail could not be written."),
    "dropped": _("Not sent: what it refers to no longer exists."),
    "expired": _("Not sent: it was too late."),
    "": _("Not sent yet."),
}
KINDS = {
    "test": _("test"),
    "answer": _("answer"),
    "transcript": _("transcript"),
    "invitation": _("invitation"),
    "reset": _("password reset"),
}


@for_admins
async def show(request: Request, me: SignedIn) -> Response:
    return await _page(request, me, {"to": me.member.email})


@for_admins
async def send_test(request: Request, me: SignedIn) -> Response:
    form = Form(await read_form(request, me.csrf), "mail")
    try:
        answer = await mail.send_test(services_of(request), me.member, form.plain("to"))
    except BadSettings as refused:
        return await _page(request, me, form.typed, wrong=wrong_of(form, refused))
    return await _page(request, me, form.typed, answer)


@for_admins
async def retry(request: Request, me: SignedIn) -> Response:
    form = Form(await read_form(request, me.csrf), "mail")
    id = form.typed.get("id", "")
    if not WHOLE.fullmatch(id):
        raise BadCommand("The form could not be read.")
    await mail.retry(services_of(request), me.member, int(id))
    return go(f"{AT}?again=1")


@for_admins
async def aside(request: Request, me: SignedIn) -> Response:
    """Send a mail that was set aside, as it was received; only as a download."""
    raw = await mail.read_aside(services_of(request), me.member, request.path_params["id"])
    headers = {
        "Content-Disposition": f'attachment; filename="mail-{request.path_params["id"]}.eml"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(raw, media_type="application/octet-stream", headers=headers)


async def _page(
    request: Request,
    me: SignedIn,
    typed: Mapping[str, str],
    answer: Answer | None = None,
    wrong: Sequence[Problem] = (),
) -> Response:
    context = {
        "state": await mail.read(services_of(request), me.member),
        "answers": ANSWERS,
        "kinds": KINDS,
        "answer": answer,
        "again": request.query_params.get("again", ""),
    }
    return draw_form(request, me, "mail", context, at=AT, typed=typed, wrong=wrong, target="mail", undone=_("Not sent"))


routes = [
    Route(AT, show, methods=["GET"]),
    Route(f"{AT}/test", send_test, methods=["POST"]),
    Route(f"{AT}/aside/{{id:int}}.eml", aside, methods=["GET"]),
    Route(f"{AT}/retry", retry, methods=["POST"]),
]
