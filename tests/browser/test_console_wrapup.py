"""Contact reasons: asked for in the wrap-up, which has its own clock, and possible at any time before."""

import re

from playwright.async_api import Page, expect

from tests.browser.console_chats import Play, now
from tests.browser.console_stage import Stage

PRESS_AT_BIRTH = """() => new MutationObserver((_, watcher) => {
  const done = document.querySelector('.labels [data-act=done]');
  if (!done) return;
  watcher.disconnect();
  done.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }));
  done.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, detail: 1 }));
  done.closest('.labels').dataset.pressed = getComputedStyle(done).borderStyle;
}).observe(document.body, { childList: true, subtree: true })"""


async def ended(stage: Stage, desk: Page, *, within: int = 60_000, queue: str = "support") -> Play:
    """Giulia's chat, in its wrap-up."""
    play = Play("c1", 1, "Giulia", queue=queue)
    await stage.play(play)
    await expect(desk.get_by_label("Reply to Giulia")).to_be_visible()
    await stage.show(play, play.visitor_ends(wrapup=within))
    return play


async def test_after_the_end_the_pane_asks_for_reason_and_tags(stage: Stage, desk: Page) -> None:
    await ended(stage, desk, within=17_000)
    pane = desk.locator("#pane-1")
    await expect(pane.get_by_text("Wrap-up for Giulia: what was it about?")).to_be_visible()
    await expect(pane.get_by_role("radio")).to_have_count(4)
    await expect(pane.locator("header .clock")).to_have_attribute("data-kind", "wrapup")
    await expect(pane.locator("header .clock")).to_have_text(re.compile(r"^1\d$"))
    await expect(pane.get_by_label("Reply to Giulia")).to_have_count(0)
    await expect(pane.get_by_text("The visitor ended the chat")).to_be_visible()


async def test_reason_and_tags_are_set_by_keyboard_alone(stage: Stage, desk: Page) -> None:
    await ended(stage, desk)
    await desk.locator("#pane-1 .labels .reasons input").first.wait_for()
    await desk.keyboard.press("Alt+Digit1")
    await expect(desk.locator("#pane-1 .labels .reasons input").first).to_be_focused()
    await desk.keyboard.press("Space")  # the first reason
    await desk.keyboard.press("ArrowDown")
    await desk.keyboard.press("Tab")
    await desk.keyboard.type("refund")
    await desk.keyboard.press("Enter")
    await desk.keyboard.type("vip,")
    await desk.keyboard.press("Enter")
    label = (await stage.hears("label"))[0]
    assert (label["chat"], label["reason"], label["tags"], label["done"]) == ("c1", "Invoice", ["refund", "vip"], True)
    await expect(desk.locator("#pane-1 .labels:not([data-ended])")).to_have_count(0)


async def test_a_digit_chooses_a_reason_except_in_a_text_field(stage: Stage, desk: Page) -> None:
    await ended(stage, desk)
    await desk.locator("#pane-1 .labels .reasons input").first.wait_for()
    await desk.keyboard.press("Alt+Digit1")
    await desk.keyboard.press("3")
    await expect(desk.locator("#pane-1").get_by_label("Account")).to_be_checked()
    await expect(desk.locator("#pane-1").get_by_label("Account")).to_be_focused()
    await expect(desk.locator("#pane-1 .pick").nth(2)).to_have_text("3 Account")
    await desk.keyboard.press("9")  # there are four
    await expect(desk.locator("#pane-1").get_by_label("Account")).to_be_checked()
    tag = desk.locator("#pane-1").get_by_label("Add a tag")
    await tag.press_sequentially("order 12")
    await expect(tag).to_have_value("order 12")
    await expect(desk.locator("#pane-1").get_by_label("Account")).to_be_checked()


async def test_a_wrap_up_that_is_done_leaves_the_next_offer_its_room(stage: Stage, desk: Page) -> None:
    await ended(stage, desk)
    stage.answering = False
    await desk.locator("#pane-1 .labels .reasons input").first.check()
    await desk.keyboard.press("Enter")
    await stage.hears("label")
    await stage.leave(1, then=Play("c2", 1, "Marco", place="offered"))
    await expect(desk.locator("#pane-1 .foot.offered")).to_be_visible()
    await expect(desk.locator("#pane-1 .labels")).to_have_count(0)
    await expect(desk.locator("#pane-1")).to_be_focused()


