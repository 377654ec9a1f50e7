"""HTTP towards providers: only to public addresses, and to private networks that the installation names.

A name is resolved here and the connection is made to the address that was checked, so a name that changes its address
a moment later leads nowhere else. Redirects are not followed, and nothing is taken from the environment.
"""

import asyncio
import socket
from collections.abc import Sequence
from typing import Any

import httpx

from console.domain.address_policy import may_reach
from console.identity.trouble import ProviderTrouble

PATIENCE = 4.0  # seconds to connect, and again for each piece of an answer
WITHIN = 8.0  # seconds for all of an answer
LARGEST = 512 * 1024  # bytes of an answer
TAKES = {"accept": "application/json", "user-agent": "Sestetto"}


class CheckedTransport(httpx.AsyncBaseTransport):
    def __init__(self, networks: Sequence[str]) -> None:
        """`networks` are private ones that may be reached, also without TLS."""
        self._networks = networks
        # A connection kept for one name must not serve another one at the same address.
        limits = httpx.Limits(max_connections=20, max_keepalive_connections=0)
        self._inner = httpx.AsyncHTTPTransport(limits=limits, trust_env=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        address = await self._address(host, request.url.port, tls=request.url.scheme == "https")
        request.extensions = {**request.extensions, "sni_hostname": host}
        request.url = request.url.copy_with(host=address)
        return await self._inner.handle_async_request(request)

    async def _address(self, host: str, port: int | None, *, tls: bool) -> str:
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise ProviderTrouble(f"There is no host {host}.") from error
        addresses = [str(one[4][0]) for one in found]
        for address in addresses:
            private = may_reach(address, self._networks) and not may_reach(address)
            if private or (tls and may_reach(address)):
                return address
        if not tls and any(map(may_reach, addresses)):
            raise ProviderTrouble(f"{host} has to be asked with https.")
        raise ProviderTrouble(f"{host} leads to a private address, which SESTETTO_SIGN_IN_NETWORKS does not allow.")

    async def aclose(self) -> None:
        await self._inner.aclose()


class Http:
    """Asks providers. Every failure is a ProviderTrouble that says what an admin can do about it."""

    def __init__(self, networks: Sequence[str]) -> None:
        self._client = httpx.AsyncClient(
            transport=CheckedTransport(networks),
            timeout=PATIENCE,
            headers=TAKES,
            follow_redirects=False,
            trust_env=False,
        )

    async def get(self, url: str, **options: Any) -> dict[str, Any]:
        """Return the JSON object at `url`."""
        status, said = await self.ask("GET", url, **options)
        if status != 200:
            raise ProviderTrouble(f"{shown(url)} answered {status}.")
        return said

    async def ask(self, method: str, url: str, **options: Any) -> tuple[int, dict[str, Any]]:
        """Return the status, and the JSON object in the answer; empty if there is none."""
        try:
            async with asyncio.timeout(WITHIN), self._client.stream(method, url, **options) as answer:
                body = await _body(answer)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise ProviderTrouble(f"{shown(url)} did not answer in time.") from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            raise ProviderTrouble(f"{shown(url)} cannot be reached: {cause_of(error)}") from error
        if answer.is_redirect:
            raise ProviderTrouble(f"{shown(url)} redirects, which is not followed. Enter the address it leads to.")
        try:
            said = httpx.Response(200, content=body).json()
        except ValueError:
            said = None
        return answer.status_code, said if isinstance(said, dict) else {}

    async def close(self) -> None:
        await self._client.aclose()


async def _body(answer: httpx.Response) -> bytes:
    body = bytearray()
    async for piece in answer.aiter_bytes():
        body += piece
        if len(body) > LARGEST:
            raise ValueError("its answer is too long.")
    return bytes(body)


def shown(url: str) -> str:
    """Return the address without what follows a question mark."""
    return url.partition("?")[0][:200]


def cause_of(error: BaseException) -> str:
    """Return the innermost cause, such as `certificate verify failed`."""
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error)[:200] or type(error).__name__
