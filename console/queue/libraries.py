"""Versions of our Functions in the store: each release adds one, and unused versions are deleted.

Each process regularly records its version in its workspace, since a cluster has no key that all workspaces share. A
version that no process has recorded for `UNUSED` is deleted. A running process of an older release or another workspace
reloads its version when it finds it missing.
"""

from console.queue.store import Store, library
from console.queue.workspace import Workspace

PREFIX = "sestetto_"  # of the libraries' names
UNUSED = 24 * 3_600_000  # ms


async def note_library(workspace: Workspace) -> None:
    """Record that this process uses its version."""
    await workspace.store.command("HSET", workspace.keys.libraries, library()[0], await _now(workspace.store))


async def delete_unused(workspace: Workspace) -> list[str]:
    """Delete versions unused for `UNUSED`; return them. A version that was never recorded counts from now on."""
    store, key = workspace.store, workspace.keys.libraries
    now, deleted = await _now(store), []
    noted = await store.command("HGETALL", key)
    used = {name.decode(): int(at) for name, at in zip(noted[::2], noted[1::2], strict=True)}
    for version in await _loaded(store):
        if version not in used:
            await store.command("HSETNX", key, version, now)
        elif now - used[version] > UNUSED and version != library()[0]:
            await store.command("FUNCTION", "DELETE", PREFIX + version)
            await store.command("HDEL", key, version)
            deleted.append(version)
    return deleted


async def _loaded(store: Store) -> list[str]:
    rows = await store.command("FUNCTION", "LIST", "LIBRARYNAME", PREFIX + "*")
    return [row[1].decode().removeprefix(PREFIX) for row in rows]


async def _now(store: Store) -> int:
    seconds, micros = await store.command("TIME")
    return int(seconds) * 1000 + int(micros) // 1000
