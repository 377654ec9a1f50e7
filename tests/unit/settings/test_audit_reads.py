"""The audit log says who read, searched or exported ended chats, and keeps that for as long as Sam sets."""

import re
import sqlite3
from html import unescape

import httpx
import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from console.archive.audit import AuditFilter, AuditLine
from console.archive.audit_check import check_chains, read_heads
from console.archive.audit_reads import SPAN, AuditReads
from console.archive.audit_retention import AuditRetention
from console.archive.tables import audit
from console.services import Services
from tests.support.archive_feed import Feed
from tests.unit.settings.forms import drawn, posted, saved

DAY = 86_400_000  # ms
READS = AuditFilter("reads")


@pytest.fixture
async def chat(services: Services) -> str:
    feed = Feed()
    feed.open("c1", name="Giulia")
    feed.say("c1", "Hello")
    feed.end("c1")
    await services.archive.append("e1", feed.entries)
    return "c1"


async def reads(services: Services) -> list[AuditLine]:
    """The oldest first."""
    return (await services.stores.audit.read(READS))[::-1]


def told(page: str) -> str:
    """The words of the page's list."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page[page.index('<ol class="cards') :])))


async def test_reading_searching_and_exporting_leave_a_line_each(
    services: Services, chat: str, ana: httpx.AsyncClient
) -> None:
    for path in ("/chats", "/chats?text=hello&queue=support", f"/chats/{chat}", "/chats.csv?text=hello"):
        assert (await ana.get(path)).status_code == 200
    for path in ("transcript.txt", "transcript.txt?notes=1", "transcript.json"):
        assert (await ana.get(f"/chats/{chat}/{path}")).status_code == 200
    lines = await reads(services)
    assert {line.member for line in lines} == {"ana"}
    assert [(line.what, line.target, line.after) for line in lines] == [
        ("Chats listed", "chats", {"list": "ended"}),
        ("Chats searched", "chats", {"list": "ended", "filters": ["text", "queue"]}),
        ("Chat read", "chat:c1", {}),
        ("Chats exported", "chats", {"list": "ended", "filters": ["text"], "format": "CSV"}),
        ("Chat exported", "chat:c1", {"format": "text", "notes": False}),
        ("Chat exported", "chat:c1", {"format": "text", "notes": True}),
        ("Chat exported", "chat:c1", {"format": "JSON", "notes": True}),
    ]
    assert all(line.address and line.request for line in lines)
    assert "hello" not in str(lines), "what was looked for may be a visitor's name"
    assert {chain.log: chain.wrong for chain in await check_chains(services.database)} == {"changes": "", "reads": ""}


async def test_what_nobody_may_read_leaves_no_line(services: Services, chat: str, ana: httpx.AsyncClient) -> None:
    assert (await ana.get("/chats/none")).status_code == 404
    assert (await ana.get("/chats/none/transcript.txt")).status_code == 404
    assert await reads(services) == []


async def test_the_same_within_ten_minutes_is_one_line_whichever_process_it_is(
    services: Services, chat: str, ana: httpx.AsyncClient, sam: httpx.AsyncClient
) -> None:
    now = services.stores.audit_reads.clock()
    services.stores.audit_reads.clock = lambda: now
    for _ in range(3):
        await ana.get(f"/chats/{chat}")
    services.stores.audit_reads = AuditReads(services.database, lambda: now + SPAN - 1)  # another process
    await ana.get(f"/chats/{chat}")
    await sam.get(f"/chats/{chat}")
    assert [line.member for line in await reads(services)] == ["ana", "sam"]
    services.stores.audit_reads.clock = lambda: now + 2 * SPAN
    await ana.get(f"/chats/{chat}")
    assert [line.member for line in await reads(services)] == ["ana", "sam", "ana"]


async def test_ana_reads_on_while_sql_is_locked_and_exports_nothing(
    services: Services, chat: str, ana: httpx.AsyncClient
) -> None:
    holder = sqlite3.connect(services.database.file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with capture_logs() as logs:
        assert "Hello" in (await ana.get(f"/chats/{chat}")).text
        refused = [await ana.get(path) for path in (f"/chats/{chat}/transcript.txt", "/chats.csv")]
    holder.close()
    assert [answer.status_code for answer in refused] == [503, 503]
    assert not any("Hello" in answer.text for answer in refused)
    (line,) = [line for line in logs if line["event"] == "security.read_unrecorded"]
    assert (line["what"], line["target"]) == ("Chat read", "chat:c1")
    assert (await ana.get(f"/chats/{chat}/transcript.txt")).status_code == 200


async def test_sam_finds_who_read_a_chat(
    services: Services, chat: str, ana: httpx.AsyncClient, sam: httpx.AsyncClient
) -> None:
    await ana.get(f"/chats/{chat}")
    await ana.get("/chats?text=x&late=yes")
    assert "Chat read" not in (await sam.get("/settings/changes")).text, "changes are not buried in reads"
    page = (await sam.get("/settings/changes?log=reads")).text
    assert re.search(r"Chats searched Ana .*List after: Ended Filters after: Text, Late answers", told(page))
    assert "Chat read: Giulia Ana ·" in told(page)
    assert '<a href="/chats/c1">' in page
    assert "Queue added" not in told(page)
    assert told((await sam.get("/settings/changes?log=all&member=ana")).text).count("Ana ·") == 2
    assert told((await sam.get("/settings/changes?log=reads&chat=c1")).text).count("Ana ·") == 1
    assert "No entries match." in (await sam.get("/settings/changes?log=reads&member=sam")).text
    assert (await ana.get("/settings/changes?log=reads")).status_code == 403


async def test_filters_stay_from_page_to_page(
    services: Services, ana: httpx.AsyncClient, sam: httpx.AsyncClient
) -> None:
    reads = services.stores.audit_reads
    now = reads.clock()
    for number in range(60):
        reads.clock = lambda number=number: now + number * SPAN  # type: ignore[misc]
        await ana.get("/chats")
    first = (await sam.get("/settings/changes?log=reads&member=ana")).text
    (older,) = re.findall(r'href="(/settings/changes\?[^"]*before=[^"]+)"', first)
    assert told((await sam.get(unescape(older))).text).count("Chats listed Ana ·") == 10


async def test_the_newest_hashes_are_on_the_page(services: Services, sam: httpx.AsyncClient) -> None:
    page = (await sam.get("/settings/changes")).text
    n, newest = (await read_heads(services.database))["changes"]
    assert f"{n} lines" in page
    assert f"<code>{newest}</code>" in page


async def test_sam_says_for_how_long_lines_are_kept(services: Services, sam: httpx.AsyncClient) -> None:
    fields = drawn((await sam.get("/settings/retention")).text)
    assert (fields["reads_days"], fields["changes_days"]) == ("365", "0")
    for reads, kept in (("29", "0"), ("90", "364"), ("4000", "0"), ("90", "soon")):
        answer = await posted(
            sam, "/settings/retention", to="/settings/retention/audit", reads_days=reads, changes_days=kept
        )
        assert answer.status_code == 400
    page = await saved(sam, "/settings/retention", to="/settings/retention/audit", reads_days="90", changes_days="400")
    assert "Older lines are deleted within the hour." in page
    days = await services.stores.audit_retention.days()
    assert (days.changes, days.reads, days.by) == (400, 90, "Sam")
    (line,) = await services.stores.audit.read(limit=1)
    assert (line.what, line.before) == ("Audit log's retention changed", {"changes_days": 0, "reads_days": 365})


async def test_old_reads_are_deleted_and_a_line_says_so(
    services: Services, chat: str, ana: httpx.AsyncClient, sam: httpx.AsyncClient
) -> None:
    await ana.get(f"/chats/{chat}")
    now = services.stores.audit_reads.clock()
    retention = AuditRetention(services.database, lambda: now + 365 * DAY)
    assert await retention.cut_old() == 0, "a year is not over yet"
    retention.clock = lambda: now + 366 * DAY
    assert [await retention.cut_old() for _ in range(2)] == [1, 0]
    page = told((await sam.get("/settings/changes?log=reads")).text)
    assert "Audit lines deleted: reads Data retention ·" in page
    assert "Days after: 365" in page
    found = {one.log: one for one in await check_chains(services.database)}["reads"]
    assert (found.lines, found.cut, found.wrong) == (1, 1, "")
    async with services.database.reading() as connection:
        assert (await connection.execute(select(audit.c.what).where(audit.c.log == "reads"))).scalars().all() == [
            "Audit lines deleted"
        ]
