"""Refuses a socket before the upgrade, with a reason for developers of clients; browsers do not show it."""

from starlette.responses import PlainTextResponse
from starlette.websockets import WebSocket

from console.domain.directory import Site

FOREIGN = "A session cookie counts for sockets from this server's own pages only."


async def refuse_upgrade(socket: WebSocket, why: str) -> None:
    if "websocket.http.response" not in socket.scope.get("extensions", {}):  # not our server
        await socket.close()
        return
    await socket.send_denial_response(PlainTextResponse(f"{why}\n", 403, {"cache-control": "no-store"}))


def why_not_admitted(socket: WebSocket, site: Site | None) -> str:
    """Return why `admits` refused. Sites' keys are on public pages, so it is no secret that one exists."""
    if site is None:
        return "There is no site with this key: give one as ?site=KEY."
    if not socket.headers.get("origin"):
        return "The Origin header is missing: send an origin that the site allows."
    return "The site does not allow this origin."


def offer(*names: str) -> str:
    """Return how to fix a missing subprotocol."""
    return f"Offer the subprotocol {' or '.join(names)}."
