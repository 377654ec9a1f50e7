"""Passwords, tokens, origins, forms and headers: proof of identity, and what a page may do.

Nothing here uses SQL or sockets. Secrets are compared in constant time, and only digests are stored.
"""

import asyncio
import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.domain.directory import REMEMBERED

MAX_PASSWORD = 1_000  # characters; longer ones are refused before hashing
TOKEN_BYTES = 32
DAY = 24 * 3_600  # seconds
DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
PAGE_SCHEMES = {"ws": "http", "wss": "https"}

CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", CONTENT_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=()"),
)
STRICT_TRANSPORT = (b"strict-transport-security", b"max-age=31536000")

# --- passwords -----------------------------------------------------------------------------

_hasher = PasswordHasher()
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")  # 64 MiB each, so only two at once
_COST = f"m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}"
# Verified when there is no such user: it costs the same and matches no password. It is a constant, because every
# command imports this file, and computing a real hash takes longer than the rest of a start.
_NOBODYS = f"$argon2id$v=19${_COST}${'A' * 22}${'A' * 43}"


async def hash_password(text: str) -> str:
    """Hash `text` with argon2id in a thread."""
    return await asyncio.get_running_loop().run_in_executor(_threads, _hasher.hash, _bytes(text))


async def password_fits(hashed: str, text: str) -> bool:
    """Whether `text` is the password. An empty `hashed` (no such user) takes the same time and never matches."""
    if len(text) > MAX_PASSWORD:
        hashed, text = "", ""
    fits = await asyncio.get_running_loop().run_in_executor(_threads, _verify, hashed or _NOBODYS, text)
    return fits and bool(hashed)


def _verify(hashed: str, text: str) -> bool:
    try:
        return _hasher.verify(hashed, _bytes(text))
    except (Argon2Error, InvalidHashError):
        return False


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


# --- tokens --------------------------------------------------------------------------------


def new_token() -> str:
    """Return 256 random bits as base64url."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest(token: str) -> str:
    """Return what is stored of a token: SHA-256 as hex. Enough for random tokens, never for passwords."""
    return hashlib.sha256(_bytes(token)).hexdigest()


# HMAC with SHA-256, for itsdangerous' serializers. Tokens signed with its default, SHA-1, stay valid, so that visitors
# keep their chats.
SIGNED: dict[str, Any] = {
    "signer_kwargs": {"digest_method": hashlib.sha256},
    "fallback_signers": [{"digest_method": hashlib.sha1}],
}


class VisitorTokens:
    """Signs the visitor id that a widget keeps, so that nobody can claim another's.

    A token belongs to one site and expires after the site's `remember_days`; each visit gets a new one.
    """

    def __init__(self, secret: str) -> None:
        self._signer = URLSafeTimedSerializer(secret, salt="sestetto.visitor.site", **SIGNED)
        self._former = URLSafeSerializer(secret, salt="sestetto.visitor", **SIGNED)  # for any site, without expiry

    def sign(self, visitor_id: str, site: str = "") -> str:
        return str(self._signer.dumps([site, visitor_id]))

    def read(self, token: str, site: str | None = None, *, days: int = REMEMBERED) -> str | None:
        """Return the visitor id, or None if the token is not signed by us, belongs to another site, or has expired.

        A site that remembers visitors for `days` accepts a token one day longer, since a chat may be live for that long
        without a visit: with 0 days, it leads back only to that chat. A token of an earlier release is accepted by any
        site; the welcome then contains one for that site.
        """
        try:
            found = self._signer.loads(token, max_age=(days + 1) * DAY)
        except BadSignature:
            return self._read_former(token)
        match found:
            case [str(of), str(visitor_id)] if site in (None, of):
                return visitor_id
        return None

    def _read_former(self, token: str) -> str | None:
        try:
            visitor_id = self._former.loads(token)
        except BadSignature:
            return None
        return visitor_id if isinstance(visitor_id, str) else None


def csrf_of(secret: str) -> str:
    """Return the form token for a cookie; it does not reveal the cookie."""
    return hmac.new(_bytes(secret), b"sestetto.csrf", hashlib.sha256).hexdigest()


def same(expected: str, given: str) -> bool:
    """Compare in constant time; an empty `expected` matches nothing."""
    return bool(expected) and hmac.compare_digest(_bytes(expected), _bytes(given))


# --- origins, addresses, paths ---------------------------------------------------------------


def origin_allowed(origin: str | None, allowed: Collection[str]) -> bool:
    """Whether scheme, host and port equal those of an allowed origin. A missing origin and `null` are never allowed."""
    wanted = parse_origin(origin or "")
    return wanted is not None and any(wanted == parse_origin(one) for one in allowed)


def parse_origin(origin: str) -> tuple[str, str, int] | None:
    """Split `https://shop.example:8443` into (scheme, host, port); None if the text is anything but an origin."""
    try:
        parts = urlsplit(origin)
        port = parts.port
    except ValueError:
        return None
    scheme = PAGE_SCHEMES.get(parts.scheme, parts.scheme)
    plain = not (parts.path or parts.query or parts.fragment or parts.username or parts.password)
    if scheme not in DEFAULT_PORTS or not parts.hostname or not plain or not origin.isprintable() or " " in origin:
        return None
    return scheme, parts.hostname, port or DEFAULT_PORTS[scheme]


def is_loopback(host: str) -> bool:
    """Whether a client's address or a Host header's name means this machine."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return _loopback_address(host)
    return name == "localhost" or name.endswith(".localhost") or _loopback_address(name) or _loopback_address(host)


def _loopback_address(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


@lru_cache(maxsize=4_096)  # asked several times for each socket
def address_group(address: str) -> str:
    """Return what counts as one client: an IPv4 address, or the /64 of an IPv6 address; any other text is returned
    unchanged.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


def local_path(path: str, *, otherwise: str = "/console") -> str:
    """Return `path` if it can only lead to this server, else `otherwise`.

    Browsers treat `//evil`, `/\\evil` and `/<tab>/evil` as another host.
    """
    plain = path.isascii() and path.isprintable() and "\\" not in path and " " not in path
    if not plain or not path.startswith("/") or path.startswith("//"):
        return otherwise
    return path


# --- headers -------------------------------------------------------------------------------


class SecurityHeaders:
    """ASGI middleware that adds every header a response has not set itself."""

    def __init__(self, app: ASGIApp, *, subdomains: bool = False) -> None:
        """`subdomains`: those of this server's name are to be secure as well."""
        self.app = app
        name, value = STRICT_TRANSPORT
        self._secure = (*HEADERS, (name, value + b"; includeSubDomains" if subdomains else value))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        wanted = self._secure if scope.get("scheme") == "https" else HEADERS

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message.get("headers", ()))
                names = {name.lower() for name, _ in given}
                message["headers"] = given + [pair for pair in wanted if pair[0] not in names]
            await send(message)

        await self.app(scope, receive, send_with_headers)
