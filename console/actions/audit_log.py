"""Who may read who changed what."""

from console.archive.audit import AuditCursor, AuditLine
from console.archive.supervisor_actions import SupervisorAction, read_supervisor_actions
from console.domain.directory import Member
from console.domain.permissions import require
from console.services import Services


async def read(
    services: Services, by: Member, before: AuditCursor | None, limit: int
) -> list[AuditLine | SupervisorAction]:
    """Changes of settings and what supervisors did in chats, the newest first, of those behind the place `before`."""
    require(by, "configure")
    workspace = services.archive.workspace
    lines: list[AuditLine | SupervisorAction] = [
        *await services.stores.audit.read(before=before, limit=limit),
        *await read_supervisor_actions(services.database, workspace, before=before, limit=limit),
    ]
    return sorted(lines, key=lambda line: line.place, reverse=True)[:limit]
