"""Identity providers (OpenID Connect): their addresses, whom they let in, and what their claims allow. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec

from console.domain.directory import Directory, MemberRole
from console.domain.validation.members import ROLES
from console.domain.validation.problems import Problems, check_name
from console.errors import Problem

SCOPES = "openid email profile"
LONGEST = 2_000  # characters of an address, an id or a secret
MOST_MAPPED = 200  # lines of a mapping


class Provider(msgspec.Struct, frozen=True):
    """A provider. A role or queue claim that is set applies at every sign-in; an empty one leaves it to admins.

    `roles` and `queues` map a claim's values. With an empty `default_role`, only people with a mapped value may sign
    in. `link`: a person whose verified address is a member's becomes that member. `create`: others become new members.
    """

    id: str
    name: str
    issuer: str
    client_id: str
    client_secret: str = ""
    scopes: str = SCOPES
    on: bool = True
    create: bool = False
    link: bool = False
    second_factor: bool = False
    role_claim: str = ""
    roles: dict[str, str] = {}
    default_role: str = ""
    queue_claim: str = ""
    queues: dict[str, str] = {}
    default_queues: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Provider({self.id!r}, {self.issuer!r})"  # without its secret


class ProviderIdentity(msgspec.Struct, frozen=True):
    """A person that a provider vouches for: `subject` is permanent, the rest is the provider's current data."""

    issuer: str
    subject: str
    email: str
    verified: bool
    name: str
    claims: dict[str, Any]


def person_of(issuer: str, claims: Mapping[str, Any]) -> ProviderIdentity:
    """Read the claims of a checked ID token, with those of the user-info endpoint."""
    email, name = _text(claims.get("email")), _text(claims.get("name")) or _text(claims.get("preferred_username"))
    verified = claims.get("email_verified") is True
    name = (name or email.partition("@")[0])[:120]
    return ProviderIdentity(issuer, str(claims["sub"]), email[:254], verified, name, {**claims})


def role_for(provider: Provider, person: ProviderIdentity) -> MemberRole | None:
    """Return the highest role that the claims give, else the default; None: they may not sign in."""
    if provider.role_claim:
        found = {provider.roles[value] for value in values_of(person.claims, provider.role_claim) & {*provider.roles}}
        for role in reversed(ROLES):
            if role in found:
                return role
    return next((role for role in ROLES if role == provider.default_role), None)


def queues_for(provider: Provider, person: ProviderIdentity, known: Directory) -> tuple[str, ...]:
    """Return the queues that the claims give, and the default ones, as far as they exist."""
    values = values_of(person.claims, provider.queue_claim) if provider.queue_claim else set()
    found = [queue for value, queue in provider.queues.items() if value in values]
    return tuple(dict.fromkeys(queue for queue in (*provider.default_queues, *found) if queue in known.queues))


def values_of(claims: Mapping[str, Any], path: str) -> set[str]:
    """Return the values of a claim: a text, or a list of texts. Dots lead into objects: `realm_access.roles`."""
    found: Any = claims.get(path)
    if found is None:
        found = claims
        for part in path.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    if isinstance(found, str):
        return {found}
    return {one for one in found if isinstance(one, str)} if isinstance(found, Sequence) else set()


def validate_provider(provider: Provider, known: Directory, others: Sequence[Provider]) -> list[Problem]:
    found = Problems(f"provider:{provider.id}")
    check_name(found, provider.name, [one.name for one in others])
    found.unless(
        is_issuer(provider.issuer),
        "issuer",
        "Enter the provider's address, such as https://login.example.com/realms/shop, without ? and #.",
    )
    twice = any(one.issuer == provider.issuer and one.client_id == provider.client_id for one in others)
    found.unless(not twice, "client_id", "This provider has already been added.")
    found.unless(_is_plain(provider.client_id), "client_id", "Enter the client ID that the provider gave you.")
    secret = not provider.client_secret or _is_plain(provider.client_secret.replace(" ", "-"))
    found.unless(secret, "client_secret", "The secret contains characters that are not allowed. Copy it again.")
    found.unless(
        "openid" in provider.scopes.split(), "scopes", "Scopes begin with openid, such as: openid email profile."
    )
    fine = not provider.default_role or provider.default_role in ROLES
    found.unless(fine, "default_role", "Choose a role: agent, supervisor or admin.")
    for role in provider.roles.values():
        found.unless(
            role in ROLES, "roles", "“%(role)s” is not a role. Use agent, supervisor or admin.", role=role[:40]
        )
    for queue in (*provider.queues.values(), *provider.default_queues):
        found.unless(queue in known.queues, "queues", "The queue %(queue)s does not exist.", queue=queue[:64])
    lets_in = provider.default_role or (provider.role_claim and provider.roles)
    found.unless(
        lets_in, "default_role", "Choose a default role or assign roles by claim. Otherwise nobody can sign in."
    )
    return found


def is_issuer(text: str) -> bool:
    """Whether it can be the address of an issuer."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    plain = not (parts.query or parts.fragment or parts.username or parts.password)
    return parts.scheme in ("https", "http") and bool(parts.hostname) and plain and _is_plain(text)


def _is_plain(text: str) -> bool:
    return 0 < len(text) <= LONGEST and text.isascii() and text.isprintable() and " " not in text


def _text(value: object) -> str:
    return " ".join(value.split()) if isinstance(value, str) and value.isprintable() else ""
