"""Exports: request one of the workspace or of a visitor, cancel or delete it, and download it."""

from pathlib import Path
from typing import NamedTuple

from console.actions.visitors import NO_VISITOR
from console.archive.audit import Change
from console.archive.export_jobs import ExportJob
from console.domain.directory import Member
from console.domain.permissions import require
from console.errors import NotYours
from console.services import Services

GONE = "This export no longer exists. Create a new one."


class ReadyExport(NamedTuple):
    """Where an export is, and its file name for saving."""

    path: Path
    name: str


async def ask(services: Services, by: Member, *, visitor: str = "", notes: bool = False) -> str:
    """Request an export of a visitor (`notes`: with what only staff see) or of the workspace. Return its id."""
    require(by, "administer")
    if visitor and await services.visitors.read(visitor) is None:
        raise NotYours(NO_VISITOR)
    change = Change("Workspace exported", "workspace:")
    if visitor:
        change = Change("Visitor exported", f"visitor:{visitor}", None, {"notes": notes})
    id = await services.exports.jobs.add(by, visitor, change, notes=notes)
    services.exports.wake.set()
    return id


async def read_all(services: Services, by: Member) -> list[ExportJob]:
    """Return exports that are in progress or ready, newest first."""
    require(by, "administer")
    return await services.exports.jobs.read_all()


async def remove(services: Services, by: Member, id: str) -> None:
    """Cancel an export in progress, or delete one."""
    require(by, "administer")
    await services.exports.jobs.remove(id, by)
    await services.exports.sweep()


async def fetch(services: Services, by: Member, id: str) -> ReadyExport:
    """Return where an export is. Raises NotYours if it is not there, Unknown if it cannot be recorded."""
    require(by, "administer")
    job = await services.exports.jobs.read(id)
    if job is None or job.state != "done" or not services.exports.path(id).exists():
        raise NotYours(GONE)
    await services.stores.audit_reads.note_export(by, Change("Export downloaded", f"export:{id}"))
    return ReadyExport(services.exports.path(id), f"{'visitor' if job.visitor else 'workspace'}-{id}.zip")
