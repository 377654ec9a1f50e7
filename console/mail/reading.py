"""Reads a mail from outside. Whatever it contains, this ends soon, with plain text or the reason why not. Pure."""

import codecs
import re
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.policy import Policy
from email.utils import getaddresses

import msgspec

from console.domain.mail import is_address, one_line
from console.domain.mail_quotes import without_history
from console.mail.html_text import text_of_html

LARGEST = 10_000_000  # bytes of a mail
LARGEST_HEAD = 64_000  # bytes of its headers
MOST_PARTS = 100
LONGEST_FIELD = 4_000  # characters of a part's Content-* header: Python's parser takes quadratic time
LONGEST = 20_000  # characters of text
MOST_NAMES = 10  # of attachments
ADDRESSED = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "In-Reply-To", "References")
BULK = {"bulk", "junk", "list", "auto_reply"}
AUTOMATIC = ("X-Autoreply", "X-Autorespond", "X-Auto-Response", "List-Id", "List-Unsubscribe", "X-Loop")
NOBODY = {"mailer-daemon", "postmaster", "noreply", "no-reply"}
MESSAGE_ID = re.compile(r"<([!-;=?-~]{1,250})>")
FENCE = re.compile(rb"(?i)boundary\s*=")


class UnreadableMail(ValueError):
    """The mail cannot be read; the text says why, in English."""


class _Part(Message):
    """A mail or a part of one. It refuses a content header that is too long before anything parses it."""

    def set_raw(self, name: str, value: str) -> None:
        if name.lower().startswith("content-") and len(value) > LONGEST_FIELD:
            raise UnreadableMail("The mail has too long a header.")
        super().set_raw(name, value)  # the parser's way to add a header


class _Parts:
    """Makes the parts of one mail, up to a limit: a mail could have a million, each of them an object."""

    def __init__(self) -> None:
        self._left = MOST_PARTS + 2  # and the mail itself; the parser creates one as a trial

    def __call__(self, policy: Policy) -> _Part:
        self._left -= 1
        if self._left < 0:
            raise UnreadableMail("The mail has too many parts.")
        return _Part(policy)


class IncomingMail(msgspec.Struct, frozen=True):
    """A mail from outside. `marks` is the text of all headers that may name a conversation."""

    message_id: str
    sender: str
    marks: str
    automatic: bool
    text: str


def identity_of(raw: bytes) -> str:
    """Return a mail's identity: its Message-ID and sender; empty if it has no Message-ID.

    With the id alone, anybody could send another mail's id first and make that mail vanish.
    """
    head = message_from_bytes(raw[:LARGEST_HEAD].partition(b"\n\n")[0].partition(b"\r\n\r\n")[0])
    message_id = _message_id(head)
    sender = " ".join(str(head.get("From", "")).split())  # servers may fold lines anywhere
    return f"{message_id}\n{sender}" if message_id else ""


def read_mail(raw: bytes) -> IncomingMail:
    """Read a mail. Raises UnreadableMail."""
    if len(raw) > LARGEST:
        raise UnreadableMail("The mail is too large.")
    head = min((at for mark in (b"\r\n\r\n", b"\n\n") if (at := raw.find(mark)) >= 0), default=len(raw))
    if head > LARGEST_HEAD:
        raise UnreadableMail("The mail has too many headers.")
    if len(FENCE.findall(raw)) > MOST_PARTS:
        raise UnreadableMail("The mail has too many parts.")
    try:
        mail = BytesParser(_Parts()).parsebytes(raw)  # type: ignore[arg-type]  # it gives the policy, as documented
        return IncomingMail(
            _message_id(mail), _sender(mail), _marks(mail), _is_automatic(mail), without_history(_text(mail))[:LONGEST]
        )
    except UnreadableMail:
        raise
    except Exception as problem:  # the parser raises almost any exception for malformed mails
        raise UnreadableMail(f"The mail cannot be parsed ({type(problem).__name__}).") from problem


def _message_id(mail: Message) -> str:
    found = MESSAGE_ID.search(str(mail.get("Message-ID", "")))
    return found[1] if found else ""


def _sender(mail: Message) -> str:
    found = [address for _, address in getaddresses([str(one) for one in mail.get_all("From", [])][:2])]
    return found[0].lower() if len(found) == 1 and is_address(found[0]) else ""


def _marks(mail: Message) -> str:
    return " ".join(_words(str(one)[:4_000]) for name in ADDRESSED for one in mail.get_all(name, [])[:20])


def _is_automatic(mail: Message) -> bool:
    """Whether no person wrote it: an out-of-office notice, a bounce, a mailing list. Such a mail must not start
    anything.
    """
    submitted = str(mail.get("Auto-Submitted", "no")).partition(";")[0].strip().lower()
    local = _sender(mail).partition("@")[0]
    return (
        submitted != "no"
        or str(mail.get("Precedence", "")).strip().lower() in BULK
        or any(name in mail for name in AUTOMATIC)
        or str(mail.get("Return-Path", "")).strip() == "<>"
        or mail.get_content_type() in ("multipart/report", "message/delivery-status")
        or local in NOBODY
    )


def _text(mail: Message) -> str:
    """Return the first plain text, else the first HTML as text, and the names of the attachments."""
    plain, html, names = "", "", list[str]()
    for count, part in enumerate(mail.walk()):
        if count > MOST_PARTS:
            raise UnreadableMail("The mail has too many parts.")
        if part.is_multipart():
            continue
        kind, name = part.get_content_type(), part.get_filename()
        if name or part.get_content_disposition() == "attachment":
            names.append(one_line(_words(str(name or kind)), 80))
        elif kind == "text/plain" and not plain:
            plain = _decoded(part)
        elif kind == "text/html" and not html:
            html = text_of_html(_decoded(part))
    attached = "".join(f"\n📎 {name}" for name in names[:MOST_NAMES])
    return (plain.strip() or html) + (f"\n{attached}" if attached else "")


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    charset = part.get_content_charset() or "utf-8"
    try:
        known = codecs.lookup(charset)
        text = data.decode(charset if known._is_text_encoding else "utf-8", errors="replace")
    except (LookupError, ValueError, UnicodeError):
        text = data.decode("utf-8", errors="replace")
    return text.replace("\r\n", "\n").replace("\0", "")


def _words(text: str) -> str:
    try:
        return str(make_header(decode_header(text)))
    except (HeaderParseError, LookupError, UnicodeError, ValueError):
        return text
