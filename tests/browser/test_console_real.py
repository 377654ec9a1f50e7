"""Ana's console on a whole server: her main job."""

from collections.abc import AsyncIterator, Callable

import pytest_asyncio
from playwright.async_api import Browser, expect
from sqlalchemy import func, select

from console.archive.database import Database
from console.archive.tables import facts
from tests.browser.console_people import Desk, Vera
from tests.browser.side_panels import hints_ready
from tests.support.credentials import stores_of, without_hurry, without_wrapup
from tests.support.eventually import eventually
from tests.support.json_clients import Agent, Visitor
from tests.support.server_process import RunningServer


@pytest_asyncio.fixture(loop_scope="session")
async def ana(server: RunningServer, browser: Browser) -> AsyncIterator[Desk]:
    desk = await Desk.of(server, browser)
    yield desk
    await desk.goes()
    assert desk.complaints == []


async def test_a_visitor_writes_and_ana_answers_within_her_console(server: RunningServer, ana: Desk) -> None:
    await without_hurry(server)
    vera = await Vera.comes(server, "Il film non parte <b>mai</b>")
    box = ana.page.get_by_label("Reply to Vera")
    await expect(ana.page.locator("#pane-1 .m.visitor p")).to_have_text("Il film non parte <b>mai</b>")
    await expect(ana.page.locator("#pane-1")).to_have_attribute("data-state", "fine")
    await box.fill("Ciao Vera, vedo")
    await box.press("Enter")
    await expect(ana.page.locator("#pane-1 .talk .m.agent p")).to_have_text("Ciao Vera, vedo")
    await expect(ana.page.locator("#pane-1")).to_have_attribute("data-state", "none")
    await eventually(lambda: vera.heard() == ["Ciao Vera, vedo"], "Vera to hear it")
    await expect(ana.page.locator("#strip-within")).to_have_text("100%")
    await expect(ana.page.locator("#strip-slots")).to_have_text("1 / 6")
    await vera.goes()


async def test_a_note_leaves_no_trace_with_the_visitor(server: RunningServer, ana: Desk) -> None:
    vera = await Vera.comes(server, "hello")
    await ana.page.get_by_label("Reply to Vera").focus()
    await ana.page.keyboard.press("Alt+KeyM")
    await ana.page.keyboard.type("refund approved")
    await ana.page.keyboard.press("Enter")
    await expect(ana.page.locator("#pane-1 .talk .m.note p")).to_have_text("refund approved")
    await ana.page.keyboard.press("Alt+KeyM")
    await ana.page.keyboard.type("hi")
    await ana.page.keyboard.press("Enter")
    await eventually(lambda: vera.heard() == ["hi"], "Vera to hear the reply")
    assert "refund" not in str(vera.frames)
    await vera.goes()


async def test_a_card_number_in_two_messages_is_hidden_in_her_pane(server: RunningServer, ana: Desk) -> None:
    vera = await Vera.comes(server, "my card is 4929 4219")
    told = ana.page.locator("#pane-1 .m.visitor p")
    await expect(told).to_have_text(["my card is 4929 4219"])
    await vera.says("1234 5608")
    await expect(told).to_have_text(["my card is •••• ••••", "•••• 5608"])
    await expect(ana.page.locator("#pane-1 .m.visitor").last).to_contain_text("card number hidden")
    await vera.goes()


async def test_a_reload_finds_chats_drafts_and_clocks(server: RunningServer, ana: Desk) -> None:
    vera = await Vera.comes(server, "hello")
    await ana.page.get_by_label("Reply to Vera").fill("half a sen")
    await ana.page.reload()
    await expect(ana.page.get_by_label("Reply to Vera")).to_have_value("half a sen")
    await expect(ana.page.locator("#pane-1 .m.visitor p")).to_have_text("hello")
    await ana.page.get_by_label("Reply to Vera").press("Enter")
    await eventually(lambda: vera.heard() == ["half a sen"], "Vera to hear it")
    await vera.goes()


async def test_the_visitor_ends_and_the_next_one_gets_nothing_of_it(server: RunningServer, ana: Desk) -> None:
    await without_wrapup(server)
    visitors = [await Vera.comes(server, "hello", name=f"Vera {number}") for number in range(6)]
    await expect(ana.page.locator("#strip-slots")).to_have_text("6 / 6")
    luca = await Vera.comes(server, "am I next?", name="Luca")
    await expect(ana.page.locator("#strip-waiting")).to_have_text("1")
    pane = ana.page.locator(".pane", has_text="Vera 3")
    slot = await pane.get_attribute("data-slot")
    await pane.get_by_role("textbox").press_sequentially("Your card")
    await visitors[3].ends()
    await expect(ana.page.locator(f"#who-{slot} h2")).to_have_text("Luca")
    await ana.page.keyboard.type(" is blocked")
    await ana.page.keyboard.press("Enter")
    ghost = ana.page.locator(f"#pane-{slot} .composer[data-ended] textarea")
    await expect(ghost).to_have_value("Your card")
    await expect(ghost).to_be_focused()
    await ana.page.get_by_label("Reply to Luca").fill("hello Luca")
    await ana.page.get_by_label("Reply to Luca").press("Enter")
    await eventually(lambda: luca.heard() == ["hello Luca"], "Luca to hear what is his")
    for one in [*visitors, luca]:
        await one.goes()


