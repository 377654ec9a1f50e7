"""Left messages to handle: the list, oldest due first, and one message with its answer."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import get_args
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.actions import left_messages
from console.archive.credentials import SignedIn
from console.archive.left_messages import LeftQuery
from console.archive.reducer import ArchivedChat
from console.authentication import services_of
from console.domain.directory import Canned
from console.domain.ids import new_cid
from console.domain.mail_templates import PLACE
from console.errors import BadCommand, BadSettings, Problem
from console.events import LeftState
from console.pages.chats import chat_line
from console.pages.guard import for_members, go, read_form
from console.pages.replies import queues_reaching
from console.services import Services
from console.views.excerpts import excerpt
from console.views.i18n import page_texts
from console.views.templating import locale_of, render

PAGE = 50  # messages
STATES: dict[str, LeftState] = {state: state for state in get_args(LeftState)}


@for_members
async def list_messages(request: Request, me: SignedIn) -> Response:
    services, asked = services_of(request), request.query_params
    state = STATES.get(asked.get("state", ""), "open")
    query = LeftQuery(state=state, queue=asked.get("queue", ""), owner=asked.get("owner", ""))
    offset = int(asked["after"]) if asked.get("after", "").isdecimal() and len(asked["after"]) < 6 else 0
    found = await left_messages.find(services, me.member, query, offset=offset, limit=PAGE)
    filters = {"queue": query.queue, "owner": query.owner}
    context = {
        "found": found,
        "query": query,
        "narrowed": any(filters.values()),
        "tabs": {one: _address(state=one, **filters) for one in STATES},
        "older": _address(state=state, **filters, after=str(offset + PAGE)) if found.more else "",
        "newest": _address(state=state, **filters) if offset else "",
        "queues": services.directory.queues,
        "excerpt": partial(excerpt, sites=services.directory.sites),
        "members": services.directory.members,
        "now": services.workspace.now(),
    }
    return _render(request, me, "left_messages.html", context)


@for_members
async def show_message(request: Request, me: SignedIn) -> Response:
    return await _message(request, me, {})


@for_members
async def answer(request: Request, me: SignedIn) -> Response:
    fields, chat = await read_form(request, me.csrf, large=True), request.path_params["chat"]
    state = _state(fields)
    try:
        await left_messages.answer(
            services_of(request), me.member, chat, fields.get("cid", ""), fields.get("text", ""), state=state
        )
    except BadSettings as refused:
        return await _message(request, me, fields, refused.wrong)
    return go(f"/messages/{chat}?done=answered")


@for_members
async def note(request: Request, me: SignedIn) -> Response:
    fields, chat = await read_form(request, me.csrf, large=True), request.path_params["chat"]
    try:
        await left_messages.note(services_of(request), me.member, chat, fields.get("cid", ""), fields.get("note", ""))
    except BadSettings as refused:
        return await _message(request, me, fields, refused.wrong)
    return go(f"/messages/{chat}?done=noted")


@for_members
async def tend(request: Request, me: SignedIn) -> Response:
    fields, chat = await read_form(request, me.csrf), request.path_params["chat"]
    owner = me.member.id if "take" in fields else fields.get("owner", "")
    try:
        await left_messages.tend(
            services_of(request), me.member, chat, fields.get("cid", ""), owner=owner, state=_state(fields)
        )
    except BadSettings as refused:
        return await _message(request, me, fields, refused.wrong)
    return go(f"/messages/{chat}?done=saved")


async def _message(request: Request, me: SignedIn, typed: Mapping[str, str], wrong: Sequence[Problem] = ()) -> Response:
    services = services_of(request)
    found = await left_messages.read(services, me.member, request.path_params["chat"])
    locale, line = locale_of(request, me.member.locale), chat_line(found.record.chat)
    gettext = page_texts().get(locale).gettext
    context = {
        "chat": found.record.chat,
        "due": found.due,
        "now": services.workspace.now(),
        "mails": found.mails,
        "lines": [(fact, services.views.line(fact, line, locale=locale)) for fact in found.record.facts],
        "cids": [new_cid() for _ in range(4)],
        "typed": typed,
        "wrong": [gettext(one.says) for one in wrong],
        "done": request.query_params.get("done", ""),
        "sends": services.post.sends,
        "queues": services.directory.queues,
        "members": services.directory.members,
        "canned": await _replies(services, me, found.record.chat),
    }
    return _render(request, me, "left_message.html", context, status=400 if wrong else 200)


async def _replies(services: Services, me: SignedIn, chat: ArchivedChat) -> list[Canned]:
    """Return canned replies with their placeholders filled in; those of the message's queue too."""
    member = services.directory.members.get(me.member.id, me.member)
    queues = queues_reaching(services, member) | {chat.queue}
    values = _values(services, me, chat)
    return [
        Canned(one.id, one.title, PLACE.sub(lambda found: values.get(found[1], found[0]), one.text))
        for one in await services.stores.canned.for_member(member, also=queues)
    ]


def _values(services: Services, me: SignedIn, chat: ArchivedChat) -> dict[str, str]:
    queue, site = services.directory.queues.get(chat.queue), services.directory.sites.get(chat.site)
    return {
        "visitor": chat.name,
        "first_name": next(iter(chat.name.split()), ""),
        "agent": me.member.name,
        "queue": queue.name if queue else "",
        "site": site.name if site else "",
        "page": chat.title,
        **{f"field:{name}": value for name, value in chat.fields.items()},
    }


def _state(fields: Mapping[str, str]) -> LeftState:
    if fields.get("state", "") not in STATES:
        raise BadCommand("The form could not be read.")
    return STATES[fields["state"]]


def _address(**filters: str) -> str:
    kept = {name: value for name, value in filters.items() if value and (name, value) != ("state", "open")}
    return f"/messages?{urlencode(kept)}" if kept else "/messages"


def _render(
    request: Request, me: SignedIn, template: str, context: Mapping[str, object], status: int = 200
) -> Response:
    locale = locale_of(request, me.member.locale)
    return render(request, template, {**context, "signed_in": me}, status=status, locale=locale)


routes = [
    Route("/messages", list_messages, methods=["GET"]),
    Route("/messages/{chat}", show_message, methods=["GET"]),
    Route("/messages/{chat}/answer", answer, methods=["POST"]),
    Route("/messages/{chat}/note", note, methods=["POST"]),
    Route("/messages/{chat}/tend", tend, methods=["POST"]),
]
