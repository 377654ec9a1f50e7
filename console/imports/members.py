"""Members: whom to invite, from each format."""

from collections.abc import Callable, Mapping
from typing import get_args

from console.domain.directory import FIRST_LIMIT, Member, MemberRole
from console.domain.imports import Format, MemberRecord, Misfit
from console.domain.validation.members import validate_member
from console.imports.fields import Fields, number_of, object_of, text_of, texts_of
from console.imports.known import KnownHere

EMAIL = ("email", "e_mail", "mail", "e_mail_address", "email_address")
COLUMNS = {*EMAIL, "role", "queues", "queue", "departments", "department", "languages", "language", "limit", "name"}
ROLES: Mapping[str, MemberRole] = {
    **{role: role for role in get_args(MemberRole)},
    "administrator": "admin",
    "owner": "admin",
    "manager": "supervisor",
}


def _(text: str) -> str:
    """Mark a text for translation; it is translated when it is shown."""
    return text


DEACTIVATED = _("This member is deactivated in the file, so they are not invited.")


def member_of(row: Fields, known: KnownHere) -> MemberRecord:
    """Return the member the row invites. Without queues they serve all. Raises Misfit."""
    return _checked(READ[known.format](row, known), known)


def _plain(row: Fields, known: KnownHere) -> MemberRecord:
    if row.get("active") is False:
        raise Misfit(DEACTIVATED)
    role = text_of(row, "role").casefold()
    queues = texts_of(row, "queues", "queue", "departments", "department", most=200)
    return MemberRecord(
        email=text_of(row, *EMAIL),
        role=ROLES.get(role, role) or "agent",
        queues=tuple(known.queues.get(name.casefold(), name) for name in queues) or tuple(known.directory.queues),
        languages=tuple(tag.casefold() for tag in texts_of(row, "languages", "language")),
        limit=number_of(row, "limit", FIRST_LIMIT),
    )


def _zendesk(row: Fields, known: KnownHere) -> MemberRecord:
    if row.get("enabled") is False:
        raise Misfit(DEACTIVATED)
    roles = object_of(row, "roles")
    role = "admin" if roles.get("administrator") or roles.get("owner") else "agent"
    return MemberRecord(text_of(row, "email"), role, tuple(known.directory.queues))


def _chatwoot(row: Fields, known: KnownHere) -> MemberRecord:
    role = text_of(row, "role")
    return MemberRecord(text_of(row, "email"), ROLES.get(role, role), tuple(known.directory.queues))


def _checked(record: MemberRecord, known: KnownHere) -> MemberRecord:
    role: MemberRole = record.role  # type: ignore[assignment]  # validated
    member = Member("new", "New", record.email, role, record.queues, record.limit, languages=record.languages)
    for problem in validate_member(member, known.directory):
        raise Misfit(problem.says, **problem.values)
    return record


READ: Mapping[Format, Callable[[Fields, KnownHere], MemberRecord]] = {
    "csv": _plain,
    "json": _plain,
    "zendesk": _zendesk,
    "chatwoot": _chatwoot,
}
