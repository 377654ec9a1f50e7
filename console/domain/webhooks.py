"""Webhooks: where which events go, and the secrets that sign them. Plain values."""

import base64
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec

ROTATION = 24 * 3_600_000  # ms that the previous secret stays valid
PREFIX = "whsec_"  # the prefix of secrets in Standard Webhooks
LONGEST = 2_000  # characters of an address

# The events that can be chosen, in the order of a chat's life.
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
    """An address that events are posted to. It gets no events from before `made` (ms)."""

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
    """An event for every endpoint that subscribes to its kind.

    `id` is the webhook-id, `chat` is empty for events without a chat, `at` (ms) is when it happened.
    """

    id: str
    kind: str
    chat: str
    body: str
    at: int


class WebhookBody(msgspec.Struct):
    """The body of a post, as Standard Webhooks recommends; `timestamp` is in ISO 8601, UTC."""

    type: str
    timestamp: str
    data: dict[str, Any]


def webhook_event(id: str, kind: str, at: int, data: Mapping[str, Any]) -> WebhookEvent:
    """Build an event; empty fields of `data` are omitted."""
    moment = datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    kept = {name: value for name, value in data.items() if value not in ("", None, {}, [], ())}
    body = msgspec.json.encode(WebhookBody(kind, moment, kept)).decode()
    return WebhookEvent(id, kind, str(data.get("chat", "")), body, at)


def new_secret() -> Secret:
    return Secret(PREFIX + base64.b64encode(secrets.token_bytes(24)).decode())


def rotated(endpoint: WebhookEndpoint, now: int) -> WebhookEndpoint:
    """Return the endpoint with a new secret; the previous one stays valid for a day, older ones end."""
    current = next((one for one in endpoint.secrets if not one.until), None)
    before = (Secret(current.value, now + ROTATION),) if current else ()
    return msgspec.structs.replace(endpoint, secrets=(new_secret(), *before))


def shown(url: str) -> str:
    """Return the part of an address that logs and lists may show: paths and queries often hold secrets."""
    host = urlsplit(url).netloc.rpartition("@")[2]
    return f"{host}/…" if urlsplit(url).path.strip("/") else host
