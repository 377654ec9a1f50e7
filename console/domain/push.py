"""Notifications for devices whose console is closed or hidden: what is pushed, and where. Plain values and rules."""

import base64
import binascii
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from console.domain.webhooks import LONGEST

PushKind = Literal["offered", "given", "waits", "alert", "over", "test"]

POINT, AUTH = 65, 16  # bytes of a browser's public key and of its secret
MOST_DEVICES = 10  # of a member
APPLE = "web.push.apple.com"  # browsers there must show something for each push, or they get no more pushes


class PushKeys(msgspec.Struct, frozen=True):
    """Where pushes for a browser go, and the keys with which only it can read them, from its PushSubscription."""

    endpoint: str
    p256dh: str
    auth: str


class PushDevice(msgspec.Struct, frozen=True):
    """A browser that its member wants to be notified on, for as long as it is signed in.

    `key` is the server key it subscribed with. `always`: even while away or offline. `code` and `told` (ms) are the
    result and time of the last push.
    """

    id: str
    member: str
    session: str
    endpoint: str
    p256dh: str
    auth: str
    key: str
    browser: str = ""
    locale: str = "en"
    always: bool = False
    alerts: bool = False
    made: int = 0
    told: int = 0
    code: str = ""

    @property
    def takes_back(self) -> bool:
        """Whether a push may close a notification and show nothing."""
        return (urlsplit(self.endpoint).hostname or "") != APPLE


class Nudge(msgspec.Struct, frozen=True):
    """What a member should know about a chat (or an alert, `about` its incident); `at` (ms) is when it began."""

    kind: PushKind
    about: str
    at: int


def is_usable(keys: PushKeys) -> bool:
    """Whether this can be a subscription; the sender checks its address at each connection."""
    if len(keys.endpoint) > LONGEST or not keys.endpoint.isascii() or not keys.endpoint.isprintable():
        return False
    try:
        parts = urlsplit(keys.endpoint)
        named = bool(parts.hostname) and "@" not in parts.netloc and parts.port != 0
        public, auth = from_base64url(keys.p256dh), from_base64url(keys.auth)
    except ValueError:
        return False
    return (
        parts.scheme in ("https", "http")
        and named
        and (len(public), public[:1], len(auth)) == (POINT, b"\x04", AUTH)
        and " " not in keys.endpoint
    )


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """Raises ValueError."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as problem:
        raise ValueError("not base64url") from problem
