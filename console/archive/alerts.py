"""The SQL stores for alerts: rules, incidents and messages."""

from collections.abc import Callable, Collection

from console.archive.alert_incidents import AlertIncidents
from console.archive.alert_outbox import AlertOutbox
from console.archive.alert_rules import AlertRules
from console.archive.database import Database, now_ms


class Alerts:
    def __init__(
        self,
        database: Database,
        workspace: str = "main",
        *,
        locales: Collection[str],
        clock: Callable[[], int] = now_ms,
    ) -> None:
        """The three stores of alerts."""
        self.rules = AlertRules(database, locales=locales, clock=clock)
        self.outbox = AlertOutbox(database, workspace, clock)
        self.incidents = AlertIncidents(database, workspace, self.outbox)
