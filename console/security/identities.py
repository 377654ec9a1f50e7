"""Checks signed identities: a JWT signed with a key of the site, or the HMAC of an id as in earlier widgets.

This takes only CPU, and little of it: sizes are bounded before anything is decoded, and at most one signature is
checked. A token cannot choose how it is checked: its `kid` only selects one of the site's keys, and the key determines
the algorithm.
"""

import base64
import binascii
import hashlib
import hmac
import warnings
from typing import Any

import msgspec
from joserfc import jws
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import OctKey, OKPKey, RSAKey

from console.domain.card_numbers import mask_cards
from console.domain.identity import Algorithm, IdentityKey, SignedPerson, SiteIdentity
from console.domain.sanitize import clean, safe_name
from console.errors import BadIdentity, BadText

MOST_TOKEN = 8_000  # characters
MOST_HEADER = 1_000  # of them
MOST_SUBJECT, MOST_JTI = 200, 200  # characters
MOST_FIELDS, MOST_FIELD_BYTES = 30, 4_096
LIFE = 600  # longest lifetime of a token, in seconds
LEEWAY = 30  # seconds by which two clocks may differ
SECRET = (32, 500)  # characters of a secret
RSA_BITS = (2_048, 4_096)
NAMES: dict[Algorithm, list[str]] = {"HS256": ["HS256"], "RS256": ["RS256"], "EdDSA": ["EdDSA", "Ed25519"]}

# RFC 9864 renamed the algorithm to Ed25519; websites' libraries still say EdDSA.
warnings.filterwarnings("ignore", category=SecurityWarning, message="EdDSA")


class Header(msgspec.Struct):
    alg: str
    kid: str = ""
    crit: Any = None
    b64: Any = None


class Claims(msgspec.Struct):
    """The claims that count, in the types they must have; others are ignored."""

    aud: str | list[str]
    sub: str
    jti: str
    exp: float
    iat: float | None = None
    nbf: float | None = None
    iss: str = ""
    name: str = ""
    email: str = ""
    fields: dict[str, str | int | float | bool | None] = {}


class Checked(msgspec.Struct, frozen=True):
    """Who it is, and the `jti` that may be used once; an empty one may be used again. `until` is in ms."""

    person: SignedPerson
    jti: str = ""
    until: int = 0


_header = msgspec.json.Decoder(Header)
_claims = msgspec.json.Decoder(Claims)


def check_token(identity: SiteIdentity, site: str, token: str, now: int) -> Checked:
    """Return the person that the token is signed for; `now` is in ms. Raises BadIdentity, which says what is wrong.

    Its `external` is set if the signature is valid nevertheless.
    """
    if len(token) > MOST_TOKEN:
        raise BadIdentity("too_large")
    if not identity.keys:
        raise BadIdentity("no_keys")
    header = _header_of(token)
    key = identity.key(header.kid) if header.kid else None
    if key is None:
        raise BadIdentity("unknown_key" if header.kid else "no_kid")
    if header.alg not in NAMES[key.algorithm]:
        raise BadIdentity("algorithm")
    if header.crit is not None or header.b64 is not None:
        raise BadIdentity("malformed")
    claims = _claims_of(_payload(token, key))
    person = _person_of(claims, key)
    try:
        _check_claims(claims, identity, site, now / 1000)
    except BadIdentity as problem:
        problem.external = person.external
        raise
    return Checked(person, claims.jti, int((claims.exp + LEEWAY) * 1000) + 1_000)


