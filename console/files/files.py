"""Receives files, sends them, has them scanned, and deletes those that are no longer needed."""

import asyncio
import os
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import msgspec
import structlog

from console.archive.database import now_ms
from console.archive.file_records import DayAllowance, FileRecord, FileRecords, State
from console.config import Settings
from console.domain.directory import Site
from console.domain.ids import new_id
from console.domain.shared_files import is_picture, shown_name
from console.errors import EmptyFile, FilesAway, FilesBusy, FileTooLarge, InfectedFile, NoFiles, SestettoError, Unknown
from console.events import SharedFile
from console.files.examiner import Examiner
from console.files.scanner import Scanner
from console.files.store import FOLDER, FileStore, open_store

MEGABYTE = 1_000_000
COMING = "coming"  # the folder of files that are being received
# Files received at the same time: by this process, from one address (which can be many visitors), from one person.
MOST, MOST_OF_ADDRESS, MOST_OF_ONE = 16, 8, 3
BATCH = 100

log = structlog.get_logger()


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is about to arrive: `size` bytes, under the name its sender gives it."""

    site: Site
    visitor: str
    chat: str
    owner: str
    cid: str
    address: str
    name: str
    size: int


class Files:
    def __init__(self, settings: Settings, records: FileRecords) -> None:
        self.on = settings.files != "no"
        self.records = records
        self.scanner = Scanner(settings.file_scanner)
        self._settings = settings
        self._folder = settings.folder.absolute() / FOLDER / COMING
        self._examiner = Examiner()
        self._coming: Counter[str] = Counter()  # by owner and by address
        self._taking = 0
        self._store: FileStore | None = None
        self._allowance = DayAllowance(
            settings.visitor_files,
            settings.visitor_file_mb * MEGABYTE,
            settings.address_file_mb * MEGABYTE,
            settings.site_file_mb * MEGABYTE,
        )

    @property
    def store(self) -> FileStore:
        self._store = self._store or open_store(self._settings)
        return self._store

    # --- receiving ------------------------------------------------------------------------------------

    async def receive(self, upload: Upload, body: AsyncIterator[bytes]) -> FileRecord:
        """Receive a file, once for each command. Raises BadFile, TooManyFiles, FilesBusy, FilesAway."""
        try:
            known = await self.records.sent(upload.owner, upload.cid)
            if known is None:
                self._check(upload)
                with self._turn(upload):
                    known = await self._take(upload, body)
        except (OSError, Unknown) as problem:
            log.warning("files.away", error=str(problem))
            raise FilesAway from problem
        if known.state == "refused":
            raise InfectedFile
        return known

    def _check(self, upload: Upload) -> None:
        if not self.on or not upload.site.files:
            raise NoFiles
        if upload.size < 1:
            raise EmptyFile
        if upload.size > upload.site.file_size * MEGABYTE:
            raise FileTooLarge
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Refuse early: the embedded store and SQLite may be on the same disk.
        if shutil.disk_usage(self._folder).free < self._settings.files_reserve * MEGABYTE + 2 * upload.size:
            raise OSError("no room on the disk")

    @contextmanager
    def _turn(self, upload: Upload) -> Iterator[None]:
        """Take a turn, so that slow uploads from one address do not use up the capacity for others."""
        owner, address = f"owner {upload.owner}", f"address {upload.address}"
        shares = {owner: MOST_OF_ONE, **({address: MOST_OF_ADDRESS} if upload.address else {})}
        if self._taking >= MOST or any(self._coming[who] >= most for who, most in shares.items()):
            raise FilesBusy
        self._taking += 1
        self._coming.update(shares.keys())
        try:
            yield
        finally:
            self._taking -= 1
            self._coming.subtract(shares.keys())
            self._coming += Counter()  # without those that have none

    async def _take(self, upload: Upload, body: AsyncIterator[bytes]) -> FileRecord:
        record = FileRecord(
            id=new_id(),
            site=upload.site.key,
            visitor=upload.visitor,
            chat=upload.chat,
            owner=upload.owner,
            cid=upload.cid,
            address=upload.address,
            size=upload.size,
            uploaded=now_ms(),
        )
        await self.records.begin(record, self._allowance)
        file = self._folder / record.id
        try:
            await _spool(file, body, upload.size)
            await self._look_at(record, upload, file)
            await self._keep(record, file)
            done = await self.records.finish(record)
            if done.id != record.id:
                await self._give_up(record.id)
            return done
        except BaseException as problem:
            if not isinstance(problem, SestettoError):
                log.info("file.not_taken", error=type(problem).__name__)
            await asyncio.shield(self._give_up(record.id))
            raise
        finally:
            for path in _all(file):
                path.unlink(missing_ok=True)

    async def _give_up(self, id: str) -> None:
        """Remove all of it. What cannot be removed now is left to a sweep."""
        with suppress(OSError, Unknown):
            await self.records.drop(id)
            await self._delete(id)
            await self.records.forget([id])

    async def _look_at(self, record: FileRecord, upload: Upload, file: Path) -> None:
        """Determine the type, the name and the scanner's result; no result without a scanner or while it is down."""
        found = await self._examiner.examine(file, upload.site.files)
        record.media, record.width, record.height = found.type, found.width, found.height
        record.name = shown_name(upload.name, found.type)
        record.state = "clean"
        if self.scanner.on:
            record.state = await self._scanned(file)
        record.size = await asyncio.to_thread(_replaced, file, is_picture(found.type))

    async def _scanned(self, file: Path) -> State:
        try:
            return await self.scanner.scan(_pieces(file), file)
        except OSError as problem:
            log.warning("file_scanner.away", error=str(problem))
            return "pending"

    async def _keep(self, record: FileRecord, file: Path) -> None:
        """A file that the scanner refuses is not kept; its record is, so that the same command gets the same answer."""
        if record.state == "refused":
            return
        preview = Path(f"{file}.preview")
        if is_picture(record.media):
            await self.store.put(f"{record.id}.preview", preview)
        await self.store.put(record.id, file)

    # --- sending --------------------------------------------------------------------------------------

    async def size(self, key: str) -> int:
        """Raises FilesAway."""
        try:
            return await self.store.size(key)
        except OSError as problem:
            log.warning("files.away", error=str(problem))
            raise FilesAway from problem

    def read(self, key: str, start: int, length: int) -> AsyncIterator[bytes]:
        return self.store.read(key, start, length)

    # --- periodically ---------------------------------------------------------------------------------

    async def scan_pending(self) -> None:
        """Scan files that arrived while the scanner was down."""
        for record in await self.records.pending(BATCH) if self.scanner.on else ():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = self._folder / f"{record.id}.scan"
            try:
                await _spool(file, self.store.read(record.id, 0, record.size), record.size)
                verdict = await self.scanner.scan(_pieces(file), file)
            except OSError as problem:
                log.warning("file_scanner.away", error=str(problem))
                return
            finally:
                file.unlink(missing_ok=True)
            await self.records.judge(record.id, verdict)
            if verdict == "refused":
                await self._delete(record.id)

    async def sweep(self) -> int:
        """Delete files that no longer belong to a chat; return how many. Files that the store fails to delete stay for
        the next sweep.
        """
        await self.records.mark_gone()
        done = 0
        while ids := await self.records.gone(BATCH):
            try:
                for id in ids:
                    await self._delete(id)
            except OSError as problem:
                log.warning("files.away", error=str(problem))
                break
            await self.records.forget(ids)
            done += len(ids)
        return done

    async def _delete(self, id: str) -> None:
        await self.store.delete(f"{id}.preview")
        await self.store.delete(id)


