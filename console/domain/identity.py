"""Who a visitor is by their website's word: a site's keys and rules, and what a signed identity says. Pure values."""

import hashlib
from collections.abc import Mapping
from typing import Literal, get_args

import msgspec

Algorithm = Literal["HS256", "EdDSA", "RS256"]
ALGORITHMS: tuple[Algorithm, ...] = get_args(Algorithm)
Enforced = Literal["", "identity", "chat"]
ENFORCED: tuple[Enforced, ...] = get_args(Enforced)
MOST_KEYS = 5  # two are enough to rotate
MOST_RULES = 20


class IdentityKey(msgspec.Struct, frozen=True):
    """A key of a site. `key` is what checks a signature: a PEM public key, for HS256 the secret itself.

    The algorithm is the key's; what a token says of it only has to agree.
    """

    kid: str
    algorithm: Algorithm
    key: str
    added: int = 0  # ms

    @property
    def mark(self) -> str:
        """Return what is remembered of the key that signed: another one of the same name is not it."""
        return f"{self.kid} {fingerprint(self.key)}"

    @property
    def public(self) -> str:
        """Return what may be shown of it: no secret, and enough to tell two keys apart."""
        return f"{self.kid} ({self.algorithm}, {fingerprint(self.key)})"


class ClaimRule(msgspec.Struct, frozen=True):
    """`field` is `value`: new chats go to `queue` (empty: where they would), with a head start (ms) of their own."""

    field: str
    value: str
    queue: str = ""
    head_start: int = 0

    @property
    def told(self) -> str:
        return f"{self.field} = {self.value} → {self.queue or '·'}, {self.head_start / 1000:g} s"

    def fits(self, fields: Mapping[str, str]) -> bool:
        return fields.get(self.field, "").casefold() == self.value.casefold()


class SiteIdentity(msgspec.Struct, frozen=True):
    """How a site's visitors prove who they are.

    `enforced` is "identity" if a page's own word on who somebody is counts for nothing, "chat" if nobody may write
    without a signed identity. `hash_secret` is for `user_hash`, the weaker way of earlier widgets; empty: off.
    """

    keys: tuple[IdentityKey, ...] = ()
    issuer: str = ""
    enforced: Enforced = ""
    hash_secret: str = ""
    rules: tuple[ClaimRule, ...] = ()

    def key(self, kid: str) -> IdentityKey | None:
        return next((key for key in self.keys if key.kid == kid), None)

    @property
    def hash_mark(self) -> str:
        return f"{HASHED} {fingerprint(self.hash_secret)}"

    def trusts(self, by: str) -> bool:
        """Whether what was signed by this mark still counts."""
        return any(key.mark == by for key in self.keys) or (bool(self.hash_secret) and by == self.hash_mark)


class SignedPerson(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a checked identity says. `by` is the mark of the key that signed it."""

    external: str  # the website's id for them
    by: str
    name: str = ""
    email: str = ""
    fields: dict[str, str] = {}

    @property
    def hashed(self) -> bool:
        """Whether it is the weaker way: only the id was checked, and holds for good."""
        return self.by.startswith(f"{HASHED} ")

    @property
    def proven(self) -> list[str]:
        """Return what facts name as proven."""
        own = [name for name in ("name", "email") if getattr(self, name)]
        return own + [f"field:{name}" for name in self.fields]


HASHED = "#"  # no kid is called so


def fingerprint(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:12]


def person_id(site: str, external: str) -> str:
    """Return the visitor id of a person: the same on each of their devices, another one on another site."""
    text = f"{len(site)}:{site}:{external}"
    return "p" + hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=15, person=b"sestetto").hexdigest()


def rule_for(identity: SiteIdentity, fields: Mapping[str, str]) -> ClaimRule | None:
    """Return the first rule that fits fields of a signed identity; None without one."""
    return next((rule for rule in identity.rules if rule.fits(fields)), None)
