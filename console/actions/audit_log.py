"""Reading the audit log."""

from console.archive.audit import AuditCursor, AuditLine
from console.archive.supervisor_actions import SupervisorAction, read_supervisor_actions
from console.domain.directory import Member
from console.domain.permissions import require
from console.services import Services


async def read(
    services: Services, by: Member, before: AuditCursor | None, limit: int
) -> list[AuditLine | SupervisorAction]:
    """Return changes of settings and supervisors' actions, newest first; only those older than `before`, if given."""
    require(by, "configure")
    workspace = services.archive.workspace
    lines: list[AuditLine | SupervisorAction] = [
        *await services.stores.audit.read(before=before, limit=limit),
        *await read_supervisor_actions(services.database, workspace, before=before, limit=limit),
    ]
    return sorted(lines, key=lambda line: line.place, reverse=True)[:limit]
