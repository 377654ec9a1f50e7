"""Sam's board on a whole server, with Ana at her console in another browser and Vera on a page."""

import time
from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, Dialog, expect

from console.queue.embedded import EmbeddedStore
from console.queue.store import Store
from console.queue.workspace import Workspace
from tests.browser.board_people import SamsBoard
from tests.browser.console_people import Desk, Vera
from tests.support.credentials import stores_of, without_hurry
from tests.support.eventually import eventually
from tests.support.server_process import RunningServer


@pytest_asyncio.fixture(loop_scope="session")
async def ana(server: RunningServer, browser: Browser) -> AsyncIterator[Desk]:
    desk = await Desk.of(server, browser)
    yield desk
    await desk.goes()
    assert desk.complaints == []


@pytest_asyncio.fixture(loop_scope="session")
async def sam(server: RunningServer, browser: Browser) -> AsyncIterator[SamsBoard]:
    board = await SamsBoard.of(server, browser)
    yield board
    await board.goes()
    assert board.complaints == []


async def test_sam_sees_a_clock_run_and_stop(server: RunningServer, ana: Desk, sam: SamsBoard) -> None:
    await without_hurry(server)
    vera = await Vera.comes(server, "Il film non parte")
    slot = sam.page.locator(sam.slot("ana"))
    await expect(slot).to_have_attribute("data-state", "fine")
    await expect(slot).to_have_attribute("aria-label", "Ana, slot 1: Vera, Support. clock running")
    await ana.page.get_by_label("Reply to Vera").fill("Ciao Vera")
    await ana.page.get_by_label("Reply to Vera").press("Enter")
    await expect(slot).to_have_attribute("data-state", "none")
    await expect(sam.page.locator("#agent-ana .figure").last).to_contain_text("1")
    await vera.goes()


async def test_sam_watches_and_whispers_unseen_by_vera(server: RunningServer, ana: Desk, sam: SamsBoard) -> None:
    vera = await Vera.comes(server, "I want my money back")
    await sam.page.locator(sam.slot("ana")).click()
    panel = sam.page.get_by_role("complementary", name="Watching: Vera")
    await expect(panel.locator(".m.visitor p")).to_have_text("I want my money back")
    await expect(panel.get_by_label("Whisper to Ana: Vera can't see it")).to_be_focused()
    await sam.page.keyboard.type("refund her, it is fine")
    await sam.page.keyboard.press("Enter")
    await expect(panel.get_by_text("Whisper sent")).to_be_visible()
    await panel.locator(".why summary").click()
    await expect(panel.locator(".trace")).to_contain_text("fewest running clocks")
    await expect(ana.page.locator("#pane-1 .m.note p")).to_have_text("refund her, it is fine")
    await ana.page.get_by_label("Reply to Vera").fill("It is refunded")
    await ana.page.get_by_label("Reply to Vera").press("Enter")
    await expect(panel.locator(".m.agent p")).to_have_text("It is refunded")
    await eventually(lambda: vera.heard() == ["It is refunded"], "Vera to hear Ana")
    assert "fine" not in str(vera.frames)
    await sam.page.keyboard.press("Escape")
    await expect(panel).to_be_hidden()
    await expect(sam.page.locator(sam.slot("ana"))).to_be_focused()
    await vera.goes()


async def test_sam_takes_a_chat_over_into_panes_on_his_board(server: RunningServer, ana: Desk, sam: SamsBoard) -> None:
    vera = await Vera.comes(server, "You are not helping")
    await sam.page.locator(sam.slot("ana")).click()
    await sam.page.get_by_role("button", name="Take over").click()
    own = sam.page.frame_locator("iframe")
    await expect(own.locator("#pane-1 h2")).to_have_text("Vera")
    await expect(sam.page.get_by_role("complementary", name="Watching: Vera")).to_be_hidden()
    await expect(own.get_by_label("Reply to Vera")).to_be_focused()
    await expect(own.locator("#pane-1 .log").first).to_contain_text("Sam took it over from Ana")
    await expect(ana.page.locator("#pane-1")).to_have_attribute("data-free", "")
    await expect(ana.page.locator("#was-1")).to_contain_text("Sam took over the chat with Vera.")
    await expect(sam.page.locator(sam.slot("sam"))).to_have_attribute("data-kind", "active")
    await expect(sam.page.locator("#agent-sam")).to_have_attribute("data-status", "away")
    await own.get_by_label("Reply to Vera").fill("Sam here, I take care of it")
    await own.get_by_label("Reply to Vera").press("Enter")
    await eventually(lambda: vera.heard() == ["Sam here, I take care of it"], "Vera to hear Sam")
    luca = await Vera.comes(server, "hello", name="Luca")
    await expect(ana.page.locator("#pane-1 h2")).to_have_text("Luca")  # nothing new comes to a supervisor's panes
    await vera.goes()
    await luca.goes()


