"""Alert rules, and test messages to try them."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.actions import alerts
from console.archive.alert_outbox import MessageLine
from console.archive.credentials import SignedIn
from console.authentication import services_of
from console.domain.alerts import SWITCHES, AlertRule
from console.domain.directory import Directory
from console.domain.ids import new_id
from console.errors import BadSettings, Problem
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
)
from console.pages.settings.form import MINUTE, Form, seconds, stamp, ticks
from console.views.i18n import page_texts

AT = "/settings/alerts"
SHOWN = 20  # messages of a rule on its page
LATEST = 3  # messages of each rule in the list

# The outcome of a message, or of an address check.
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


@for_supervisors
async def list_alerts(request: Request, me: SignedIn) -> Response:
    services = services_of(request)
    rules = await alerts.read_all(services, me.member)
    context = {
        "rules": rules,
        "latest": {rule.id: await services.alerts.outbox.latest(rule.id, LATEST) for rule in rules},
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
    rule = await _rule(request, me)
    return await _form(request, me, rule, typed_of(rule))


@for_supervisors
async def save_new(request: Request, me: SignedIn) -> Response:
    form = Form(await read_form(request, me.csrf, large=True), "alert:new")
    return await _save(request, me, None, form, AlertRule(new_id(), ""))


@for_supervisors
async def save_alert(request: Request, me: SignedIn) -> Response:
    rule = await _rule(request, me)
    form = Form(await read_form(request, me.csrf, large=True), f"alert:{rule.id}")
    overtaken(form, rule)
    return await _save(request, me, rule, form, rule)


async def _save(request: Request, me: SignedIn, rule: AlertRule | None, form: Form, was: AlertRule) -> Response:
    wanted = read_alert(form, was)
    urls = [url for url in new_urls(form) if url not in {one.url for one in wanted.destinations}]
    try:
        await alerts.save(services_of(request), me.member, wanted, urls, already=form.wrong)
        return saved(AT, wanted.id)
    except BadSettings as refused:
        wrong = [one._replace(target=form.target) for one in refused.wrong]
    return await _form(request, me, rule, form.typed, wrong=wrong, target=form.target)


@for_supervisors
async def send_test(request: Request, me: SignedIn) -> Response:
    """Send a test to every destination at once; the page then shows each result."""
    rule = await _rule(request, me)
    await read_form(request, me.csrf)
    await alerts.send_test(services_of(request), me.member, rule.id)
    return go(f"/settings/alert/{rule.id}?tested=1#tested")


@for_supervisors
async def remove(request: Request, me: SignedIn) -> Response:
    rule = await _rule(request, me)
    await read_form(request, me.csrf)
    await alerts.remove(services_of(request), me.member, rule.id)
    return saved(AT, rule.id, did="removed")


def typed_of(rule: AlertRule) -> dict[str, str]:
    """Return the values of the form's fields."""
    return {
        "name": rule.name,
        "due_soon": _seconds(rule.due_soon),
        **{kind: "on" if rule.reports(kind) else "" for kind in SWITCHES},
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
    """Read the rule from the form, keeping the ticked destinations; an empty field turns off its kind."""
    filled = {name: bool(form.typed.get(name, "").strip()) for name in ("due_soon", "line", "nobody")}
    kept = set(form.ticked("keep"))
    return AlertRule(
        id=was.id,
        name=form.plain("name"),
        queues=form.ticked("queue"),
        due_soon=form.ms("due_soon") if filled["due_soon"] else None,
        late=form.flag("late"),
        line=form.whole("line") if filled["line"] else None,
        nobody=form.ms("nobody") if filled["nobody"] else None,
        destinations=tuple(one for one in was.destinations if one.id in kept),
        quiet=form.ms("quiet", unit=MINUTE),
        over=form.flag("over"),
        locale=form.plain("locale"),
        on=form.flag("on"),
        left=form.flag("left"),
        came=form.flag("came"),
    )


def new_urls(form: Form) -> list[str]:
    """Return the new URLs, one per line, exactly as typed: a URL may contain anything."""
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
    messages = await services_of(request).alerts.outbox.latest(rule.id, SHOWN) if rule else []
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
    """Return the results of the newest test, in the order of destinations."""
    tests = [one for one in messages if one.what == "test"][: len(rule.destinations)]
    return tests[::-1]


def _names(known: Directory) -> dict[str, str]:
    return {queue.id: queue.name for queue in known.queues.values()}


async def _rule(request: Request, me: SignedIn) -> AlertRule:
    return await alerts.read(services_of(request), me.member, request.path_params["rule"])


routes = [
    Route(AT, list_alerts, methods=["GET"]),
    Route(f"{AT}/new", show_new, methods=["GET"]),
    Route(f"{AT}/new", save_new, methods=["POST"]),
    Route("/settings/alert/{rule}", show_alert, methods=["GET"]),
    Route("/settings/alert/{rule}", save_alert, methods=["POST"]),
    Route("/settings/alert/{rule}/test", send_test, methods=["POST"]),
    Route("/settings/alert/{rule}/remove", remove, methods=["POST"]),
]
