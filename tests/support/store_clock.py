"""The clock of a store, which everything in its workspace uses: tests move it forward and never wait for it."""

from console.queue.embedded import EmbeddedStore
from console.queue.store import Store
from console.queue.workspace import Workspace
from tests.support.server_process import RunningServer

DAY, NOON = 86_400_000, 43_200_000  # ms; 12:00 UTC since midnight


def until_noon(now: int) -> int:
    """Return the time (ms) to the next noon UTC: in the minutes after it, no hour or day of the figures ends."""
    return (NOON - now) % DAY


async def time_passes(server: RunningServer, ms: int) -> None:
    """Move the time of a server's own store."""
    store = Store(EmbeddedStore(server.data / "store").url)
    await store.command("HINCRBY", Workspace(store, "main").keys.head, "ahead", ms)
    await store.close()


async def noon_comes(server: RunningServer) -> None:
    """Move to noon, at the beginning of a test whose figures are those of today."""
    store = Store(EmbeddedStore(server.data / "store").url)
    seconds, _ = await store.command("TIME")
    ahead = await store.command("HGET", Workspace(store, "main").keys.head, "ahead")
    await store.close()
    await time_passes(server, until_noon(int(seconds) * 1000 + int(ahead or 0)))
