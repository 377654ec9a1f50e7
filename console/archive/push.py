"""The SQL stores for notifications: devices, and what is pushed to them."""

from collections.abc import Callable

from console.archive.database import Database, now_ms
from console.archive.push_devices import PushDevices
from console.archive.push_outbox import PushOutbox


class PushStores:
    def __init__(self, database: Database, workspace: str = "main", *, clock: Callable[[], int] = now_ms) -> None:
        """The two stores."""
        self.devices = PushDevices(database, clock)
        self.outbox = PushOutbox(database, workspace, clock)
