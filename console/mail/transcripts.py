"""The transcript of a chat as a mail to its visitor: what both sides wrote in public, and nothing else. Pure."""

from datetime import UTC, datetime

from console.archive.history import ChatRecord
from console.domain.directory import Site
from console.domain.mail_templates import fill, template_for
from console.events import Mailed, Message, Opened
from console.mail.answers import Written, around, values_of
from console.views.i18n import page_texts
from console.views.plain_lines import line_of, visitor_name

SUBJECTS = {
    "en": "Your chat with {site}",
    "it": "La tua chat con {site}",
    "de": "Ihr Chat mit {site}",
    "es": "Su chat con {site}",
    "fr": "Votre discussion avec {site}",
    "pt": "Seu chat com {site}",
    "nl": "Uw chat met {site}",
    "pl": "Twój czat – {site}",
    "bg": "Вашият чат с {site}",
    "cs": "Váš chat – {site}",
    "da": "Din chat med {site}",
    "fi": "Keskustelusi – {site}",
    "ja": "{site}とのチャット",
    "ko": "{site} 채팅 기록",
    "nb": "Chatten din med {site}",
}


def transcript(record: ChatRecord, site: Site | None) -> Written:
    """Write the transcript: the answers given before the chat, and each message with time (UTC) and author. No notes,
    no links.
    """
    template = template_for(site.mails if site else (), record.chat.locale, site.locale if site else "en")
    said = [fact for fact in record.facts if isinstance(fact, Message | Mailed)]
    agents = [fact.author.name for fact in said if fact.by == "agent"]
    values = values_of(record, agents[-1] if agents else "", site)
    begun = next((fact.greeting for fact in record.facts if isinstance(fact, Opened) and fact.greeting), None)
    visitor = page_texts().get(template.language).gettext("Visitor")
    lines = [line_of(one["question"], one["answer"]) for one in record.chat.answers]
    lines += [line_of(f"{_when(record.chat.opened)} {begun.name}:", begun.text)] if begun else []
    lines += [line_of(f"{_when(fact.at)} {_who(fact, values, visitor)}:", fact.text) for fact in said]
    subject = fill(SUBJECTS.get(template.language, SUBJECTS["en"]), values)
    return Written(subject, "\n\n".join(around(template, "\n".join(lines), values)))


def _who(fact: Message | Mailed, values: dict[str, str], visitor: str) -> str:
    if fact.by == "visitor":
        return visitor_name(visitor, fact.author.name or values["visitor"])
    name = fact.author.name or values["site"]
    return f"{name} (bot)" if fact.by == "bot" else name


def _when(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
