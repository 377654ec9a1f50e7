"""Publishes SQL's configuration whatever is live, even after the database was restored from an older copy."""

import structlog

from console.archive.directory_store import DirectoryStore
from console.domain.directory import Directory
from console.queue.workspace import Workspace

log = structlog.get_logger()


async def publish(workspace: Workspace, store: DirectoryStore) -> Directory:
    """Publish the configuration in SQL; return it.

    A live configuration with a higher version, or with the same version but different content, comes from a history
    that SQL no longer has. SQL's version is then raised above it, so that later changes are published too.
    """
    directory = await store.read()
    if await workspace.configure(directory):
        return directory
    live = await workspace.live_configuration()
    if not live.differs_from(directory):
        return directory
    directory = await store.outrun(live.version, live.differs_from)
    if await workspace.configure(directory):
        log.warning("configuration.published_anew", live=live.version, version=directory.version)
    return directory
