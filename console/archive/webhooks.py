"""The SQL stores for webhooks: endpoints, and the events that wait for them."""

from collections.abc import Callable

from console.archive.database import Database, now_ms
from console.archive.webhook_endpoints import WebhookEndpoints
from console.archive.webhook_outbox import WebhookOutbox


class Webhooks:
    def __init__(self, database: Database, workspace: str = "main", *, clock: Callable[[], int] = now_ms) -> None:
        """The two stores of webhooks."""
        self.endpoints = WebhookEndpoints(database, clock=clock)
        self.outbox = WebhookOutbox(database, workspace, clock)
