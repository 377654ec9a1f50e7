"""The board stays still: nothing moves under the pointer, and old data never looks current."""

import re

from playwright.async_api import BrowserContext, Page, WebSocketRoute, expect

from tests.browser.board_scenes import SCENES, busy
from tests.browser.board_stage import BoardStage

ROWS = "[...document.querySelectorAll('.agent:not([hidden])')].map(one => one.id)"


# --- nothing moves -----------------------------------------------------------------------------------


async def test_rows_stand_by_name_whatever_happens_in_them(board_stage: BoardStage, page: Page) -> None:
    await busy(board_stage, page)
    order = await page.evaluate(ROWS)
    assert order == ["agent-ana", "agent-ben", "agent-chiara", "agent-deniz"]
    board_stage.floor.picture.agents["deniz"].status = "online"
    board_stage.floor.holds("deniz", 2, due=-60_000, queue="support")
    board_stage.change()
    await page.locator('#agent-deniz .slot[data-state="late"]').wait_for()
    assert await page.evaluate(ROWS) == order


async def test_nobody_comes_or_goes_under_the_pointer(board_stage: BoardStage, page: Page) -> None:
    await busy(board_stage, page)
    await page.locator("#agent-chiara").hover()
    board_stage.floor.agent("aaron", name="Aaron")
    del board_stage.floor.picture.agents["ben"]
    board_stage.floor.picture.agents["deniz"].reason = "Training"
    board_stage.change()
    await expect(page.locator("#agent-deniz .state")).to_contain_text("Training")  # in its place all is current
    assert await page.evaluate(ROWS) == ["agent-ana", "agent-ben", "agent-chiara", "agent-deniz"]
    await page.mouse.move(5, 5)
    await page.locator("#agent-aaron").wait_for()
    assert await page.evaluate(ROWS) == ["agent-aaron", "agent-ana", "agent-chiara", "agent-deniz"]


async def test_late_answers_wait_while_somebody_reads_them(board_stage: BoardStage, page: Page) -> None:
    await busy(board_stage, page)
    first = page.locator("#lates li").first
    await expect(first).to_contain_text("Paolo")
    await first.hover()
    board_stage.floor.now = board_stage.store.now()
    board_stage.floor.late("ben", "new", 0, 0, 9_000, 0, ago=0)
    board_stage.change()
    await board_stage.hears("ping")
    await page.wait_for_timeout(1_200)
    await expect(first).to_contain_text("Paolo")
    await page.mouse.move(5, 5)
    await expect(page.locator("#lates li").first).to_contain_text("9.0 s")


async def test_cards_keep_their_size_when_alarms_come_and_go(board_stage: BoardStage, page: Page) -> None:
    box = await page.locator("#queue-billing").bounding_box()
    await busy(board_stage, page)
    await page.locator('#queue-billing[data-state="late"]').wait_for()
    after = await page.locator("#queue-billing").bounding_box()
    assert box is not None
    assert after is not None
    assert (box["height"], box["width"]) == (after["height"], after["width"])


async def test_what_is_pressed_is_what_is_opened_though_another_chat_came_meanwhile(
    board_stage: BoardStage, page: Page
) -> None:
    await busy(board_stage, page)
    slot = page.locator('#agent-ana .slot[data-slot="1"]')
    await slot.hover()
    await page.mouse.down()
    board_stage.floor.picture.chats["other"] = board_stage.floor._chat("other", "A stranger", place="active")
    board_stage.floor.picture.agents["ana"].held[1] = "other"
    board_stage.change()
    await page.locator('#agent-ana .slot[data-chat="other"]').wait_for()
    await page.mouse.up()
    assert (await board_stage.hears("watch"))[0]["chat"] == "ana1"


