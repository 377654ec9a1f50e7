"""Adds the request's id and the client's address to log lines about a request; fixes the server's public name."""

from urllib.parse import urlsplit

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.security import DEFAULT_PORTS, new_token

HEADER = b"x-request-id"


def about_the_request() -> dict[str, str]:
    """Return what is known about the current request: `member`, `address` and `request`; empty outside of requests."""
    known = structlog.contextvars.get_contextvars()
    return {name: str(known.get(name, "")) for name in ("member", "address", "request")}


def asks(member: str) -> None:
    """Add the sender of the request to the log lines that follow."""
    structlog.contextvars.bind_contextvars(member=member)


class RequestIds:
    """ASGI middleware: a new id for each request and socket, in the log and in the answer. Clients cannot set it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        request = new_token()[:12]
        client = scope.get("client")

        async def send_with_id(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                message["headers"] = [*message.get("headers", ()), (HEADER, request.encode())]
            await send(message)

        known = {"request": request, "address": client[0] if client else "", "member": ""}
        with structlog.contextvars.bound_contextvars(**known):
            await self.app(scope, receive, send_with_id)


class PublicName:
    """ASGI middleware: uses the address in the settings as ours, whatever the request's Host says.

    So a forged Host cannot divert a redirect or a comparison.
    """

    def __init__(self, app: ASGIApp, origin: str) -> None:
        self.app = app
        parts = urlsplit(origin.lower())
        self._scheme = parts.scheme
        self._host = parts.netloc.removesuffix(f":{DEFAULT_PORTS[parts.scheme]}").encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            others = [pair for pair in scope["headers"] if pair[0] != b"host"]
            scheme = {"http": "ws", "https": "wss"}[self._scheme] if scope["type"] == "websocket" else self._scheme
            scope = {**scope, "scheme": scheme, "headers": [(b"host", self._host), *others]}
        await self.app(scope, receive, send)
