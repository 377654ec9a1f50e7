"""What Sam does on his board with keyboard and mouse."""

import re

import pytest
from playwright.async_api import Page, expect

from console.events import Author, Ended, Message
from console.protocol import Nack
from tests.browser.board_scenes import SCENES, busy, look_on, watched
from tests.browser.board_stage import BoardStage

ROWS = "[...document.querySelectorAll('.agent:not([hidden])')].map(one => one.id)"


# --- keys --------------------------------------------------------------------------------------------


async def test_the_most_urgent_clock_is_one_key_away(board_stage: BoardStage, page: Page) -> None:
    await busy(board_stage, page)
    await page.keyboard.press("Alt+KeyJ")
    slot = page.locator('#agent-ana .slot[data-slot="3"]')
    await expect(slot).to_be_focused()
    await expect(slot).to_have_attribute(
        "aria-label", re.compile(r"^Ana Conti, slot 3: 김서연, Billing\. late, late by \d")
    )
    await page.keyboard.press("Enter")
    assert (await board_stage.hears("watch"))[0]["chat"] == "ana3"
    await page.keyboard.press("Escape")
    await expect(slot).to_be_focused()
    assert board_stage.said("watch")[-1] == {"t": "watch", "chat": "ana3", "on": False}


async def test_arrows_go_from_slot_to_slot_and_from_row_to_row(board_stage: BoardStage, page: Page) -> None:
    await busy(board_stage, page)
    await page.locator('#agent-ana .slot[data-slot="1"]').focus()
    for key, agent, slot in (
        ("ArrowRight", "ana", 2),
        ("ArrowDown", "ben", 2),
        ("ArrowLeft", "ben", 1),
        ("ArrowDown", "chiara", 1),
        ("ArrowUp", "ben", 1),
    ):
        await page.keyboard.press(key)
        await expect(page.locator(f'#agent-{agent} .slot[data-slot="{slot}"]')).to_be_focused()


async def test_one_slot_of_a_row_is_on_the_way_of_the_tab_key(board_stage: BoardStage, page: Page) -> None:
    await busy(board_stage, page)
    reached = "[...document.querySelectorAll('#agent-ana button.slot')].filter(one => one.tabIndex === 0).length"
    assert await page.evaluate(reached) == 1


# --- acting ------------------------------------------------------------------------------------------


async def test_a_refusal_is_told_in_words_and_nothing_is_lost(board_stage: BoardStage, page: Page) -> None:
    await watched(board_stage, page)
    board_stage.nacks["whisper"] = Nack("", "chat_full", "This chat has reached its maximum length.", True)
    box = page.locator("#watch-whisper")
    await box.fill("one more thing")
    await box.press("Enter")
    await expect(page.locator("#watch [data-note]")).to_have_text("This chat has reached its maximum length.")
    await expect(box).to_have_value("one more thing")


async def test_a_half_typed_whisper_waits_for_sam_to_come_back_to_its_chat(board_stage: BoardStage, page: Page) -> None:
    await watched(board_stage, page)
    box = page.locator("#watch-whisper")
    await box.fill("offer the ref")
    await page.locator('#agent-ana .slot[data-slot="1"]').click()
    await expect(box).to_have_value("")
    await page.locator('#agent-ana .slot[data-chat="ana3"]').click()
    await expect(box).to_have_value("offer the ref")
    await page.keyboard.press("Escape")
    await page.locator('#agent-ana .slot[data-chat="ana3"]').click()
    await expect(box).to_have_value("offer the ref")


async def test_the_focus_stays_in_the_panel_when_the_chat_ends_before_the_move(
    board_stage: BoardStage, page: Page
) -> None:
    await SCENES["moving"](board_stage, page)
    await page.get_by_role("combobox", name="To").focus()
    board_stage.floor.picture.chats["ana3"].place = "ended"
    at = board_stage.store.now()
    await board_stage.tells("ana3", Ended(at, "ana3", 6, 5, why="visitor", agent="ana"))
    await expect(page.locator("#watch [data-extra]")).to_be_hidden()
    await expect(page.locator("#watch-whisper")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator("#watch")).to_be_hidden()


