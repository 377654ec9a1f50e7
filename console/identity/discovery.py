"""A provider's published metadata and keys: fetched once an hour, and again when a key is unknown."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from joserfc.jwk import Key

from console.identity.tokens import UnknownKey, keys_of, read_id_token
from console.identity.transport import Http
from console.identity.trouble import ProviderTrouble

FRESH = 3_600.0  # seconds
NOT_AGAIN = 5.0  # seconds after a failure before it is asked again
KEYS_AGAIN = 30.0  # seconds between two fetches for unknown keys: anybody could name one
WELL_KNOWN = "/.well-known/openid-configuration"
NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")
ENDPOINTS = (*NEEDED, "userinfo_endpoint", "end_session_endpoint")


@dataclass(frozen=True)
class Metadata:
    """`issuer` as tokens name it; an endpoint that does not exist is empty."""

    issuer: str
    endpoints: dict[str, str]
    says: dict[str, Any]


@dataclass
class AboutProvider:
    """What is cached about one provider; times are monotonic seconds."""

    metadata: Metadata | None = None
    keys: dict[str, Key] = field(default_factory=dict)
    asked: float = float("-inf")
    keys_asked: float = float("-inf")
    failed: float = float("-inf")
    why: str = ""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Discovery:
    def __init__(self, http: Http, clock: Callable[[], float] = time.monotonic) -> None:
        """Keeps providers apart: a provider that is down delays only those who sign in through it."""
        self._http = http
        self._clock = clock
        self._known: dict[str, AboutProvider] = {}

    async def of(self, issuer: str) -> Metadata:
        """Return the provider's metadata. Raises ProviderTrouble."""
        known = self._known.setdefault(issuer, AboutProvider())
        async with known.turn:
            if known.metadata is not None and self._clock() < known.asked + FRESH:
                return known.metadata
            if self._clock() < known.failed + NOT_AGAIN:
                raise ProviderTrouble(known.why)
            try:
                known.metadata = await self._ask(issuer)
                known.keys, known.asked, known.keys_asked = {}, self._clock(), float("-inf")
            except ProviderTrouble as trouble:
                known.failed, known.why = self._clock(), trouble.why
                raise
            return known.metadata

    def remembered(self, issuer: str) -> Metadata | None:
        """Return the metadata if it is cached; sends no request."""
        known = self._known.get(issuer)
        return known.metadata if known else None

    def forget(self, issuer: str) -> None:
        """Fetch again next time: an admin tests the provider, or has changed it."""
        self._known.pop(issuer, None)

    async def claims_of(self, issuer: str, token: str) -> dict[str, Any]:
        """Return the claims of an ID token that is signed by one of the provider's keys."""
        metadata, known = await self.of(issuer), self._known.setdefault(issuer, AboutProvider())
        try:
            return read_id_token(token, known.keys)
        except UnknownKey:
            await self._renew_keys(metadata, known)
        try:
            return read_id_token(token, known.keys)
        except UnknownKey as error:
            raise ProviderTrouble("The ID token is signed with a key that the provider does not publish.") from error

    async def keys(self, issuer: str) -> dict[str, Key]:
        """Return the provider's keys as they are now."""
        metadata = await self.of(issuer)
        return keys_of(await self._http.get(metadata.endpoints["jwks_uri"]))

    async def _renew_keys(self, metadata: Metadata, known: AboutProvider) -> None:
        async with known.turn:
            if self._clock() < known.keys_asked + KEYS_AGAIN:
                return
            found = await self._http.get(metadata.endpoints["jwks_uri"])
            known.keys, known.keys_asked = keys_of(found), self._clock()

    async def _ask(self, issuer: str) -> Metadata:
        says = await self._http.get(issuer.rstrip("/") + WELL_KNOWN)
        named = says.get("issuer")
        if not isinstance(named, str) or named.rstrip("/") != issuer.rstrip("/"):
            raise ProviderTrouble(f"The provider calls itself {str(named)[:200]}. Enter that as its address.")
        endpoints = {name: _endpoint(name, says.get(name), issuer) for name in ENDPOINTS}
        if missing := [name for name in NEEDED if not endpoints[name]]:
            raise ProviderTrouble(f"The provider publishes no {', '.join(missing)}.")
        return Metadata(named, endpoints, says)


def _endpoint(name: str, url: object, issuer: str) -> str:
    if url is None:
        return ""
    scheme = urlsplit(url).scheme if isinstance(url, str) else ""
    if scheme != "https" and not (scheme == "http" and urlsplit(issuer).scheme == "http"):
        raise ProviderTrouble(f"The provider's {name} is not asked with https.")
    return str(url)
