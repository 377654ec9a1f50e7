"""Webhooks: where events go, which ones, and under which secrets they are signed. Plain values."""

import base64
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec

ROTATION = 24 * 3_600_000  # ms that the secret before stays valid
PREFIX = "whsec_"  # as Standard Webhooks writes secrets
LONGEST = 2_000  # characters of an address

# What can be chosen, in the order in which a chat goes through it.
KINDS = (
    "chat.opened",
    "chat.reopened",
    "chat.assigned",
    "chat.released",
    "chat.transferred",
    "message.created",
    "message.redacted",
    "answer.late",
    "visitor.changed",
    "chat.labelled",
    "chat.ended",
    "chat.rated",
    "message.handled",
    "chat.erased",
)


class Secret(msgspec.Struct, frozen=True):
    """A signing secret; `until` (ms) is when a rotated one ends, 0 for the current one."""

    value: str
    until: int = 0


class WebhookEndpoint(msgspec.Struct, frozen=True):
    """An address that events are posted to. `made` (ms): earlier events are not for it."""

    id: str
    name: str
    url: str
    kinds: tuple[str, ...] = ()
    secrets: tuple[Secret, ...] = ()
    on: bool = True
    made: int = 0

    def valid_secrets(self, now: int) -> tuple[str, ...]:
        """Return what to sign with, the current one first."""
        return tuple(one.value for one in self.secrets if not one.until or one.until > now)


class WebhookEvent(msgspec.Struct, frozen=True):
    """An event for every endpoint that asked for its kind.

    `id` is the webhook-id, `chat` is empty for what is about none, `at` (ms) is when it happened.
    """

    id: str
    kind: str
    chat: str
    body: str
    at: int


class WebhookBody(msgspec.Struct):
    """What is posted, as Standard Webhooks recommends; `timestamp` is in ISO 8601, UTC."""

    type: str
    timestamp: str
    data: dict[str, Any]


def webhook_event(id: str, kind: str, at: int, data: Mapping[str, Any]) -> WebhookEvent:
    """Build an event; what is empty in `data` is left out."""
    moment = datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    kept = {name: value for name, value in data.items() if value not in ("", None, {}, [], ())}
    body = msgspec.json.encode(WebhookBody(kind, moment, kept)).decode()
    return WebhookEvent(id, kind, str(data.get("chat", "")), body, at)


def new_secret() -> Secret:
    return Secret(PREFIX + base64.b64encode(secrets.token_bytes(24)).decode())


def rotated(endpoint: WebhookEndpoint, now: int) -> WebhookEndpoint:
    """Return the endpoint with a new secret; the one before stays valid for a day, older ones end."""
    current = next((one for one in endpoint.secrets if not one.until), None)
    before = (Secret(current.value, now + ROTATION),) if current else ()
    return msgspec.structs.replace(endpoint, secrets=(new_secret(), *before))


def shown(url: str) -> str:
    """Return what a log or list may show of an address: paths and queries often hold secrets."""
    host = urlsplit(url).netloc.rpartition("@")[2]
    return f"{host}/…" if urlsplit(url).path.strip("/") else host