def shared(record: FileRecord) -> SharedFile:
    """Return the file as a message describes it."""
    pending = record.state == "pending"
    return SharedFile(record.id, record.name, record.media, record.size, record.width, record.height, pending)


def _all(file: Path) -> list[Path]:
    return [file, Path(f"{file}.made"), Path(f"{file}.preview")]


async def _spool(file: Path, body: AsyncIterator[bytes], size: int) -> None:
    """Write the body to a file. Raises OSError if its size differs from the announced one."""
    written = 0
    target = await asyncio.to_thread(_open_new, file)
    try:
        async for piece in body:
            written += len(piece)
            if written > size:
                raise FileTooLarge
            await asyncio.to_thread(target.write, piece)
    finally:
        await asyncio.to_thread(target.close)
    if written != size:
        raise OSError("the upload was cut")


def _replaced(file: Path, made_anew: bool) -> int:
    """Replace the original by the re-encoded picture; return the size of what is kept."""
    if made_anew:
        Path(f"{file}.made").replace(file)
    return file.stat().st_size


def _open_new(file: Path) -> BinaryIO:
    return open(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")


async def _pieces(file: Path) -> AsyncIterator[bytes]:
    reading = await asyncio.to_thread(file.open, "rb")
    try:
        while piece := await asyncio.to_thread(reading.read, 1 << 18):
            yield piece
    finally:
        reading.close()