async def test_a_wrap_up_that_runs_out_under_the_hand_is_one_line(stage: Stage, desk: Page) -> None:
    await ended(stage, desk)
    await desk.locator("#pane-1").get_by_label("Add a tag").press_sequentially("refu")
    await stage.leave(1, then=Play("c2", 1, "Marco", place="offered"))
    left = desk.locator("#pane-1 .labels[data-ended]")
    await expect(left).to_have_text("The wrap-up for Giulia has ended.", use_inner_text=True)
    box = await left.bounding_box()
    assert box
    assert box["height"] <= 36


async def test_a_queue_without_reasons_takes_free_text(stage: Stage, desk: Page) -> None:
    await ended(stage, desk, queue="billing")
    await desk.locator("#pane-1").get_by_label("Reason for contact", exact=True).last.fill("Charged twice")
    await desk.keyboard.press("Enter")
    assert (await stage.hears("label"))[0]["reason"] == "Charged twice"


async def test_what_was_chosen_is_sent_when_the_time_is_up(stage: Stage, desk: Page) -> None:
    await ended(stage, desk, within=7_000)
    await desk.locator("#pane-1").get_by_label("Account").check()
    await desk.locator("#pane-1").get_by_label("Add a tag").fill("password")
    label = (await stage.hears("label"))[0]
    assert (label["reason"], label["tags"]) == ("Account", ["password"])


async def test_when_nothing_was_chosen_nothing_is_said(stage: Stage, desk: Page) -> None:
    play = await ended(stage, desk, within=1_500)
    await expect(desk.locator("#pane-1 header .clock")).to_have_text("0")
    await stage.leave(1)
    await expect(desk.locator("#pane-1 .labels")).to_have_count(0)
    assert stage.said("label") == []
    assert play.line.place == "wrapup"


async def test_done_without_a_reason_frees_the_slot(stage: Stage, desk: Page) -> None:
    await ended(stage, desk)
    await desk.locator("#pane-1").get_by_role("button", name="Done").press("Enter")
    label = (await stage.hears("label"))[0]
    assert (label["reason"], label["tags"], label["done"]) == ("", [], True)


async def test_a_press_meant_for_the_composer_is_no_press_on_the_wrap_up(stage: Stage, desk: Page) -> None:
    """The visitor ends the chat while Ana's finger goes down: the button does nothing yet, and looks like it."""
    await desk.evaluate(PRESS_AT_BIRTH)
    await ended(stage, desk)
    await expect(desk.locator("#pane-1 .labels[data-pressed=dashed]")).to_be_visible()
    await expect(desk.locator("#pane-1 .labels[data-new]")).to_have_count(0)
    await desk.locator("#pane-1").get_by_role("button", name="Done").press("Enter")
    assert len(await stage.hears("label")) == 1


async def test_wrap_up_takes_no_key_from_a_sentence(stage: Stage, desk: Page) -> None:
    play = Play("c1", 1, "Giulia")
    await stage.play(play)
    await desk.get_by_label("Reply to Giulia").press_sequentially("Have a good")
    await stage.show(play, play.visitor_ends(wrapup=60_000))
    await expect(desk.locator("#pane-1 .labels")).to_be_visible()
    await desk.keyboard.type(" evening")
    await desk.keyboard.press("Enter")
    ghost = desk.locator("#pane-1 .composer[data-ended]").get_by_role("textbox")
    await expect(ghost).to_be_focused()
    await expect(ghost).to_have_value("Have a good")
    assert stage.said("say") == stage.said("label") == []
    await desk.keyboard.press("Alt+Digit1")
    await expect(desk.locator("#pane-1").get_by_role("radio").first).to_be_focused()


async def test_the_next_chat_gets_nothing_of_a_wrap_up_under_the_hand(stage: Stage, desk: Page) -> None:
    await ended(stage, desk)
    await desk.locator("#pane-1").get_by_label("Add a tag").press_sequentially("refu")
    await stage.leave(1, then=Play("c2", 1, "Marco"))
    await expect(desk.get_by_label("Reply to Marco")).to_be_visible()
    await desk.keyboard.type("nd")
    await desk.keyboard.press("Enter")
    await expect(desk.get_by_label("Reply to Marco")).to_have_value("")
    await expect(desk.locator("#pane-1 .labels[data-ended]")).to_contain_text("The wrap-up for Giulia has ended.")
    assert stage.said("say") == []
    await desk.get_by_label("Reply to Marco").focus()
    await expect(desk.locator("#pane-1 .labels")).to_have_count(0)


