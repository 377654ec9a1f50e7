"""Writes an export: its content, the entries, and their order."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

import msgspec

from console.archive.export_reads import LEFT, ChatWithFacts, ExportReads, KnownMail
from console.archive.file_records import FileRecord
from console.archive.members import MemberLine
from console.archive.visitors import VisitorLine
from console.config import release
from console.domain.directory import Canned, Directory
from console.events import Ended, Mailed, Message, Opened, Profile, Rated, Redacted, Renamed, Reopened
from console.exports.zip_file import Write, ZipWriter
from console.protocol.api import ApiVisitor
from console.protocol.exports import (
    FORMAT,
    ExportedFile,
    ExportedMail,
    ExportedMember,
    ExportManifest,
)
from console.views.records import exported_chat, queue_of, reply_of, site_of, visitor_of

# What visitors wrote, what they read, and their names; everything else is about the work of staff.
THEIRS = frozenset(
    str(kind.__struct_config__.tag)
    for kind in (Opened, Reopened, Profile, Renamed, Message, Mailed, Rated, Redacted, Ended)
)
PLAIN = re.compile(r"[^\w.-]+")
MOST_NAME = 80

Progress = Callable[[int], Awaitable[None]]


class StoredFiles(Protocol):
    """The store of files; both raise OSError if it is unavailable."""

    def read(self, key: str, start: int, length: int) -> AsyncIterator[bytes]: ...

    async def size(self, key: str) -> int: ...


class Kind(msgspec.Struct):
    """What a fact is."""

    kind: str


@dataclass
class ExportSource:
    """What an export is made from. `notes`: whether a visitor's export includes what only staff see."""

    workspace: str
    made: int
    reads: ExportReads
    files: StoredFiles
    directory: Directory
    members: list[MemberLine]
    replies: list[Canned]
    visitor: str = ""
    notes: bool = True


async def write_export(file: BinaryIO, source: ExportSource, progress: Progress) -> ExportManifest:
    """Write everything. `progress` receives how many chats and files are done; if it raises, the writing ends."""
    return await _Writing(file, source, progress).run()


