"""Visitors as another system knows them: who they are, without their chats."""

from collections.abc import Callable, Mapping

from console.domain.email_address import EMAIL as ADDRESS
from console.domain.imports import Format, Misfit, VisitorRecord
from console.domain.validation.problems import ID
from console.imports.fields import Fields, details, line, name_of, object_of, text_of
from console.imports.known import KnownHere
from console.imports.members import EMAIL
from console.imports.parts import MOST_FIELDS, visitor_id

WHO = ("id", "visitor", "visitor_id", "contact_id")
NAME = ("name", "display_name", "full_name", "visitor_name")
LOCALE = ("locale", "language")
OWN = {*WHO, *NAME, *EMAIL, *LOCALE}


def _(text: str) -> str:
    """Mark a text for translation; it is translated when it is shown."""
    return text


NOBODY = _("The row has neither a name nor an e-mail address.")


def visitor_of(row: Fields, known: KnownHere) -> VisitorRecord:
    """Return the row's visitor, the same one that chats from that system have. Raises Misfit."""
    email, name = text_of(row, *EMAIL), name_of(text_of(row, *NAME))
    email = email if ADDRESS.fullmatch(email) else ""
    if not (email or name):
        raise Misfit(NOBODY)
    there = text_of(row, *WHO)
    return VisitorRecord(
        id=there if known.format == "json" and ID.fullmatch(there) else visitor_id(known, there or email or name),
        name=name,
        email=email,
        locale=text_of(row, *LOCALE)[:35],
        fields=dict(list(FIELDS[known.format](row).items())[:MOST_FIELDS]),
        site=known.site,
        queue=known.queue,
    )


def _others(row: Fields) -> dict[str, str]:
    """All other columns."""
    return {name[:60]: line(str(value)) for name, value in row.items() if name not in OWN and str(value).strip()}


def _own(row: Fields) -> dict[str, str]:
    return {line(name, 60): line(str(value)) for name, value in object_of(row, "fields").items()}


def _zendesk(row: Fields) -> dict[str, str]:
    return details(phone=row.get("phone"), notes=row.get("notes"))


def _chatwoot(row: Fields) -> dict[str, str]:
    custom = {line(name, 60): line(str(value)) for name, value in object_of(row, "custom_attributes").items()}
    return {**custom, **details(phone=row.get("phone_number"), identifier=row.get("identifier"))}


FIELDS: Mapping[Format, Callable[[Fields], dict[str, str]]] = {
    "csv": _others,
    "json": _own,
    "zendesk": _zendesk,
    "chatwoot": _chatwoot,
}
