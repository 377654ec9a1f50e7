"""The part of `sestetto check` about store, database and secret together; changes nothing."""

from redis.exceptions import RedisError

from console.archive.database import Database
from console.archive.feed_cursor import positions
from console.archive.installation import read_identity
from console.commands.check_result import CheckResult
from console.errors import SestettoError
from console.pairing.history import compare
from console.pairing.identity import disagreement
from console.queue.keys import Keys
from console.queue.primary import ask
from console.queue.store import Store
from console.queue.topology import primary_of
from console.queue.workspace import Workspace


async def check_pairing(database: Database, workspace: str, store_url: str, secret: str) -> list[CheckResult]:
    """Check all three; `secret` is empty if none was created yet."""
    try:
        findings = await _identity(database, workspace, store_url, secret)
        if not findings:
            findings += await _history(database, workspace, store_url)
        return findings + await _set_aside(database, workspace)
    except (SestettoError, RedisError):  # no tables yet, or one of them is down: reported elsewhere
        return []


async def check_new_database(workspace: str, store_url: str) -> list[CheckResult]:
    """Report a store that an installation with another database has used."""
    try:
        if not await read_head(store_url, workspace, "owner"):
            return []
    except (RedisError, OSError):  # reported elsewhere
        return []
    says = "the database is new, but the store has live chats of an installation with another one"
    mend = "if that was lost, stop its processes before you start; else set SESTETTO_DATABASE or SESTETTO_DATA to it"
    return [CheckResult("note", says, mend)]


async def _identity(database: Database, workspace: str, store_url: str, secret: str) -> list[CheckResult]:
    owner = await read_head(store_url, workspace, "owner")
    says = disagreement(await read_identity(database), workspace=workspace, owner=owner, secret=secret)
    return [CheckResult("wrong", *_parts(says))] if says else []


async def _history(database: Database, workspace: str, store_url: str) -> list[CheckResult]:
    if not await read_head(store_url, workspace, "epoch"):
        return []
    store = Store(store_url, workspace)
    try:
        found = await compare(Workspace(store, workspace), database)
    finally:
        await store.close()
    if found is None:
        return []
    says = "the store lacks entries that the archive has read: it is an older copy, or another store"
    return [CheckResult("note", says, "if this is intended, start Sestetto: a new history begins for everybody")]


async def _set_aside(database: Database, workspace: str) -> list[CheckResult]:
    counts = {name: aside for name, (_, aside) in (await positions(database, workspace)).items() if aside}
    return [
        CheckResult("note", f"{count} entries could not be stored ({name})", "see the table set_aside for the reasons")
        for name, count in counts.items()
    ]


async def read_head(store_url: str, workspace: str, field: str) -> str:
    """Return a field of the workspace's head without creating the head; empty if it does not exist."""
    async with primary_of(store_url, workspace).connected() as connection:
        found = await ask(connection, "HGET", Keys(workspace).head, field)
    return found.decode() if isinstance(found, bytes) else ""


def _parts(sentences: str) -> tuple[str, str]:
    """Return the problem, and how to fix it."""
    first, _, rest = sentences.partition(". ")
    return first, rest