class _Writing:
    def __init__(self, file: BinaryIO, source: ExportSource, progress: Progress) -> None:
        self._zip = ZipWriter(file)
        self._source = source
        self._progress = progress
        self._done = 0
        self._counts: dict[str, int] = {}

    async def run(self) -> ExportManifest:
        try:
            await (self._write_visitor() if self._source.visitor else self._write_workspace())
            manifest = await self._manifest()
            async with self._zip.entry("export.json") as write:
                await write(msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")
        finally:
            await self._zip.close()
        return manifest

    async def _write_workspace(self) -> None:
        known, reads = self._source.directory, self._source.reads
        await self._write("members", _at_once(_member(one) for one in self._source.members))
        await self._write("queues", _at_once(queue_of(known, one) for one in known.queues.values()))
        await self._write("sites", _at_once(site_of(one) for one in known.sites.values()))
        await self._write("canned_replies", _at_once(reply_of(one) for one in self._source.replies))
        await self._write("visitors", _each(reads.visitors(), _visitor))
        await self._write("chats", _each(reads.ended(["ended"]), self._chat), counted=True)
        await self._write("left_messages", _each(reads.ended(LEFT), self._chat), counted=True)
        await self._write_files()

    async def _write_visitor(self) -> None:
        reads, visitor = self._source.reads, self._source.visitor
        await self._write("visitors", self._the_visitor())
        await self._write("chats", _each(self._theirs(left=False), self._chat), counted=True)
        await self._write("left_messages", _each(self._theirs(left=True), self._chat), counted=True)
        await self._write_mails(reads.mails(visitor))
        await self._write_files()

    async def _theirs(self, *, left: bool) -> AsyncIterator[list[ChatWithFacts]]:
        async for page in self._source.reads.of_visitor(self._source.visitor):
            yield [one for one in page if one.chat.left_message == left]

    async def _the_visitor(self) -> AsyncIterator[list[ApiVisitor]]:
        lines: list[ApiVisitor] = []
        first, count = 0, 0
        async for page in self._source.reads.of_visitor(self._source.visitor):
            first, count = first or page[0].chat.opened, count + len(page)
            lines = [visitor_of(page[-1].chat)]
        for line in lines:
            line.first, line.chats = first, count
        yield lines

    async def _write(self, name: str, pages: AsyncIterator[list[Any]], *, counted: bool = False) -> None:
        """Write one file of JSON Lines."""
        self._counts[name] = 0
        async with self._zip.entry(f"{name}.jsonl") as write:
            async for page in pages:
                await write(b"".join(msgspec.json.encode(one) + b"\n" for one in page))
                self._counts[name] += len(page)
                self._done += len(page) if counted else 0
                await self._progress(self._done)

    async def _write_files(self) -> None:
        """Write the files first, then their list, which says which of them existed."""
        lines: list[bytes] = []
        async for page in self._source.reads.files(self._source.visitor):
            for record in page:
                lines.append(msgspec.json.encode(await self._write_file(record)))
                self._done += 1
                await self._progress(self._done)
        self._counts["files"] = len(lines)
        async with self._zip.entry("files.jsonl") as write:
            for line in lines:
                await write(line + b"\n")

    async def _write_file(self, record: FileRecord) -> ExportedFile:
        path = f"files/{record.id}-{_plain(record.name)}"
        try:
            size = await self._source.files.size(record.id)
        except FileNotFoundError:
            path, size = "", record.size
        if path:
            async with self._zip.entry(path, packed=False) as write:
                await _copy(self._source.files.read(record.id, 0, size), write)
        fields = {
            name: getattr(record, name) for name in ExportedFile.__struct_fields__ if name not in ("path", "size")
        }
        return ExportedFile(**fields, size=size, path=path)

    async def _write_mails(self, pages: AsyncIterator[list[KnownMail]]) -> None:
        lines: list[ExportedMail] = []
        async for page in pages:
            for mail in page:
                path = f"mails/{mail.id}.eml" if mail.raw else ""
                if path:
                    async with self._zip.entry(path) as write:
                        await write(mail.raw)
                fields = {name: getattr(mail, name) for name in ExportedMail.__struct_fields__ if name != "path"}
                lines.append(ExportedMail(**fields, path=path))
        await self._write("mails", _at_once(lines))

    def _chat(self, one: ChatWithFacts) -> Any:
        return exported_chat(one.chat, [fact for fact in one.facts if self._source.notes or _kind(fact) in THEIRS])

    async def _manifest(self) -> ExportManifest:
        source = self._source
        return ExportManifest(
            format=FORMAT,
            kind="visitor" if source.visitor else "workspace",
            workspace=source.workspace,
            release=release(),
            made=source.made,
            visitor=source.visitor,
            counts=self._counts,
            open_chats=0 if source.visitor else await source.reads.count_open(),
        )


def _member(line: MemberLine) -> ExportedMember:
    one = line.member
    return ExportedMember(
        id=one.id,
        name=one.name,
        email=one.email,
        role=one.role,
        queues=list(one.queues),
        languages=list(one.languages),
        limit=one.limit,
        own_limit=one.own_limit,
        channel_slots=one.channel_slots,
        active=not line.disabled,
    )


def _visitor(line: VisitorLine) -> ApiVisitor:
    found = visitor_of(line.latest)
    found.first, found.chats = line.first, line.chats
    return found


def _kind(fact: bytes) -> str:
    return msgspec.json.decode(fact, type=Kind).kind


def _plain(name: str) -> str:
    return PLAIN.sub("_", name)[-MOST_NAME:].lstrip(".-") or "file"


async def _copy(pieces: AsyncIterator[bytes], write: Write) -> None:
    async for piece in pieces:
        await write(piece)


async def _at_once(things: Iterable[Any]) -> AsyncIterator[list[Any]]:
    yield list(things)


async def _each(pages: AsyncIterator[list[Any]], make: Callable[[Any], Any]) -> AsyncIterator[list[Any]]:
    async for page in pages:
        yield [make(one) for one in page]
