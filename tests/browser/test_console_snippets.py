"""Snippets: a code after a semicolon becomes a reply, and what was typed is one key away."""

import pytest
from playwright.async_api import Locator, Page, expect

from console.domain.directory import Canned
from tests.browser.console_chats import Play
from tests.browser.console_stage import Stage
from tests.browser.side_panels import replies_ready
from tests.browser.test_console_keys import press

THANKS = Canned("k1", "Thanks", "Thank you, {first_name}!", snippet="ty")
PARCEL = Canned("k2", "Parcel", "Parcels take two days.", "queue", "support", "eta")
REFUND = Canned("k3", "Refund", "Your refund for {field:order} is on its way.", snippet="rf")
LINES = Canned("k4", "Steps", "1. Restart it.\n2. Try again.", snippet="steps")


async def giulia(stage: Stage, desk: Page, name: str = "Giulia Ferri", **line: object) -> Locator:
    """Giulia's composer, focused; the replies are here as soon as a semicolon is typed."""
    stage.side.replies = [PARCEL, THANKS, REFUND, LINES]
    await stage.play(Play("c1", 1, name, **line))
    box = desk.locator("#pane-1 textarea")
    await box.focus()
    async with desk.expect_response("**/canned.json"):
        await box.press(";")
    await replies_ready(desk)
    await box.fill("")
    return box


async def caret(box: Locator) -> int:
    place: int = await box.evaluate("box => box.selectionStart")
    return place


