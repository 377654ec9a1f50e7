"""Admins' actions on imports: read a file in, preview the result, start, cancel, and download the report."""

from collections.abc import AsyncIterator
from typing import IO, NamedTuple

from console.actions.imported_rows import token_of
from console.actions.invitations import link_to
from console.archive.audit import Change
from console.archive.database import now_ms
from console.archive.imports import MisfitRow, StagedRow
from console.domain.directory import DAY, Member
from console.domain.imports import Import, ImportWanted
from console.domain.permissions import require
from console.errors import NothingToDo
from console.imports.known import known_for
from console.imports.staging import stage
from console.security import digest
from console.services import Services

FIRST_ROWS = 8  # of the preview
FIRST_MISFITS = 20
PAGE = 500  # rows of the report read at a time


class Preview(NamedTuple):
    """The first rows that will be imported, and the first that will not."""

    rows: list[StagedRow]
    misfits: list[MisfitRow]


async def read_file(services: Services, by: Member, wanted: ImportWanted, file: IO[bytes]) -> Import:
    """Read a file in, without importing anything before `begin`. Raises BadFile."""
    require(by, "administer")
    oldest = now_ms() - await services.retention_days() * DAY
    known = known_for(wanted, await services.stores.directory.read(), oldest)
    return await stage(services.imports, file, wanted, known, by)


async def read_all(services: Services, by: Member) -> list[Import]:
    require(by, "administer")
    return await services.imports.latest()


async def read(services: Services, by: Member, id: str) -> Import:
    """Return an import. Raises NotYours if there is none."""
    require(by, "administer")
    return await services.imports.read(id)


async def preview(services: Services, by: Member, at: Import) -> Preview:
    require(by, "administer")
    rows = await services.imports.staged(at, FIRST_ROWS)
    return Preview(rows, await services.imports.misfits(at.id, limit=FIRST_MISFITS))


async def begin(services: Services, by: Member, id: str) -> None:
    """Start importing what was read. Raises NothingToDo if it has already started."""
    require(by, "administer")
    if not await services.imports.begin(id, by=by):
        raise NothingToDo


async def cancel(services: Services, by: Member, id: str) -> None:
    """Stop; imported rows stay. Raises NothingToDo if the import is over."""
    require(by, "administer")
    if not await services.imports.cancel(id, by=by):
        raise NothingToDo


async def report(services: Services, by: Member, id: str) -> AsyncIterator[list[MisfitRow]]:
    """Yield all rows that did not fit, some at a time. Raises NotYours."""
    await read(services, by, id)
    return _pages(services, id)


async def links(services: Services, by: Member, id: str) -> list[tuple[str, str]]:
    """Return address and link of everybody whom the import invited and who has not joined yet.

    Raises NotYours, and Unknown if the read cannot be recorded.
    """
    at = await read(services, by, id)
    await services.stores.audit_reads.note_export(by, Change("Invitation links downloaded", f"import:{id}"))
    return await _links(services, at)


async def has_links(services: Services, by: Member, at: Import) -> bool:
    """Whether anybody whom the import invited has not joined yet."""
    require(by, "administer")
    return bool(at.kind == "members" and await _links(services, at))


async def _links(services: Services, at: Import) -> list[tuple[str, str]]:
    pending = (await services.stores.invitations.digests()).items()
    tokens = [(email, token_of(services, at, email), known) for email, known in pending]
    return [(email, link_to(at.origin, token)) for email, token, known in tokens if digest(token) == known]


async def _pages(services: Services, id: str) -> AsyncIterator[list[MisfitRow]]:
    after = 0
    while page := await services.imports.misfits(id, after=after, limit=PAGE):
        yield page
        after = page[-1].line
