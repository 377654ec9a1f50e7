"""What a token may be used for, and integrations: principals of their own, without a console or slots."""

from collections.abc import Collection
from typing import Literal, NamedTuple, get_args

import msgspec

from console.domain.directory import Member

TokenScope = Literal[
    "chats:read",
    "chats:write",
    "visitors:read",
    "members:read",
    "members:write",
    "settings:read",
    "settings:write",
    "figures:read",
    "socket",
    "bot",
]
SCOPES: tuple[TokenScope, ...] = get_args(TokenScope)
Right = Literal["answer", "supervise", "configure", "administer"]


def _(text: str) -> str:
    """Mark a text for translation; it is translated when it is shown."""
    return text


class ScopeMeaning(NamedTuple):
    """A scope's name on the settings pages, and the rights that an integration has through it."""

    says: str
    rights: frozenset[Right]


MEANINGS: dict[TokenScope, ScopeMeaning] = {
    "chats:read": ScopeMeaning(_("Read chats and left messages"), frozenset({"answer", "supervise"})),
    "chats:write": ScopeMeaning(_("Open chats, write in them, end and label them"), frozenset({"answer", "supervise"})),
    "visitors:read": ScopeMeaning(_("Read visitors and their earlier chats"), frozenset({"answer"})),
    "members:read": ScopeMeaning(_("Read members and their status"), frozenset({"answer", "configure"})),
    "members:write": ScopeMeaning(
        _("Change members and their status"), frozenset({"answer", "supervise", "configure", "administer"})
    ),
    "settings:read": ScopeMeaning(_("Read queues, sites and canned replies"), frozenset({"answer", "configure"})),
    "settings:write": ScopeMeaning(_("Change queues, sites and canned replies"), frozenset({"answer", "configure"})),
    "figures:read": ScopeMeaning(_("Read figures"), frozenset({"answer", "supervise"})),
    "socket": ScopeMeaning(_("Connect to the agent's socket as this member"), frozenset()),
    "bot": ScopeMeaning(_("Answer chats first, as a bot"), frozenset({"answer"})),
}


class Integration(Member, frozen=True):
    """A system that acts under its own name; `rights` are those of the token it used."""

    rights: frozenset[Right] = frozenset()


OF_INTEGRATIONS: tuple[TokenScope, ...] = tuple(scope for scope in SCOPES if scope != "socket")
OF_MEMBERS: tuple[TokenScope, ...] = tuple(scope for scope in SCOPES if scope != "bot")


def integration_of(id: str, name: str, scopes: Collection[str]) -> Integration:
    """Return the principal that acts with a token of these scopes."""
    held = [MEANINGS[scope].rights for scope in SCOPES if scope in scopes]
    return Integration(id, name, "", rights=frozenset().union(*held))


class HeldToken(msgspec.Struct, frozen=True):
    """A valid token: its holder, its scopes, and when (ms) it expires, 0 for never.

    Exactly one of `member` and `integration` is set; `integration` has no rights yet.
    """

    id: str
    scopes: frozenset[str]
    expires: int
    member: Member | None = None
    integration: Integration | None = None

    @property
    def holder(self) -> str:
        """The id of the member or integration."""
        held = self.member or self.integration
        return held.id if held else ""


class Principal(msgspec.Struct, frozen=True):
    """The sender of an API request: a member with their current rights or an integration, with the token's scopes."""

    by: Member
    token: str
    scopes: frozenset[str]

    @property
    def is_integration(self) -> bool:
        return isinstance(self.by, Integration)
