"""Who may do what; pages and sockets both ask here."""

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
    """Whether a member's role has a right:

    `answer` own chats, `supervise` all chats, `configure` queues and the like, `administer` members.
    """
    return right in RIGHTS[member.role]


def require(member: Member, right: Right) -> None:
    """Raise NotAllowed unless the member's role has the right."""
    if not may(member, right):
        raise NotAllowed


def may_see(member: Member, holder: str, others: Collection[str]) -> bool:
    """Whether a member may see an assigned chat: the holder, `others` who were invited or watch, and supervisors."""
    return member.id == holder or member.id in others or may(member, "supervise")