async def test_a_held_enter_whispers_once_and_an_empty_box_never(board_stage: BoardStage, page: Page) -> None:
    await watched(board_stage, page)
    box = page.locator("#watch-whisper")
    await box.press("Enter")
    await box.fill("once")
    await box.dispatch_event("keydown", {"key": "Enter", "repeat": True, "bubbles": True})
    assert board_stage.said("whisper") == []
    await box.press("Enter")
    assert [frame["text"] for frame in await board_stage.hears("whisper")] == ["once"]


async def test_what_is_said_in_the_chat_comes_into_the_panel_once_and_in_its_place(
    board_stage: BoardStage, page: Page
) -> None:
    await watched(board_stage, page)
    words = Message(
        board_stage.store.now(), "ana3", 6, 5, by="visitor", author=Author("v"), cid="x" * 22, text="<img src=x> hello"
    )
    for _ in range(2):
        await board_stage.tells("ana3", words)
    await expect(page.locator("#watch .m p").last).to_have_text("<img src=x> hello")
    assert await page.locator('#watch .m[data-seq="6"]').count() == 1
    assert await page.locator("#watch img").count() == 0


async def test_after_a_loss_the_panel_looks_on_again(board_stage: BoardStage, page: Page) -> None:
    await watched(board_stage, page)
    await board_stage.close(1012)
    await board_stage.hears("watch", 2)


async def test_a_move_that_waited_too_long_is_not_done(board_stage: BoardStage, page: Page) -> None:
    await SCENES["moving"](board_stage, page)
    board_stage.refusing = True
    await board_stage.close(1012)
    await page.locator("body[data-stale]").wait_for()
    await page.get_by_role("combobox", name="To").select_option("Support")
    await page.get_by_role("button", name="Move the chat").click()
    await page.evaluate("const now = Date.now; Date.now = () => now() + 60_000")
    board_stage.refusing = False
    await expect(page.locator("#stale")).to_be_hidden(timeout=15_000)
    await expect(page.locator("#watch [data-note]")).to_contain_text("Not done. The connection was lost for too long.")
    assert board_stage.said("move") == []


async def test_the_choices_of_a_move_are_those_who_can_take_it(board_stage: BoardStage, page: Page) -> None:
    await SCENES["moving"](board_stage, page)
    options = page.get_by_role("combobox", name="To").locator("option")
    await expect(options).to_have_text(["Choose…", "Premium", "Billing", "Support", "Ben Okafor (3)"])


@pytest.mark.parametrize(("channel", "people"), [("web", ["Ben Okafor (4)"]), ("sms", ["Kim (2)"])])
async def test_a_move_offers_those_with_a_free_slot_for_such_a_chat(
    board_stage: BoardStage, page: Page, channel: str, people: list[str]
) -> None:
    await busy(board_stage, page)
    floor = board_stage.floor
    floor.agent("kim", name="Kim", limit=1, channel_slots=2)
    floor.holds("kim", 1)
    ben = floor.picture.agents["ben"]
    ben.channel_slots, ben.aside = 1, 1
    floor.picture.chats["ana3"].channel = channel
    board_stage.change()
    await page.locator('#agent-kim[data-free-aside="2"]').wait_for()
    await look_on(board_stage, page)
    await page.locator("#watch").get_by_text("Move", exact=True).click()
    options = page.get_by_role("combobox", name="To").locator("optgroup[label='Agents with a free slot'] option")
    await expect(options).to_have_text(people)


