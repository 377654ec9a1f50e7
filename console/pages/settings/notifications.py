"""Notifications on one's own devices: this browser, the list of all devices, a test. Admins also set what they may
show.
"""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from console.actions import push
from console.archive.credentials import SignedIn
from console.authentication import services_of
from console.domain.permissions import may
from console.domain.push import PushKeys
from console.errors import SestettoError
from console.pages.browsers import browser_of
from console.pages.guard import for_those_who, go, read_form, says
from console.pages.settings.common import _, draw, for_admins, language
from console.pages.settings.form import Form

AT = "/settings/notifications"

# The result of the last push; any other code means that the push service was down or refused it.
ANSWERS = {
    "sent": _("Sent."),
    "gone": _("That browser has turned notifications off, so the device was removed."),
    "refused": _("The push service refused it. Turn notifications off and on again on that device."),
}
FAILED = _("The push service could not be reached or did not accept it.")

for_agents = for_those_who("answer")


@for_agents
async def show(request: Request, me: SignedIn) -> Response:
    """Show the state of this browser (the script determines it), and all devices."""
    return await _draw(request, me)


@for_agents
async def subscribe(request: Request, me: SignedIn) -> Response:
    """Subscribe this browser. The page's script sends what the browser's push service returned."""
    form = Form(await read_form(request, me.csrf), "device")
    try:
        await push.subscribe(
            services_of(request),
            me,
            _keys(form.typed),
            browser=request.headers.get("user-agent", ""),
            locale=language(request, me),
            always=form.flag("always"),
            alerts=form.flag("alerts"),
        )
    except SestettoError as problem:
        return _json({"problem": says(problem, language(request, me))}, problem.status)
    return _json({})


@for_agents
async def renew(request: Request, me: SignedIn) -> Response:
    """Renew the subscription. Every console on a device with notifications calls this."""
    fields = await read_form(request, me.csrf)
    device = await push.renew(services_of(request), me, fields.get("before", ""), _keys(fields))
    return _json({"device": device})


@for_agents
async def change(request: Request, me: SignedIn) -> Response:
    form = Form(await read_form(request, me.csrf), "device")
    options = {"always": form.flag("always"), "alerts": form.flag("alerts")}
    await push.set_options(services_of(request), me, request.path_params["device"], **options)
    return go(f"{AT}?saved=1")


@for_agents
async def remove(request: Request, me: SignedIn) -> Response:
    await read_form(request, me.csrf)
    await push.remove(services_of(request), me, request.path_params["device"])
    return go(f"{AT}?removed=1")


@for_agents
async def send_test(request: Request, me: SignedIn) -> Response:
    await read_form(request, me.csrf)
    answer = await push.send_test(services_of(request), me, request.path_params["device"])
    return await _draw(request, me, tried=request.path_params["device"], answer=answer.code)


@for_admins
async def set_words(request: Request, me: SignedIn) -> Response:
    form = Form(await read_form(request, me.csrf), "notifications")
    await push.set_words(services_of(request), me.member, shown=form.flag("words"))
    return go(f"{AT}?saved=1")


async def _draw(request: Request, me: SignedIn, **more: Any) -> Response:
    services = services_of(request)
    devices = await push.read_own(services, me)
    context = {
        "devices": devices,
        "browsers": {one.id: " · ".join(filter(None, browser_of(one.browser))) for one in devices},
        "answers": ANSWERS,
        "failed": FAILED,
        "key": services.push_client.vapid.public,
        "words": await push.shows_words(services, me.member),
        "sees_alerts": may(me.member, "configure"),
        "saved": request.query_params.get("saved", ""),
        "removed": request.query_params.get("removed", ""),
        "tried": "",
        "answer": "",
        **more,
    }
    return draw(request, me, "notifications", context, at=AT)


def _keys(fields: Mapping[str, str]) -> PushKeys:
    return PushKeys(*(fields.get(name, "") for name in PushKeys.__struct_fields__))


def _json(content: dict[str, Any], status: int = 200) -> Response:
    return JSONResponse(content, status_code=status, headers={"cache-control": "no-store"})


routes = [
    Route(AT, show, methods=["GET"]),
    Route(f"{AT}/devices", subscribe, methods=["POST"]),
    Route(f"{AT}/renew", renew, methods=["POST"]),
    Route(f"{AT}/words", set_words, methods=["POST"]),
    Route(f"{AT}/devices/{{device}}", change, methods=["POST"]),
    Route(f"{AT}/devices/{{device}}/remove", remove, methods=["POST"]),
    Route(f"{AT}/devices/{{device}}/test", send_test, methods=["POST"]),
]
