"""Queues: their targets, opening hours, overflow and members."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.actions import queues
from console.archive.credentials import SignedIn
from console.authentication import services_of
from console.domain.directory import Directory, Member, Queue, served_by
from console.domain.opening_hours import next_opening, open_at, zones
from console.errors import BadSettings, NotYours, Problem
from console.pages.guard import read_form
from console.pages.settings.channels import rows
from console.pages.settings.common import (
    NOT_REMOVED,
    _,
    by_name,
    check_rest,
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
from console.pages.settings.form import Form, in_words, new_key, stamp
from console.pages.settings.opening_hours import day_names
from console.pages.settings.phrases import boxes
from console.pages.settings.queue_form import read_queue, typed_of

AT = "/settings/queues"
NEW = Queue("", "")
NO_QUEUE = _("Queue not found. It may have been removed.")


class FirstBot(NamedTuple):
    """The bot that answers first in a queue: whether its integration still exists, and has a token for that."""

    name: str
    is_there: bool
    may: bool


@for_supervisors
async def list_queues(request: Request, me: SignedIn) -> Response:
    known = await known_to(request)
    now, locale = services_of(request).workspace.now(), language(request, me)
    context = {
        "queues": by_name(known.queues.values()),
        "directory": known,
        "members": {queue: serving(known, queue) for queue in known.queues},
        "open": {queue.id: open_at(queue.hours, now) for queue in known.queues.values()},
        "opens": {queue.id: next_opening(queue.hours, now) for queue in known.queues.values()},
        "languages_of": {queue.id: in_words(queue.languages, locale) for queue in known.queues.values()},
        "first": await _first(request, me, known),
        **news(request, {queue.id: queue.name for queue in known.queues.values()}),
    }
    return draw(request, me, "queues", context, at=AT)


@for_supervisors
async def show_new(request: Request, me: SignedIn) -> Response:
    known = await known_to(request)
    zone = next((queue.hours.zone for queue in known.queues.values() if queue.hours.zone != "UTC"), "UTC")
    return await _form(request, me, known, None, {**typed_of(NEW, ()), "zone": zone})


@for_supervisors
async def show_queue(request: Request, me: SignedIn) -> Response:
    known = await known_to(request)
    queue = _queue(known, request)
    return await _form(request, me, known, queue, typed_of(queue, _ids(known, queue.id)))


@for_supervisors
async def save_new(request: Request, me: SignedIn) -> Response:
    known = await known_to(request)
    fields = await read_form(request, me.csrf, large=True)
    id = new_key(fields.get("name", ""), known.queues, "queue")
    return await _save(request, me, known, None, Form(fields, f"queue:{id}"), Queue(id, ""))


@for_supervisors
async def save_queue(request: Request, me: SignedIn) -> Response:
    known = await known_to(request)
    queue = _queue(known, request)
    form = Form(await read_form(request, me.csrf, large=True), f"queue:{queue.id}")
    overtaken(form, queue, _ids(known, queue.id))
    return await _save(request, me, known, queue, form, queue)


async def _save(
    request: Request, me: SignedIn, known: Directory, queue: Queue | None, form: Form, was: Queue
) -> Response:
    wanted, members = read_queue(form, was, language(request, me))
    problem = None
    try:
        if form.wrong:  # validate the rest too, so that all errors show together
            made = replace(known, queues={**known.queues, wanted.id: wanted})
            form.wrong += await queues.problems_of_bot(services_of(request), me.member, wanted)
            check_rest(form, known, served_by(made, wanted.id, members))
        else:
            live = await queues.save(services_of(request), me.member, wanted, members)
            return saved(AT, wanted.id, live=live)
    except BadSettings as refused:
        problem = refused
    return await _form(request, me, known, queue, form.typed, wrong=wrong_of(form, problem), target=form.target)


@for_supervisors
async def remove(request: Request, me: SignedIn) -> Response:
    """Remove a queue. Refused while it has chats or another setting refers to it."""
    known = await known_to(request)
    queue = _queue(known, request)
    await read_form(request, me.csrf)
    try:
        live = await queues.remove(services_of(request), me.member, queue.id)
    except BadSettings as refused:
        typed = typed_of(queue, _ids(known, queue.id))
        target = f"queue:{queue.id}"
        return await _form(request, me, known, queue, typed, wrong=refused.wrong, target=target, undone=NOT_REMOVED)
    return saved(AT, queue.id, live=live, did="removed")


async def _form(
    request: Request,
    me: SignedIn,
    known: Directory,
    queue: Queue | None,
    typed: Mapping[str, str],
    *,
    wrong: Sequence[Problem] = (),
    target: str = "",
    undone: str = "",
) -> Response:
    locale = language(request, me)
    people = by_name(known.members.values())
    context = {
        "queue": queue,
        "people": people,
        "speaks": {member.id: in_words(member.languages, locale) for member in people},
        "others": [one for one in known.queues.values() if queue is None or one.id != queue.id],
        "zones": zones(),
        "days": day_names(locale),
        "channels": rows(),
        **await _bots(request, me, typed.get("bot", "")),
        "boxes": boxes(known, queue, typed, locale),
        "seen": stamp(queue, _ids(known, queue.id)) if queue else "",
        "leads_here": leads_to(known, queue.id) if queue else [],
    }
    return draw_form(request, me, "queue", context, at=AT, typed=typed, wrong=wrong, target=target, undone=undone)


async def _first(request: Request, me: SignedIn, known: Directory) -> dict[str, FirstBot]:
    """Return the first bots by queue, for queues that have one."""
    found = {one.id: able for one, able in (await queues.read_bots(services_of(request), me.member)).items()}
    names = await services_of(request).stores.integrations.names()
    bots = {queue.id: queue.bot for queue in known.queues.values() if queue.bot}
    return {
        queue: FirstBot(names.get(bot, bot), is_there=bot in found, may=found.get(bot, False))
        for queue, bot in bots.items()
    }


async def _bots(request: Request, me: SignedIn, chosen: str) -> dict[str, Any]:
    """Return the integrations that may answer first, and the chosen one's name if it no longer may."""
    found = await queues.read_bots(services_of(request), me.member)
    return {
        "bots": [(one.id, one.name) for one, able in found.items() if able],
        "silent_bot": next((one.name for one, able in found.items() if one.id == chosen and not able), ""),
    }


def serving(known: Directory, queue: str) -> list[Member]:
    """Return the members of a queue by name."""
    found = (member for member in known.members.values() if queue in member.queues)
    return by_name(found)


def leads_to(known: Directory, queue: str) -> list[str]:
    """Return the names of what prevents the queue's removal."""
    sites = [site.name for site in known.sites.values() if site.queue == queue]
    return sites + [one.name for one in known.queues.values() if one.overflow_to == queue and one.id != queue]


def _ids(known: Directory, queue: str) -> list[str]:
    return sorted(member.id for member in serving(known, queue))


def _queue(known: Directory, request: Request) -> Queue:
    id = request.path_params["queue"]
    if id not in known.queues:
        raise NotYours(NO_QUEUE)
    return known.queues[id]


routes = [
    Route(AT, list_queues, methods=["GET"]),
    Route(f"{AT}/new", show_new, methods=["GET"]),
    Route(f"{AT}/new", save_new, methods=["POST"]),
    Route("/settings/queue/{queue}", show_queue, methods=["GET"]),
    Route("/settings/queue/{queue}", save_queue, methods=["POST"]),
    Route("/settings/queue/{queue}/remove", remove, methods=["POST"]),
]
