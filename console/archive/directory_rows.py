"""The directory's rows: read as a whole, and written as the difference between two directories."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, get_args

import msgspec
from sqlalchemy import Connection, Table, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.audit import Change
from console.archive.setting_values import read_value, write_value
from console.archive.tables import directory, members, queues, sites
from console.domain.blocks import Block
from console.domain.blocks import Kind as BlockKind
from console.domain.directory import BREATHERS, Directory, Member, MemberRole, Mode, Queue, Site, queue_settings

AWAY_REASONS = "away_reasons"
WATCH_SHOWN = "watch_shown"
SUGGESTIONS = "suggestions"
DRAFTS = "drafts"
BREATHER_LIMIT = "breathers"
BLOCKS = "blocks"
Row = Mapping[Any, Any]


async def read(connection: AsyncConnection, *, lock: bool = False) -> Directory:
    """Read the whole directory, without deactivated members. `lock` keeps others from changing it until the transaction
    ends.
    """
    version = await connection.run_sync(version_of, lock=lock)
    site_rows = (await connection.execute(select(sites))).mappings().all()
    queue_rows = (await connection.execute(select(queues))).mappings().all()
    active = select(members).where(members.c.disabled.is_(None))
    member_rows = (await connection.execute(active)).mappings().all()
    reasons = await read_value(connection, AWAY_REASONS) or ()
    shown, suggestions = await read_value(connection, WATCH_SHOWN), await read_value(connection, SUGGESTIONS)
    drafts = await read_value(connection, DRAFTS)
    breathers = await read_value(connection, BREATHER_LIMIT)
    blocks = [
        block_of(given) for given in await read_value(connection, BLOCKS) or [] if given["kind"] in get_args(BlockKind)
    ]
    return Directory(
        version=version,
        sites={row["key"]: site_of(row) for row in site_rows},
        queues={row["id"]: queue_of(row) for row in queue_rows},
        members={row["id"]: member_of(row) for row in member_rows},
        away_reasons=tuple(reasons),
        watch_shown=shown is None or bool(shown),
        suggestions=suggestions is None or bool(suggestions),
        drafts=drafts is None or bool(drafts),
        breathers=BREATHERS if breathers is None else int(breathers),
        blocks={block.key: block for block in blocks},
    )


def version_of(connection: Connection, *, lock: bool = False) -> int:
    """Read the directory's version; `lock` as in `read`."""
    wanted = select(directory.c.version)
    return connection.execute(wanted.with_for_update() if lock else wanted).scalar() or 0


async def write(connection: AsyncConnection, known: Directory, wanted: Directory, now: int) -> list[Change]:
    """Write the differences between `known` and `wanted`; return them for the audit log.

    A member missing in `wanted` is deactivated; a new member has no password.
    """
    rows = Rows(connection, now)
    await rows.differ(queues, "id", "Queue", known.queues, wanted.queues, queue_row)
    await rows.differ(sites, "key", "Site", known.sites, wanted.sites, site_row)
    await rows.differ(members, "id", "Member", known.members, wanted.members, member_row)
    for key, name, shown, what, about in (
        (AWAY_REASONS, "away_reasons", "reasons", "Away reasons changed", "away"),
        (WATCH_SHOWN, "watch_shown", "shown", "Watching changed", "watching"),
        (SUGGESTIONS, "suggestions", "suggested", "Suggested replies changed", "suggestions"),
        (DRAFTS, "drafts", "drafts", "Suggested replies changed", "suggestions"),
        (BREATHER_LIMIT, "breathers", "breathers", "Breathers changed", "breathers"),
    ):
        old, new = (msgspec.to_builtins(getattr(one, name)) for one in (known, wanted))
        if old != new:
            await write_value(connection, key, new)
            rows.note(what, about, {shown: old}, {shown: new})
    if known.blocks != wanted.blocks:
        await write_value(connection, BLOCKS, msgspec.to_builtins(list(wanted.blocks.values())))
        rows.note_blocks(known.blocks, wanted.blocks)
    if rows.changes:
        await bump(connection)
    return rows.changes


async def bump(connection: AsyncConnection, to: int = 0) -> None:
    """Raise the version by one, or to `to`, so that the store and every process read the directory again."""
    newer = await connection.execute(update(directory).values(version=to or directory.c.version + 1))
    if not newer.rowcount:
        await connection.execute(insert(directory).values(id=1, version=to or 1))


