"""Posts one push to a push service. Only to public addresses, and to private networks that the installation names."""

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Literal, NamedTuple

import httpx

from console.domain.alert_delivery import Answer
from console.domain.push import PushDevice, base64url
from console.push.encryption import encrypt
from console.push.vapid import Vapid
from console.security.checked_transport import CheckedTransport, ForbiddenAddress, NoSuchHost

LIMIT = 10.0  # seconds for one push
CONNECT = 5.0
LONGEST_DETAIL = 200  # characters
LONGEST_WAIT = 3_600  # longest delay in seconds that a push service may ask for
GONE = (404, 410)
BUSY = 429
STRANGERS = (401, 403)  # it subscribed with another of our keys

Urgency = Literal["low", "normal", "high"]


class Push(NamedTuple):
    """A text for one device. A push replaces a waiting one `about` the same subject; `life` in seconds."""

    text: bytes
    about: str
    urgency: Urgency
    life: int


class Pushed(NamedTuple):
    """The result, and after how many ms the service may be asked again (0: it does not say)."""

    answer: Answer
    again: int = 0


class PushClient:
    def __init__(self, vapid: Vapid, networks: Sequence[str] = (), *, limit: float = LIMIT) -> None:
        """`networks` are the private networks that may be pushed to."""
        self.vapid = vapid
        self._limit = limit
        self._transport = CheckedTransport(networks, most=50)
        self._client = httpx.AsyncClient(
            transport=self._transport, timeout=httpx.Timeout(limit, connect=CONNECT), trust_env=False
        )

    async def send(self, device: PushDevice, push: Push) -> Pushed:
        """Post it.

        sent; gone (the browser has unsubscribed); refused (a private address, no TLS, or not our subscription); bad (it
        will never be accepted); busy, failed, slow, away: try again.
        """
        try:
            async with asyncio.timeout(self._limit):
                return await self._post(device, push)
        except (TimeoutError, httpx.TimeoutException):
            return Pushed(Answer("slow"))
        except ForbiddenAddress as problem:
            return Pushed(Answer("refused", str(problem)))
        except (httpx.InvalidURL, ValueError) as problem:
            return Pushed(Answer("bad", type(problem).__name__))
        except (httpx.HTTPError, OSError) as problem:
            return Pushed(Answer("away", type(problem).__name__))

    async def may_reach(self, endpoint: str) -> bool:
        """Whether the address is one we may push to, as far as its name resolves now. Sends nothing."""
        try:
            await self._transport.address_of(httpx.URL(endpoint))
        except (ForbiddenAddress, httpx.InvalidURL):
            return False
        except NoSuchHost:
            return True  # a name server that is down now must not stop anybody from subscribing
        return True

    async def close(self) -> None:
        await self._client.aclose()

    async def _post(self, device: PushDevice, push: Push) -> Pushed:
        body = encrypt(push.text, device.p256dh, device.auth)
        headers = {
            "authorization": self.vapid.authorization(device.endpoint),
            "content-encoding": "aes128gcm",
            "content-type": "application/octet-stream",
            "ttl": str(push.life),
            "topic": topic_of(push.about),
            "urgency": push.urgency,
        }
        async with self._client.stream("POST", device.endpoint, content=body, headers=headers) as response:
            return _judge(response.status_code, response.headers.get("retry-after", ""))


def topic_of(about: str) -> str:
    """Return 32 characters that reveal nothing about the chat."""
    return base64url(hashlib.sha256(about.encode()).digest())[:32]


def _judge(status: int, retry_after: str) -> Pushed:
    if 200 <= status < 300:
        return Pushed(Answer("sent"))
    if status in GONE:
        return Pushed(Answer("gone", str(status)))
    if status in STRANGERS:
        return Pushed(Answer("refused", str(status)))
    if status == BUSY or status >= 500:
        seconds = int(retry_after) if retry_after.isascii() and retry_after.isdigit() else 0
        return Pushed(Answer("busy" if status == BUSY else "failed", str(status)), min(seconds, LONGEST_WAIT) * 1_000)
    return Pushed(Answer("bad", str(status)))
