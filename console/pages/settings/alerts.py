"""Alerts: who is told of what, without anybody looking at a screen; tried out with a test message."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.alerts.messages import trial
from console.archive.alerts import MessageLine
from console.archive.credentials import SignedIn
from console.authentication import services_of
from console.domain.address_policy import what_is_wrong
from console.domain.alert_delivery import Answer
from console.domain.alerts import AlertRule, Destination
from console.domain.directory import Directory
from console.domain.ids import new_id
from console.domain.validation.alerts import DESTINATIONS
from console.errors import BadSettings, Problem, SlowDown
from console.pages.guard import go, read_form
from console.pages.settings.common import (
    _,
    by_name,
    draw,
    draw_form,
    for_supervisors,
    known_to,
    language,
    news,
    overtaken,
    saved,
    wrong_of,
)
from console.pages.settings.form import MINUTE, Form, seconds, stamp, ticks
from console.views.i18n import page_texts

AT = "/settings/alerts"
SHOWN = 20  # messages of a rule
LATEST = 3  # messages of each rule on the list

# What became of a message, or of a look at where it would go.
ANSWERS = {
    "sent": _("Sent to the service."),
    "failed": _("Sending failed."),
    "slow": _("No response within 20 seconds."),
    "refused": _(
        "Refused: the address is private. The server admin can allow that network with SESTETTO_ALERT_NETWORKS."
    ),
    "redirected": _("The address redirects, which is not supported. Enter the final address."),
    "bad": _("No service supports this address."),
    "dropped": _("Not sent: the alert or destination changed, or too many messages were waiting."),
    "unknown_host": _("The host was not found. Check the spelling."),
    "": _("Not sent yet."),
}
WHATS = {"opened": _("started"), "still": _("ongoing"), "over": _("resolved"), "test": _("test")}
BUSY = _("Another test message is being sent. Wait a moment.")

_trying = asyncio.Semaphore(1)  # a test holds a page for as long as the other side takes


@for_supervisors
async def list_alerts(request: Request, me: SignedIn) -> Response:
    alerts = services_of(request).alerts
    rules = await alerts.rules()
    context = {
        "rules": rules,
        "latest": {rule.id: await alerts.latest(rule.id, LATEST) for rule in rules},
        "queues": (await known_to(request)).queues,
        "answers": ANSWERS,
        **news(request, {rule.id: rule.name for rule in rules}),
    }
    return draw(request, me, "alerts", context, at=AT)


@for_supervisors
async def show_new(request: Request, me: SignedIn) -> Response:
    return await _form(request, me, None, typed_of(AlertRule("", "", late=True, locale=language(request, me))))


@for_supervisors
async def show_alert(request: Request, me: SignedIn) -> Response:
    rule = await _rule(request)
    return await _form(request, me, rule, typed_of(rule))


@for_supervisors
async def save_new(request: Request, me: SignedIn) -> Response:
    form = Form(await read_form(request, me.csrf, large=True), "alert:new")
    return await _save(request, me, None, form, AlertRule(new_id(), ""))


@for_supervisors
async def save_alert(request: Request, me: SignedIn) -> Response:
    rule = await _rule(request)
    form = Form(await read_form(request, me.csrf, large=True), f"alert:{rule.id}")
    overtaken(form, rule)
    return await _save(request, me, rule, form, rule)


async def _save(request: Request, me: SignedIn, rule: AlertRule | None, form: Form, was: AlertRule) -> Response:
    wanted = read_alert(form, was)
    urls = [url for url in new_urls(form) if url not in {one.url for one in wanted.destinations}]
    if not form.wrong:
        added = await _checked(request, form, urls)
        wanted = replace(wanted, destinations=(*wanted.destinations, *added))
    problem = None
    if not form.wrong:
        try:
            await services_of(request).alerts.put_rule(wanted, by=me.member)
            return await saved(request, None, AT, wanted.id)
        except BadSettings as refused:
            problem = BadSettings([one._replace(target=form.target) for one in refused.wrong])
    return await _form(request, me, rule, form.typed, wrong=wrong_of(form, problem), target=form.target)


async def _checked(request: Request, form: Form, urls: Sequence[str]) -> list[Destination]:
    """Where each would go is looked at; nothing is sent. What may not be is said."""
    for url in urls:
        if says := what_is_wrong(url):
            form.say("add", says)
    if len(urls) > DESTINATIONS:
        form.say("add", "Enter at most %(most)s destinations. Create another alert for more.", most=DESTINATIONS)
    if form.wrong:
        return []
    looks = await asyncio.gather(*(services_of(request).couriers.look(url) for url in urls))
    found = []
    for url, look in zip(urls, looks, strict=True):
        if look.code not in ("fine", "unknown_host"):
            form.say("add", _fault(look), shown=look.shown or f"{url.partition(':')[0]}://…", detail=look.detail)
        found.append(Destination(new_id(), url, look.shown, look.code if look.code != "fine" else ""))
    return found


def _fault(look: Answer) -> str:
    match look.code:
        case "refused":
            return _(
                "%(shown)s leads to %(detail)s, a private address. "
                "The server admin can allow that network with SESTETTO_ALERT_NETWORKS."
            )
        case "slow":
            return _("%(shown)s could not be checked in time. Try again.")
        case _:
            return _("%(shown)s cannot be used. %(detail)s")


@for_supervisors
async def send_test(request: Request, me: SignedIn) -> Response:
    """To each destination at once; the page then shows how each answered."""
    rule = await _rule(request)
    await read_form(request, me.csrf)
    if _trying.locked():
        raise SlowDown(BUSY)
    services = services_of(request)
    message = trial(rule, me.member.name, services.settings.origin)
    async with _trying:
        answers = await asyncio.gather(*(services.couriers.send(one.url, message) for one in rule.destinations))
    for destination, answer in zip(rule.destinations, answers, strict=True):
        await services.alerts.record_trial(rule, destination, message, answer)
    return go(f"/settings/alert/{rule.id}?tested=1#tested")


@for_supervisors
async def remove(request: Request, me: SignedIn) -> Response:
    rule = await _rule(request)
    await read_form(request, me.csrf)
    await services_of(request).alerts.remove_rule(rule.id, by=me.member)
    return await saved(request, None, AT, rule.id)


def typed_of(rule: AlertRule) -> dict[str, str]:
    """The fields as the form draws them."""
    return {
        "name": rule.name,
        "due_soon": _seconds(rule.due_soon),
        "late": "on" if rule.late else "",
        "line": "" if rule.line is None else str(rule.line),
        "nobody": _seconds(rule.nobody),
        "quiet": seconds(rule.quiet, MINUTE),
        "over": "on" if rule.over else "",
        "locale": rule.locale,
        "on": "on" if rule.on else "",
        "add": "",
        **ticks("queue", rule.queues),
        **ticks("keep", (one.id for one in rule.destinations)),
    }


def _seconds(ms: int | None) -> str:
    return "" if ms is None else f"{ms / 1000:.10g}"


def read_alert(form: Form, was: AlertRule) -> AlertRule:
    """The rule of the form, with those of its destinations that are kept; an empty field tells nothing of its kind."""
    given = {name: bool(form.typed.get(name, "").strip()) for name in ("due_soon", "line", "nobody")}
    kept = set(form.ticked("keep"))
    return AlertRule(
        id=was.id,
        name=form.plain("name"),
        queues=form.ticked("queue"),
        due_soon=form.ms("due_soon") if given["due_soon"] else None,
        late=form.flag("late"),
        line=form.whole("line") if given["line"] else None,
        nobody=form.ms("nobody") if given["nobody"] else None,
        destinations=tuple(one for one in was.destinations if one.id in kept),
        quiet=form.ms("quiet", unit=MINUTE),
        over=form.flag("over"),
        locale=form.plain("locale"),
        on=form.flag("on"),
    )


def new_urls(form: Form) -> list[str]:
    """One a line, as it was typed: it may hold what looks like anything."""
    lines = (line.strip() for line in form.typed.get("add", "").split("\n"))
    return list(dict.fromkeys(line for line in lines if line))


async def _form(
    request: Request,
    me: SignedIn,
    rule: AlertRule | None,
    typed: Mapping[str, str],
    *,
    wrong: Sequence[Problem] = (),
    target: str = "",
) -> Response:
    known = await known_to(request)
    messages = await services_of(request).alerts.latest(rule.id, SHOWN) if rule else []
    context: dict[str, Any] = {
        "rule": rule,
        "queues": by_name(known.queues.values()),
        "names": _names(known),
        "locales": page_texts().available(),
        "seen": stamp(rule) if rule else "",
        "messages": messages,
        "tested": _tested(rule, messages) if rule and request.query_params.get("tested") else [],
        "answers": ANSWERS,
        "whats": WHATS,
        "origin": services_of(request).settings.origin,
    }
    return draw_form(request, me, "alert", context, at=AT, typed=typed, wrong=wrong, target=target)


def _tested(rule: AlertRule, messages: Sequence[MessageLine]) -> list[MessageLine]:
    """The answers to the newest test, in the destinations' order."""
    tests = [one for one in messages if one.what == "test"][: len(rule.destinations)]
    return tests[::-1]


def _names(known: Directory) -> dict[str, str]:
    return {queue.id: queue.name for queue in known.queues.values()}


async def _rule(request: Request) -> AlertRule:
    return await services_of(request).alerts.rule(request.path_params["rule"])


routes = [
    Route(AT, list_alerts, methods=["GET"]),
    Route(f"{AT}/new", show_new, methods=["GET"]),
    Route(f"{AT}/new", save_new, methods=["POST"]),
    Route("/settings/alert/{rule}", show_alert, methods=["GET"]),
    Route("/settings/alert/{rule}", save_alert, methods=["POST"]),
    Route("/settings/alert/{rule}/test", send_test, methods=["POST"]),
    Route("/settings/alert/{rule}/remove", remove, methods=["POST"]),
]
