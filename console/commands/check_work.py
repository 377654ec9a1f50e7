"""The part of `sestetto check` about the background work: who does it, where it is monitored, and if it is done."""

from redis.exceptions import RedisError

from console.archive.database import Database
from console.commands.check_pairing import read_head
from console.commands.check_result import CheckResult
from console.config import Settings
from console.consumers.lag import LATE, Lags, lag_of_archive
from console.errors import SestettoError
from console.metrics import ConsumerLag
from console.processes.parent import NO_PORTS
from console.queue.store import Store
from console.queue.workspace import Workspace


def check_work(settings: Settings) -> list[CheckResult]:
    found = []
    if not settings.work:
        says = "sestetto serve leaves archiving, alerts and data retention to sestetto work (SESTETTO_WORK)"
        found.append(CheckResult("note", says, "keep at least one sestetto work process running"))
    last = settings.work_port + (settings.workers if settings.workers > 1 else 0)
    if settings.work_port and settings.work_port <= settings.port <= last:
        says = f"SESTETTO_PORT is {settings.port}, and SESTETTO_WORK_PORT takes {settings.work_port} to {last}"
        found.append(CheckResult("wrong", says, "give them ports of their own, such as SESTETTO_WORK_PORT=9000"))
    if settings.workers > 1 and settings.metrics and not settings.work_port:
        found.append(CheckResult("wrong", "with several workers, the processes have no ports for /metrics", NO_PORTS))
    return found


async def check_archive_lag(database: Database, workspace: str, store_url: str) -> list[CheckResult]:
    """Report a running store whose feed nobody archives; nothing if all is well, or one of the two does not respond."""
    try:
        lag = await _read_lag(database, workspace, store_url)
    except (SestettoError, RedisError):  # reported elsewhere
        return []
    if lag is None or lag.seconds <= LATE:
        return []
    says = f"the archive is {lag.seconds:.0f} s behind the store ({lag.entries} entries): nothing is lost"
    return [CheckResult("note", says, "it catches up while sestetto serve or sestetto work runs; their logs say more")]


async def _read_lag(database: Database, workspace: str, store_url: str) -> ConsumerLag | None:
    if not await read_head(store_url, workspace, "epoch"):  # a query would begin a history
        return None
    store = Store(store_url, workspace)
    try:
        live = Workspace(store, workspace)
        await live.ensure_epoch()
        return lag_of_archive(await Lags(live, database).read())
    finally:
        await store.close()