async def test_an_end_reaches_the_visitor_and_leaves_the_chat_to_read(server: RunningServer, ana: Desk) -> None:
    vera = await Vera.comes(server, "thanks, bye")
    await ana.page.get_by_label("Reply to Vera").wait_for()
    await ana.page.locator("#pane-1 [data-act=end]").click()
    await ana.page.locator("#pane-1").get_by_label("Return").check(timeout=12_000)
    await ana.page.locator("#pane-1").get_by_role("button", name="Done").press("Enter")
    await expect(ana.page.locator("#pane-1")).to_have_attribute("data-free", "")
    await eventually(lambda: [f for f in vera.of("fact") if f["kind"] == "ended"], "Vera to be told")
    link = ana.page.locator("#pane-1").get_by_role("link", name="View chat")
    href = await link.get_attribute("href")
    other = await ana.context.new_page()
    await eventually(lambda: _reads(other, f"{server.url}{href}", "thanks, bye"), "the chat in the archive")
    await vera.goes()


async def _reads(page: object, address: str, text: str) -> bool:
    await page.goto(address)  # type: ignore[attr-defined]
    return text in await page.content()  # type: ignore[attr-defined]


async def test_a_second_tab_takes_over_only_by_a_click(server: RunningServer, ana: Desk) -> None:
    vera = await Vera.comes(server, "hello")
    await ana.page.get_by_label("Reply to Vera").fill("mine")
    second = await ana.context.new_page()
    await second.goto(f"{server.url}/console")
    await second.wait_for_selector('body[data-link="ready"], body[data-link="taken"]')
    first_out = await ana.page.evaluate("document.body.dataset.link")
    loser, winner = (ana.page, second) if first_out == "taken" else (second, ana.page)
    await expect(loser.get_by_role("dialog", name="The console is open in another tab")).to_be_visible()
    await loser.get_by_role("button", name="Use it here").click()
    await expect(winner.get_by_role("dialog", name="The console is open in another tab")).to_be_visible()
    await expect(loser.locator("#pane-1 h2")).to_have_text("Vera")
    await vera.goes()


async def test_a_killed_server_costs_ana_nothing_she_sent(server: RunningServer, ana: Desk) -> None:
    vera = await Vera.comes(server, "hello")
    box = ana.page.get_by_label("Reply to Vera")
    await box.fill("before")
    await box.press("Enter")
    await eventually(lambda: vera.heard() == ["before"], "Vera to hear the first")
    server.kill()
    await box.fill("while it was away")
    await box.press("Enter")
    await expect(ana.page.locator("#link-figure")).to_have_text("No connection")
    await server.start()
    await expect(ana.page.locator("#pane-1 .talk .m.agent p")).to_have_text(
        ["before", "while it was away"], timeout=20_000
    )
    await expect(ana.page.locator("#pane-1 .log.pending .m")).to_have_count(0)
    ana.complaints.clear()  # the browser grumbles about each connection refused
    await vera.goes()


async def test_a_long_chat_is_read_from_its_end_and_back_to_its_first_word(
    start_server: Callable[..., RunningServer], browser: Browser
) -> None:
    server = start_server(pace="100")
    ana = await Desk.of(server, browser)
    vera = await Vera.comes(server, "The very first word")
    for number in range(150):
        await vera.says(f"And number {number}")
    lines = ana.page.locator("#pane-1 .log:not(.pending) > .m")
    await expect(lines.last).to_contain_text("And number 149")
    await ana.page.reload()
    await expect(lines).to_have_count(100)
    await expect(lines.last).to_be_in_viewport()
    await ana.page.get_by_label("Reply to Vera").press("Alt+KeyF")
    await ana.page.keyboard.type("first word")
    await expect(ana.page.locator("#pane-1 .find .num")).to_have_text("1 of 1")
    await expect(lines.filter(has_text="The very first word")).to_be_in_viewport()
    await expect(lines.first).to_have_attribute("data-seq", "1")
    await vera.goes()
    await ana.goes()
    assert ana.complaints == []


async def test_what_three_wrap_ups_were_about_is_likely_in_the_fourth(server: RunningServer, browser: Browser) -> None:
    await _wraps_up(server, "Which pattern suits this yarn?", "The yarn is scratchy", reason="Patterns")
    sent_back = ("I want to send the scarf back", "How do I send a hat back?", "Can I send socks back, please")
    await _wraps_up(server, *sent_back, reason="Return")
    ana = await Desk.of(server, browser)
    vera = await Vera.comes(server, "Can I send the gloves back?")
    await hints_ready(ana.page)
    await ana.page.get_by_label("Reply to Vera").press("Alt+KeyE")
    pick = ana.page.locator("#pane-1 .pick").first
    await expect(pick).to_contain_text("1 Return likely", timeout=12_000)
    await expect(pick.get_by_role("radio")).to_be_focused()
    await ana.page.keyboard.press("1")
    await ana.page.keyboard.press("Enter")
    await expect(ana.page.locator("#pane-1")).to_have_attribute("data-free", "")
    await vera.goes()
    await ana.goes()
    assert ana.complaints == []


async def _wraps_up(server: RunningServer, *asked: str, reason: str) -> None:
    """Ana ends a chat about each of these with the same reason, and the archive has them."""
    ana = await Agent.comes(server, "ana")
    await ana.is_welcome()
    await ana.command("status", status="online")
    for text in asked:
        visitor = await Visitor.comes(server)
        await visitor.opens(text)
        await ana.gets(visitor.chat)
        await ana.ends(visitor.chat, reason=reason)
        await visitor.leave()
    await ana.leave()
    async with stores_of(server) as stores:
        await eventually(lambda: _has_reasons(stores.database, reason, len(asked)), "the archive to have them")


async def _has_reasons(database: Database, reason: str, count: int) -> bool:
    given = select(func.count()).where(facts.c.kind == "labelled", facts.c.raw.contains(f'"{reason}"'))
    async with database.reading() as connection:
        return bool((await connection.execute(given)).scalar_one() == count)