async def test_a_code_and_a_space_become_the_reply_filled_in(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    await box.press_sequentially(";ty ")
    await expect(box).to_have_value("Thank you, Giulia! ")
    assert await caret(box) == len("Thank you, Giulia! ")
    assert stage.said("say") == []
    await box.press("Enter")
    said = (await stage.hears("say"))[0]
    assert (said["text"], said["canned"]) == ("Thank you, Giulia!", THANKS.id)


async def test_tab_and_enter_insert_it_and_the_next_enter_sends(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    await box.press_sequentially(";eta")
    await box.press("Tab")
    await expect(box).to_have_value("Parcels take two days.")
    await expect(box).to_be_focused()
    await box.press_sequentially(" ;ty")
    await box.press("Enter")
    await expect(box).to_have_value("Parcels take two days. Thank you, Giulia!")
    assert stage.said("say") == []
    await box.press("Enter")
    said = (await stage.hears("say"))[0]
    assert said["text"] == "Parcels take two days. Thank you, Giulia!"
    assert "canned" not in said


async def test_the_button_inserts_it_too_before_it_sends(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    await box.press_sequentially(";eta")
    await desk.locator("#pane-1 .send").click()
    await expect(box).to_have_value("Parcels take two days.")
    assert stage.said("say") == []
    await desk.locator("#pane-1 .send").click()
    assert (await stage.hears("say"))[0]["canned"] == PARCEL.id


async def test_in_the_middle_of_a_text_the_rest_stays_where_it_is(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    await box.fill("Hello!\nBye")
    await box.evaluate("box => box.setSelectionRange(7, 7)")
    await box.press_sequentially(";steps ")
    await expect(box).to_have_value("Hello!\n1. Restart it.\n2. Try again. Bye")
    await box.press_sequentially("So ")
    await expect(box).to_have_value("Hello!\n1. Restart it.\n2. Try again. So Bye")


@pytest.mark.parametrize("end", [" ", ""], ids=["space", "tab"])
async def test_one_backspace_gives_back_what_was_typed_and_it_stays(stage: Stage, desk: Page, end: str) -> None:
    box = await giulia(stage, desk)
    await box.press_sequentially(f"So ;ty{end}")
    if not end:
        await box.press("Tab")
    await expect(box).to_have_value(f"So Thank you, Giulia!{end}")
    await box.press("Backspace")
    await expect(box).to_have_value(f"So ;ty{end}")
    await box.press_sequentially(" is")
    await box.press("Enter")
    assert (await stage.hears("say"))[0]["text"] == f"So ;ty{end} is"
    await box.press_sequentially(";ty ")
    await expect(box).to_have_value("Thank you, Giulia! ")


async def test_so_does_the_browsers_undo(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    await box.press_sequentially("So ;ty ")
    await expect(box).to_have_value("So Thank you, Giulia! ")
    await box.press("Control+z")
    await expect(box).to_have_value("So ;ty ")
    await box.press("Enter")
    assert (await stage.hears("say"))[0]["text"] == "So ;ty"


async def test_a_later_backspace_deletes_one_character(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    await box.press_sequentially(";ty x")
    await box.press("Backspace")
    await expect(box).to_have_value("Thank you, Giulia! ")
    await box.press("Backspace")
    await expect(box).to_have_value("Thank you, Giulia!")


async def test_escape_keeps_it_as_text(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    await box.press_sequentially(";ty")
    await box.press("Escape")
    await box.press_sequentially(" it")
    await expect(box).to_have_value(";ty it")
    await box.press("Enter")
    assert (await stage.hears("say"))[0]["text"] == ";ty it"


@pytest.mark.parametrize(
    ("typed", "stands"),
    [
        ("see http://x;ty now", "see http://x;ty now"),
        ("see https://x/(;ty now", "see https://x/(;ty now"),
        ("a;ty b", "a;ty b"),
        ("don't ;tyx it", "don't ;tyx it"),
        (";nobody ", ";nobody "),
        ("wink ;) ", "wink ;) "),
        (";TY, so", "Thank you, Giulia!, so"),
        ("(;eta) ", "(Parcels take two days.) "),
        ("Hi ;n, hello", "Hi Giulia, hello"),
        ("¿;n?", "¿Giulia?"),
        ("谢谢；eta ", "谢谢Parcels take two days. "),
        ("؛eta ", "Parcels take two days. "),
    ],
    ids=str,
)
async def test_it_is_a_word_of_its_own_and_never_part_of_an_address(
    stage: Stage, desk: Page, typed: str, stands: str
) -> None:
    box = await giulia(stage, desk)
    await box.press_sequentially(typed)
    await expect(box).to_have_value(stands)


async def test_what_is_pasted_stays_as_it_is(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    await desk.keyboard.insert_text("say ;ty ")
    await expect(box).to_have_value("say ;ty ")


async def test_a_composition_is_not_disturbed_and_what_it_ended_with_counts(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    tools = await desk.context.new_cdp_session(desk)
    await box.press(";")
    await tools.send("Input.imeSetComposition", {"text": "eta", "selectionStart": 3, "selectionEnd": 3})
    assert not await press(desk, "Tab", "Tab", isComposing=True)
    assert not await press(desk, "Enter", "Enter", isComposing=True)
    await expect(box).to_have_value(";eta")
    await tools.send("Input.insertText", {"text": "eta"})
    await expect(box).to_have_value(";eta")
    await box.press("Space")
    await expect(box).to_have_value("Parcels take two days. ")


async def test_it_works_in_a_note(stage: Stage, desk: Page) -> None:
    await giulia(stage, desk)
    await desk.keyboard.press("Alt+KeyM")
    note = desk.get_by_label("Internal note: Giulia Ferri can't see it")
    await note.press_sequentially(";n asked. ;eta ")
    await expect(note).to_have_value("Giulia asked. Parcels take two days. ")
    await note.press("Enter")
    assert (await stage.hears("note"))[0]["text"] == "Giulia asked. Parcels take two days."


async def test_ones_own_comes_before_the_queues_and_that_before_the_shared(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    mine, queues, shared = (
        Canned("a", "A", "Mine.", "member", "ana", "eta"),
        Canned("b", "B", "Billing's.", "queue", "billing", "eta"),
        Canned("c", "C", "Everyone's.", snippet="eta"),
    )
    for replies, stands in (([mine, PARCEL, shared], mine.text), ([queues, shared], shared.text)):
        stage.side.replies = replies
        await desk.reload()
        await box.focus()
        async with desk.expect_response("**/canned.json"):
            await box.press(";")
        await replies_ready(desk)
        await box.press_sequentially("eta ")
        await expect(box).to_have_value(f"{stands} ")
        await box.fill("")


async def test_a_placeholder_that_nobody_knows_is_selected(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    await box.press_sequentially(";rf ")
    await expect(box).to_have_value("Your refund for {field:order} is on its way. ")
    assert await box.evaluate("box => box.value.slice(box.selectionStart, box.selectionEnd)") == "{field:order}"


async def test_a_visitor_without_a_name_has_no_first_name(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk, name="")
    await box.press_sequentially("Hi ;n ")
    await expect(box).to_have_value("Hi ;n ")


async def test_replies_that_come_late_are_inserted_by_enter(stage: Stage, desk: Page) -> None:
    stage.side.replies = [THANKS]
    stage.side.written.clear()
    await stage.play(Play("c1", 1, "Giulia"))
    box = desk.get_by_label("Reply to Giulia")
    await box.press_sequentially(";ty ")
    await expect(box).to_have_value(";ty ")
    stage.side.written.set()
    await replies_ready(desk)
    await box.press("Enter")
    await expect(box).to_have_value("Thank you, Giulia! ")
    assert stage.said("say") == []


async def test_the_menu_shows_the_code_and_finds_it(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    await box.press_sequentially("/rf")
    rows = desk.locator("#canned [role=option]")
    await expect(rows.first.locator("b")).to_have_text("Refund")
    await expect(rows.first.locator("kbd")).to_have_text(";rf")
