"""Turns a letter into the bytes for a mail server: headers by email.message, plain text and simple HTML. Pure."""

from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP

from markupsafe import Markup, escape

from console.domain.mail import Letter, Sender, mailbox, one_line
from console.views.linkify import linkify
from console.views.rich_text import without_marks

# The library encodes a Message-ID longer than a line as an encoded word, and mail programs then lose the thread.
UNFOLDED = SMTP.clone(max_line_length=900)
PAGE = Markup(
    '<!doctype html><html lang="{lang}" dir="auto"><head><meta charset="utf-8">'
    '<meta name="color-scheme" content="light dark"></head>'
    '<body style="font: 16px/1.5 system-ui, sans-serif; max-width: 40em">{body}</body></html>'
)


def compose(
    letter: Letter,
    sender: Sender,
    *,
    at: int,
    reply_to: str = "",
    answers: str = "",
    references: tuple[str, ...] = (),
    formatted: bool = False,
) -> EmailMessage:
    """Build the mail. `at` (ms) is its date; `answers` and `references` are Message-IDs of earlier mails.

    Raises ValueError if an address is not one mailbox.
    """
    mail = EmailMessage(policy=UNFOLDED)
    mail["From"] = mailbox(sender.name, sender.address)
    mail["To"] = mailbox("", letter.to)
    mail["Subject"] = one_line(letter.subject) or "…"
    mail["Date"] = datetime.fromtimestamp(at / 1000, UTC)
    mail["Message-ID"] = f"<{letter.message_id}>"
    if reply_to:
        mail["Reply-To"] = mailbox(sender.name, reply_to)
    if answers:
        mail["In-Reply-To"] = f"<{one_line(answers)}>"
    if references:
        mail["References"] = " ".join(f"<{one_line(one)}>" for one in references[-20:])
    # A person wrote the answer, but out-of-office notices must not reply to it.
    mail["Auto-Submitted"] = "no" if letter.kind == "answer" else "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(letter.text, cte="quoted-printable")
    mail.add_alternative(
        html_of(letter.text, letter.locale, formatted=formatted), subtype="html", cte="quoted-printable"
    )
    return mail


def html_of(text: str, locale: str, *, formatted: bool = False) -> str:
    """Return the text as a page: escaped, with its paragraphs, web addresses and, if `formatted`, bold words."""
    worded = without_marks if formatted else linkify
    paragraphs = [
        Markup("<p>{}</p>").format(Markup("<br>").join(worded(line) for line in part.split("\n")))
        for part in text.strip().split("\n\n")
    ]
    return PAGE.format(lang=escape(locale), body=Markup("").join(paragraphs))