async def test_the_focus_and_an_open_line_survive_every_redrawing(board_stage: BoardStage, page: Page) -> None:
    await busy(board_stage, page)
    await page.locator("#queue-billing .line summary").click()
    slot = page.locator('#agent-ana .slot[data-slot="3"]')
    await slot.focus()
    board_stage.floor.waits("new", name="Nora", queue="billing", due=3_000)
    board_stage.floor.holds("ana", 3, name="Someone else", due=5_000, queue="billing")
    board_stage.change()
    await expect(page.locator("#queue-billing .line")).to_contain_text("Nora")
    await expect(slot).to_be_focused()


# --- how old it is -----------------------------------------------------------------------------------


async def test_the_age_of_what_is_shown_is_always_said(board_stage: BoardStage, page: Page) -> None:
    await busy(board_stage, page)
    await expect(page.locator("#age")).to_have_text(re.compile(r"data [01]\.\d s old"))
    assert await page.locator("#stale").is_hidden()


async def test_when_the_store_is_away_the_board_greys_and_says_so_once(board_stage: BoardStage, page: Page) -> None:
    await SCENES["stale"](board_stage, page)
    await expect(page.locator("#stale")).to_contain_text("The server can't reach its store")
    await expect(page.locator('#agent-ana .slot[data-slot="1"]')).to_have_attribute("data-digits", "?")
    assert "grayscale" in await page.locator(".queues").evaluate("one => getComputedStyle(one).filter")
    await expect(page.locator("#announcer")).to_contain_text("The server can't reach its store")
    board_stage.store.away = False
    await expect(page.locator("#stale")).to_be_hidden()
    await expect(page.locator("#announcer")).to_contain_text("The board is up to date again")


async def test_without_a_connection_it_says_since_when_and_comes_back_by_itself(
    board_stage: BoardStage, page: Page
) -> None:
    await SCENES["disconnected"](board_stage, page)
    await expect(page.locator("#stale")).to_contain_text("No connection since")
    board_stage.refusing = False
    await expect(page.locator("#stale")).to_be_hidden(timeout=15_000)
    assert await page.evaluate(ROWS) == ["agent-ana", "agent-ben", "agent-chiara", "agent-deniz"]


async def test_a_cut_that_is_not_noticed_yet_is_not_blamed_on_the_store(
    board_stage: BoardStage, context: BrowserContext
) -> None:
    page = await context.new_page()
    await page.route_web_socket("**/ws/board", lambda its: watch_line(its, heard))
    heard: list[bool] = []
    await page.goto(f"{board_stage.url}/board")
    await page.locator("#queue-billing").wait_for()
    heard.append(True)  # from now on nothing comes through
    await expect(page.locator("#stale")).to_contain_text("No updates from the server")


def watch_line(its: WebSocketRoute, cut: list[bool]) -> None:
    server = its.connect_to_server()
    server.on_message(lambda message: None if cut else its.send(message))


async def test_who_missed_offers_is_away_for_that_in_words(board_stage: BoardStage, page: Page) -> None:
    board_stage.floor.agent("ana", name="Ana", status="away", reason="missed_offers")
    board_stage.change()
    await expect(page.locator("#agent-ana .state")).to_contain_text("missed offers")


# --- alarms ------------------------------------------------------------------------------------------


async def test_there_is_one_live_region_and_it_says_alarms_only(board_stage: BoardStage, page: Page) -> None:
    assert await page.locator("[aria-live], [role=alert], [role=status]").count() == 1
    await page.wait_for_timeout(300)
    await page.evaluate("document.getElementById('announcer').textContent = ''")
    await busy(board_stage, page)
    await expect(page.locator("#announcer")).to_contain_text("Billing: 2 promises broken, longest for")
    await expect(page).to_have_title(re.compile(r"^\(\d late\) Board"))
    await page.evaluate("document.getElementById('announcer').textContent = ''")
    board_stage.floor.picture.agents["ben"].reason = "x"
    board_stage.change()
    await page.wait_for_timeout(1_300)
    assert await page.locator("#announcer").text_content() == ""
