"""A mail to send, and the addresses in it. Pure."""

import re
from email.headerregistry import Address
from typing import NamedTuple

import msgspec

LONGEST_ADDRESS = 254
LONGEST_SUBJECT = 200
# One mailbox in plain ASCII, which all mail servers accept; no quotes, comments, lists or white space.
ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)
NAMED = re.compile(r"\s*(?P<name>[^<>]*?)\s*<(?P<address>[^<>]*)>\s*")
TOKEN_PLACE = "{token}"  # in the address for replies, replaced by a signed mark of the conversation
BREAKS = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029]")


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A mail to one person, in plain text. After `expires` (ms, 0: never) it is no longer sent.

    `kind` is test, invitation, reset, answer or transcript. Mails of a `chat` have no text: it is written when they are
    sent, from what the archive has by then. A transcript waits until that includes everything up to `seq`.
    """

    to: str
    subject: str = ""
    text: str = ""
    kind: str
    locale: str = "en"
    expires: int = 0
    chat: str = ""
    seq: int = 0
    message_id: str = ""  # without angle brackets; made if empty


class Sender(NamedTuple):
    """The sender of mails: `Lana <help@lana.example>`."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


def is_address(text: str) -> bool:
    """Whether it is the address of one mailbox that any mail server accepts."""
    local = text.rpartition("@")[0]
    return len(text) <= LONGEST_ADDRESS and len(local) <= 64 and ADDRESS.fullmatch(text) is not None


def read_sender(text: str) -> str:
    """Return the setting as given. Raises ValueError if it is not a sender."""
    if text:
        sender_of(text)
    return text


def sender_of(text: str) -> Sender:
    """Read `help@lana.example` or `Lana <help@lana.example>`."""
    found = NAMED.fullmatch(text)
    name, address = (found["name"].strip('"'), found["address"]) if found else ("", text.strip())
    if BREAKS.search(text) or not is_address(address):
        raise ValueError("enter an address such as help@lana.example or Lana <help@lana.example>")
    return Sender(name, address)


def read_reply_to(text: str) -> str:
    """Return the setting as given. Raises ValueError unless it is an address once it has a conversation's mark."""
    if text and not is_address(text.replace(TOKEN_PLACE, "x" * 41)):
        raise ValueError("enter an address such as help@lana.example or reply+{token}@lana.example")
    return text


def one_line(text: str, limit: int = LONGEST_SUBJECT) -> str:
    """Make any text suitable for a header: no line breaks or control characters, and not too long."""
    return " ".join(BREAKS.sub(" ", text).split())[:limit]


def mailbox(name: str, address: str) -> Address:
    """Return a header's mailbox. Raises ValueError if the address is invalid."""
    if not is_address(address):
        raise ValueError("not the address of one mailbox")
    return Address(one_line(name, 100), addr_spec=address)
