"""Reading the audit log."""

from console.archive.audit import AuditCursor, AuditFilter, AuditLine
from console.archive.audit_check import read_heads
from console.archive.supervisor_actions import SupervisorAction, read_supervisor_actions
from console.domain.directory import Member
from console.domain.permissions import require
from console.events import Visitor
from console.services import Services


async def read(
    services: Services, by: Member, only: AuditFilter, before: AuditCursor | None, limit: int
) -> list[AuditLine | SupervisorAction]:
    """Return changes of settings, supervisors' actions, and reads, newest first; with `before`, only older ones."""
    require(by, "configure")
    lines: list[AuditLine | SupervisorAction] = []
    lines += await services.stores.audit.read(only, before=before, limit=limit)
    if only.log != "reads":
        workspace = services.archive.workspace
        lines += await read_supervisor_actions(services.database, workspace, only, before=before, limit=limit)
    return sorted(lines, key=lambda line: line.place, reverse=True)[:limit]


async def people(services: Services, by: Member) -> dict[str, str]:
    """Return id and name of everybody who has lines, including former members."""
    require(by, "configure")
    return await services.stores.audit.people()


async def heads(services: Services, by: Member) -> dict[str, tuple[int, str]]:
    """Return number and hash of the newest line of each chain."""
    require(by, "configure")
    return await read_heads(services.database)


async def visitors_of(services: Services, by: Member, chats: set[str]) -> dict[str, Visitor]:
    """Return the visitors of chats that lines are about."""
    require(by, "configure")
    return await services.history.visitors_of(chats) if chats else {}