class Rows:
    """Writes rows in one transaction, and collects an audit line for each."""

    def __init__(self, connection: AsyncConnection, now: int) -> None:
        self.connection, self.now = connection, now
        self.changes: list[Change] = []

    def note(self, what: str, target: str, before: Row | None = None, after: Row | None = None) -> None:
        self.changes.append(Change(what, target, before, after))

    def note_blocks(self, known: Mapping[str, Block], wanted: Mapping[str, Block]) -> None:
        """Add a line for each block that was added, changed, or lifted early."""
        for key in {**known, **wanted}:
            old, new = known.get(key), wanted.get(key)
            if new is not None and new != old:
                self.note("Blocked", f"block:{key}", after=block_row(new))
            elif old is not None and new is None and self.now < old.until:
                self.note("Block lifted", f"block:{key}", before=block_row(old))

    async def differ(
        self, table: Table, key: str, noun: str, known: Mapping[str, Any], wanted: Mapping[str, Any], row_of: Any
    ) -> None:
        for id in {**known, **wanted}:
            old, new = known.get(id), wanted.get(id)
            if old == new:
                continue
            this = table.c[key] == id
            if old is None:
                more = {"password": "", "added": self.now} if table is members else {}
                await self.connection.execute(insert(table).values(**row_of(new), **more))
            elif new is not None:
                await self.connection.execute(update(table).where(this).values(**row_of(new)))
            elif table is members:
                await self.connection.execute(update(table).where(this).values(disabled=self.now))
            else:
                await self.connection.execute(delete(table).where(this))
            done = "added" if old is None else "changed" if new is not None else GONE[noun]
            self.note(f"{noun} {done}", f"{noun.lower()}:{id}", noted(old), noted(new))


GONE = {"Queue": "removed", "Site": "removed", "Member": "deactivated"}


# --- rows and structs ------------------------------------------------------------------------


def block_row(block: Block) -> dict[str, Any]:
    """Return the block as the audit log shows it."""
    until = datetime.fromtimestamp(block.until / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return {"kind": block.kind, "who": block.who, "name": block.name, "until": until, "note": block.note}


def block_of(given: Mapping[str, Any]) -> Block:
    return msgspec.convert(given, Block)


def plain(thing: Queue | Site | Member | None) -> dict[str, Any]:
    """Return the value as JSON types."""
    given: dict[str, Any] = msgspec.to_builtins(thing) if thing else {}
    return given


def noted(thing: Queue | Site | Member | None) -> dict[str, Any]:
    """Return the value as the audit log shows it: without secrets."""
    if not isinstance(thing, Site):
        return plain(thing)
    identity = thing.identity
    return {
        **{name: value for name, value in plain(thing).items() if name not in ("identity", "questions", "greetings")},
        "identity_keys": [key.public for key in identity.keys],
        "token_issuer": identity.issuer,
        "enforced": identity.enforced,
        "user_hash": bool(identity.hash_secret),
        "identity_rules": [rule.for_audit for rule in identity.rules],
        "questions": [one.for_audit for one in thing.questions.asked],
        "question_rules": [rule.for_audit for rule in thing.questions.rules],
        "greetings": [one.for_audit for one in thing.greetings],
    }


def queue_of(row: Row) -> Queue:
    """Build a queue from a row. A mode that only a newer release knows becomes the first known one."""
    given = {QUEUE_FIELDS.get(name, str(name)): value for name, value in row.items()}
    return msgspec.convert({**given, "mode": _known(given["mode"], get_args(Mode))}, Queue)


def queue_row(queue: Queue) -> dict[str, Any]:
    return {QUEUE_COLUMNS.get(name, name): value for name, value in plain(queue).items()}


def site_of(row: Row) -> Site:
    return msgspec.convert({str(name): value for name, value in row.items()}, Site)


def site_row(site: Site) -> dict[str, Any]:
    return plain(site)


def member_of(row: Row) -> Member:
    """Build a member from a row. A role that only a newer release knows becomes agent."""
    given = {name: row["slots" if name == "limit" else name] for name in Member.__struct_fields__}
    return msgspec.convert({**given, "role": _known(given["role"], get_args(MemberRole))}, Member)


def _known(value: str, values: tuple[str, ...]) -> str:
    """Return the value if this release knows it, else the first known one."""
    return value if value in values else values[0]


def member_row(member: Member) -> dict[str, Any]:
    return {"slots" if name == "limit" else name: value for name, value in plain(member).items()}


QUEUE_COLUMNS = {name: f"{name}_ms" for name, setting in queue_settings().items() if setting.unit}
QUEUE_FIELDS = {column: name for name, column in QUEUE_COLUMNS.items()}
