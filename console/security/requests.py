"""What every line of the log about a request says: its id and the client's address. And which name we go by."""

from urllib.parse import urlsplit

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.security import DEFAULT_PORTS, new_token

HEADER = b"x-request-id"


def about_the_request() -> dict[str, str]:
    """Who asks, as far as it is known by now: `member`, `address` and `request`; empty outside of requests."""
    known = structlog.contextvars.get_contextvars()
    return {name: str(known.get(name, "")) for name in ("member", "address", "request")}


def asks(member: str) -> None:
    """From here on the log knows who sent the request."""
    structlog.contextvars.bind_contextvars(member=member)


class RequestIds:
    """ASGI middleware: a fresh id for each request and socket, in the log and in the answer. None is taken over."""

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
    """ASGI middleware: the address in the settings is ours, whatever the request's Host says.

    So no redirect or comparison can be led elsewhere by a made-up Host.
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
