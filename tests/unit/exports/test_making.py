"""Ada's exports are made in the background: they start again after a kill, stop when cancelled, and last for a day."""

import asyncio
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from console.archive.audit import Change
from console.archive.database import Database
from console.archive.erasure import Doomed, Erasure
from console.archive.export_jobs import KEPT
from console.archive.stores import Stores
from console.archive.webhook_outbox import WebhookOutbox
from console.archive.writer import Archive
from console.config import read_settings
from console.domain.directory import Member
from console.errors import Unknown
from console.exports.making import MOST_TRIES, Exports
from console.files.local_store import LocalFiles
from tests.support.archive_feed import Feed, fresh_database
from tests.support.eventually import eventually

ADA = Member("ada", "Ada", "ada@example.com", role="admin")
WANTED = Change("Workspace exported", "workspace:")


class Clock:
    """The time of the exports."""

    def __init__(self) -> None:
        self.now = 1_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with fresh_database(tmp_path) as database:
        feed = Feed()
        for number in range(120):
            feed.talk(f"c{number}", f"text {number}", visitor=f"v{number}")
        await Archive(database).append("e1", feed.entries)
        yield database


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def exports(database: Database, tmp_path: Path, clock: Clock) -> Exports:
    return another(database, tmp_path, clock)


def another(database: Database, folder: Path, clock: Clock, **settings: object) -> Exports:
    ours = read_settings({}, data=folder, **settings)
    return Exports(ours, Stores(database, clock=clock), "main", lambda: LocalFiles(folder / "files"))


def always() -> bool:
    return True


async def asks(exports: Exports, visitor: str = "") -> str:
    return await exports.jobs.add(ADA, visitor, WANTED, notes=False)


def left_over(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "exports").glob("*"))


async def test_an_export_is_made_and_lasts_for_a_day(exports: Exports, tmp_path: Path, clock: Clock) -> None:
    id = await asks(exports)
    assert await exports.make_next(always)
    job = await exports.jobs.read(id)
    assert job is not None
    assert (job.state, job.total, job.size) == ("done", 120, exports.path(id).stat().st_size)
    assert exports.path(id).stat().st_mode & 0o077 == 0
    assert not await exports.make_next(always)
    clock.now = job.ended + KEPT
    await exports.sweep()
    assert left_over(tmp_path) == [f"{id}.zip"]
    clock.now += 1
    await exports.sweep()
    assert left_over(tmp_path) == []
    assert await exports.jobs.read_all() == []


async def test_asking_twice_makes_one(exports: Exports) -> None:
    assert await asks(exports) == await asks(exports)
    assert await asks(exports) != await asks(exports, "v1")


async def test_one_whose_process_was_killed_begins_anew(
    exports: Exports, database: Database, tmp_path: Path, clock: Clock
) -> None:
    id = await asks(exports)
    await exports.jobs.begin(id, "killed", 120)
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / f"{id}.killed.part").write_bytes(b"half")
    after = another(database, tmp_path, clock)
    await after.sweep(parts=True)
    assert await after.make_next(always)
    assert left_over(tmp_path) == [f"{id}.zip"]
    assert zipfile.ZipFile(after.path(id)).testzip() is None


async def test_a_cancelled_export_stops_and_leaves_nothing(
    exports: Exports, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.exports.making.REPORT_EVERY", -1.0)
    id = await asks(exports)
    looked = 0

    def cancels_meanwhile() -> bool:
        nonlocal looked
        looked += 1
        return looked < 7

    assert await exports.make_next(cancels_meanwhile)
    job = await exports.jobs.read(id)
    assert job is not None
    assert (job.state, 0 < job.done < 120) == ("running", True)
    assert left_over(tmp_path) == []
    assert await exports.jobs.remove(id, ADA)
    assert not await exports.make_next(always)


async def test_removed_while_it_is_made_it_is_never_there(exports: Exports, tmp_path: Path) -> None:
    id = await asks(exports)
    making = asyncio.create_task(exports.make_next(always))

    async def runs() -> bool:
        job = await exports.jobs.read(id)
        return job is not None and job.state == "running"

    await eventually(runs)
    await exports.jobs.remove(id, ADA)
    await making
    assert left_over(tmp_path) == []
    assert await exports.jobs.read_all() == []


async def test_a_full_disk_says_so(database: Database, tmp_path: Path, clock: Clock) -> None:
    exports = another(database, tmp_path, clock, files_reserve=1_000_000_000)
    id = await asks(exports)
    await exports.make_next(always)
    job = await exports.jobs.read(id)
    assert job is not None
    assert job.state == "full"
    assert left_over(tmp_path) == []


async def test_a_database_that_stays_away_is_given_up_after_some_tries(
    exports: Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = await asks(exports)

    async def away(visitor: str) -> int:
        raise Unknown("The database is not available right now")

    monkeypatch.setattr(exports.reads, "count", away)
    for _ in range(MOST_TRIES - 1):
        with pytest.raises(Unknown):
            await exports.make_next(always)
    await exports.make_next(always)
    job = await exports.jobs.read(id)
    assert job is not None
    assert job.state == "failed"


async def test_an_erased_visitor_is_in_no_earlier_export_and_in_none_that_is_being_made(
    exports: Exports, database: Database, tmp_path: Path, clock: Clock
) -> None:
    ready, of_her = await asks(exports), await asks(exports, "v7")
    await exports.make_next(always)
    await exports.make_next(always)
    running = await asks(exports)
    await exports.jobs.begin(running, "somebody", 120)
    erasure = Erasure(database, "main", WebhookOutbox(database, "main", clock), exports.jobs)
    (chat,) = await erasure.chats_of("v7")
    await erasure.erase([Doomed(chat)], by=ADA, target="visitor:v7")
    await exports.sweep()
    assert left_over(tmp_path) == []
    assert not await exports.jobs.end(running, "somebody", "done")
    (job,) = await exports.jobs.read_all()
    assert (job.id, job.state) == (running, "waiting")
    assert {ready, of_her} & {job.id} == set()
    await exports.make_next(always)
    with zipfile.ZipFile(exports.path(running)) as made:
        assert b'"v7"' not in b"".join(made.read(name) for name in made.namelist())
