"""Identifies who sends a request, for pages, sockets and the API."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import cast

from starlette.requests import HTTPConnection

from console.archive.credentials import SignedIn
from console.domain.directory import Site
from console.domain.scopes import Principal, integration_of
from console.errors import Unknown
from console.events import AnyFact, Revoked, Unreadable
from console.limits.budgets import Budgets
from console.queue.calls.caller import CHARGE, Charge
from console.security import digest, origin_allowed
from console.security import log as security_log
from console.security.cookies import read_cookie
from console.security.requests import asks
from console.services import Services

COOKIE = "sestetto_session"
BEARER = "bearer "
PATIENCE = 1.0  # seconds for SQL to recognize a socket that was known before
SILENT = 10.0  # seconds without asking SQL about known sockets, once it did not answer
MOST_KNOWN = 5_000  # credentials remembered


def services_of(connection: HTTPConnection) -> Services:
    return cast(Services, connection.app.state.services)


def client_address(connection: HTTPConnection) -> str:
    """Return the client's address, as a trusted proxy or the connection itself reports it."""
    return connection.client.host if connection.client else ""


async def authenticate(connection: HTTPConnection) -> SignedIn | None:
    """Return the member behind the session cookie or the bearer token; None if there is none.

    A socket's cookie counts only from our own origin, since any page can make a browser open a socket. While SQL is
    down, sockets use the last known answer, so that agents who reconnect keep their chats.
    """
    stores = services_of(connection).stores
    is_socket = connection.scope["type"] == "websocket"
    cookie, me = session_cookie(connection), None
    bearer = bearer_of(connection)
    if cookie and (not is_socket or own_origin(connection)):
        me = await _known(connection, cookie, stores.sessions.holder)
    elif bearer:
        me = await _known(connection, bearer, stores.tokens.holder)
    if me is not None:
        asks(me.member.id)
    return me


def bearer_of(connection: HTTPConnection) -> str:
    """Return the bearer token that the request carries; empty if it carries none."""
    authorization = connection.headers.get("authorization", "")
    return authorization[len(BEARER) :].strip() if authorization[: len(BEARER)].lower() == BEARER else ""


async def principal_of(connection: HTTPConnection) -> Principal | None:
    """Return who sends a request to the API; None without a valid bearer token. Cookies do not count.

    The member's current rights apply, so a token never has more rights than its member. Raises SlowDown if the address
    has sent too many tokens that are unknown here, and Unknown if SQL or the store is needed and down.
    """
    services, bearer = services_of(connection), bearer_of(connection)
    if not bearer:
        return None
    if not services.known_tokens.knows(bearer):
        await _charge_unknown(connection)
    held = await services.known_tokens.find(bearer)
    if held is None or (held.expires and held.expires <= services.stores.tokens.clock()):
        return None
    by = services.directory.members.get(held.holder) if held.member else held.integration
    if by is None:  # deactivated; the token is about to be revoked
        return None
    if held.integration:
        by = integration_of(by.id, by.name, held.scopes)
    asks(by.id)
    return Principal(by, held.id, held.scopes)


async def _charge_unknown(connection: HTTPConnection) -> None:
    services = services_of(connection)
    budgets = Budgets(services.settings, client_address(connection), "").unknown_token()
    before = CHARGE.set(Charge(budgets))
    try:
        await services.workspace.charge()
    finally:
        CHARGE.reset(before)


def session_cookie(connection: HTTPConnection) -> str:
    return read_cookie(connection, COOKIE, secure=is_secure(connection))


def is_secure(connection: HTTPConnection) -> bool:
    """Whether browsers connect over TLS."""
    origin = services_of(connection).settings.origin
    return connection.url.scheme in ("https", "wss") or origin.startswith("https:")


async def is_foreign(socket: HTTPConnection) -> bool:
    """Whether a foreign page opens this socket with a session cookie of ours: an attack, and logged as one."""
    cookie = session_cookie(socket)
    if not cookie or own_origin(socket):
        return False
    with suppress(Unknown):
        me = await services_of(socket).stores.sessions.holder(cookie)
        asks(me.member.id if me else "")
    security_log.foreign_origin(socket.headers.get("origin", ""), socket.url.path)
    return True


async def _known(
    connection: HTTPConnection, credential: str, ask: Callable[[str], Awaitable[SignedIn | None]]
) -> SignedIn | None:
    services, name = services_of(connection), digest(credential)
    known, may_go_on = services.known, connection.scope["type"] == "websocket" and name in services.known
    if may_go_on and time.monotonic() < services.sql_silent_until:
        return known[name]
    asked = asyncio.ensure_future(ask(credential))
    try:
        await asyncio.wait((asked,), timeout=PATIENCE if may_go_on else None)
        if not asked.done():  # a silent database would otherwise take long to time out
            services.sql_silent_until = time.monotonic() + SILENT
            return known[name]
        me = asked.result()
    except Unknown:
        if may_go_on:
            return known[name]
        raise
    finally:
        asked.cancel()
    known.pop(name, None)
    if me is not None:
        known[name] = me
    while len(known) > MOST_KNOWN:
        del known[next(iter(known))]
    return me


def forget_revoked(services: Services, fact: AnyFact | Unreadable, agents: set[str]) -> None:
    """Forget remembered credentials when they are revoked, so that SQL decides again."""
    if isinstance(fact, Revoked):
        services.known_tokens.forget(fact.agent)
        for name in [name for name, me in services.known.items() if me.member.id == fact.agent]:
            del services.known[name]


def own_origin(connection: HTTPConnection) -> bool:
    """Whether one of our pages sends the request. A request without an Origin header is not from our pages."""
    return origin_allowed(connection.headers.get("origin"), [our_origin(connection)])


def our_origin(connection: HTTPConnection) -> str:
    """Return the address in the settings, whatever Host says; without one, and in the demo, the requested one."""
    services = services_of(connection)
    if services.settings.origin and not services.demo:
        return services.settings.origin
    return f"{connection.url.scheme.replace('ws', 'http')}://{connection.headers.get('host', '')}"


def admits(connection: HTTPConnection, site: Site | None) -> bool:
    """Whether the requesting page may use the site's widget.

    Records refused pages, because the person who installed the widget cannot see why it fails.
    """
    origin = connection.headers.get("origin")
    if site is not None and (origin_allowed(origin, site.origins) or own_origin(connection)):
        return True
    if origin:
        asked = connection.query_params.get("site", "")
        services_of(connection).refused_origins.note(asked, origin, known=site is not None)
    return False
