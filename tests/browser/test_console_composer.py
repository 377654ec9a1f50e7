"""The composer sends what Ana types once, to the visitor she means, and never loses a draft."""

import re

from playwright.async_api import BrowserContext, Page, expect

from console.protocol import Ack, Nack, Typing
from tests.browser.console_chats import Play, now
from tests.browser.console_stage import Stage, open_console
from tests.support.eventually import eventually

COMPOSING = """(box, how) => {
  const event = new KeyboardEvent('keydown', { key: 'Enter', code: 'Enter', bubbles: true, cancelable: true, ...how });
  if (how.keyCode) Object.defineProperty(event, 'keyCode', { get: () => how.keyCode });
  box.dispatchEvent(event);
}"""


async def test_enter_sends_what_was_read_and_written(stage: Stage, desk: Page) -> None:
    chat = Play("c1", 1, "Giulia")
    chat.visitor_says("Il film non parte", due=60_000)
    await stage.play(chat)
    box = desk.get_by_label("Reply to Giulia")
    await box.fill("Ciao!")
    await box.press("Shift+Enter")
    await box.press_sequentially("Che TV?")
    await box.press("Enter")
    said = (await stage.hears("say"))[0]
    assert (said["chat"], said["text"], said["read"]) == ("c1", "Ciao!\nChe TV?", 3)
    await expect(box).to_have_value("")
    await expect(desk.locator("#log-c1 .m.agent p")).to_have_text("Ciao!\nChe TV?")
    await expect(desk.locator("#pane-1 .log.pending .m")).to_have_count(0)


