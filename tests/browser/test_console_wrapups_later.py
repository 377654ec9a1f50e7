"""Wrap-ups left for later: a key frees the pane, and a panel gives their reasons by digits in a quiet moment."""

import pytest
from playwright.async_api import BrowserContext, Page, expect

from console.protocol import Nack
from tests.browser.console_chats import Play, now
from tests.browser.console_scenes import SCENES
from tests.browser.console_stage import Stage, open_console
from tests.support.eventually import eventually


async def in_wrap_up(stage: Stage, desk: Page, *plays: Play) -> None:
    """These chats, each in the wrap-up that keeps its pane."""
    await stage.play(*plays)
    for one in plays:
        await stage.show(one, one.visitor_ends(wrapup=60_000))
        await desk.locator(f"#pane-{one.line.slot} .labels[data-wraps=true]").wait_for()


async def three_left(stage: Stage, desk: Page) -> None:
    names = ("Giulia", "Marco", "Kim")
    await stage.lists(*(Play(f"c{n}", 1, name) for n, name in enumerate(names)))
    await expect(desk.locator("#wrapups-open")).to_be_visible()


async def test_later_frees_the_pane_and_keeps_the_chat_in_the_list(stage: Stage, desk: Page) -> None:
    await in_wrap_up(stage, desk, Play("c1", 1, "Giulia"), Play("c2", 2, "Marco"))
    await desk.keyboard.press("Alt+Digit1")
    await desk.keyboard.press("Tab")
    await desk.keyboard.type("vip,")
    await desk.keyboard.press("Alt+KeyG")
    label = (await stage.hears("label"))[0]
    assert (label["chat"], label["reason"], label["tags"], label["later"]) == ("c1", "", ["vip"], True)
    assert "done" not in label
    await expect(desk.locator("#pane-1 .labels")).to_have_count(0)
    await expect(desk.locator("#pane-2 .labels")).to_be_visible()
    await expect(desk.locator("#wrapups-open")).to_have_accessible_name("1 to wrap up")


async def test_from_elsewhere_later_frees_every_pane_in_wrap_up(stage: Stage, desk: Page) -> None:
    await in_wrap_up(stage, desk, Play("c1", 1, "Giulia"), Play("c2", 2, "Marco"))
    await stage.play(Play("c3", 3, "Dana"))
    box = desk.get_by_label("Reply to Dana")
    await box.press_sequentially("half a ")
    await desk.keyboard.press("Alt+KeyG")
    await stage.hears("label", 2)
    await expect(desk.locator("#announcer")).to_contain_text("2 chats to wrap up later")
    await expect(desk.locator("#wrapups-open")).to_contain_text("2 to wrap up")
    await desk.keyboard.type("sentence")
    await expect(box).to_have_value("half a sentence")


async def test_later_has_a_button_in_the_wrap_up_only(stage: Stage, desk: Page) -> None:
    play = Play("c1", 1, "Giulia")
    await stage.play(play)
    await desk.get_by_label("Reply to Giulia").focus()
    await desk.keyboard.press("Alt+KeyL")
    later = desk.locator("#pane-1 .labels [data-act=later]")
    await expect(later).to_be_hidden()
    await stage.show(play, play.visitor_ends(wrapup=60_000))
    await expect(later).to_be_visible()
    await later.press("Enter")
    assert (await stage.hears("label"))[0]["later"] is True


