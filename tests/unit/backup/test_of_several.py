"""Backups of several workspaces: all together, or one of them while the others run."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from console.archive.database import Database
from console.archive.installation import Identity, claim, read_identity, secret_digest
from console.backup.making import make_backup, make_backup_of_all
from console.backup.restoring import restore_backup, restore_backup_of_all
from console.data_folder import resolve
from console.errors import SettingError
from console.queue.embedded import EmbeddedStore
from console.queue.store import Store
from console.queue.workspace import Workspace
from console.workspaces.declared import Installation, read_installation
from tests.support.migrated import put_migrated

NAMES = ("acme", "globex")


def declared(folder: Path, chosen: str = "", names: Sequence[str] = NAMES) -> Installation:
    file = folder.parent / "workspaces.toml"
    file.write_text("".join(f'[{name}]\norigin = "https://{name}.example"\n' for name in names))
    environment = {"SESTETTO_WORKSPACES": str(file), "SESTETTO_DATA": str(folder)}
    return read_installation(environment | ({"SESTETTO_WORKSPACE": chosen} if chosen else {}))


@pytest.fixture
async def ours(tmp_path: Path) -> Installation:
    installation = declared(tmp_path / "data")
    async with EmbeddedStore(tmp_path / "data" / "store") as running:
        for one in installation.workspaces:
            put_migrated(one.folder)
            database = Database(resolve(one).database)
            await claim(database, Identity(f"of-{one.workspace}", secret_digest(resolve(one).secret), one.workspace))
            await database.close()
            store = Store(running.url, one.workspace)
            await Workspace(store, one.workspace).snapshot()
            await store.command("SET", f"{{{one.workspace}}}:proof:x", one.workspace)
            await store.close()
    return installation


async def identity_of(installation: Installation, name: str) -> tuple[str, str]:
    """Return what its database and its secret say."""
    (settings,) = (resolve(one) for one in installation.workspaces if one.workspace == name)
    database = Database(settings.database)
    identity = await read_identity(database)
    await database.close()
    return identity.id, settings.secret


async def proofs(folder: Path) -> list[str]:
    async with EmbeddedStore(folder / "store") as running:
        store = Store(running.url)
        found = [await store.command("GET", f"{{{name}}}:proof:x") for name in NAMES]
        await store.close()
    return [one.decode() for one in found]


async def test_all_of_them_come_back_with_the_store_that_they_share(ours: Installation, tmp_path: Path) -> None:
    made = await make_backup_of_all(ours, tmp_path / "copy")
    assert made.workspaces == NAMES
    elsewhere = declared(tmp_path / "new")
    await restore_backup_of_all(elsewhere, tmp_path / "copy")
    for name in NAMES:
        assert (found := await identity_of(elsewhere, name)) == await identity_of(ours, name)
        assert found[0] == f"of-{name}"
    assert await proofs(tmp_path / "new") == list(NAMES)


async def test_one_of_them_comes_back_while_the_store_runs_and_the_others_stay(
    ours: Installation, tmp_path: Path
) -> None:
    made = await make_backup_of_all(declared(tmp_path / "data", "acme"), tmp_path / "copy")
    assert (made.workspace, sorted(made.files)) == ("acme", ["files/secret", "sestetto.db"])
    before = [await identity_of(ours, name) for name in NAMES]
    (ours.workspaces[0].folder / "secret").write_text("x" * 40)
    async with EmbeddedStore(tmp_path / "data" / "store"):
        await restore_backup_of_all(declared(tmp_path / "data", "acme"), tmp_path / "copy", replace=True)
    assert [await identity_of(ours, name) for name in NAMES] == before


async def test_one_of_them_comes_back_from_the_backup_of_all(ours: Installation, tmp_path: Path) -> None:
    await make_backup_of_all(ours, tmp_path / "copy")
    await restore_backup_of_all(declared(tmp_path / "new", "globex"), tmp_path / "copy")
    assert (tmp_path / "new" / "workspaces" / "globex" / "sestetto.db").exists()
    assert not (tmp_path / "new" / "workspaces" / "acme").exists()
    assert not (tmp_path / "new" / "store").exists()


async def test_a_backup_of_another_kind_is_refused_with_what_to_do(ours: Installation, tmp_path: Path) -> None:
    await make_backup_of_all(ours, tmp_path / "copy")
    await make_backup(ours.workspaces[0], tmp_path / "one", store=False)
    with pytest.raises(SettingError, match=r"contains several workspaces \(acme, globex\): set SESTETTO_WORKSPACES"):
        await restore_backup(ours.workspaces[0], tmp_path / "copy")
    with pytest.raises(SettingError, match=r"contains only the workspace acme: choose it with --workspace"):
        await restore_backup_of_all(ours, tmp_path / "one")
    with pytest.raises(SettingError, match=r"SESTETTO_WORKSPACES does not declare: globex"):
        await restore_backup_of_all(declared(tmp_path / "new", names=["acme"]), tmp_path / "copy")
    assert not (tmp_path / "new").exists()
