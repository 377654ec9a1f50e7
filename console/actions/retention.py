"""Data retention: how long ended chats and the audit log are kept."""

from console.archive.database import now_ms
from console.domain.directory import Member
from console.domain.permissions import require
from console.services import Services

DAY = 86_400_000  # ms


async def set_days(services: Services, by: Member, days: int, *, sure: bool) -> int:
    """Set the days; return 0.

    If that would delete chats and `sure` is not set, change nothing and return their number.
    """
    require(by, "configure")
    fewer = 0 < days < await services.retention_days()
    if fewer and not sure and (doomed := await services.history.count_older_than(now_ms() - days * DAY)):
        return doomed
    await services.stores.retention.set_days(days, by=by)
    return 0


async def set_audit_days(services: Services, by: Member, changes: int, reads: int) -> None:
    """Set how many days the audit log keeps changes (0: forever), and reads and exports."""
    require(by, "configure")
    await services.stores.audit_retention.set_days(changes, reads, by=by)
