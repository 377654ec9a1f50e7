"""Who is asking: the one answer for pages and sockets."""

from typing import cast

from starlette.requests import HTTPConnection

from console.archive.credentials import SignedIn
from console.security import origin_allowed
from console.services import Services

COOKIE = "sestetto_session"
BEARER = "bearer "


def services_of(connection: HTTPConnection) -> Services:
    return cast(Services, connection.app.state.services)


async def who(connection: HTTPConnection) -> SignedIn | None:
    """Whoever the session cookie or the bearer token belongs to; None for nobody.

    A socket's cookie counts only from our own origin: any page can make a browser open one.
    """
    accounts = services_of(connection).accounts
    cookie = connection.cookies.get(COOKIE, "")
    if cookie and (connection.scope["type"] != "websocket" or own_origin(connection)):
        return await accounts.session(cookie)
    authorization = connection.headers.get("authorization", "")
    if authorization[: len(BEARER)].lower() == BEARER:
        return await accounts.token(authorization[len(BEARER) :].strip())
    return None


def own_origin(connection: HTTPConnection) -> bool:
    """Whether the browser says that a page of ours is asking; no Origin at all is none of ours."""
    scheme = connection.url.scheme.replace("ws", "http")
    ours = [f"{scheme}://{connection.headers.get('host', '')}", services_of(connection).settings.origin]
    return origin_allowed(connection.headers.get("origin"), [origin for origin in ours if origin])
