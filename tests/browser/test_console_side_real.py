"""Canned replies, a visitor's profile and a status with its reason, on a whole server."""

from collections.abc import AsyncIterator

import msgspec
import pytest_asyncio
from playwright.async_api import Browser, expect
from sqlalchemy import select

from console.archive.database import Database
from console.archive.tables import facts
from console.domain.directory import Canned
from tests.browser.console_people import Desk, Vera
from tests.support.credentials import stores_of
from tests.support.eventually import eventually
from tests.support.server_process import RunningServer


@pytest_asyncio.fixture(loop_scope="session")
async def ana(server: RunningServer, browser: Browser) -> AsyncIterator[Desk]:
    desk = await Desk.of(server, browser)
    yield desk
    await desk.goes()
    assert desk.complaints == []


async def canned_in_sql(server: RunningServer) -> list[str]:
    """The ids of canned replies that went out as they stand."""
    database = Database(server.database_url)
    try:
        async with database.reading() as connection:
            raws = (await connection.execute(select(facts.c.raw).where(facts.c.kind == "message"))).scalars()
            return [fact["canned"] for raw in raws if "canned" in (fact := msgspec.json.decode(raw))]
    finally:
        await database.close()


async def test_a_canned_reply_reaches_vera_and_is_counted_as_one(server: RunningServer, ana: Desk) -> None:
    async with stores_of(server) as stores:
        await stores.canned.put(
            Canned("where", "Where is it", "{visitor}, your parcel is on its way.", "member", "ana")
        )
    vera = await Vera.comes(server, "Where is my parcel?")
    box = ana.page.get_by_label("Reply to Vera")
    await box.press_sequentially("/where is")
    await expect(ana.page.locator("#canned [role=option] b").first).to_have_text("Where is it")
    await box.press("Enter")
    await box.press("Enter")
    await eventually(lambda: vera.heard() == ["Vera, your parcel is on its way."], "Vera to hear it")
    await eventually(lambda: canned_in_sql(server), "the archive to have it")
    assert await canned_in_sql(server) == ["where"]
    await vera.goes()


async def test_ana_reads_who_vera_is_without_leaving_her_composer(server: RunningServer, ana: Desk) -> None:
    vera = await Vera.comes(server, "Hello")
    await ana.page.get_by_label("Reply to Vera").focus()
    await ana.page.keyboard.press("Alt+KeyV")
    await expect(ana.page.locator("#context-1")).to_contain_text("This is the first chat from this browser")
    await expect(ana.page.get_by_label("Reply to Vera")).to_be_focused()
    await vera.goes()


async def test_a_status_with_its_reason_survives_a_reload(server: RunningServer, ana: Desk) -> None:
    async with stores_of(server) as stores:
        await stores.preferences.set_away_reasons(("Lunch", "Training"))
    await expect(ana.page.locator("#strip-reasons button")).to_have_count(2, timeout=20_000)
    await ana.page.keyboard.press("Control+KeyK")
    await ana.page.keyboard.type("lunch")
    await ana.page.keyboard.press("Enter")
    await expect(ana.page.locator("#strip-status")).to_contain_text("Away: Lunch")
    await ana.page.reload()
    await ana.page.wait_for_selector('body[data-link="ready"][data-status="away"]')
    await expect(ana.page.locator("#strip-status")).to_contain_text("Away: Lunch")


async def test_her_line_is_measured_by_five_pings(server: RunningServer, ana: Desk) -> None:
    await ana.page.locator("#status-menu summary").click()
    await ana.page.get_by_role("button", name="Start-of-shift check").click()
    await expect(ana.page.locator("#shift-clock")).to_have_attribute("data-verdict", "good")
    await expect(ana.page.locator("#shift-trip")).to_contain_text("ms, slowest")