async def test_reason_and_tags_can_be_said_during_the_chat(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c1", 1, "Giulia"))
    box = desk.get_by_label("Reply to Giulia")
    await box.press_sequentially("half a ")
    await desk.keyboard.press("Alt+KeyL")
    await expect(desk.locator("#pane-1").get_by_role("radio").first).to_be_focused()
    await desk.keyboard.press("Space")
    await desk.keyboard.press("Enter")
    label = (await stage.hears("label"))[0]
    assert (label["reason"], label.get("done", False)) == ("Playback", False)
    await expect(box).to_be_focused()
    await desk.keyboard.type("sentence")
    await expect(box).to_have_value("half a sentence")
    await expect(desk.locator("#who-1")).to_contain_text("Playback")


async def test_what_was_chosen_during_the_chat_is_there_in_its_wrap_up(stage: Stage, desk: Page) -> None:
    play = Play("c1", 1, "Giulia")
    await stage.play(play)
    await desk.get_by_label("Reply to Giulia").focus()
    await desk.keyboard.press("Alt+KeyL")
    pane = desk.locator("#pane-1")
    await pane.get_by_label("Account").check()
    await pane.get_by_label("Add a tag").press_sequentially("pass")
    await stage.show(play, play.visitor_ends(wrapup=60_000))
    await desk.keyboard.type("word")
    await expect(pane.get_by_label("Add a tag")).to_have_value("password")
    await expect(pane.get_by_label("Account")).to_be_checked()
    await expect(pane.locator('.labels[data-wraps="true"]')).to_be_visible()
    await desk.keyboard.press("Enter")
    await desk.keyboard.press("Enter")
    label = (await stage.hears("label"))[0]
    assert (label["reason"], label["tags"], label["done"]) == ("Account", ["password"], True)


async def test_escape_leaves_the_reason_as_it_was(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c1", 1, "Giulia"))
    await desk.get_by_label("Reply to Giulia").focus()
    await desk.keyboard.press("Alt+KeyL")
    await desk.keyboard.press("Space")
    await desk.keyboard.press("Escape")
    await expect(desk.get_by_label("Reply to Giulia")).to_be_focused()
    assert stage.said("label") == []


async def test_a_tag_goes_by_its_button(stage: Stage, desk: Page) -> None:
    play = Play("c1", 1, "Giulia")
    play.ana_labels("Invoice", ["vip", "refund"])
    await stage.play(play)
    await stage.show(play, play.visitor_ends(wrapup=60_000))
    await desk.get_by_role("button", name="Remove tag vip").click()
    await desk.keyboard.press("Enter")
    label = (await stage.hears("label"))[0]
    assert (label["reason"], label["tags"]) == ("Invoice", ["refund"])


async def test_a_wrap_up_makes_no_alarm(stage: Stage, desk: Page) -> None:
    await desk.evaluate("window.sounds = []; document.addEventListener('sestetto:sound', e => window.sounds.push(e))")
    await ended(stage, desk, within=1_000)
    await expect(desk.locator("#pane-1 header .clock")).to_have_text("0")
    await expect(desk).to_have_title("Console · Sestetto")
    assert await desk.evaluate("window.sounds.filter(one => one.detail.name !== 'chat').length") == 0


async def test_a_visitor_who_writes_again_gives_the_composer_back(stage: Stage, desk: Page) -> None:
    play = Play("c1", 1, "Giulia")
    await stage.play(play)
    await desk.get_by_label("Reply to Giulia").press_sequentially("Wait, ")
    await stage.show(play, play.visitor_ends(wrapup=60_000))
    await expect(desk.locator("#pane-1 .labels")).to_be_visible()
    play.is_assigned("last_agent")
    await stage.push(stage.pane(1), due={"c1": now() + 60_000})
    box = desk.get_by_label("Reply to Giulia")
    await expect(box).to_be_editable()
    await expect(box).to_be_focused()
    await desk.keyboard.type("still here")
    await expect(box).to_have_value("Wait, still here")
    await desk.keyboard.press("Enter")
    assert (await stage.hears("say"))[0]["text"] == "Wait, still here"


async def test_a_long_tag_is_cut_between_characters(stage: Stage, desk: Page) -> None:
    await ended(stage, desk)
    await desk.locator("#pane-1 .labels .reasons input").first.check()
    tag = desk.locator("#pane-1 .tag-in")
    await tag.evaluate("box => { box.removeAttribute('maxlength'); box.value = 'x' + '🧶'.repeat(70) }")
    await tag.press("Enter")
    await tag.press("Enter")
    assert (await stage.hears("label"))[0]["tags"] == ["x" + "🧶" * 59]
