"""Store, database and secret of one installation belong together; those of another are refused and not written to."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from console.archive import installation
from console.archive.database import Database
from console.archive.installation import Identity, claim, read_identity, secret_digest
from console.archive.stores import Stores
from console.domain.directory import Directory, Queue, Site
from console.errors import SettingError
from console.pairing.configuration import publish
from console.pairing.identity import adopt, introduce
from console.queue.workspace import Workspace
from tests.support.archive_feed import fresh_database
from tests.support.queue_shift import opened

SECRET, OTHER = "a secret of more than thirty-two signs", "another secret of more than thirty-two signs"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with fresh_database(database_url) as database:
        yield database


@pytest.fixture
async def workspace(store_url: str, workspace_name: str) -> AsyncIterator[Workspace]:
    async with opened(store_url, workspace_name) as workspace:
        yield workspace


async def test_the_first_start_gives_both_one_id_and_the_next_finds_it(
    workspace: Workspace, database: Database
) -> None:
    await introduce(workspace, database, SECRET)
    known = await read_identity(database)
    assert known.id == await workspace.installation_of_store() != ""
    assert SECRET not in known.secret
    await introduce(workspace, database, SECRET)
    assert await read_identity(database) == known


async def test_a_process_that_starts_while_another_one_claims_gets_what_that_one_wrote(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one writes just after this one has read that nothing is set."""
    ours, read = Identity("ours", secret_digest(SECRET), "main"), installation.read_identity

    async def too_early(database: Database) -> Identity:
        monkeypatch.setattr(installation, "read_identity", read)
        known = await read(database)
        await claim(database, ours)
        return known

    monkeypatch.setattr(installation, "read_identity", too_early)
    assert await claim(database, ours) == ours


async def test_another_secret_is_refused(workspace: Workspace, database: Database) -> None:
    await introduce(workspace, database, SECRET)
    with pytest.raises(SettingError, match="SESTETTO_SECRET"):
        await introduce(workspace, database, OTHER)


async def test_a_store_of_another_installation_is_refused_before_anything_is_written(
    workspace: Workspace, database: Database, store_url: str, tmp_path: Path
) -> None:
    await introduce(workspace, database, SECRET)
    async with fresh_database(f"sqlite:///{tmp_path}/theirs.db") as theirs:
        await claim(theirs, Identity("theirs", secret_digest(SECRET)))
        async with opened(store_url, workspace.name) as lost:
            with pytest.raises(SettingError, match="belongs to another installation"):
                await introduce(lost, theirs, SECRET)
            with pytest.raises(SettingError, match="belongs to another installation"):
                await lost.revoke("ana", "")
    assert await workspace.installation_of_store() == (await read_identity(database)).id


async def test_a_new_database_takes_the_id_of_the_store_it_is_given(workspace: Workspace, database: Database) -> None:
    await workspace.claim_store("of-before")
    await introduce(workspace, database, SECRET)
    assert (await read_identity(database)).id == "of-before"


async def test_a_new_database_is_refused_while_others_use_the_store_with_theirs(
    workspace: Workspace, database: Database
) -> None:
    """Else both would publish their settings there, in turn, and the members of each were gone for the other."""

    async def others() -> None:
        while True:
            await workspace.tick("another process", fit=True)
            await asyncio.sleep(0.1)

    await workspace.claim_store("of-others")
    ticking = asyncio.create_task(others())
    with pytest.raises(SettingError, match="The database is new, but processes with another database are running"):
        await introduce(workspace, database, SECRET)
    assert (await read_identity(database)).id == ""
    ticking.cancel()
    await introduce(workspace, database, SECRET)
    assert (await read_identity(database)).id == "of-others"


async def test_an_emptied_store_is_the_installations_still(workspace: Workspace, database: Database) -> None:
    await introduce(workspace, database, SECRET)
    await workspace.store.command("DEL", workspace.keys.head)
    await introduce(workspace, database, SECRET)
    assert await workspace.installation_of_store() == (await read_identity(database)).id


async def test_what_was_adopted_belongs_together(workspace: Workspace, database: Database) -> None:
    await introduce(workspace, database, SECRET)
    await workspace.release_store()
    await workspace.claim_store("of-somebody-else")
    await adopt(workspace, database, OTHER)
    await introduce(workspace, database, OTHER)
    assert await workspace.installation_of_store() == (await read_identity(database)).id


# --- the configuration ---------------------------------------------------------------------------


async def live_queues(workspace: Workspace) -> set[str]:
    command, keys = workspace.store.command, workspace.keys
    names = [name.decode() for name in await command("SMEMBERS", keys.prefix + "queues")]
    return {name for name in names if await command("HGET", keys.of("queue", name), "removed") != b"1"}


async def test_changes_go_live_though_the_live_configuration_is_ahead(workspace: Workspace, database: Database) -> None:
    """SQL was restored from an older copy."""
    stores = Stores(database)
    await stores.queues.put(Queue("support", "Support"))
    await workspace.configure(Directory(57))
    assert await live_queues(workspace) == set()
    directory = await publish(workspace, stores.directory)
    assert directory.version == 58
    assert await live_queues(workspace) == {"support"}
    await stores.queues.put(Queue("billing", "Billing"))
    await stores.sites.put(Site("shop", "Shop", "billing", origins=("https://shop.example",)))
    await publish(workspace, stores.directory)
    assert await live_queues(workspace) == {"support", "billing"}


async def test_another_content_of_the_same_version_goes_live(workspace: Workspace, database: Database) -> None:
    stores = Stores(database)
    await stores.queues.put(Queue("support", "Support"))
    live = await stores.directory.read()
    await workspace.configure(Directory(live.version, queues={"lost": Queue("lost", "Lost")}))
    await publish(workspace, stores.directory)
    assert await live_queues(workspace) == {"support"}


async def test_what_is_live_already_is_left_as_it_is(workspace: Workspace, database: Database) -> None:
    stores = Stores(database)
    await stores.queues.put(Queue("support", "Support"))
    versions = [(await publish(workspace, stores.directory)).version for _ in range(3)]
    assert len(set(versions)) == 1


async def test_a_process_that_read_sql_a_moment_too_early_makes_no_new_version(
    workspace: Workspace, database: Database
) -> None:
    stores = Stores(database)
    await stores.queues.put(Queue("support", "Support"))
    early = await stores.directory.read()
    await stores.queues.put(Queue("billing", "Billing"))
    newest = await publish(workspace, stores.directory)
    live = await workspace.live_configuration()
    assert live.differs_from(early)
    assert await stores.directory.outrun(live.version, live.differs_from) == newest
