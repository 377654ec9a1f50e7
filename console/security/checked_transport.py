"""Outgoing HTTP: only to public addresses with TLS, and to private networks that the installation allows.

Names are resolved here, and the connection goes to the checked address, so a name that changes its address a moment
later does not lead elsewhere. Redirects are not followed, and the environment is ignored.
"""

import asyncio
import socket
import ssl
from collections.abc import Sequence
from functools import cache

import httpx

from console.domain.address_policy import may_reach


class NoSuchHost(OSError):
    """The name does not resolve."""


class ForbiddenAddress(Exception):
    """The address is not allowed; `address` is empty if only TLS is missing."""

    def __init__(self, host: str, address: str = "") -> None:
        super().__init__(f"{host} is a private address" if address else f"{host} has to be asked with https")
        self.host = host
        self.address = address


class CheckedTransport(httpx.AsyncBaseTransport):
    def __init__(self, networks: Sequence[str], *, most: int = 20) -> None:
        """`networks` are private and may be reached, even without TLS; at most `most` connections at a time."""
        self._networks = networks
        # A connection kept open for one name must not serve another name at the same address.
        limits = httpx.Limits(max_connections=most, max_keepalive_connections=0)
        self._inner = httpx.AsyncHTTPTransport(verify=_trusted(), limits=limits, trust_env=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        address = await self.address_of(request.url)
        request.extensions = {**request.extensions, "sni_hostname": request.url.host}
        request.url = request.url.copy_with(host=address)
        return await self._inner.handle_async_request(request)

    async def address_of(self, url: httpx.URL) -> str:
        """Return the address to connect to. Raises NoSuchHost and ForbiddenAddress."""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(url.host, url.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise NoSuchHost(f"there is no host {url.host}") from error
        tls, addresses = url.scheme == "https", [str(one[4][0]) for one in found]
        for address in addresses:
            private = may_reach(address, self._networks) and not may_reach(address)
            if private or (tls and may_reach(address)):
                return address
        raise ForbiddenAddress(url.host, "" if any(map(may_reach, addresses)) else addresses[0])

    async def aclose(self) -> None:
        await self._inner.aclose()


@cache
def _trusted() -> ssl.SSLContext:
    """The TLS context that all of them share. Reading the certificates takes 30 ms and 1 MB."""
    return httpx.create_ssl_context(trust_env=False)
