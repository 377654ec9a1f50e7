"""Posts one event to an endpoint, signed according to Standard Webhooks, and returns the result."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime

import httpx
from standardwebhooks import Webhook

from console.domain.alert_delivery import Answer
from console.security.checked_transport import CheckedTransport, ForbiddenAddress, NoSuchHost

LIMIT = 15.0  # seconds for one event
CONNECT = 5.0
LONGEST_ANSWER = 64 * 1024  # bytes read of a response
LONGEST_DETAIL = 200  # characters
GONE = 410


class WebhookClient:
    def __init__(self, networks: Sequence[str] = (), *, limit: float = LIMIT, most: int = 100) -> None:
        """`networks` are the private networks that webhooks may go to."""
        self._limit = limit
        self._transport = CheckedTransport(networks, most=most)
        self._client = httpx.AsyncClient(
            transport=self._transport, timeout=httpx.Timeout(limit, connect=CONNECT), trust_env=False
        )

    async def post(self, url: str, event: str, body: str, secrets: Sequence[str]) -> Answer:
        """Post an event.

        sent; refused (a private address, or no TLS), gone (410), redirected: retrying is pointless; slow, away (no
        connection) and failed (any other status): try again.
        """
        started = time.monotonic()
        try:
            async with asyncio.timeout(self._limit):
                answer = await self._post(url, event, body, secrets)
        except (TimeoutError, httpx.TimeoutException):
            answer = Answer("slow")
        except ForbiddenAddress as problem:
            answer = Answer("refused", str(problem))
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as problem:
            answer = Answer("away", _cause_of(problem))
        answer.took = round((time.monotonic() - started) * 1000)
        return answer

    async def check(self, url: str) -> Answer:
        """Find out whether `url` is an address an event may be sent to, without sending anything: fine, refused,
        unknown_host.
        """
        try:
            await self._transport.address_of(httpx.URL(url))
        except ForbiddenAddress as problem:
            return Answer("refused", str(problem))
        except (httpx.InvalidURL, NoSuchHost):
            return Answer("unknown_host")
        return Answer("fine")

    async def close(self) -> None:
        await self._client.aclose()

    async def _post(self, url: str, event: str, body: str, secrets: Sequence[str]) -> Answer:
        headers = headers_of(event, body, secrets, datetime.now(UTC))
        async with self._client.stream("POST", url, content=body, headers=headers) as response:
            said = await _beginning(response)
        if response.is_success:
            return Answer("sent")
        if response.status_code == GONE:
            return Answer("gone", said)
        if response.is_redirect:
            return Answer("redirected", str(response.status_code))
        return Answer("failed", f"{response.status_code} {said}".strip())


def headers_of(event: str, body: str, secrets: Sequence[str], at: datetime) -> dict[str, str]:
    """Return the headers of Standard Webhooks, with one signature for each valid secret."""
    return {
        "content-type": "application/json",
        "user-agent": "Sestetto",
        "webhook-id": event,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(event, at, body) for secret in secrets),
    }


async def _beginning(response: httpx.Response) -> str:
    """Read the beginning of the response; the rest is cut off with its connection."""
    read = bytearray()
    async for piece in response.aiter_raw():
        read += piece
        if len(read) > LONGEST_ANSWER:
            break
    text = bytes(read[: LONGEST_DETAIL * 4]).decode(errors="replace")
    return "".join(char if char.isprintable() else " " for char in text)[:LONGEST_DETAIL].strip()


def _cause_of(error: BaseException) -> str:
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error)[:LONGEST_DETAIL] or type(error).__name__
