"""SQLite is locked; PostgreSQL is killed, stopped for a while, or takes no writes."""

import asyncio
import signal
import sys

from console.proving import postgresql
from console.proving.fault import Fault, Trial
from console.proving.layout import Layout
from console.proving.postgresql import PostgresServer
from console.proving.schedule import Strike

LOCK = """
import sqlite3, sys, time
held = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
held.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
time.sleep(600)
"""
READ_ONLY = "ALTER SYSTEM SET default_transaction_read_only = on"
COMMITTED = 30  # s within which somebody commits
AS_BEFORE = "ALTER SYSTEM RESET default_transaction_read_only"
RELOAD = "SELECT pg_reload_conf()"


async def lock_sqlite(trial: Trial, strike: Strike) -> None:
    """A process is stopped in the middle of a transaction and keeps SQLite's lock."""
    holder = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", LOCK, str(trial.ground.database_file)), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert holder.stdout is not None
        await holder.stdout.readline()
        holder.send_signal(signal.SIGSTOP)
        await asyncio.sleep(strike.hold)
    finally:
        holder.kill()
        await holder.wait()


async def kill(trial: Trial, strike: Strike) -> None:
    """SIGKILL all processes of PostgreSQL, and restart it from its files."""
    server = _server(trial)
    await asyncio.to_thread(server.kill)
    await asyncio.sleep(strike.hold)
    await asyncio.to_thread(server.launch)


async def freeze(trial: Trial, strike: Strike) -> None:
    """SIGSTOP: connections stay open and silent, some in the middle of a transaction."""
    server = _server(trial)
    server.signal(signal.SIGSTOP)
    try:
        await asyncio.sleep(strike.hold)
    finally:
        server.signal(signal.SIGCONT)


async def refuse_writes(trial: Trial, strike: Strike) -> None:
    """Refuse writes, as after a failover to a standby that answers reads only."""
    server = _server(trial)
    await asyncio.to_thread(server.psql, "postgres", READ_ONLY, RELOAD)
    try:
        await asyncio.sleep(strike.hold)
    finally:
        await asyncio.to_thread(server.psql, "postgres", AS_BEFORE, RELOAD)


async def cut_in_a_commit(trial: Trial, strike: Strike) -> None:
    """The connection breaks once before a COMMIT arrives, and once before its answer arrives. The client cannot tell
    which.
    """
    assert trial.ground.side is not None
    for answered in (False, True):
        async with asyncio.timeout(COMMITTED):
            await trial.ground.side.cut_at(b"COMMIT", answered=answered).wait()


def _server(trial: Trial) -> PostgresServer:
    assert trial.ground.postgres is not None
    return trial.ground.postgres


LAYOUT = Layout(postgresql=True)
FAULTS: tuple[Fault, ...] = (
    Fault("sql-frozen", "a stopped process holds SQLite's lock", Layout(), lock_sqlite, (6, 12), 2),
    Fault(
        "postgresql-killed",
        "SIGKILL of PostgreSQL; it is started again",
        LAYOUT,
        kill,
        (1, 4),
        2,
        missing=postgresql.missing,
    ),
    Fault(
        "postgresql-cut-in-a-commit",
        "the connection breaks before a COMMIT arrives, then before its answer does",
        Layout(postgresql=True, side=True),
        cut_in_a_commit,
        missing=postgresql.missing,
    ),
    Fault("postgresql-frozen", "SIGSTOP of PostgreSQL", LAYOUT, freeze, (4, 8), 2, missing=postgresql.missing),
    Fault(
        "postgresql-read-only",
        "PostgreSQL takes no writes for a while",
        LAYOUT,
        refuse_writes,
        (2, 5),
        2,
        missing=postgresql.missing,
    ),
)