async def test_the_sheet_offers_no_limit_that_slots_for_other_channels_rule_out(
    board_stage: BoardStage, page: Page
) -> None:
    await busy(board_stage, page)
    board_stage.floor.agent("kim", name="Kim", limit=1, channel_slots=2)
    board_stage.change()
    await page.locator("#agent-kim").get_by_role("button", name="Kim").click()
    limits = page.get_by_role("dialog", name="Kim").get_by_role("group", name="Chat limit").get_by_role("button")
    await expect(limits).to_have_text(["1", "2", "3", "4"])


# --- finding -----------------------------------------------------------------------------------------


async def test_sam_finds_who_is_late_or_a_name_or_a_queue(board_stage: BoardStage, page: Page) -> None:
    await busy(board_stage, page)
    await page.get_by_label("Show").select_option("late")
    assert await page.evaluate(ROWS) == ["agent-ana"]
    await page.get_by_label("Show").select_option("all")
    assert "agent-eve" in await page.evaluate(ROWS)
    await page.get_by_label("Name").fill("oka")
    assert await page.evaluate(ROWS) == ["agent-ben"]
    await page.get_by_label("Name").fill("nobody")
    await expect(page.get_by_text("No agents match these filters.")).to_be_visible()
    await page.get_by_label("Name").fill("")
    await page.get_by_role("combobox", name="Queue").select_option("Support")
    assert "agent-eve" not in await page.evaluate(ROWS)


async def test_the_filters_stay_when_the_board_is_loaded_again(board_stage: BoardStage, page: Page) -> None:
    await busy(board_stage, page)
    await page.get_by_label("Show").select_option("all")
    await page.get_by_role("combobox", name="Queue").select_option("Support")
    await page.get_by_label("Name").fill("a")
    listed = await page.locator(".agent:visible").evaluate_all("rows => rows.map((row) => row.id)")
    await page.reload()
    await expect(page.locator(".agent:visible")).to_have_count(len(listed))
    assert await page.locator(".agent:visible").evaluate_all("rows => rows.map((row) => row.id)") == listed
    await expect(page.get_by_role("combobox", name="Queue")).to_have_value("support")
    await expect(page.get_by_label("Name")).to_have_value("a")


async def test_sam_sees_one_channel_alone(board_stage: BoardStage, page: Page) -> None:
    await busy(board_stage, page)
    choice = page.get_by_role("combobox", name="Channel")
    await expect(choice).to_be_hidden()
    mail = board_stage.floor.waits(
        "mail", name="Erika", queue="billing", for_ms=3_600_000, due=9_000_000, channel="email"
    )
    board_stage.change()
    await expect(choice.locator("option")).to_have_text(["All channels", "Live chat", "E-mail"])
    billing = page.locator("#queue-billing")
    await billing.locator(".line summary").click()
    waiting = billing.locator(".line li:visible button")
    await expect(waiting).to_have_text(["Visitor 0", "Visitor 1", "Visitor 2", "Erika"])
    await choice.select_option("E-mail")
    await expect(waiting).to_have_text(["Erika"])
    await expect(billing.locator(".channels tbody tr:visible th")).to_have_text(["E-mail"])
    await expect(page.locator(".queue[data-queue]:visible")).to_have_count(1)
    mail.name = "Erika M."
    board_stage.change()
    await expect(waiting, "what is drawn anew stays filtered").to_have_text(["Erika M."])
    await choice.select_option("Live chat")
    await expect(waiting).to_have_text(["Visitor 0", "Visitor 1", "Visitor 2"])
    await expect(page.locator(".queue[data-queue]:visible"), "all queues have live chats").to_have_count(3)


async def test_empty_floors_say_what_will_stand_there_and_how_to_get_it(board_stage: BoardStage, page: Page) -> None:
    await expect(page.get_by_text("No agents here yet.")).to_be_visible()
    await expect(page.locator("#queue-support .alerts")).to_contain_text("Nobody is online")
    await expect(page.get_by_text("No late answers yet.")).to_be_visible()
    await SCENES["no_queues"](board_stage, page)
    await expect(page.get_by_text("No queues yet.")).to_be_visible()
