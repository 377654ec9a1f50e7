"""SQL's configuration goes live, whatever is live: also when the database was restored from an older copy."""

import structlog

from console.archive.directory_store import DirectoryStore
from console.domain.directory import Directory
from console.queue.workspace import Workspace

log = structlog.get_logger()


async def publish(workspace: Workspace, store: DirectoryStore) -> Directory:
    """What SQL has holds from now on; returned as it was read.

    A live configuration that is ahead, or another one of the same version, is of a history that SQL no longer has:
    SQL's version is put above it, so that the next change goes live too.
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
