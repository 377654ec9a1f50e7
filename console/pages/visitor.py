"""Everything known about a chat's visitor: a fragment for the console, loaded on request."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_location
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from console.actions import blocks
from console.archive.credentials import SignedIn
from console.archive.reducer import ArchivedChat
from console.authentication import services_of
from console.domain.blocks import DAYS, Block, block_of
from console.domain.directory import Directory, Queue, languages_in
from console.domain.opening_hours import zones
from console.domain.permissions import may, may_see
from console.errors import NotYours, Unknown
from console.events import ChatFact, Opened, Profile, read_log
from console.pages.browsers import browser_of
from console.pages.guard import for_members, read_form
from console.pages.settings.blocked import choices
from console.pages.settings.form import Form
from console.projection.picture import ChatState, chat_state
from console.queue.results import Gone
from console.services import Services
from console.views.languages import language_name
from console.views.templating import environment, languages, locale_of

PAGES = 12  # shown, newest first
EARLIER = 5  # chats shown, newest first


class SeenPage(msgspec.Struct):
    """A page of the host site, and when (ms) the visitor opened it."""

    url: str
    title: str
    at: int

    @property
    def is_link(self) -> bool:
        return self.url.startswith(("https://", "http://"))


class Context(msgspec.Struct):
    """Everything the fragment shows. `earlier` is None while the archive is unavailable."""

    chat: ChatState
    pages: Sequence[SeenPage]  # newest first
    referrer: str
    browser: str
    system: str
    zone: str  # empty if the browser sent no valid one
    place: str  # where that zone is
    earlier: list[ArchivedChat] | None
    block: Block | None = None
    may_block: bool = False
    may_rename: bool = False
    tongues: Mapping[str, str] = {}  # code to name: languages the agent can set for the visitor

    @property
    def last_agent(self) -> ArchivedChat | None:
        """Return the newest earlier chat in which an agent spoke with the visitor."""
        return next((chat for chat in self.earlier or () if chat.agent_name), None)


@for_members
async def show_visitor(request: Request, me: SignedIn) -> Response:
    """Show the fragment to the chat's holder, to watchers and to supervisors.

    Raises NotYours for others and if there is no such chat.
    """
    services, locale = services_of(request), locale_of(request, me.member.locale)
    state, facts, address = await _in_hand(services, request.path_params["chat"])
    if not may_see(me.member, state.agent, {*state.guests, *state.watchers}):
        raise NotYours
    context = context_of(state, facts, await _earlier(services, state), locale=locale)
    context.block = block_of(services.directory.blocks, state.visitor, address, services.workspace.now())
    context.may_rename = state.agent == me.member.id
    if context.may_rename:
        context.tongues = tongues(services.directory, state.language, locale=locale)
    context.may_block = state.agent == me.member.id or may(me.member, "supervise")
    return HTMLResponse(fragment_of(context, services.directory.queues, locale=locale, csrf=me.csrf))


def fragment_of(context: Context, queues: Mapping[str, Queue], *, locale: str, csrf: str = "") -> str:
    template: Any = environment(locale).get_template("fragments/context.html").module
    return str(template.context(context, queues, EARLIER, DAYS, csrf))


async def _in_hand(services: Services, chat: str) -> tuple[ChatState, list[ChatFact], str]:
    """Read a live chat with its opening and its newest facts, and the address it was opened from."""
    try:
        live, _ = await services.workspace.read_chat(chat)
        facts = read_log(live.log)
        if facts and facts[0].seq > 1:
            facts = [*read_log((await services.workspace.history(chat, 2, 1)).log), *facts]
    except Gone:
        raise NotYours from None
    return chat_state(live.id, live.fields), facts, live.fields.get("address", "")


async def _earlier(services: Services, state: ChatState) -> list[ArchivedChat] | None:
    try:
        return await services.history.earlier_chats(state.visitor, but=state.id, limit=EARLIER + 1)
    except Unknown:
        return None


def context_of(
    state: ChatState, facts: Sequence[ChatFact], earlier: list[ArchivedChat] | None, *, locale: str
) -> Context:
    opening = next((fact for fact in facts if isinstance(fact, Opened)), None)
    zone = known_zone(opening.zone if opening else "")
    browser, system = browser_of(opening.agent_string if opening else "")
    return Context(
        chat=state,
        pages=pages_of(facts)[: -PAGES - 1 : -1],
        referrer=opening.referrer if opening else "",
        browser=browser,
        system=system,
        zone=zone,
        place=place_of(zone, locale),
        earlier=earlier,
    )


def pages_of(facts: Iterable[ChatFact]) -> list[SeenPage]:
    """Return the pages the visitor was on, oldest first; consecutive views of a page count once."""
    seen: list[SeenPage] = []
    for fact in facts:
        if isinstance(fact, Opened | Profile) and fact.page and (not seen or seen[-1].url != fact.page):
            seen.append(SeenPage(fact.page, fact.title, fact.at))
    return seen


def tongues(directory: Directory, spoken: str, *, locale: str) -> dict[str, str]:
    """Return languages by name: those of the product, and all that queues and members have."""
    known = {*languages(), *languages_in(directory), spoken} - {""}
    names = {code: language_name(code, locale=locale) for code in known}
    return dict(sorted(names.items(), key=lambda one: one[1].casefold()))


def known_zone(name: str) -> str:
    """Return the time zone's name if it is valid, else nothing."""
    return name if name in zones() else ""


def place_of(zone: str, locale: str) -> str:
    """Return `Rome, Italy` for `Europe/Rome`, in the reader's language; parts that are unknown are left out."""
    if not zone:
        return ""
    territory = get_global("zone_territories").get(zone, "")
    country = Locale.parse(locale).territories.get(territory, "")
    city = get_timezone_location(zone, locale=locale, return_city=True) if country else ""
    return ", ".join(dict.fromkeys(part for part in (city, country) if part))


@for_members
async def block_visitor(request: Request, me: SignedIn) -> Response:
    """Block the visitor from the pane; return the fragment again, which now shows the block."""
    form = Form(await read_form(request, me.csrf), "blocked")
    kind, days = choices(form)
    note = form.typed.get("note", "")
    await blocks.block_visitor(services_of(request), me.member, request.path_params["chat"], kind, days=days, note=note)
    return await show_visitor(request)


routes = [
    Route("/console/visitor/{chat}", show_visitor, methods=["GET"]),
    Route("/console/visitor/{chat}/block", block_visitor, methods=["POST"]),
]
