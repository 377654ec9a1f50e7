"""Who may do what: the one answer for pages and sockets."""

from collections.abc import Collection
from typing import Literal

from console.domain.directory import Member, MemberRole
from console.errors import NotAllowed

Right = Literal["answer", "supervise", "configure", "administer"]

RIGHTS: dict[MemberRole, frozenset[Right]] = {
    "agent": frozenset({"answer"}),
    "supervisor": frozenset({"answer", "supervise", "configure"}),
    "admin": frozenset({"answer", "supervise", "configure", "administer"}),
}


def may(member: Member, right: Right) -> bool:
    """`answer` chats of one's own; `supervise` everybody's; `configure` queues and the like; `administer` members."""
    return right in RIGHTS[member.role]


def require(member: Member, right: Right) -> None:
    """NotAllowed unless the member's role has the right."""
    if not may(member, right):
        raise NotAllowed


def may_see(member: Member, holder: str, others: Collection[str]) -> bool:
    """A chat in hand: its holder, `others` who were invited or look on, and whoever may `supervise`."""
    return member.id == holder or member.id in others or may(member, "supervise")
