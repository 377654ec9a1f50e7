"""Ended chats and left messages: search them, read them, and mark messages as handled."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.actions import archived_chats, erasure
from console.archive.credentials import SignedIn
from console.archive.reducer import ArchivedChat
from console.archive.search import LISTS, MOST_COUNTED
from console.authentication import services_of
from console.domain.channels import CHANNELS, INSTANT, OTHER
from console.domain.ids import new_cid
from console.pages import chat_export
from console.pages.chat_filters import ChatFilters
from console.pages.guard import for_members, go, read_form
from console.pages.visitor import tongues
from console.projection.picture import ChatState
from console.services import Services
from console.views.channels import channel_name
from console.views.excerpts import excerpt
from console.views.templating import locale_of, render

PAGE = 50  # chats


@for_members
async def list_chats(request: Request, me: SignedIn) -> Response:
    """A tab of the archive, newest end first, filtered by the search."""
    services, filters = services_of(request), ChatFilters.of(request.query_params)
    before = request.query_params.get("before", "")
    query = filters.query()
    found = await archived_chats.find(services, me.member, query, before=before, limit=PAGE)
    context = {
        "filters": filters,
        "before": before,
        "erased": "erased" in request.query_params,
        "page": found,
        "count": await services.search.count(query),
        "most": MOST_COUNTED,
        "down_to": await services.search.index.built_down_to(),
        "older": filters.address(before=found.next) if found.next else "",
        "newest": filters.address(),
        "csv": filters.address("/chats.csv"),
        "json": filters.address("/chats.json"),
        "tabs": {one: filters.address(kind=one) if one != "left" else "/messages" for one in LISTS},
        "left": await services.search.left_waiting(),
        "queues": services.directory.queues,
        "excerpt": partial(excerpt, sites=services.directory.sites),
        "choices": _choices(services, filters, locale_of(request, me.member.locale)),
    }
    return _render(request, me, "chats.html", context)


@for_members
async def read_chat(request: Request, me: SignedIn) -> Response:
    """One chat with everything in it; notes are marked as staff's. NotYours for a live chat of another member."""
    services = services_of(request)
    record = await archived_chats.read(services, me.member, request.path_params["chat"])
    locale, line = locale_of(request, me.member.locale), chat_line(record.chat)
    context = {
        "chat": record.chat,
        "lines": [services.views.line(fact, line, locale=locale) for fact in record.facts],
        "unreadable": record.unreadable,
        "cid": new_cid(),
        "sent": "handled" in request.query_params,
        "unsure": "unsure" in request.query_params,
        "queues": services.directory.queues,
    }
    return _render(request, me, "chat.html", context)


@for_members
async def handle(request: Request, me: SignedIn) -> Response:
    """Mark a left message as handled. Sending the form again changes nothing."""
    fields = await read_form(request, me.csrf)
    chat = request.path_params["chat"]
    done = await archived_chats.handle(services_of(request), me.member, chat, fields.get("cid", ""))
    return go(f"/chats/{chat}?handled=1" if done else f"/chats/{chat}")


@for_members
async def erase(request: Request, me: SignedIn) -> Response:
    """Erase the chat, or everything of its visitor, permanently and everywhere; only if the box is ticked."""
    services, chat = services_of(request), request.path_params["chat"]
    fields = await read_form(request, me.csrf)
    if fields.get("sure") != "on":
        return go(f"/chats/{chat}?unsure=1#erase")
    if fields.get("what") == "visitor":
        record = await archived_chats.read(services, me.member, chat)
        await erasure.erase_visitor(services, me.member, record.chat.visitor)
    else:
        await erasure.erase_chat(services, me.member, chat)
    return go("/chats?erased=1")


def chat_line(chat: ArchivedChat) -> ChatState:
    """Return an archived chat in the form that the fragments need."""
    return ChatState(
        id=chat.id,
        place="ended" if chat.ended else "active",
        queue=chat.queue,
        visitor=chat.visitor,
        site=chat.site,
        name=chat.name,
        email=chat.email,
        verified=chat.verified,
        external=chat.external,
        proven=chat.proven,
        locale=chat.locale,
        language=chat.spoken,
        language_by=chat.language_by,
        channel=chat.channel,
    )


def _choices(services: Services, filters: ChatFilters, locale: str) -> dict[str, dict[str, str]]:
    """Return the filters' choices, value to name; those for ratings and lateness are in the page."""
    known = services.directory
    reasons = sorted({reason for queue in known.queues.values() for reason in queue.reasons}, key=str.casefold)
    return {
        "queue": {queue.id: queue.name for queue in sorted(known.queues.values(), key=lambda one: one.name.casefold())},
        "agent": {one.id: one.name for one in sorted(known.members.values(), key=lambda one: one.name.casefold())},
        "reason": {reason: reason for reason in reasons},
        "channel": {one: channel_name(one, locale=locale) for one in _channels(services, filters)},
        "language": tongues(known, filters.language, locale=locale),
    }


def _channels(services: Services, filters: ChatFilters) -> list[str]:
    """Return the channels with a name here, and other channels that are filtered by or have live chats."""
    named = [*INSTANT, *(one for one in CHANNELS if one != OTHER)]
    others = {filters.channel, *(chat.channel for chat in services.picture.chats.values())} - {*named, ""}
    return [*named, *sorted(others)]


def _render(request: Request, me: SignedIn, template: str, context: dict[str, object]) -> Response:
    locale = locale_of(request, me.member.locale)
    return render(request, template, {**context, "signed_in": me}, locale=locale)


routes = [
    *chat_export.routes,
    Route("/chats", list_chats, methods=["GET"]),
    Route("/chats/{chat}", read_chat, methods=["GET"]),
    Route("/chats/{chat}/handled", handle, methods=["POST"]),
    Route("/chats/{chat}/erase", erase, methods=["POST"]),
]
