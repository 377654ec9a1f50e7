"""Webhooks: endpoints, the events they receive, their secrets, and the results of deliveries."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.actions import webhooks
from console.archive.credentials import SignedIn
from console.authentication import services_of
from console.domain.alert_delivery import Answer
from console.domain.ids import new_id
from console.domain.webhooks import KINDS, WebhookEndpoint, shown
from console.errors import BadCommand, BadSettings, Problem
from console.pages.guard import go, read_form
from console.pages.settings.common import _, draw, draw_form, for_admins, news, overtaken, saved
from console.pages.settings.form import WHOLE, Form, stamp, ticks

AT = "/settings/webhooks"

# The outcome of a delivery.
ANSWERS = {
    "sent": _("Delivered."),
    "failed": _("The endpoint did not accept it."),
    "slow": _("No response within 15 seconds."),
    "away": _("The endpoint could not be reached."),
    "refused": _(
        "Refused: the address is private. The server admin can allow that network with SESTETTO_ALERT_NETWORKS."
    ),
    "redirected": _("The address redirects, which is not supported. Enter the final address."),
    "gone": _("The endpoint says that it is gone, so the webhook was turned off."),
    "": _("Not sent yet."),
}
SAYS = {
    "chat.opened": _("A chat was opened"),
    "chat.reopened": _("A chat was reopened"),
    "chat.assigned": _("An agent got a chat"),
    "chat.released": _("A chat went back to its queue"),
    "chat.transferred": _("A chat was transferred"),
    "message.created": _("Somebody wrote a message"),
    "message.redacted": _("A message was redacted"),
    "answer.late": _("An answer is late"),
    "visitor.changed": _("A visitor's details changed"),
    "chat.labelled": _("A reason or tags were given"),
    "chat.ended": _("A chat ended"),
    "chat.rated": _("A chat was rated"),
    "message.handled": _("A left message was handled"),
    "chat.erased": _("A chat was erased"),
    "test": _("Test"),
}


@for_admins
async def list_webhooks(request: Request, me: SignedIn) -> Response:
    endpoints = await webhooks.read_all(services_of(request), me.member)
    context = {
        "endpoints": endpoints,
        "counts": {one.id: await services_of(request).webhooks.outbox.counts(one.id) for one in endpoints},
        "shown": shown,
        **news(request, {one.id: one.name for one in endpoints}),
    }
    return draw(request, me, "webhooks", context, at=AT)


@for_admins
async def show_new(request: Request, me: SignedIn) -> Response:
    kinds = ("chat.opened", "message.created", "chat.ended", "chat.erased")
    return await _form(request, me, None, typed_of(WebhookEndpoint("", "", "", kinds)))


@for_admins
async def show_webhook(request: Request, me: SignedIn) -> Response:
    endpoint = await _endpoint(request, me)
    return await _form(request, me, endpoint, typed_of(endpoint))


@for_admins
async def save_new(request: Request, me: SignedIn) -> Response:
    form = Form(await read_form(request, me.csrf), "webhook:new")
    return await _save(request, me, None, form, WebhookEndpoint(new_id(), "", ""))


@for_admins
async def save_webhook(request: Request, me: SignedIn) -> Response:
    endpoint = await _endpoint(request, me)
    form = Form(await read_form(request, me.csrf), f"webhook:{endpoint.id}")
    overtaken(form, endpoint)
    return await _save(request, me, endpoint, form, endpoint)


async def _save(
    request: Request, me: SignedIn, endpoint: WebhookEndpoint | None, form: Form, was: WebhookEndpoint
) -> Response:
    wanted = read_endpoint(form, was)
    try:
        await webhooks.save(services_of(request), me.member, wanted, already=form.wrong)
        return saved(AT, wanted.id) if endpoint else go(f"/settings/webhook/{wanted.id}?made=1")
    except BadSettings as refused:
        wrong = [one._replace(target=form.target) for one in refused.wrong]
    return await _form(request, me, endpoint, form.typed, wrong=wrong, target=form.target)


@for_admins
async def send_test(request: Request, me: SignedIn) -> Response:
    endpoint = await _endpoint(request, me)
    await read_form(request, me.csrf)
    answer = await webhooks.send_test(services_of(request), me.member, endpoint.id)
    return await _form(request, me, endpoint, typed_of(endpoint), answer=answer)


@for_admins
async def rotate(request: Request, me: SignedIn) -> Response:
    await read_form(request, me.csrf)
    await webhooks.rotate(services_of(request), me.member, request.path_params["id"])
    return go(f"/settings/webhook/{request.path_params['id']}?rotated=1#secret")


@for_admins
async def replay(request: Request, me: SignedIn) -> Response:
    """Retry events that were given up: the one that the form names, or all."""
    form = await read_form(request, me.csrf)
    event = form.get("event", "")
    if event and not WHOLE.fullmatch(event):
        raise BadCommand("The form could not be read.")
    await webhooks.replay(services_of(request), me.member, request.path_params["id"], int(event) if event else None)
    return go(f"/settings/webhook/{request.path_params['id']}?again=1#events")


@for_admins
async def remove(request: Request, me: SignedIn) -> Response:
    await read_form(request, me.csrf)
    await webhooks.remove(services_of(request), me.member, request.path_params["id"])
    return saved(AT, request.path_params["id"], did="removed")


def typed_of(endpoint: WebhookEndpoint) -> dict[str, str]:
    """Return the values of the form's fields."""
    return {
        "name": endpoint.name,
        "url": endpoint.url,
        "on": "on" if endpoint.on else "",
        **ticks("kind", endpoint.kinds),
    }