async def test_digits_give_the_reasons_one_chat_after_the_other(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c9", 4, "Dana"))
    box = desk.get_by_label("Reply to Dana")
    await box.press_sequentially("half a ")
    await three_left(stage, desk)
    await desk.keyboard.press("Alt+KeyR")
    panel = desk.get_by_role("dialog", name="To wrap up")
    await expect(panel).to_contain_text("Giulia")
    await expect(panel).to_contain_text("1 of 3")
    await expect(panel.get_by_role("link", name="View chat")).to_have_attribute("href", "/chats/c0")
    await desk.keyboard.press("2")
    await expect(panel).to_contain_text("Marco")
    await desk.keyboard.press("1")
    await expect(panel).to_contain_text("Kim")
    await desk.keyboard.press("0")
    await expect(panel).to_contain_text("Everything is wrapped up.")
    given = [(one["chat"], one["reason"], one["done"]) for one in await stage.hears("label", 3)]
    assert given == [("c0", "Invoice", True), ("c1", "Playback", True), ("c2", "", True)]
    await desk.keyboard.press("Escape")
    await expect(box).to_be_focused()
    await desk.keyboard.type("sentence")
    await expect(box).to_have_value("half a sentence")
    await expect(desk.locator("#wrapups-open")).to_be_hidden()


async def test_a_wrong_digit_is_corrected_with_previous(stage: Stage, desk: Page) -> None:
    await three_left(stage, desk)
    await desk.keyboard.press("Alt+KeyR")
    await desk.keyboard.press("1")
    await expect(desk.locator("#wrapups-name")).to_have_text("Marco")
    await desk.keyboard.press("ArrowUp")
    await expect(desk.locator("#wrapups-name")).to_have_text("Giulia")
    await expect(desk.locator("#wrapups-reasons [aria-pressed=true]")).to_have_text("1 Playback")
    await desk.keyboard.press("3")
    given = [(one["chat"], one["reason"]) for one in await stage.hears("label", 2)]
    assert given == [("c0", "Playback"), ("c0", "Account")]
    await expect(desk.locator("#wrapups-name")).to_have_text("Marco")


async def test_the_chat_on_show_stays_under_the_finger_when_the_list_changes(stage: Stage, desk: Page) -> None:
    """It went from the list, since its visitor wrote again: the digit does not reach the next one."""
    await three_left(stage, desk)
    await desk.keyboard.press("Alt+KeyR")
    await expect(desk.locator("#wrapups-name")).to_have_text("Giulia")
    del stage.to_wrap_up[0]
    stage.refusals["label"] = "not_found"
    await stage.push(stage.strip())
    await eventually(lambda: desk.locator("#strip-wrapups > span").count(), "the list to change")
    await expect(desk.locator("#strip-wrapups > span")).to_have_count(2)
    await expect(desk.locator("#wrapups-name")).to_have_text("Giulia")
    await desk.keyboard.press("1")
    assert (await stage.hears("label"))[0]["chat"] == "c0"
    await expect(desk.locator("#announcer")).to_contain_text("Giulia:")


async def test_a_reason_that_is_being_typed_stays_when_the_list_grows(stage: Stage, desk: Page) -> None:
    await stage.lists(Play("c1", 1, "Giulia", queue="billing"))
    await expect(desk.locator("#wrapups-open")).to_be_visible()
    await desk.keyboard.press("Alt+KeyR")
    await desk.keyboard.type("Charged ")
    await stage.lists(Play("c2", 1, "Marco", queue="billing"))
    await expect(desk.locator("#wrapups-place")).to_have_text("1 of 2")
    await desk.keyboard.type("twice")
    await desk.keyboard.press("Enter")
    assert (await stage.hears("label"))[0]["reason"] == "Charged twice"


async def test_the_digits_work_on_when_the_list_grows(stage: Stage, desk: Page) -> None:
    await three_left(stage, desk)
    await desk.keyboard.press("Alt+KeyR")
    await stage.lists(Play("c7", 1, "Dana"))
    await expect(desk.locator("#wrapups-place")).to_have_text("1 of 4")
    await desk.keyboard.press("2")
    assert (await stage.hears("label"))[0]["chat"] == "c0"


async def test_enter_held_down_gives_one_reason_only(stage: Stage, desk: Page) -> None:
    await three_left(stage, desk)
    await desk.keyboard.press("Alt+KeyR")
    for _ in range(4):  # the first one is the press, the others repeat it
        await desk.keyboard.down("Enter")
    await desk.keyboard.up("Enter")
    await expect(desk.locator("#wrapups-name")).to_have_text("Marco")
    await desk.keyboard.press("2")
    assert [one["chat"] for one in await stage.hears("label", 2)] == ["c0", "c1"]


async def test_a_reason_that_is_refused_after_the_list_was_closed_is_asked_again(stage: Stage, desk: Page) -> None:
    await stage.lists(Play("c1", 1, "Giulia"))
    await expect(desk.locator("#wrapups-open")).to_be_visible()
    stage.answering = False
    await desk.keyboard.press("Alt+KeyR")
    await desk.keyboard.press("1")
    await desk.keyboard.press("Escape")
    await expect(desk.locator("#wrapups-open")).to_be_hidden()
    await stage.send(Nack((await stage.hears("label"))[0]["cid"], "not_found", "Not found.", final=True))
    await expect(desk.locator("#wrapups-open")).to_contain_text("1 to wrap up")


async def test_closing_the_list_returns_to_the_pane_whose_chat_has_gone(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c9", 4, "Dana"))
    await desk.get_by_label("Reply to Dana").focus()
    await three_left(stage, desk)
    await desk.keyboard.press("Alt+KeyR")
    await stage.leave(4, then=Play("c8", 4, "Luca"))
    await expect(desk.get_by_label("Reply to Luca")).to_be_visible()
    await desk.keyboard.press("Escape")
    await expect(desk.locator("#pane-4")).to_be_focused()


async def test_the_list_is_there_after_a_reload_and_in_a_second_tab(
    stage: Stage, desk: Page, context: BrowserContext
) -> None:
    await three_left(stage, desk)
    await desk.reload()
    await expect(desk.locator("#wrapups-open")).to_contain_text("3 to wrap up")
    other = await open_console(stage, context)
    await expect(other.locator("#wrapups-open")).to_contain_text("3 to wrap up")


async def test_a_queue_without_reasons_takes_free_text_later_too(stage: Stage, desk: Page) -> None:
    await stage.lists(Play("c1", 1, "Giulia", queue="billing"))
    await expect(desk.locator("#wrapups-open")).to_be_visible()
    await desk.keyboard.press("Alt+KeyR")
    await desk.keyboard.type("Charged 2 times")
    await desk.keyboard.press("Enter")
    assert (await stage.hears("label"))[0]["reason"] == "Charged 2 times"


async def test_a_quiet_moment_offers_the_list_and_moves_no_focus(stage: Stage, desk: Page) -> None:
    chat = Play("c9", 4, "Dana")
    chat.visitor_says("hello", due=60_000)
    await stage.play(chat)
    box = desk.get_by_label("Reply to Dana")
    await box.focus()
    await three_left(stage, desk)
    await expect(desk.locator("#wrapups-open[data-quiet]")).to_have_count(0)
    chat.due = 0
    await stage.push(stage.pane(4), due={"c9": 0})
    await expect(desk.locator("#wrapups-open[data-quiet]")).to_be_visible()
    await expect(desk.locator("#announcer")).to_contain_text("No clock is running. 3 chats to wrap up.")
    await expect(box).to_be_focused()
    await stage.push(stage.pane(4), due={"c9": now() + 60_000})
    await expect(desk.locator("#wrapups-open[data-quiet]")).to_have_count(0)


@pytest.mark.parametrize("width", [1366, 1600, 1700, 1920])
async def test_the_list_that_appears_moves_no_pane(stage: Stage, context: BrowserContext, width: int) -> None:
    desk = await open_console(stage, context, width=width)
    await SCENES["full"](stage, desk)
    await desk.locator("#sound-open").click()  # the sound is on: one's own figures stand there
    await desk.keyboard.press("Escape")
    before = await desk.locator("#pane-1").bounding_box()
    await three_left(stage, desk)
    assert await desk.locator("#pane-1").bounding_box() == before


async def test_going_to_a_pane_closes_the_list(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c9", 4, "Dana"))
    await three_left(stage, desk)
    await desk.keyboard.press("Alt+KeyR")
    await expect(desk.locator("#wrapups")).to_be_visible()
    await desk.keyboard.press("Alt+Digit4")
    await expect(desk.locator("#wrapups")).to_be_hidden()
    await expect(desk.get_by_label("Reply to Dana")).to_be_focused()
    assert stage.said("label") == []
