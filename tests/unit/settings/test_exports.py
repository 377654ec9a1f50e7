"""Ada exports the workspace or one visitor: requests it, sees progress, downloads and deletes it; others may not."""

import io
import zipfile

import httpx
import pytest
from sqlalchemy import select

from console.archive.tables import audit
from console.domain.directory import Canned
from console.events import Message, Rated
from console.services import Services
from tests.support.archive_feed import Feed
from tests.support.imported import imports_all, reads_in
from tests.support.page_client import fields_of
from tests.unit.settings.forms import posted

AT = "/settings/export"


async def archives(services: Services) -> None:
    feed = Feed()
    feed.talk("one", "Where is my parcel?")
    feed.talk("two", "Hello", visitor="kim", name="Kim")
    await services.archive.append("e1", feed.entries)


async def the_one(services: Services) -> str:
    (job,) = await services.exports.jobs.read_all()
    return job.id


async def test_ada_exports_the_workspace_and_downloads_it(services: Services, ada: httpx.AsyncClient) -> None:
    await archives(services)
    assert "No exports yet." in (await ada.get(AT)).text
    assert (await posted(ada, AT)).status_code == 303
    page = (await ada.get(AT)).text
    assert "Starts in a moment." in page
    assert "data-refresh" in page
    id = await the_one(services)
    assert (await ada.get(f"{AT}/{id}.zip")).status_code == 404
    await services.exports.make_next(lambda: True)
    page = (await ada.get(AT)).text
    assert "Ready until" in page
    assert "data-refresh" not in page
    answer = await ada.get(f"{AT}/{id}.zip")
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["cache-control"] == "no-store"
    assert f'filename="workspace-{id}.zip"' in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.read("chats.jsonl").count(b"\n") == 2


async def test_how_far_it_is_is_shown_and_it_can_be_cancelled(services: Services, ada: httpx.AsyncClient) -> None:
    await posted(ada, AT)
    id = await the_one(services)
    await services.exports.jobs.begin(id, "me", 1_234)
    await services.exports.jobs.go_on(id, "me", 617)
    page = (await ada.get(AT)).text
    assert "617 of 1,234 chats and files" in page
    assert 'value="617" max="1234"' in page
    assert "Cancel" in page
    await posted(ada, AT, to=f"{AT}/{id}/remove")
    assert "No exports yet." in (await ada.get(AT)).text
    assert not await services.exports.jobs.go_on(id, "me", 700)


@pytest.mark.parametrize(("state", "says"), [("failed", "Failed: files or"), ("full", "There is not enough space")])
async def test_why_there_is_none_is_said(services: Services, ada: httpx.AsyncClient, state: str, says: str) -> None:
    await posted(ada, AT)
    id = await the_one(services)
    await services.exports.jobs.begin(id, "me", 1)
    await services.exports.jobs.end(id, "me", state)
    assert says in (await ada.get(AT)).text


async def test_one_visitor_is_exported_from_the_page_of_their_chat(services: Services, ada: httpx.AsyncClient) -> None:
    await archives(services)
    page = await ada.get("/chats/two")
    assert "Export visitor" in page.text
    form = {"csrf": fields_of(page)["csrf"], "visitor": "kim", "notes": "on"}
    assert (await ada.post(AT, data=form)).headers["location"] == AT
    (job,) = await services.exports.jobs.read_all()
    assert (job.visitor, job.notes, job.name) == ("kim", True, "Ada")
    assert (await ada.post(AT, data={**form, "visitor": "nobody"})).status_code == 404


async def test_the_audit_log_has_each_step(services: Services, ada: httpx.AsyncClient) -> None:
    await archives(services)
    await posted(ada, AT)
    await posted(ada, AT, visitor="kim")
    for job in await services.exports.jobs.read_all():
        await services.exports.make_next(lambda: True)
        if not job.visitor:
            whole = job.id
    await ada.get(f"{AT}/{whole}.zip")
    await posted(ada, AT, to=f"{AT}/{whole}/remove")
    async with services.database.reading() as connection:
        lines = (await connection.execute(select(audit.c.what, audit.c.target).where(audit.c.member == "ada"))).all()
    for line in (
        ("Workspace exported", "workspace:"),
        ("Visitor exported", "visitor:kim"),
        ("Export downloaded", f"export:{whole}"),
        ("Export removed", f"export:{whole}"),
    ):
        assert line in lines, line
    shown = (await ada.get("/settings/changes")).text
    assert "Workspace exported" in shown


async def said_in(services: Services, chat: str) -> list[tuple[int, str, str]]:
    record = await services.history.read_chat(chat)
    assert record is not None
    return [(fact.at, fact.by, fact.text) for fact in record.facts if isinstance(fact, Message)]


async def test_what_was_exported_can_be_imported_again(services: Services, ada: httpx.AsyncClient) -> None:
    feed = Feed()
    feed.talk("chat1", "Where is my parcel?", "Thanks", name="Vera Rossi", email="vera@example.com")
    feed.add(Rated, chat="chat1", score=4, cid="r1", comment="Quick")
    feed.leave_message("left1", "Call me", visitor="kim", name="Kim", email="kim@example.com")
    await services.archive.append("e1", feed.entries)
    await services.stores.canned.put(Canned("reply1", "Greeting", "Good morning {visitor}"))
    before = [await said_in(services, chat) for chat in ("chat1", "left1")]
    await posted(ada, AT)
    await services.exports.make_next(lambda: True)
    archive = zipfile.ZipFile(io.BytesIO((await ada.get(f"{AT}/{await the_one(services)}.zip")).content))
    await services.history.drop_older_than(feed.now + 1)
    await services.stores.canned.remove("reply1")
    for name, kind in (("chats", "chats"), ("left_messages", "chats"), ("canned_replies", "replies")):
        path = await reads_in(ada, archive.read(f"{name}.jsonl"), kind=kind, format="json")
        done = await imports_all(services, ada, path)
        assert (done.added, done.wrong) == (1, 0), name
    assert [await said_in(services, chat) for chat in ("chat1", "left1")] == before
    chat, left = [await services.history.find_chat(id) for id in ("chat1", "left1")]
    assert chat is not None
    assert left is not None
    assert (chat.name, chat.email, chat.rating, chat.comment) == ("Vera Rossi", "vera@example.com", 4, "Quick")
    assert (chat.opened, chat.ended) == (feed.entries[0].fact.at, feed.entries[6].fact.at)
    assert (left.visitor, left.left_message) == ("kim", True)
    assert [reply.text for reply in await services.stores.canned.of_team()] == ["Good morning {visitor}"]


async def test_supervisors_and_agents_neither_ask_for_exports_nor_download_them(
    services: Services, ada: httpx.AsyncClient, sam: httpx.AsyncClient, ana: httpx.AsyncClient
) -> None:
    await archives(services)
    await posted(ada, AT)
    id = await the_one(services)
    await services.exports.make_next(lambda: True)
    for browser in (sam, ana):
        csrf = fields_of(await browser.get("/settings/password"))["csrf"]
        assert "Export visitor" not in (await browser.get("/chats/two")).text
        assert (await browser.get(AT)).status_code == 403
        assert (await browser.get(f"{AT}/{id}.zip")).status_code == 403
        for path in (AT, f"{AT}/{id}/remove"):
            assert (await browser.post(path, data={"csrf": csrf})).status_code == 403
    assert await the_one(services) == id