def read_endpoint(form: Form, was: WebhookEndpoint) -> WebhookEndpoint:
    """Read the endpoint from the form; an address is taken exactly as typed."""
    chosen = form.ticked("kind")
    return WebhookEndpoint(
        id=was.id,
        name=form.plain("name"),
        url=form.typed.get("url", "").strip(),
        kinds=tuple(kind for kind in KINDS if kind in chosen),
        secrets=was.secrets,
        on=form.flag("on"),
        made=was.made,
    )


async def _form(
    request: Request,
    me: SignedIn,
    endpoint: WebhookEndpoint | None,
    typed: Mapping[str, str],
    *,
    wrong: Sequence[Problem] = (),
    target: str = "",
    answer: Answer | None = None,
) -> Response:
    services = services_of(request)
    asked = request.query_params
    context: dict[str, Any] = {
        "endpoint": endpoint,
        "kinds": [(kind, SAYS[kind]) for kind in KINDS],
        "says": SAYS,
        "seen": stamp(endpoint) if endpoint else "",
        "events": await webhooks.deliveries(services, me.member, endpoint.id) if endpoint else None,
        "answers": ANSWERS,
        "answer": answer,
        "made": asked.get("made", ""),
        "rotated": asked.get("rotated", ""),
        "again": asked.get("again", ""),
    }
    return draw_form(request, me, "webhook", context, at=AT, typed=typed, wrong=wrong, target=target)


async def _endpoint(request: Request, me: SignedIn) -> WebhookEndpoint:
    return await webhooks.read(services_of(request), me.member, request.path_params["id"])


routes = [
    Route(AT, list_webhooks, methods=["GET"]),
    Route(f"{AT}/new", show_new, methods=["GET"]),
    Route(f"{AT}/new", save_new, methods=["POST"]),
    Route("/settings/webhook/{id}", show_webhook, methods=["GET"]),
    Route("/settings/webhook/{id}", save_webhook, methods=["POST"]),
    Route("/settings/webhook/{id}/test", send_test, methods=["POST"]),
    Route("/settings/webhook/{id}/rotate", rotate, methods=["POST"]),
    Route("/settings/webhook/{id}/replay", replay, methods=["POST"]),
    Route("/settings/webhook/{id}/remove", remove, methods=["POST"]),
]
