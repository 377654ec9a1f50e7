"""Who may do what, for pages, sockets and the API."""

from collections.abc import Collection

from console.domain.directory import Member, MemberRole
from console.domain.scopes import Integration, Right
from console.errors import NotAllowed

__all__ = ["RIGHTS", "Right", "may", "may_see", "require", "rights_of"]

RIGHTS: dict[MemberRole, frozenset[Right]] = {
    "agent": frozenset({"answer"}),
    "supervisor": frozenset({"answer", "supervise", "configure"}),
    "admin": frozenset({"answer", "supervise", "configure", "administer"}),
}


def may(member: Member, right: Right) -> bool:
    """Whether a member has a right:

    `answer` own chats, `supervise` all chats, `configure` queues and the like, `administer` members.
    """
    return right in rights_of(member)


def rights_of(member: Member) -> frozenset[Right]:
    """Return the rights: a member's come from their role, an integration's from its token's scopes."""
    return member.rights if isinstance(member, Integration) else RIGHTS[member.role]


def require(member: Member, right: Right) -> None:
    """Raise NotAllowed unless the member's role has the right."""
    if not may(member, right):
        raise NotAllowed


def may_see(member: Member, holder: str, others: Collection[str]) -> bool:
    """Whether a member may see an assigned chat: the holder, `others` who were invited or watch, and supervisors."""
    return member.id == holder or member.id in others or may(member, "supervise")