async def test_enter_while_a_character_is_composed_sends_nothing(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c1", 1, "김서연"))
    box = desk.get_by_label("Reply to 김서연")
    await box.fill("환불은")
    await box.evaluate(COMPOSING, {"isComposing": True})
    await box.evaluate(COMPOSING, {"keyCode": 229})
    await expect(box).to_have_value("환불은")
    await box.evaluate(COMPOSING, {})
    assert [said["text"] for said in await stage.hears("say")] == ["환불은"]


async def test_a_real_composition_ends_without_sending(stage: Stage, desk: Page, context: BrowserContext) -> None:
    await stage.play(Play("c1", 1, "Yuki"))
    box = desk.get_by_label("Reply to Yuki")
    await box.focus()
    devtools = await context.new_cdp_session(desk)
    await devtools.send("Input.imeSetComposition", {"text": "とうきょう", "selectionStart": 5, "selectionEnd": 5})
    await devtools.send(
        "Input.dispatchKeyEvent", {"type": "keyDown", "key": "Process", "code": "Enter", "windowsVirtualKeyCode": 229}
    )
    await devtools.send("Input.insertText", {"text": "東京"})
    await expect(box).to_have_value("東京")
    assert stage.said("say") == []


async def test_a_held_enter_sends_once(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c1", 1, "Giulia"))
    box = desk.get_by_label("Reply to Giulia")
    await box.fill("one")
    await desk.keyboard.down("Enter")
    await box.evaluate("box => { box.value = 'two'; }")
    await desk.keyboard.down("Enter")  # repeats while it is held
    await desk.keyboard.up("Enter")
    assert [said["text"] for said in await stage.hears("say")] == ["one"]
    await expect(box).to_have_value("two")


async def test_the_next_visitor_gets_nothing_of_a_sentence_begun_for_the_last(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c1", 1, "Giulia"))
    box = desk.get_by_label("Reply to Giulia")
    await box.press_sequentially("Your card number is")
    await stage.leave(1, then=Play("c2", 1, "Marco"))
    await expect(desk.get_by_label("Reply to Marco")).to_be_visible()
    await desk.keyboard.type(" 4111")
    await desk.keyboard.press("Enter")
    await desk.keyboard.press("Alt+KeyE")
    ghost = desk.locator("#pane-1 .composer[data-ended]")
    await expect(ghost.get_by_role("textbox")).to_have_value("Your card number is")
    await expect(ghost.get_by_role("textbox")).to_be_focused()
    await expect(ghost.get_by_text("Not sent to Giulia")).to_be_visible()
    await expect(desk.get_by_label("Reply to Marco")).to_have_value("")
    await expect(desk.get_by_text("Ending the chat")).not_to_be_visible()
    assert stage.said("say") == stage.said("end") == []


async def test_what_was_begun_stays_in_one_line_until_it_is_discarded(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c1", 1, "Giulia"))
    await desk.get_by_label("Reply to Giulia").press("Alt+KeyM")
    await desk.get_by_label("Internal note: Giulia can't see it").fill("half a note\nof\nthree lines")
    await stage.leave(1, then=Play("c2", 1, "Marco"))
    ghost = desk.locator("#pane-1 .composer[data-ended]")
    await expect(ghost).to_contain_text("Note about Giulia, not saved")
    await expect(ghost.get_by_role("button", name="Copy")).to_be_visible()
    box = await ghost.bounding_box()
    log = await desk.locator("#pane-1 .scroll").bounding_box()
    assert box
    assert log
    assert box["height"] <= 36
    assert log["height"] >= 100
    await ghost.get_by_role("button", name="Discard").click()
    await expect(ghost).to_have_count(0)


async def test_what_was_begun_for_chats_that_went_is_listed_after_a_reload(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c1", 1, "Giulia"), Play("c2", 2, "Marco"), Play("c3", 3, "Vera"))
    await desk.get_by_label("Reply to Giulia").fill("Your card number is")
    await stage.leave(1)
    await expect(desk.locator("#pane-1 .composer[data-ended]")).to_be_visible()
    await desk.get_by_label("Reply to Vera").fill("still here")
    await desk.get_by_label("Reply to Marco").press("Alt+KeyM")
    await desk.get_by_label("Internal note: Marco can't see it").fill("half a note")
    del stage.plays["c2"]  # it goes while the page is loaded again
    await desk.reload()
    await expect(desk.get_by_label("Reply to Vera")).to_have_value("still here")
    await desk.get_by_role("button", name="2 not delivered").click()
    lost = desk.get_by_role("dialog", name="Not delivered").get_by_role("listitem")
    await expect(lost.nth(0)).to_contain_text("To Giulia")
    await expect(lost.nth(0)).to_contain_text("The chat with Giulia is no longer yours.")
    await expect(lost.nth(0).locator(".text")).to_have_text("Your card number is")
    await expect(lost.nth(1)).to_contain_text("Note about Marco")
    await expect(lost.nth(1).locator(".text")).to_have_text("half a note")
    await lost.nth(0).get_by_role("button", name="Discard").click()
    await lost.nth(0).get_by_role("button", name="Discard").click()
    await desk.reload()
    await expect(desk.get_by_label("Reply to Vera")).to_have_value("still here")
    await expect(desk.locator("#undelivered-open")).to_be_hidden()


async def test_a_half_typed_note_outlives_its_tab_and_is_listed_when_its_chat_is_gone(
    stage: Stage, desk: Page, context: BrowserContext
) -> None:
    await stage.play(Play("c1", 1, "Giulia"), Play("c2", 2, "Marco"))
    for name in ("Giulia", "Marco"):
        await desk.get_by_label(f"Reply to {name}").press("Alt+KeyM")
        await desk.get_by_label(f"Internal note: {name} can't see it").fill(f"half a note about {name}")
    await desk.close()
    del stage.plays["c2"]
    desk = await open_console(stage, context)
    await expect(desk.get_by_label("Reply to Giulia")).to_have_value("")
    await desk.get_by_label("Reply to Giulia").press("Alt+KeyM")
    note = desk.get_by_label("Internal note: Giulia can't see it")
    await expect(note).to_have_value("half a note about Giulia")
    await desk.get_by_role("button", name="1 not delivered").click()
    lost = desk.get_by_role("dialog", name="Not delivered").get_by_role("listitem")
    await expect(lost).to_contain_text("Note about Marco")
    await expect(lost.locator(".text")).to_have_text("half a note about Marco")
    await desk.keyboard.press("Escape")
    await note.press("Enter")
    await stage.hears("note")
    await desk.close()
    desk = await open_console(stage, context)
    await desk.get_by_label("Reply to Giulia").press("Alt+KeyM")
    await expect(desk.get_by_label("Internal note: Giulia can't see it")).to_have_value("")


async def test_the_box_grows_to_six_lines_and_shrinks_when_they_are_sent(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c1", 1, "Giulia"))
    box = desk.get_by_label("Reply to Giulia")
    heights = []
    for lines in (1, 2, 4, 6, 9):
        await box.fill("\n".join(["line"] * lines))
        heights.append(await box.evaluate("box => box.clientHeight"))
    one, two, four, six, nine = heights
    assert one == two < four < six == nine
    assert await box.evaluate("box => box.scrollHeight > box.clientHeight")
    await box.press("Enter")
    await expect(box).to_have_value("")
    assert await box.evaluate("box => box.clientHeight") == one


async def test_an_empty_unfocused_composer_goes_with_its_chat(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c1", 1, "Giulia"))
    await expect(desk.get_by_label("Reply to Giulia")).to_be_visible()
    await stage.leave(1)
    await expect(desk.locator("#pane-1 .composer")).to_have_count(0)
    await expect(desk.locator("#pane-1").get_by_text("Free. The next chat opens here.")).to_be_visible()
    await expect(desk.locator("#pane-1").get_by_role("link", name="View chat")).to_have_attribute("href", "/chats/c1")


async def test_an_empty_composer_goes_with_its_chat_and_leaves_ana_in_the_pane(stage: Stage, desk: Page) -> None:
    """There is nothing to keep in it, and it would cover half of what comes next. Her keys still reach nobody."""
    await stage.play(Play("c1", 1, "Giulia"))
    await desk.get_by_label("Reply to Giulia").focus()
    await stage.leave(1, then=Play("c3", 1, "Dana", place="offered"))
    await expect(desk.locator("#pane-1 .foot.offered")).to_be_visible()
    await expect(desk.locator("#pane-1 .composer")).to_have_count(0)
    await expect(desk.locator("#pane-1")).to_be_focused()
    await stage.leave(1, then=Play("c4", 1, "Kim"))
    await expect(desk.get_by_label("Reply to Kim")).to_be_visible()
    await desk.keyboard.type("good bye")
    for key in ("Enter", "Alt+KeyE", "Alt+KeyX", "Alt+KeyO"):
        await desk.keyboard.press(key)
    await expect(desk.get_by_label("Reply to Kim")).to_have_value("")
    await expect(desk.get_by_text("Ending the chat")).not_to_be_visible()
    assert stage.said("say") == stage.said("decline") == stage.said("accept") == stage.said("end") == []
    await desk.keyboard.press("Alt+Digit1")
    await expect(desk.get_by_label("Reply to Kim")).to_be_focused()


async def test_a_new_chat_never_takes_the_focus(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c1", 1, "Giulia"))
    box = desk.get_by_label("Reply to Giulia")
    await box.press_sequentially("I am wri")
    await stage.play(Play("c2", 2, "Marco"), Play("c3", 3, "Kim"))
    await expect(desk.get_by_label("Reply to Kim")).to_be_visible()
    await desk.keyboard.type("ting")
    await expect(box).to_be_focused()
    await expect(box).to_have_value("I am writing")


async def test_a_chat_that_comes_back_finds_its_sentence(stage: Stage, desk: Page) -> None:
    chat = Play("c1", 1, "Giulia")
    await stage.play(chat)
    await desk.get_by_label("Reply to Giulia").fill("half a sentence")
    await stage.leave(1)
    await expect(desk.locator("#pane-1 .composer[data-ended]")).to_be_visible()
    await stage.play(chat)
    box = desk.get_by_label("Reply to Giulia")
    await expect(box).to_have_value("half a sentence")
    await expect(box).to_be_editable()
    await expect(desk.locator("#pane-1 .composer")).to_have_count(1)


async def test_a_draft_survives_a_reload_and_travels(stage: Stage, desk: Page, context: BrowserContext) -> None:
    await stage.play(Play("c1", 1, "Giulia"))
    await desk.get_by_label("Reply to Giulia").fill("not yet sent")
    await desk.reload()
    await expect(desk.get_by_label("Reply to Giulia")).to_have_value("not yet sent")
    await desk.get_by_label("Reply to Giulia").press("End")
    await desk.get_by_label("Reply to Giulia").press_sequentially("!")
    # The first is told as soon as the page is connected, if not before the reload already.
    await eventually(lambda: stage.said("draft")[-1:] and stage.said("draft")[-1]["text"] == "not yet sent!", "both")
    assert {one["text"] for one in stage.said("draft")} == {"not yet sent", "not yet sent!"}
    stage.drafts = {"c1": "not yet sent!"}
    other = await open_console(stage, context)
    await expect(other.get_by_label("Reply to Giulia")).to_have_value("not yet sent!")


async def test_what_was_sent_does_not_come_back_as_a_draft(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c1", 1, "Giulia"))
    box = desk.get_by_label("Reply to Giulia")
    await box.press_sequentially("Ciao Giulia")
    await stage.hears("draft")
    await box.press("Enter")
    assert (await stage.hears("draft", 2))[1]["text"] == ""  # at once, not after two seconds
    stage.drafts = {"c1": "Ciao Giulia"}  # as if that had been lost on the way
    await desk.reload()
    await expect(desk.locator("#log-c1 .m.agent p")).to_have_text("Ciao Giulia")
    await expect(box).to_have_value("")


async def test_a_note_is_never_a_reply_by_a_slip(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c1", 1, "Giulia"))
    await desk.get_by_label("Reply to Giulia").fill("Buongiorno")
    await desk.keyboard.press("Alt+KeyM")
    note = desk.get_by_label("Internal note: Giulia can't see it")
    await expect(note).to_have_value("")
    await note.fill("she is a difficult one")
    await desk.locator("#pane-1 [data-act=note]").click()
    await expect(desk.get_by_label("Reply to Giulia")).to_have_value("Buongiorno")
    await desk.locator("#pane-1 [data-act=note]").click()
    await note.press("Enter")
    said = (await stage.hears("note"))[0]
    assert (said["chat"], said["text"]) == ("c1", "she is a difficult one")
    await note.fill("another")
    await note.press("Enter")
    await stage.hears("note", 2)
    assert stage.said("say") == []


async def test_an_end_can_be_thought_over_for_five_seconds(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c1", 1, "Giulia"))
    await desk.get_by_label("Reply to Giulia").focus()
    await desk.keyboard.press("Alt+KeyE")
    await expect(desk.get_by_text(re.compile("Ending the chat with Giulia in [1-5] s"))).to_be_visible()
    await desk.get_by_role("button", name="Undo").click()
    await expect(desk.get_by_text("Ending the chat")).not_to_be_visible()
    await desk.locator("#pane-1 [data-act=end]").click()
    assert stage.said("end") == []
    assert (await stage.hears("end"))[0]["chat"] == "c1"


async def test_a_visitor_who_writes_meanwhile_keeps_the_chat(stage: Stage, desk: Page) -> None:
    chat = Play("c1", 1, "Giulia")
    await stage.play(chat)
    await desk.locator("#pane-1 [data-act=end]").wait_for()
    await eventually(lambda: _grown_up(desk), "the composer to take presses")
    await desk.locator("#pane-1 [data-act=end]").click()
    await expect(desk.get_by_text("Ending the chat with Giulia")).to_be_visible()
    await stage.show(chat, chat.visitor_says("one more thing", due=60_000))
    await expect(desk.get_by_text("Ending the chat with Giulia")).not_to_be_visible()
    await expect(desk.locator("#announcer")).to_contain_text("Giulia wrote again. The chat was not ended.")
    assert stage.said("end") == []


async def _grown_up(desk: Page) -> bool:
    return bool(await desk.evaluate("performance.now() > 1500"))


async def test_a_press_meant_for_the_chat_before_does_nothing(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c1", 1, "Giulia"))
    end = desk.locator("#pane-1 [data-act=end]")
    await end.hover()
    await desk.evaluate(
        """() => new MutationObserver(() => {
          const end = document.querySelector('#pane-1 .composer[data-chat="c2"] [data-act=end]');
          if (!end || window.pressed) return;
          window.pressed = true;
          const press = { bubbles: true, cancelable: true, detail: 1 };
          end.dispatchEvent(new PointerEvent('pointerdown', press));
          end.dispatchEvent(new MouseEvent('click', press));
        }).observe(document.querySelector('#pane-1'), { subtree: true, childList: true })"""
    )
    await stage.leave(1, then=Play("c2", 1, "Marco"))
    await eventually(lambda: desk.evaluate("() => window.pressed === true"), "the press")
    await expect(desk.get_by_text("Ending the chat")).not_to_be_visible()


async def test_no_reply_needed_is_offered_while_a_clock_runs(stage: Stage, desk: Page) -> None:
    chat = Play("c1", 1, "Giulia")
    chat.visitor_says("ok thanks", due=60_000)
    await stage.play(chat, Play("c2", 2, "Marco"))
    await expect(desk.locator("#pane-2 [data-act=no_reply]")).to_be_hidden()
    await desk.locator("#pane-1 [data-act=no_reply]").click(delay=450)
    await eventually(lambda: _press_until_heard(stage, desk), "no reply needed")
    assert stage.said("no_reply")[0]["chat"] == "c1"


async def _press_until_heard(stage: Stage, desk: Page) -> bool:
    if not stage.said("no_reply"):
        await desk.locator("#pane-1 [data-act=no_reply]").click()
    return bool(stage.said("no_reply"))


async def test_a_text_too_long_says_so_and_stays(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c1", 1, "Giulia"))
    box = desk.get_by_label("Reply to Giulia")
    await box.fill("x" * 4_003)
    await box.press("Enter")
    await expect(desk.get_by_text("3 characters too many")).to_be_visible()
    await expect(box).to_have_value("x" * 4_003)
    await box.fill("x" * 4_000)
    await box.press("Enter")
    assert len((await stage.hears("say"))[0]["text"]) == 4_000


async def test_what_was_refused_for_good_can_be_copied_or_discarded(stage: Stage, desk: Page) -> None:
    stage.answering = False
    await stage.play(Play("c1", 1, "Giulia"))
    box = desk.get_by_label("Reply to Giulia")
    await box.fill("too late")
    await box.press("Enter")
    cid = (await stage.hears("say"))[0]["cid"]
    await stage.leave(1)
    await stage.send(Nack(cid=cid, code="ended", message="The chat has ended.", final=True))
    await desk.get_by_role("button", name="1 not delivered").click()
    lost = desk.get_by_role("dialog", name="Not delivered")
    await expect(lost.get_by_text("too late", exact=True)).to_be_visible()
    await expect(lost.get_by_text("To Giulia")).to_contain_text("The chat has ended.")
    await desk.reload()
    await desk.get_by_role("button", name="1 not delivered").click()
    await lost.get_by_role("button", name="Discard").click()
    await expect(desk.get_by_role("button", name="not delivered")).to_have_count(0)


async def test_a_refusal_that_passes_is_tried_again_in_order(stage: Stage, desk: Page) -> None:
    stage.answering = False
    await stage.play(Play("c1", 1, "Giulia"))
    box = desk.get_by_label("Reply to Giulia")
    for text in ("first", "second"):
        await box.fill(text)
        await box.press("Enter")
    cid = (await stage.hears("say"))[0]["cid"]
    await stage.send(Nack(cid=cid, code="slow_down", message="Wait.", final=False, retry_after=0.6))
    await stage.hears("say", 2)
    assert [said["text"] for said in stage.said("say")] == ["first", "first"]
    assert len({said["cid"] for said in stage.said("say")}) == 1
    await stage.send(Ack(cid=cid, seq=3, at=now(), chat="c1"))
    assert [said["text"] for said in await stage.hears("say", 3)] == ["first", "first", "second"]


async def test_the_visitor_is_seen_typing_and_an_old_signal_is_not(stage: Stage, desk: Page) -> None:
    chat = Play("c1", 1, "Giulia")
    chat.visitor_says("ciao", due=60_000)
    await stage.play(chat)
    typing = desk.locator("#pane-1 .typing")
    await stage.send(Typing(who="visitor", after=2, chat="c1"))
    await stage.send(Typing(who="visitor", after=3, chat="c1", text="<b>e anche"))
    await expect(typing).to_have_text("typing: “<b>e anche”")
    await stage.show(chat, chat.visitor_says("e anche il router", due=60_000))
    await expect(typing).to_be_hidden()
    await stage.send(Typing(who="visitor", after=3, chat="c1", text="old"))
    await stage.send(Typing(who="visitor", after=4, chat="c1"))
    await expect(typing).to_have_text("Giulia is typing…")


async def test_ana_typing_is_told_now_and_then(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c1", 1, "Giulia"))
    await desk.get_by_label("Reply to Giulia").press_sequentially("a dozen")
    await stage.hears("typing")
    assert len(stage.said("typing")) == 1


async def test_a_draft_that_is_too_long_is_kept_up_to_a_whole_character(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c1", 1, "Giulia"))
    box = desk.get_by_label("Reply to Giulia")
    await box.fill("x" + "🧶" * 4_500)
    draft = (await stage.hears("draft"))[-1]["text"]
    assert draft == "x" + "🧶" * 3_999
