"""An import is interrupted at any moment, by a kill or by another process, and continues: nothing is lost or twice."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection

from console.actions import canned_replies, imports
from console.actions import invitations as invitations_made
from console.actions.imported_rows import OUR_FAULT, do_some
from console.archive.entries_aside import Batch
from console.archive.imports import DoneElsewhere
from console.archive.tables import canned, chats, facts, import_rows, invitations
from console.background import imports as background
from console.domain.directory import Canned, Member
from console.domain.imports import Import, ImportWanted, Kind
from console.queue.lead import Lead
from console.services import Services
from tests.support.archive_feed import quick_passwords, rows
from tests.support.eventually import eventually
from tests.support.imported import ADA, worked
from tests.support.page_client import an_installation

COUNT = 60  # more than two batches


@pytest.fixture
async def services(
    tmp_path: Path, database_url: str, store_url: str, workspace_name: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Services]:
    quick_passwords(monkeypatch)
    async with an_installation(tmp_path, store_url, workspace_name, database_url=database_url) as services:
        await services.stores.members.add(id="ada", email="ada@example.com", name="Ada", password="", role="admin")
        yield services


def file_of(kind: Kind, at: int) -> str:
    """As many rows as it takes; one of them does not fit."""
    if kind == "members":
        return "\n".join(json.dumps({"email": f"m{n}@example.com"}) for n in range(COUNT)) + '\n{"email": ""}'
    if kind == "visitors":
        return "\n".join(json.dumps({"id": f"v{n}", "name": f"Vera {n}"}) for n in range(COUNT)) + '\n{"id": "v"}'
    if kind == "replies":
        return "\n".join(json.dumps({"title": f"Reply {n}", "text": "Hi"}) for n in range(COUNT)) + '\n{"title": ""}'
    said = [{"at": at, "text": "Hello"}, {"at": at + 1, "by": "agent", "agent": "Ana", "text": "Hi"}]
    return "\n".join(json.dumps({"id": f"c{n}", "messages": said}) for n in range(COUNT)) + '\n{"id": "none"}'


async def begun(services: Services, kind: Kind) -> Import:
    file = io.BytesIO(file_of(kind, services.workspace.now() - 86_400_000).encode())
    at = await imports.read_file(services, ADA, ImportWanted(kind, "json", "file"), file)
    await imports.begin(services, ADA, at.id)
    return await imports.read(services, ADA, at.id)


@pytest.mark.parametrize("leads", [True, False])
async def test_an_import_begins_at_once_where_somebody_begins_it_and_when_a_process_takes_over(
    services: Services, monkeypatch: pytest.MonkeyPatch, leads: bool
) -> None:
    monkeypatch.setattr(background, "CHECK_EVERY", 3_600.0)
    lead = Lead(leads)
    job = asyncio.create_task(background.Imports(services, lead).run())
    await asyncio.sleep(0)
    at = await begun(services, "replies")
    lead.turn(True)

    async def done() -> bool:
        return (await imports.read(services, ADA, at.id)).state == "done"

    await eventually(done, "the import to be done")
    job.cancel()
    await asyncio.wait([job])


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture
def killed_at(services: Services, monkeypatch: pytest.MonkeyPatch) -> Callable[[int, bool], None]:
    """Kill whoever is about to note their n-th rows as done, or has just done so and not committed."""

    def arrange(number: int, after: bool) -> None:
        advance, calls = services.imports.advance, iter(range(1, 1_000))

        def dies(connection: Connection, *what: object) -> None:
            now = next(calls) == number
            if now and not after:
                raise Killed
            advance(connection, *what)  # type: ignore[arg-type]
            if now:
                raise Killed

        monkeypatch.setattr(services.imports, "advance", dies)

    return arrange


@pytest.mark.parametrize("kind", ["members", "replies", "visitors", "chats"])
@pytest.mark.parametrize("after", [False, True])
async def test_an_import_that_was_killed_goes_on_and_each_row_is_there_once(
    services: Services, killed_at: Callable[[int, bool], None], kind: Kind, after: bool
) -> None:
    at = await begun(services, kind)
    number, before = (2, 25) if kind in ("visitors", "chats") else (40, 39)
    killed_at(number, after)
    with pytest.raises(Killed):
        await worked(services)
    half = await services.imports.read(at.id)
    assert (half.state, half.added) == ("running", before)
    await worked(services)
    done = await services.imports.read(at.id)
    assert (done.state, done.added, done.known, done.wrong, done.done) == ("done", COUNT, 0, 1, COUNT + 1)
    table = {"members": invitations, "replies": canned, "visitors": chats, "chats": chats}[kind]
    assert len(await rows(services.database, table)) == COUNT
    if kind == "chats":
        assert len(await rows(services.database, facts)) == 4 * COUNT
    [left] = await rows(services.database, import_rows)
    assert (left["line"], left["record"]) == (COUNT + 1, "")


@pytest.mark.parametrize("kind", ["members", "replies", "visitors", "chats"])
async def test_a_row_that_fails_for_a_reason_of_ours_is_named_and_the_others_are_imported(
    services: Services, monkeypatch: pytest.MonkeyPatch, kind: Kind
) -> None:
    at = await begun(services, kind)
    wrote, invited, added = services.archive.write, invitations_made.invite, canned_replies.add

    def write(connection: Connection, batch: Batch) -> None:
        wrote(connection, batch)
        if any(b'"c30"' in entry.raw or b'"v30"' in entry.raw for entry in batch.entries):
            raise ZeroDivisionError("a fault")

    async def invite(services: Services, by: Member, wanted: Member, *more: object, **also: object) -> None:
        if wanted.email == "m30@example.com":
            raise ZeroDivisionError("a fault")
        await invited(services, by, wanted, *more, **also)  # type: ignore[arg-type]

    async def add(services: Services, by: Member, reply: Canned, **also: object) -> None:
        if reply.title == "Reply 30":
            raise ZeroDivisionError("a fault")
        await added(services, by, reply, **also)  # type: ignore[arg-type]

    monkeypatch.setattr(services.archive, "write", write)
    monkeypatch.setattr(invitations_made, "invite", invite)
    monkeypatch.setattr(canned_replies, "add", add)
    await worked(services)
    done = await services.imports.read(at.id)
    assert (done.state, done.added, done.wrong) == ("done", COUNT - 1, 2)
    wrong = {row["line"]: row["says"] for row in await rows(services.database, import_rows)}
    assert wrong[31] == OUR_FAULT
    table = {"members": invitations, "replies": canned, "visitors": chats, "chats": chats}[kind]
    assert len(await rows(services.database, table)) == COUNT - 1


@pytest.mark.parametrize("kind", ["replies", "chats"])
async def test_two_processes_that_both_think_they_lead_do_each_row_once(services: Services, kind: Kind) -> None:
    at = await begun(services, kind)
    await do_some(services, at)
    await do_some(services, at)  # with what it knew before the other one went on
    assert (await services.imports.read(at.id)).added == 25
    await worked(services)
    done = await services.imports.read(at.id)
    assert (done.added, done.known, done.wrong) == (COUNT, 0, 1)


async def test_what_another_process_has_done_is_not_written(services: Services) -> None:
    at = await begun(services, "chats")
    await do_some(services, at)
    with pytest.raises(DoneElsewhere):
        await services.database.write(
            lambda connection: services.imports.advance(connection, at, 99, lambda: pytest.fail("done again"))
        )
