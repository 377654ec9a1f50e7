"""Signed identities of visitors: a site's keys and rules, and what a signed identity says. Pure values."""

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

    The key determines the algorithm; a token's own statement must only match it.
    """

    kid: str
    algorithm: Algorithm
    key: str
    added: int = 0  # ms

    @property
    def mark(self) -> str:
        """Return the mark that identifies this key as the signer, unlike another key of the same name."""
        return f"{self.kid} {fingerprint(self.key)}"

    @property
    def public(self) -> str:
        """Return the part that may be shown: no secret, but enough to tell two keys apart."""
        return f"{self.kid} ({self.algorithm}, {fingerprint(self.key)})"


class ClaimRule(msgspec.Struct, frozen=True):
    """If `field` is `value`, new chats go to `queue` (empty: their normal one), with their own head start (ms)."""

    field: str
    value: str
    queue: str = ""
    head_start: int = 0

    @property
    def for_audit(self) -> str:
        return f"{self.field} = {self.value} → {self.queue or '·'}, {self.head_start / 1000:g} s"

    def fits(self, fields: Mapping[str, str]) -> bool:
        return fields.get(self.field, "").casefold() == self.value.casefold()


class SiteIdentity(msgspec.Struct, frozen=True):
    """How a site's visitors prove who they are.

    `enforced` is "identity" if a page's unsigned data about who somebody is does not count, "chat" if nobody may write
    without a signed identity. `hash_secret` is for `user_hash`, the weaker method of earlier widgets; empty: off.
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
        """Whether identities signed by the key with this mark still count."""
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
        """Whether it used the weaker method: only the id was checked, and it never expires."""
        return self.by.startswith(f"{HASHED} ")

    @property
    def proven(self) -> list[str]:
        """Return the names of the proven data, as in facts."""
        own = [name for name in ("name", "email") if getattr(self, name)]
        return own + [f"field:{name}" for name in self.fields]


HASHED = "#"  # no kid is called so


def fingerprint(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:12]


def person_id(site: str, external: str) -> str:
    """Return the visitor id of a person: the same on all of their devices, but different on each site."""
    text = f"{len(site)}:{site}:{external}"
    return "p" + hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=15, person=b"sestetto").hexdigest()


def rule_for(identity: SiteIdentity, fields: Mapping[str, str]) -> ClaimRule | None:
    """Return the first rule that matches the fields of a signed identity; None if no rule does."""
    return next((rule for rule in identity.rules if rule.fits(fields)), None)
