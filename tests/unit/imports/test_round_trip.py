"""What one workspace exports, another imports: members are invited, replies and chats are unchanged."""

import io
import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from console.actions import imports
from console.archive.tables import chats, facts, invitations
from console.archive.writer import Archive
from console.domain.directory import Canned, Queue, Site
from console.domain.imports import Import, ImportWanted, Kind
from console.events import Labelled, Rated
from console.exports.writing import write_export
from console.services import Services
from tests.support.archive_feed import ANA, Feed, quick_passwords, rows
from tests.support.imported import ADA, worked
from tests.support.page_client import an_installation

KEPT = ("id", "visitor", "name", "email", "site", "queue", "channel", "ended", "why", "reason", "tags", "rating",
        "comment", "messages", "agent", "agent_name", "left_message")  # fmt: skip


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick_passwords(monkeypatch)


@pytest.fixture
async def source(tmp_path: Path, database_url: str, store_url: str, workspace_name: str) -> AsyncIterator[Services]:
    async with an_installation(tmp_path / "source", store_url, workspace_name, database_url=database_url) as services:
        await set_up(services)
        feed = Feed(now=services.workspace.now() - 86_400_000)
        feed.talk("one", "Where is my parcel?", email="vera@example.com")
        feed.note("one", "Third time she asks")
        feed.add(Labelled, chat="one", author=ANA, cid="", reason="Parcel", tags=["late"])
        feed.add(Rated, chat="one", score=4, cid="", comment="Fine")
        feed.leave_message("left", "Call me", visitor="kim", name="Kim", email="kim@example.com")
        feed.handle("left")
        await Archive(services.database, workspace_name).append("e1", feed.entries)
        await services.stores.canned.put(Canned("hello", "Hello", "Hello {visitor}", "queue", "support", "hi"))
        yield services


@pytest.fixture
async def target(tmp_path: Path, store_url: str, workspace_name: str) -> AsyncIterator[Services]:
    (tmp_path / "target").mkdir()
    async with an_installation(tmp_path / "target", store_url, f"{workspace_name}-2") as services:
        await set_up(services)
        yield services


async def set_up(services: Services) -> None:
    await services.stores.members.add(id="ada", email="ada@example.com", name="Ada", password="", role="admin")
    await services.stores.queues.put(Queue("support", "Support"))
    await services.stores.sites.put(Site("demo", "Lana", "support", ("https://lana.example",)))


async def exported(services: Services) -> zipfile.ZipFile:
    written = io.BytesIO()

    async def nobody_looks(_: int) -> None:
        return

    await write_export(written, await services.exports.source("", notes=True), nobody_looks)
    return zipfile.ZipFile(written)


async def brought(services: Services, kind: Kind, raw: bytes) -> Import:
    at = await imports.read_file(services, ADA, ImportWanted(kind, "json", "file", "demo"), io.BytesIO(raw))
    await imports.begin(services, ADA, at.id)
    await worked(services)
    return await imports.read(services, ADA, at.id)


async def texts(services: Services) -> list[tuple[str, str, int]]:
    """What was written in messages and notes: in which chat, what and when."""
    said = select(facts.c.chat, facts.c.raw, facts.c.at).where(facts.c.kind.in_(("message", "note")))
    async with services.database.reading() as connection:
        found = (await connection.execute(said.order_by(facts.c.at, facts.c.seq))).all()
    return [(row.chat, json.loads(row.raw)["text"], row.at) for row in found]


async def test_an_export_comes_back_in_another_workspace(source: Services, target: Services) -> None:
    archive = await exported(source)
    order: dict[str, Kind] = {"members": "members", "canned_replies": "replies", "chats": "chats",
                              "left_messages": "chats", "visitors": "visitors"}  # fmt: skip
    done = {name: await brought(target, kind, archive.read(f"{name}.jsonl")) for name, kind in order.items()}
    assert {name: (one.added, one.known, one.wrong) for name, one in done.items()} == {
        "members": (0, 3, 0),  # they are members there
        "canned_replies": (1, 0, 0),
        "chats": (1, 0, 0),
        "left_messages": (1, 0, 0),
        "visitors": (0, 2, 0),  # known by their chats
    }
    there, here = [await rows(one.database, chats, "id") for one in (source, target)]
    assert [[row[name] for name in KEPT] for row in here] == [[row[name] for name in KEPT] for row in there]
    assert await texts(target) == await texts(source)
    assert (await target.stores.canned.of_team())[0].snippet == "hi"
    assert await rows(target.database, invitations) == []
    again = await brought(source, "chats", archive.read("chats.jsonl"))
    assert (again.added, again.known) == (0, 1)