async def test_a_reload_of_the_board_asks_first_and_keeps_what_was_taken_over(
    server: RunningServer, ana: Desk, sam: SamsBoard
) -> None:
    vera = await Vera.comes(server, "You are not helping")
    await sam.page.locator(sam.slot("ana")).click()
    await sam.page.get_by_role("button", name="Take over").click()
    own = sam.page.frame_locator("iframe")
    await own.get_by_label("Reply to Vera").fill("Sam here")
    asked: list[str] = []

    async def agree(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await dialog.accept()

    sam.page.on("dialog", agree)
    await sam.page.reload()
    await expect(own.locator("#pane-1 h2")).to_have_text("Vera")
    await expect(own.get_by_label("Reply to Vera")).to_have_value("Sam here")
    await own.get_by_label("Reply to Vera").press("Enter")
    await eventually(lambda: vera.heard() == ["Sam here"], "Vera to hear Sam")
    assert asked == ["beforeunload"]
    await vera.goes()


async def test_with_a_console_open_elsewhere_the_chat_goes_there(
    server: RunningServer, ana: Desk, sam: SamsBoard
) -> None:
    console = await sam.context.new_page()
    await console.goto(f"{server.url}/console")
    await console.wait_for_selector('body[data-link="ready"]')
    await expect(sam.page.locator("#agent-sam")).to_have_attribute("data-connected", "")
    vera = await Vera.comes(server, "hello")
    await ana.page.get_by_label("Reply to Vera").wait_for()
    await sam.page.locator(sam.slot("ana")).click()
    await sam.page.get_by_role("button", name="Take over").click()
    await expect(console.locator("#pane-1 h2")).to_have_text("Vera")
    await expect(sam.page.get_by_text("It's yours. It is in the console you have open elsewhere.")).to_be_visible()
    assert await sam.page.locator("iframe").count() == 0
    await vera.goes()


async def test_sam_moves_a_chat_to_another_queue(server: RunningServer, ana: Desk, sam: SamsBoard) -> None:
    vera = await Vera.comes(server, "about my invoice")
    await sam.page.locator(sam.slot("ana")).click()
    panel = sam.page.get_by_role("complementary", name="Watching: Vera")
    await panel.get_by_text("Move", exact=True).click()
    await panel.get_by_role("combobox", name="To").select_option("Billing")
    await panel.get_by_role("textbox", name="Internal note", exact=True).fill("about invoice 88213")
    await panel.get_by_role("button", name="Move the chat").click()
    await expect(panel.get_by_text("Moved", exact=True)).to_be_visible()
    await expect(panel.locator("#watch-head")).to_contain_text("Billing")
    await panel.locator(".why summary").click()
    await expect(panel.locator(".trace")).to_contain_text("Sam transferred it to Billing: about invoice 88213")
    assert "88213" not in str(vera.frames)
    await vera.goes()


async def test_sam_sees_how_long_ana_has_had_many_chats(server: RunningServer, ana: Desk, sam: SamsBoard) -> None:
    await sam.page.get_by_role("button", name="Ana", exact=True).click()
    sheet = sam.page.get_by_role("dialog", name="Ana")
    await expect(sheet).to_contain_text("At 6 chats0 min this hour (0 min the hour before, 0 min today)")
    await expect(sheet).to_contain_text("Breathers today0")
    await ana.page.keyboard.press("Alt+KeyP")
    await expect(sheet).to_contain_text("Breathers today1")


async def test_sam_uses_the_limit_that_ana_s_figures_offer(server: RunningServer, ana: Desk, sam: SamsBoard) -> None:
    await sam.page.get_by_role("button", name="Ana", exact=True).click()
    sheet = sam.page.get_by_role("dialog", name="Ana")
    await expect(sheet).to_contain_text("Not enough data yet to suggest a number of chats.")
    store = Store(EmbeddedStore(server.data / "store").url)
    keys = Workspace(store, "main").keys
    day = int(time.time() // 86_400)
    known = {"w4": 288, "x4": 12, "a4": 300, "k4": 288, "w5": 162, "x5": 38, "a5": 200, "k5": 162}
    counted = [one for name, n in known.items() for one in (f"{day}:{name}", n)]
    await store.command("HSET", keys.of("levels", "ana"), *counted)
    await store.close()
    server.kill()
    await server.start()  # the figures are in the snapshot that it begins with
    await expect(sam.page.locator("#agent-ana")).to_have_attribute("data-connected", "", timeout=20_000)
    await expect(sheet).to_contain_text("At 4 chats 96% of the first words were in time; at 5, 81%.", timeout=20_000)
    await sheet.get_by_role("button", name="Use 4").press("Enter")
    await expect(sheet.get_by_text("Ana's chat limit is now 4")).to_be_visible()
    await expect(ana.page.locator("#strip-slots")).to_have_text("0 / 4")
    await expect(sheet.get_by_role("button", name="Use 4")).to_be_hidden()
    await expect(sheet.get_by_role("heading", name="Ana")).to_be_focused()
    await expect(ana.page.locator("#strip-own")).to_contain_text("At 4 chats 96% of the first words were in time")
    for desk in (ana, sam):
        desk.complaints.clear()  # the browser grumbles about each connection refused


async def test_sam_lowers_ana_s_limit_and_sends_her_to_lunch(server: RunningServer, ana: Desk, sam: SamsBoard) -> None:
    await sam.page.get_by_role("button", name="Ana", exact=True).click()
    sheet = sam.page.get_by_role("dialog", name="Ana")
    await sheet.get_by_role("button", name="2", exact=True).click()
    await expect(sheet.get_by_text("Ana's chat limit is now 2")).to_be_visible()
    await expect(sheet.get_by_role("button", name="2", exact=True)).to_have_attribute("aria-pressed", "true")
    await expect(ana.page.locator("#strip-slots")).to_have_text("0 / 2")
    async with stores_of(server) as stores:
        assert (await stores.directory.read()).members["ana"].limit == 2
    await sheet.get_by_role("button", name="Away").click()
    await expect(ana.page.locator("body")).to_have_attribute("data-status", "away")
    await expect(sam.page.locator("#agent-ana .state")).to_contain_text("Away")


async def test_sam_sees_ana_s_breather_and_ends_it(server: RunningServer, ana: Desk, sam: SamsBoard) -> None:
    await ana.page.keyboard.press("Alt+KeyP")
    state = sam.page.locator("#agent-ana .state")
    await expect(state).to_contain_text("Breather")
    await expect(state.locator("[data-until]")).to_contain_text(":")
    await ana.page.reload()
    await expect(ana.page.locator("#strip-status")).to_contain_text("Breather")
    vera = await Vera.comes(server, "hello")
    await expect(sam.page.locator("#queue-support")).to_contain_text("1")
    await expect(ana.page.locator("#pane-1")).to_have_attribute("data-free", "")
    await sam.page.get_by_role("button", name="Ana", exact=True).click()
    await sam.page.get_by_role("dialog", name="Ana").get_by_role("button", name="Online").click()
    await expect(ana.page.locator("#pane-1 h2")).to_have_text("Vera")
    await expect(state).not_to_contain_text("Breather")
    await vera.goes()


async def test_a_killed_server_is_said_and_come_back_from(server: RunningServer, ana: Desk, sam: SamsBoard) -> None:
    vera = await Vera.comes(server, "hello")
    await expect(sam.page.locator(sam.slot("ana"))).to_be_visible()
    server.kill()
    await expect(sam.page.locator("#stale").get_by_text("No connection since")).to_be_visible()
    await expect(sam.page.locator(sam.slot("ana"))).to_have_attribute("data-state", "stale")
    await server.start()
    await expect(sam.page.locator("body")).not_to_have_attribute("data-stale", "", timeout=20_000)
    await expect(sam.page.locator("#age")).to_contain_text("data 0.")
    for desk in (ana, sam):
        desk.complaints.clear()  # the browser grumbles about each connection refused
    await vera.goes()


async def test_console_and_board_lead_to_each_other(server: RunningServer, sam: SamsBoard) -> None:
    await sam.page.get_by_role("link", name="Console").click()
    await sam.page.wait_for_selector('body.desk[data-link="ready"]')
    await sam.page.locator("details.me > summary").click()  # the console's links stand in the menu with one's name
    async with sam.page.context.expect_page() as opened:  # in a tab of their own: the chats stay where they are
        await sam.page.locator("#places").get_by_role("link", name="Board").click()
    await (await opened.value).wait_for_selector('body.board[data-link="ready"]')


async def test_an_agent_has_no_board(server: RunningServer, ana: Desk) -> None:
    assert await ana.page.get_by_role("link", name="Board").count() == 0
    response = await ana.page.goto(f"{server.url}/board")
    assert response is not None
    assert response.status == 403
    ana.complaints.clear()  # the browser reports the 403
