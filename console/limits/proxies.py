"""The proxies in front of us. The client address that they report is the one that limits apply to.

uvicorn has a middleware for this, but it reads the settings differently (`10.0.0.1/8` and `*, 10.0.0.1` trust nobody
there), and with `*` it trusts the entries that the client itself has put in front.
"""

import ipaddress
from collections.abc import Iterable

from starlette.types import ASGIApp, Receive, Scope, Send

SCHEMES = {"http": ("http", "ws"), "https": ("https", "wss"), "ws": ("http", "ws"), "wss": ("https", "wss")}


class Proxies:
    """`127.0.0.1, 10.0.0.0/8`: the peers that are trusted to name clients; `*` trusts every peer."""

    def __init__(self, text: str) -> None:
        words = [word.strip() for word in text.split(",") if word.strip()]
        self._all = "*" in words
        self._networks = [ipaddress.ip_network(word, strict=False) for word in words if word != "*"]

    def __contains__(self, address: str) -> bool:
        """Whether the peer of a connection is a proxy."""
        return self._all or self._named(address)

    def client_of(self, peer: str, forwarded: str) -> str:
        """Return the client's address: the last hop of X-Forwarded-For that is not one of our proxies.

        Each proxy appends its caller, so everything before that hop is the client's own claim.
        """
        client = peer
        for hop in reversed([hop.strip() for hop in forwarded.split(",") if hop.strip()]):
            address = plain_address(hop)
            if not address:
                return client  # not an address: the proxy did not write this, or does not know it
            client = address
            if not self._named(address):
                return client
        return client

    def _named(self, address: str) -> bool:
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        mapped = getattr(parsed, "ipv4_mapped", None)
        return any((mapped or parsed) in network for network in self._networks)


def plain_address(text: str) -> str:
    """Return the address without a port, brackets or zone; empty if it is none."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ipaddress.ip_address(text.partition("%")[0]))
    except ValueError:
        return ""


class ForwardedClient:
    """ASGI middleware: the client and the scheme that a trusted proxy names."""

    def __init__(self, app: ASGIApp, proxies: Proxies) -> None:
        self.app, self._proxies = app, proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and scope["client"] and scope["client"][0] in self._proxies:
            # Changed in place: the protocol below reads the client's address of this scope.
            scope["client"] = (self._proxies.client_of(scope["client"][0], _header(scope, b"x-forwarded-for")), 0)
            scheme = SCHEMES.get(_header(scope, b"x-forwarded-proto").rpartition(",")[2].strip().lower())
            if scheme:
                scope["scheme"] = scheme[scope["type"] == "websocket"]
        await self.app(scope, receive, send)


def _header(scope: Scope, name: bytes) -> str:
    values: Iterable[bytes] = (value for key, value in scope["headers"] if key == name)
    return b",".join(values).decode("latin-1")
