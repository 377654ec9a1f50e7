"""HTTP to providers: with limits, and only to allowed addresses."""

import asyncio
from collections.abc import Sequence
from typing import Any

import httpx

from console.identity.trouble import ProviderTrouble
from console.security.checked_transport import CheckedTransport, ForbiddenAddress, NoSuchHost

PATIENCE = 4.0  # seconds to connect, and again for each piece of a response
WITHIN = 8.0  # seconds for a whole response
LARGEST = 512 * 1024  # bytes of a response
TAKES = {"accept": "application/json", "user-agent": "Sestetto"}


class Http:
    """Sends requests to providers. Every failure is a ProviderTrouble that says what an admin can do about it."""

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
        """Return the status, and the JSON object of the response; empty if there is none."""
        try:
            async with asyncio.timeout(WITHIN), self._client.stream(method, url, **options) as answer:
                body = await _body(answer)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise ProviderTrouble(f"{shown(url)} did not answer in time.") from error
        except NoSuchHost as error:
            raise ProviderTrouble(f"There is no host {httpx.URL(url).host}.") from error
        except ForbiddenAddress as error:
            raise ProviderTrouble(_forbidden(error)) from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            raise ProviderTrouble(f"{shown(url)} cannot be reached: {cause_of(error)}") from error
        if answer.is_redirect:
            raise ProviderTrouble(f"{shown(url)} redirects, which is not followed. Enter the address it leads to.")
        try:
            said = httpx.Response(200, content=body).json()
        except (ValueError, RecursionError):  # the latter for thousands of brackets
            said = None
        return answer.status_code, said if isinstance(said, dict) else {}

    async def close(self) -> None:
        await self._client.aclose()


def _forbidden(error: ForbiddenAddress) -> str:
    if not error.address:
        return f"{error.host} has to be asked with https."
    return f"{error.host} leads to a private address, which SESTETTO_SIGN_IN_NETWORKS does not allow."


async def _body(answer: httpx.Response) -> bytes:
    body = bytearray()
    async for piece in answer.aiter_bytes():
        body += piece
        if len(body) > LARGEST:
            raise ValueError("its answer is too long.")
    return bytes(body)


def shown(url: str) -> str:
    """Return the address without its query."""
    return url.partition("?")[0][:200]


def cause_of(error: BaseException) -> str:
    """Return the innermost cause, such as `certificate verify failed`."""
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error)[:200] or type(error).__name__
