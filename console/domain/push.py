"""Notifications of devices whose console is closed or hidden: what is pushed, and to where. Plain values and rules."""

import base64
import binascii
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from console.domain.webhooks import LONGEST

PushKind = Literal["offered", "given", "waits", "alert", "over", "test"]

POINT, AUTH = 65, 16  # bytes of a browser's public key and of its secret
MOST_DEVICES = 10  # of a member
APPLE = "web.push.apple.com"  # a browser there shows something for each push, or is pushed to no more


class PushKeys(msgspec.Struct, frozen=True):
    """Where a browser is pushed to, and the keys that only it can read with: as its PushSubscription says."""

    endpoint: str
    p256dh: str
    auth: str


class PushDevice(msgspec.Struct, frozen=True):
    """A browser that its member wants to be notified on, for as long as it is signed in.

    `key` is the server's that it subscribed with. `always`: also while away or offline. `code` and `told` (ms) are what
    came of the last push.
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
    """What a member should know of a chat (or an alert, `about` its incident), `at` (ms) since when it is so."""

    kind: PushKind
    about: str
    at: int


def is_usable(keys: PushKeys) -> bool:
    """Whether this can be a subscription; where it leads is for the sender to check at each connection."""
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