def check_hash(identity: SiteIdentity, external: str, given: str) -> Checked:
    """Return the person that the hash belongs to: it is the HMAC-SHA-256 of their id, in hex. Raises BadIdentity."""
    if not identity.hash_secret:
        raise BadIdentity("hash_off")
    if not 0 < len(external) <= MOST_SUBJECT:
        raise BadIdentity("subject")
    wanted = hmac.new(identity.hash_secret.encode(), _bytes(external), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(wanted.encode(), _bytes(given.lower())):
        raise BadIdentity("hash")
    return Checked(SignedPerson(_subject(external), identity.hash_mark))


def _header_of(token: str) -> Header:
    head, dot, _ = token.partition(".")
    if not dot or token.count(".") != 2 or not token.isascii() or len(head) > MOST_HEADER:
        raise BadIdentity("malformed")
    try:
        return _header.decode(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (binascii.Error, msgspec.MsgspecError, UnicodeError, RecursionError):
        raise BadIdentity("malformed") from None


def _payload(token: str, key: IdentityKey) -> bytes:
    """Check the signature and return the signed content."""
    try:
        return jws.deserialize_compact(token, _material(key), algorithms=NAMES[key.algorithm]).payload
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        raise BadIdentity("signature") from None


def _material(key: IdentityKey) -> OctKey | RSAKey | OKPKey:
    match key.algorithm:
        case "HS256":
            return OctKey.import_key(key.key)
        case "RS256":
            return RSAKey.import_key(key.key)
        case "EdDSA":
            return OKPKey.import_key(key.key)


def _claims_of(payload: bytes) -> Claims:
    try:
        return _claims.decode(payload)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as problem:
        raise BadIdentity("claims", detail=_where(problem)) from None


def _where(problem: Exception) -> str:
    """Name the claim that is missing or has the wrong type, without its value."""
    return str(problem)[:120] if isinstance(problem, msgspec.ValidationError) else "The claims are no JSON object."


def _check_claims(claims: Claims, identity: SiteIdentity, site: str, now: float) -> None:
    audience = [claims.aud] if isinstance(claims.aud, str) else claims.aud
    for good, code in (
        (site in audience, "audience"),
        (not identity.issuer or claims.iss == identity.issuer, "issuer"),
        (claims.exp > now - LEEWAY, "expired"),
        (claims.exp <= now + LIFE + LEEWAY, "too_long"),
        (claims.iat is None or claims.iat <= now + LEEWAY, "not_yet"),
        (claims.nbf is None or claims.nbf <= now + LEEWAY, "not_yet"),
        (0 < len(claims.jti) <= MOST_JTI, "jti"),
    ):
        if not good:
            raise BadIdentity(code)


def _person_of(claims: Claims, key: IdentityKey) -> SignedPerson:
    if len(claims.fields) > MOST_FIELDS:
        raise BadIdentity("fields")
    try:
        fields = dict(_field(name, value) for name, value in claims.fields.items() if value is not None)
        name, email = safe_name(claims.name), mask_cards(clean(claims.email, limit=254, lines=False, optional=True))
    except BadText:
        raise BadIdentity("fields") from None
    fields.pop("", None)
    if sum(len(name.encode()) + len(value.encode()) for name, value in fields.items()) > MOST_FIELD_BYTES:
        raise BadIdentity("fields")
    return SignedPerson(_subject(claims.sub), key.mark, name, email, fields)


def _field(name: str, value: str | float | bool) -> tuple[str, str]:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return (
        mask_cards(clean(name.strip(), limit=60, lines=False, optional=True)),
        mask_cards(clean(text, limit=500, optional=True)),
    )


def _subject(text: str) -> str:
    """Return the id unchanged. An id that would need cleaning is invalid, or two people could become one."""
    try:
        if not 0 < len(text) <= MOST_SUBJECT or clean(text, limit=MOST_SUBJECT, lines=False) != text:
            raise BadIdentity("subject")
    except BadText:
        raise BadIdentity("subject") from None
    return text


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


# --- keys that somebody enters --------------------------------------------------------------


def algorithm_of(text: str) -> Algorithm | None:
    """Return a key's algorithm; None if it cannot be used here: a private key, an elliptic curve, a short secret."""
    if "-----" not in text:
        return "HS256" if SECRET[0] <= len(text) <= SECRET[1] and text.isascii() and text.isprintable() else None
    if "PRIVATE" in text or len(text) > 4_000:
        return None
    try:
        if RSA_BITS[0] <= RSAKey.import_key(text).public_key.key_size <= RSA_BITS[1]:
            return "RS256"
    except (JoseError, ValueError, TypeError, AttributeError):
        pass
    try:
        return "EdDSA" if OKPKey.import_key(text).curve_name == "Ed25519" else None
    except (JoseError, ValueError, TypeError, AttributeError):
        return None
