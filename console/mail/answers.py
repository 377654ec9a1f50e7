"""An answer to a left message as a mail: greeting, text, signature, and the quoted message. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from console.archive.history import ChatRecord
from console.domain.directory import Site
from console.domain.mail_templates import MailTemplate, fill, template_for
from console.events import Mailed, Message

LONGEST_QUOTE = 4_000  # characters


class Written(NamedTuple):
    subject: str
    text: str
    answers: str = ""  # Message-ID of the mail that this mail answers
    references: tuple[str, ...] = ()


def written(record: ChatRecord, message_id: str, site: Site | None) -> Written | None:
    """Write the answer with this Message-ID; None if the answer no longer exists."""
    place = next((n for n, one in enumerate(record.facts) if isinstance(one, Mailed) and one.mail == message_id), -1)
    if place < 0:
        return None
    fact = record.facts[place]
    assert isinstance(fact, Mailed)
    before = [one for one in record.facts[:place] if isinstance(one, Message | Mailed)]
    mails = [one for one in before if isinstance(one, Mailed) and one.mail]
    asked = next((one for one in reversed(before) if one.by == "visitor"), None)
    template = template_for(site.mails if site else (), record.chat.locale, site.locale if site else "en")
    values = values_of(record, fact.author.name, site)
    parts = around(template, fact.text, values)
    if asked is not None:
        parts.append(quoted(asked.text))
    subject = fill(template.subject, values)
    answers = mails[-1].mail if mails else ""
    return Written(
        f"Re: {subject}" if mails else subject, "\n\n".join(parts), answers, tuple(one.mail for one in mails)
    )


def around(template: MailTemplate, text: str, values: dict[str, str]) -> list[str]:
    """Return greeting, text and signature."""
    return [one for one in (fill(template.greeting, values), text, fill(template.signature, values)) if one]


def values_of(record: ChatRecord, agent: str, site: Site | None) -> dict[str, str]:
    """Return the values of the placeholders."""
    name = record.chat.name
    first = next(iter(name.split()), "")
    return {"visitor": name, "first_name": first, "agent": agent, "site": site.name if site else ""}


def quoted(text: str) -> str:
    """Return the text as mail programs quote it."""
    lines: Sequence[str] = text[:LONGEST_QUOTE].splitlines()
    return "\n".join(f"> {line}".rstrip() for line in lines)
