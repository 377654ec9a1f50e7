"""The texts around an answer by mail: subject, greeting and signature, per site and language. Pure."""

import re
from collections.abc import Mapping

import msgspec

PLACEHOLDERS = ("visitor", "first_name", "agent", "site")
LONGEST = {"subject": 150, "greeting": 300, "signature": 1_000}  # characters
PLACE = re.compile(r"\{([^{}\n]*)\}")
SPARE = re.compile(r"[ \t]+(?=[,.!:;?\n]|$)")  # before a punctuation mark, where a placeholder was empty


class MailTemplate(msgspec.Struct, frozen=True):
    """A site's own texts in one language, a primary tag. An empty one means ours."""

    language: str
    subject: str = ""
    greeting: str = ""
    signature: str = ""


OURS = {
    "en": MailTemplate("en", "Your message to {site}", "Hello {first_name},", "{agent}\n{site}"),
    "it": MailTemplate("it", "Il tuo messaggio a {site}", "Ciao {first_name},", "{agent}\n{site}"),
    "de": MailTemplate("de", "Ihre Nachricht an {site}", "Guten Tag {visitor},", "{agent}\n{site}"),
    "es": MailTemplate("es", "Su mensaje a {site}", "Hola {first_name}:", "{agent}\n{site}"),
    "fr": MailTemplate("fr", "Votre message à {site}", "Bonjour {first_name},", "{agent}\n{site}"),
    "pt": MailTemplate("pt", "Sua mensagem para {site}", "Olá {first_name},", "{agent}\n{site}"),
    "nl": MailTemplate("nl", "Uw bericht aan {site}", "Hallo {first_name},", "{agent}\n{site}"),
    "pl": MailTemplate("pl", "Twoja wiadomość – {site}", "Dzień dobry,", "{agent}\n{site}"),
    "bg": MailTemplate("bg", "Вашето съобщение до {site}", "Здравейте {first_name},", "{agent}\n{site}"),
    "cs": MailTemplate("cs", "Vaše zpráva – {site}", "Dobrý den,", "{agent}\n{site}"),
    "da": MailTemplate("da", "Din besked til {site}", "Hej {first_name}", "{agent}\n{site}"),
    "fi": MailTemplate("fi", "Viestisi – {site}", "Hei {first_name},", "{agent}\n{site}"),
    "ja": MailTemplate("ja", "{site}へのメッセージについて", "お問い合わせありがとうございます。", "{agent}\n{site}"),
    "ko": MailTemplate("ko", "{site} 문의에 대한 답변", "안녕하세요.", "{agent}\n{site}"),
    "nb": MailTemplate("nb", "Meldingen din til {site}", "Hei {first_name}", "{agent}\n{site}"),
}


def template_for(own: tuple[MailTemplate, ...], locale: str, site_locale: str) -> MailTemplate:
    """Return the texts in the visitor's language, else the site's, else English; the site's own precede ours."""
    mine = {one.language: one for one in own}
    tags = [tag.partition("-")[0].lower() for tag in (locale, site_locale, "en")]
    tag = next(tag for tag in tags if tag in mine or tag in OURS)
    ours, chosen = OURS.get(tag, OURS["en"]), mine.get(tag, MailTemplate(tag))
    texts = {name: getattr(chosen, name) or getattr(ours, name) for name in LONGEST}
    return MailTemplate(tag, **texts)


def fill(text: str, values: Mapping[str, str]) -> str:
    """Fill in the placeholders; where one is empty, no space is left before a punctuation mark."""
    return SPARE.sub("", PLACE.sub(lambda found: values.get(found[1], found[0]), text)).strip()


def unknown_placeholders(text: str) -> list[str]:
    """Return the names in braces that are not placeholders."""
    return [name for name in PLACE.findall(text) if name not in PLACEHOLDERS]
