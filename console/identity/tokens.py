"""ID tokens: their signature, and the claims they must have. All of OpenID Connect depends on these checks."""

import base64
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key

from console.identity.trouble import ProviderTrouble
from console.security import same

# Signed with a key that only the provider has: neither `none`, nor HS256, whose key we would have too.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
KINDS = ("RSA", "EC", "OKP")
LEEWAY = 60  # seconds by which clocks may differ
OLDEST = 600  # seconds since a token was made


class UnknownKey(Exception):
    """The token names a key that we do not have: the provider may have changed its keys."""


def keys_of(published: Mapping[str, Any]) -> dict[str, Key]:
    """Return the provider's signing keys by their ids; keys of an unknown kind are left out."""
    found: dict[str, Key] = {}
    for number, one in enumerate(published.get("keys") or ()):
        if not isinstance(one, dict) or one.get("kty") not in KINDS or one.get("use", "sig") != "sig":
            continue
        try:
            found[str(one.get("kid") or f"number {number}")] = JWKRegistry.import_key(_public(one))
        except (JoseError, ValueError, TypeError, KeyError):
            continue
    return found


def _public(key: Mapping[str, Any]) -> dict[str, Any]:
    """Return the key without its uses, because libraries read those differently."""
    return {name: value for name, value in key.items() if name in ("kty", "n", "e", "crv", "x", "y", "kid")}


def read_id_token(token: str, keys: Mapping[str, Key]) -> dict[str, Any]:
    """Return the claims of a token whose signature is right.

    Raises UnknownKey if it names a key we do not have, ProviderTrouble for anything else that is wrong.
    """
    header = _header(token)
    if header.get("alg") not in ALGORITHMS:
        raise ProviderTrouble(f"The ID token is signed with {str(header.get('alg'))[:20]}, which is not accepted.")
    name = header.get("kid")
    candidates = list(keys.values()) if name is None else [key for id, key in keys.items() if id == name]
    if not candidates:
        raise UnknownKey
    for key in candidates:
        with suppress(JoseError, ValueError, TypeError, KeyError):
            return dict(jwt.decode(token, key, algorithms=list(ALGORITHMS)).claims)
    raise ProviderTrouble("The ID token's signature is not right.")


def _header(token: str) -> dict[str, Any]:
    first, *others = token.split(".")
    try:
        header = json.loads(base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)))
    except (ValueError, RecursionError):  # the latter for thousands of brackets
        header = None
    if len(others) != 2 or not isinstance(header, dict):
        raise ProviderTrouble("The ID token is none.")
    return header


def check_claims(claims: Mapping[str, Any], *, issuer: str, client_id: str, nonce: str, now: float) -> None:
    """Raise ProviderTrouble unless the token is this provider's, for us, for this sign-in, and fresh."""
    says = _problem(claims, issuer, client_id, nonce, now)
    if says:
        raise ProviderTrouble(f"The ID token {says}.")


def _problem(claims: Mapping[str, Any], issuer: str, client_id: str, nonce: str, now: float) -> str:
    audience = claims.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience if isinstance(audience, list) else []
    party = claims.get("azp")
    subject, ends, made = claims.get("sub"), claims.get("exp"), claims.get("iat")
    wrong: Iterable[tuple[bool, str]] = (
        (claims.get("iss") != issuer, "is another issuer's"),
        (client_id not in audiences, "is for another client"),
        (len(audiences) > 1 and party is None, "is for several clients"),
        (party is not None and party != client_id, "was asked for by another client"),
        (_number(ends) < now - LEEWAY, "has ended"),
        (not now - OLDEST < _number(made) < now + LEEWAY, "was not made now: look at the clocks"),
        (not same(nonce, str(claims.get("nonce", ""))), "is of another sign-in"),
        (not isinstance(subject, str) or not 0 < len(subject) <= 255, "names nobody"),
    )
    return next((says for bad, says in wrong if bad), "")


def _number(value: object) -> float:
    """Return a time; a value that is not a time becomes one long ago."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0
