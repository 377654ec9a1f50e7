"""Checks that store, database, secret and workspace belong together; if not, nothing starts or is written."""

import structlog

from console.archive.database import Database
from console.archive.installation import Identity, claim, forget, read_identity, refuse_workspace, secret_digest
from console.domain.ids import new_id
from console.errors import SettingError
from console.queue.calls.caller import OTHER_STORE
from console.queue.in_use import is_open
from console.queue.workspace import Workspace

OTHER_SECRET = (
    "The secret is not the one of this installation, so visitors would return as strangers. Give every process the "
    "same SESTETTO_SECRET (the file `secret` in the first data folder has it). To change the secret permanently, stop "
    "all processes and run: sestetto adopt"
)

NEW_BESIDE_OTHERS = (
    "The database is new, but processes with another database are running on this store. Set SESTETTO_DATABASE (or "
    "SESTETTO_DATA) to theirs, or SESTETTO_STORE to another store. If their database was lost, stop them first."
)

log = structlog.get_logger()


def disagreement(known: Identity, *, workspace: str, owner: str, secret: str) -> str:
    """Return why SQL's identity does not match the workspace, the store's owner or the secret; empty if it matches.

    Empty values are not known yet and match everything.
    """
    try:
        refuse_workspace(known.workspace, workspace)
    except SettingError as problem:
        return str(problem)
    if known.id and owner not in ("", known.id):
        return OTHER_STORE
    if secret and known.secret not in ("", secret_digest(secret)):
        return OTHER_SECRET
    return ""


async def introduce(workspace: Workspace, database: Database, secret: str) -> None:
    """Raise SettingError if one of them, or the workspace, belongs elsewhere.

    A store or database without an id gets the other's, or a new one.
    """
    known, digest = await read_identity(database), secret_digest(secret)
    refuse_workspace(known.workspace, workspace.name)
    if known.secret not in ("", digest):
        raise SettingError(OTHER_SECRET)
    workspace.installation = known.id  # from now on, calls to another installation's store are refused
    theirs = await workspace.installation_of_store()
    if theirs and not known.id:
        await _refuse_a_second_database(workspace, database)
    identity = await claim(database, Identity(known.id or theirs or new_id(), digest, workspace.name))
    refuse_workspace(identity.workspace, workspace.name)
    if identity.secret != digest:
        raise SettingError(OTHER_SECRET)
    await workspace.claim_store(identity.id)
    if not known.id:
        log.info("installation.known", id=identity.id)


async def _refuse_a_second_database(workspace: Workspace, database: Database) -> None:
    """Raise SettingError if others use the store with another database: each would publish its own settings there."""
    # Whoever claims a store has claimed its database before, which may have been ours, a moment ago.
    if not (await read_identity(database)).id and await is_open(workspace.store.url, workspace.name):
        raise SettingError(NEW_BESIDE_OTHERS)


async def adopt(workspace: Workspace, database: Database, secret: str) -> None:
    """Assign this store and this secret to the database's installation, whatever they belonged to.

    A new history begins, since clients may have seen more than a manually restored store has.
    """
    refuse_workspace((await read_identity(database)).workspace, workspace.name)
    await forget(database)
    await workspace.release_store()
    await introduce(workspace, database, secret)
    await workspace.turn_epoch((await workspace.feed_ends()).epoch)
