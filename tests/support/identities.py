"""Vera's shop signs her identity, as any website's server would: with its own keys, and without our code."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from msgspec.structs import replace

from console.domain.identity import IdentityKey, SiteIdentity
from tests.support.credentials import is_live, stores_of
from tests.support.eventually import eventually
from tests.support.server_process import RunningServer

SECRET = "the-shop-and-the-chat-know-this-secret-43ch"
SHARED = IdentityKey("shop-1", "HS256", SECRET)


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def joined(head: dict[str, Any], claims: object) -> str:
    return f"{part(head)}.{part(claims)}"


def with_signature(text: str, signature: bytes) -> str:
    return f"{text}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def claims_of(sub: str = "42", site: str = "demo", *, now: float | None = None, **more: Any) -> dict[str, Any]:
    """Return the claims of a valid token; `more` adds, replaces, or with None removes some."""
    now = time.time() if now is None else now
    good = {"sub": sub, "aud": site, "iat": int(now), "exp": int(now) + 300, "jti": secrets.token_hex(8), **more}
    return {name: value for name, value in good.items() if value is not None}


def hs256(claims: object, *, secret: str = SECRET, **head: Any) -> str:
    text = joined({"alg": "HS256", "typ": "JWT", "kid": SHARED.kid, **head}, claims)
    return with_signature(text, hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest())


def token_of(sub: str = "42", **more: Any) -> str:
    return hs256(claims_of(sub, **more))


class EdKey:
    def __init__(self, kid: str = "ed-1") -> None:
        self.private = ed25519.Ed25519PrivateKey.generate()
        self.key = IdentityKey(kid, "EdDSA", _pem(self.private.public_key()))

    def sign(self, claims: object, **head: Any) -> str:
        text = joined({"alg": "EdDSA", "kid": self.key.kid, **head}, claims)
        return with_signature(text, self.private.sign(text.encode()))


class RsaKey:
    def __init__(self, kid: str = "rsa-1", bits: int = 2_048) -> None:
        self.private = rsa.generate_private_key(65_537, bits)
        self.key = IdentityKey(kid, "RS256", _pem(self.private.public_key()))

    def sign(self, claims: object, **head: Any) -> str:
        text = joined({"alg": "RS256", "kid": self.key.kid, **head}, claims)
        return with_signature(text, self.private.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))


def _pem(key: ed25519.Ed25519PublicKey | rsa.RSAPublicKey) -> str:
    how = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(*how).decode().strip()


def hash_of(user: str, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), user.encode(), hashlib.sha256).hexdigest()


async def trusts(server: RunningServer, identity: SiteIdentity, site: str = "demo") -> None:
    """Set the site's settings; wait until the server knows them."""
    async with stores_of(server) as stores:
        known = (await stores.directory.read()).sites[site]
        stands = await stores.sites.put(replace(known, identity=identity))
        await eventually(lambda: is_live(stores.database, stands.version), "the keys to be live")
