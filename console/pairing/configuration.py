"""Publishes SQL's configuration whatever is live, even if the database was restored from an older copy."""

import structlog

from console.archive.directory_store import DirectoryStore
from console.domain.directory import Directory
from console.queue.workspace import Workspace

log = structlog.get_logger()


async def publish(workspace: Workspace, store: DirectoryStore) -> Directory:
    """Publish what SQL has; return it.

    A live configuration with a higher version, or with the same version but another content, comes from a history that
    SQL no longer has. SQL's version is then raised above it, so that the next change is published too.
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
