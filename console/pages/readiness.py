"""Whether this process can serve people, and what operators should know about it: `/readyz`."""

import asyncio
import time
from collections.abc import Awaitable, Sequence
from typing import Any, NamedTuple, TypeVar

from redis.exceptions import RedisError

from console.archive.installation import read_identity
from console.config import release
from console.consumers.lag import LATE, lag_of_archive
from console.delivery.fanout import Fanout
from console.errors import SestettoError, SettingError
from console.metrics import ConsumerLag
from console.pairing.history import compare
from console.pairing.identity import disagreement
from console.queue.workspace import Workspace
from console.services import Services

T = TypeVar("T")

PATIENCE = 2.0  # seconds for the store, and for SQL
STALE = 10.0  # seconds without a sign of the feed after which screens count as out of date

DRAINING = "The process is stopping."
STORE_AWAY = "The store does not respond: nothing can be sent."
NO_SCREENS = "The feed has not been read yet: screens are empty."
STALE_SCREENS = "The feed has not responded for {:.0f} s: screens are out of date."
SET_BACK = "The store lacks entries that the archive has read: it is an older copy, or another store."
ALONE = "This process alone cannot reach the database; others can."
SQL_AWAY = "The database does not respond{}: chats go on, and the archive catches up."
SQL_LOCKED = "The database cannot be written for {:.0f} s: {}."
BEHIND = "The archive is {:.0f} s behind ({} entries): chats go on, and it catches up{}."
IF_SOMEBODY_WORKS = " once a process of sestetto work runs"
NO_FEED = "The feed has not been read yet."
SILENT_FEED = "The feed has not responded for {:.0f} s."
NO_SQL = "The database does not respond{}: nothing can be archived."


class Found(NamedTuple):
    """The state of store and database; `problems` make the process unready, `notes` do not."""

    store: str
    database: str
    problems: list[str]
    notes: list[str]


class Readiness:
    """Checks readiness. `read` queries store and SQL each time, and takes a few seconds at most."""

    def __init__(self, services: Services, fanout: Fanout) -> None:
        self._services = services
        self._fanout = fanout
        self._works = services.settings.work
        self._archived = -1  # where the archive was when SQL first failed; -1: SQL works

    async def read(self, *, draining: bool) -> dict[str, Any]:
        parts, lags = await asyncio.gather(self._parts(), self._services.lags.read())
        primary = self._services.workspace.store.primary
        problems = [DRAINING] * draining + self._screens() + parts.problems
        return {
            "ready": not problems,
            "problems": problems,
            "notes": parts.notes + self._behind(lags),
            "draining": draining,
            "store": parts.store,
            "primary": {"mode": primary.mode, "address": primary.address},
            "database": parts.database,
            "consumers": {lag.consumer: lag._asdict() for lag in lags},
            "release": release(),
        }

    async def _parts(self) -> Found:
        services, store = self._services, self._services.workspace.store
        owner, known = await asyncio.gather(_owner(services.workspace), _known(read_identity(services.database)))
        problems, notes = [], self._locked()
        if isinstance(owner, SettingError):
            problems.append(str(owner))
        elif owner is None:
            problems.append(store.lacks or store.unconfirmed.error or STORE_AWAY)
        elif known is None:
            alone = await self._others_archive()
            problems += [ALONE] * alone
            notes += [] if alone else [SQL_AWAY.format(self._since())]
        else:
            self._archived = -1
            settings = services.settings
            says = disagreement(known, workspace=settings.workspace, owner=owner, secret=settings.secret)
            problems += (
                [says] if says else [SET_BACK] * bool(await _known(compare(services.workspace, services.database)))
            )
        if store.lacks and store.lacks not in problems:
            problems.append(store.lacks)
        database = "away" if known is None else "locked" if notes else "ok"
        return Found("ok" if isinstance(owner, str) else "away", database, problems, notes)

    def _behind(self, lags: Sequence[ConsumerLag]) -> list[str]:
        lag = lag_of_archive(lags)
        if lag is None or lag.seconds <= LATE:
            return []
        return [BEHIND.format(lag.seconds, lag.entries, "" if self._works else IF_SOMEBODY_WORKS)]

    def _screens(self) -> list[str]:
        tail = self._fanout.tail
        if tail is None or not self._fanout.ready.is_set():
            return [NO_SCREENS]
        silent = time.monotonic() - tail.heard
        return [STALE_SCREENS.format(silent)] if silent > STALE else []

    async def _others_archive(self) -> bool:
        """Whether the archive has advanced since this process lost SQL."""
        now = await _known(self._services.workspace.archived_n())
        if self._archived < 0 and now is not None:
            self._archived = now
        return now is not None and now > self._archived

    def _since(self) -> str:
        seconds = self._services.database.outage.lasts
        return f" (for {seconds:.0f} s)" if seconds else ""

    def _locked(self) -> list[str]:
        lock = self._services.database.lock
        if lock is None or not (blocked := lock.blocked):
            return []
        return [SQL_LOCKED.format(blocked, lock.holder())]


class WorkReadiness(Readiness):
    """The readiness of a process that serves nobody: its work is in the store and in SQL, and it needs both."""

    def __init__(self, services: Services, fanout: Fanout) -> None:
        super().__init__(services, fanout)
        self._works = True

    def _screens(self) -> list[str]:
        tail = self._fanout.tail
        if tail is None or not self._fanout.ready.is_set():
            return [NO_FEED]
        silent = time.monotonic() - tail.heard
        return [SILENT_FEED.format(silent)] if silent > STALE else []

    async def _parts(self) -> Found:
        found = await super()._parts()
        away = [NO_SQL.format(self._since())] if found.database == "away" and ALONE not in found.problems else []
        return found._replace(problems=found.problems + away, notes=[] if away else found.notes)


async def _owner(workspace: Workspace) -> str | SettingError | None:
    """Return whose store it is, or a SettingError if a foreign store is now at its address."""
    try:
        return await _known(workspace.installation_of_store())
    except SettingError as problem:
        return problem


async def _known(question: Awaitable[T]) -> T | None:
    """Return the answer; None if store or SQL gives none in time."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await question
    except SettingError:
        raise
    except (SestettoError, RedisError, TimeoutError):
        return None
