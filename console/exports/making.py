"""Makes requested exports, one after the other, in the data folder, where they stay for a day."""

import asyncio
import errno
import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Collection
from pathlib import Path
from typing import BinaryIO

import structlog

from console.archive.export_jobs import ExportJob, ExportJobs
from console.archive.export_reads import ExportReads
from console.archive.stores import Stores
from console.config import Settings
from console.domain.ids import new_id
from console.exports.writing import ExportSource, StoredFiles, write_export
from console.timing.beat import Wake

FOLDER = "exports"  # in the data folder; backups leave it out
REPORT_EVERY = 1.0  # seconds between two updates of the progress
MOST_TRIES = 5  # tries of an export that is interrupted, as while the database is down
MEGABYTE = 1_000_000

log = structlog.get_logger()


class _Stopped(Exception):
    """The export was removed, or has to start again."""


class _Full(Exception):
    """The disk is full."""


class Exports:
    def __init__(self, settings: Settings, stores: Stores, workspace: str, files: Callable[[], StoredFiles]) -> None:
        self.stores = stores
        self.jobs = ExportJobs(stores.database, workspace, stores.clock)
        self.reads = ExportReads(stores.database, workspace)
        self.wake = Wake()
        self._workspace = workspace
        self._files = files
        self._folder = settings.folder.absolute() / FOLDER
        self._reserve = settings.files_reserve * MEGABYTE
        self._tries: Counter[str] = Counter()

    def path(self, id: str) -> Path:
        """Return the path of a finished export."""
        return self._folder / f"{id}.zip"

    async def source(self, visitor: str, *, notes: bool) -> ExportSource:
        """Return the sources of an export."""
        return ExportSource(
            workspace=self._workspace,
            made=self.stores.clock(),
            reads=self.reads,
            files=self._files(),
            directory=await self.stores.directory.read(),
            members=[] if visitor else await self.stores.members.everyone(),
            replies=[] if visitor else await self.stores.canned.of_team(),
            visitor=visitor,
            notes=notes or not visitor,
        )

    async def make_next(self, goes_on: Callable[[], bool]) -> bool:
        """Make the next export, if there is one, while `goes_on`. False if there is none."""
        job = await self.jobs.next()
        if job is None:
            return False
        self._tries[job.id] += 1
        try:
            await self._make(job, new_id(), goes_on)
        except Exception as problem:
            if self._tries[job.id] < MOST_TRIES:
                raise
            log.error("export.failed", export=job.id, error=repr(problem), exc_info=problem)
            await self._give_up(job)
        self._tries.pop(job.id, None)
        return True

    async def sweep(self, *, parts: bool = False) -> None:
        """Delete the files of exports that have expired; `parts`: also unfinished files of a killed process."""
        kept = await self.jobs.drop_old()
        await asyncio.to_thread(_delete_others, self._folder, kept, parts)

    async def _make(self, job: ExportJob, maker: str, goes_on: Callable[[], bool]) -> None:
        part = self._folder / f"{job.id}.{maker}.part"
        if not await self.jobs.begin(job.id, maker, await self.reads.count(job.visitor)):
            return
        try:
            size = await self._write(job, maker, part, goes_on)
            if not await self.jobs.end(job.id, maker, "done", size=size):
                self.path(job.id).unlink(missing_ok=True)
        except _Stopped:
            log.info("export.stopped", export=job.id)
        except _Full:
            await self.jobs.end(job.id, maker, "full")
        except OSError as problem:
            log.warning("export.failed", export=job.id, error=str(problem))
            await self.jobs.end(job.id, maker, "full" if problem.errno == errno.ENOSPC else "failed")
        finally:
            part.unlink(missing_ok=True)

    async def _write(self, job: ExportJob, maker: str, part: Path, goes_on: Callable[[], bool]) -> int:
        """Write it to a temporary file and move it into place; return its size."""
        reported_at = time.monotonic()

        async def progress(done: int) -> None:
            nonlocal reported_at
            await asyncio.sleep(0)
            if shutil.disk_usage(self._folder).free < self._reserve:
                raise _Full
            if time.monotonic() < reported_at + REPORT_EVERY:
                return
            reported_at = time.monotonic()
            if not (goes_on() and await self.jobs.go_on(job.id, maker, done)):
                raise _Stopped

        source = await self.source(job.visitor, notes=job.notes)
        file = await asyncio.to_thread(_open_new, part)
        try:
            await write_export(file, source, progress)
            await asyncio.to_thread(os.fsync, file.fileno())
        finally:
            file.close()
        return await asyncio.to_thread(_put, part, self.path(job.id))

    async def _give_up(self, job: ExportJob) -> None:
        maker = new_id()
        await self.jobs.begin(job.id, maker, job.total)
        await self.jobs.end(job.id, maker, "failed")


def _open_new(file: Path) -> BinaryIO:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return open(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")


def _put(part: Path, target: Path) -> int:
    part.replace(target)
    return target.stat().st_size


def _delete_others(folder: Path, kept: Collection[str], parts: bool) -> None:
    for path in folder.glob("*.zip"):
        if path.stem not in kept:
            path.unlink(missing_ok=True)
    for path in folder.glob("*.part") if parts else ():
        path.unlink(missing_ok=True)
