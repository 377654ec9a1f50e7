"""Answers at hosts without a running workspace. They name no workspace, since strangers read them."""

from html import escape

from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from console.views.i18n import negotiate, page_texts
from console.workspaces.hosts import asked_host

NO_WORKSPACE = "No workspace has this address."
TO_FIX = "For the operator: SESTETTO_WORKSPACES does not list this host, or the proxy does not forward the Host header."
NOT_RUNNING = "This workspace is not available right now. Try again in a moment."
RETRY_AFTER = "5"  # seconds
PAGE = (
    '<!doctype html><html lang="{locale}"><head><meta charset="utf-8"><meta name="viewport" '
    'content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">'
    "<title>{title}</title></head><body><main>{body}</main></body></html>"
)


async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
    """ASGI: answer requests and sockets that no workspace answers."""
    host = asked_host(scope)
    if scope["app"].state.tenants.at(host) is None:
        scope["app"].state.strangers.info("workspaces.unknown_host", host=host[:100])
        response = _page(HTTPConnection(scope), 421, NO_WORKSPACE, TO_FIX)
    else:
        response = _page(HTTPConnection(scope), 503, NOT_RUNNING)
        response.headers["retry-after"] = RETRY_AFTER
    response.headers["cache-control"] = "no-store"
    if scope["type"] == "websocket":
        await WebSocket(scope, receive, send).send_denial_response(response)
    else:
        await response(scope, receive, send)


def _page(asked: HTTPConnection, status: int, *says: str) -> Response:
    if "text/html" not in asked.headers.get("accept", ""):
        return PlainTextResponse("\n".join(says) + "\n", status)
    locale = negotiate(asked.headers.get("accept-language", ""), page_texts().available())
    title, *more = map(page_texts().get(locale).gettext, says)
    body = f"<h1>{escape(title)}</h1>" + "".join(f"<p>{escape(text)}</p>" for text in more)
    return HTMLResponse(PAGE.format(locale=locale, title=escape(title), body=body), status)
