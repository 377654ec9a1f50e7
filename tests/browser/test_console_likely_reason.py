"""The likely reason is first in a wrap-up, and stays there; only the agent sets it."""

import re

import pytest
from msgspec.structs import replace
from playwright.async_api import Locator, Page, expect

from console.domain.directory import Queue
from console.pages.suggestions import QueueHints, ReasonHint
from tests.browser.console_chats import Play
from tests.browser.console_stage import QUEUES, REASONS, Stage
from tests.browser.side_panels import hints_ready
from tests.support.eventually import eventually

OWN_ORDER = [re.compile(f"^{digit} {reason}$") for digit, reason in enumerate(REASONS, 1)]
LIKELY_ORDER = [re.compile(one) for one in ("^1 Account likely", "^2 Playback$", "^3 Invoice$", "^4 Something else$")]
ASKED = "I forgot my pasword and cannot log in"


def teach(stage: Stage, **words: dict[str, float]) -> None:
    """What the team's wrap-ups taught, by reason."""
    reasons = {reason: ReasonHint(9, 1_800_000_000_000, 3, says) for reason, says in words.items()}
    stage.side.hints = {"support": QueueHints({}, [], reasons=reasons)}


async def giulia(stage: Stage, desk: Page, text: str = ASKED) -> Play:
    """Giulia wrote this, and her chat goes on; the console has asked for what was learned, and has it."""
    play = Play("c1", 1, "Giulia")
    await stage.play(play)
    await stage.show(play, play.visitor_says(text, due=60_000))
    await hints_ready(desk)
    await desk.get_by_label("Reply to Giulia").focus()
    return play


async def ended(stage: Stage, desk: Page, text: str = ASKED) -> Play:
    """Giulia's chat, in its wrap-up, with the focus in it."""
    play = await giulia(stage, desk, text)
    await stage.show(play, play.visitor_ends(wrapup=60_000))
    await desk.locator("#pane-1 .labels[data-wraps=true]").wait_for()
    await expect(desk.locator("#pane-1 .labels[data-new]")).to_have_count(0)
    await desk.keyboard.press("Alt+Digit1")
    return play


def picks(desk: Page) -> Locator:
    return desk.locator("#pane-1 .pick")


@pytest.fixture(autouse=True)
def taught(stage: Stage) -> None:
    teach(stage, Account={"password": 2.1, "log": 1.2}, Invoice={"invoice": 2.2, "paid": 1.3})


async def test_the_likely_reason_is_first_and_one_digit_and_enter_give_it(stage: Stage, desk: Page) -> None:
    await ended(stage, desk)
    await expect(picks(desk)).to_have_text(LIKELY_ORDER)
    await expect(picks(desk).first).to_have_attribute("title", "Recently given after: pasword, log")
    await expect(picks(desk).locator("input:checked")).to_have_count(0)
    await desk.keyboard.press("1")
    await expect(picks(desk).first.locator("input")).to_be_checked()
    await desk.keyboard.press("Enter")
    label = (await stage.hears("label"))[0]
    assert (label["reason"], label["done"]) == ("Account", True)


async def test_enter_alone_gives_the_likely_reason_while_it_has_the_focus(stage: Stage, desk: Page) -> None:
    await ended(stage, desk)
    await expect(picks(desk).first.locator("input")).to_be_focused()
    await expect(picks(desk).first.locator("kbd")).to_be_visible()
    await expect(desk.locator("#pane-1 [data-act=done] kbd")).to_be_hidden()
    await desk.keyboard.press("Enter")
    assert (await stage.hears("label"))[0]["reason"] == "Account"


async def test_a_likely_reason_that_nobody_gave_is_never_recorded(stage: Stage, desk: Page) -> None:
    await ended(stage, desk)
    await desk.keyboard.press("Tab")
    await expect(picks(desk).first.locator("kbd")).to_be_hidden()
    await desk.keyboard.press("Enter")  # on the empty line of tags: done
    assert (await stage.hears("label"))[0]["reason"] == ""


async def test_leaving_it_for_later_records_no_reason(stage: Stage, desk: Page) -> None:
    await ended(stage, desk)
    await desk.keyboard.press("Alt+KeyG")
    label = (await stage.hears("label"))[0]
    assert (label["reason"], label["later"]) == ("", True)


async def test_after_an_end_of_her_own_a_digit_is_enough(stage: Stage, desk: Page) -> None:
    play = await giulia(stage, desk)
    await desk.keyboard.press("Alt+KeyE")
    await stage.hears("end")
    await stage.show(play, play.visitor_ends(wrapup=60_000))
    await expect(picks(desk).first.locator("input")).to_be_focused()
    await desk.keyboard.press("1")
    await desk.keyboard.press("Enter")
    assert (await stage.hears("label"))[0]["reason"] == "Account"


async def test_enter_at_the_moment_of_the_end_gives_nothing(stage: Stage, desk: Page) -> None:
    """Ana's Enter was meant for the box that stood there."""
    play = await giulia(stage, desk)
    await desk.keyboard.press("Alt+KeyE")
    await stage.hears("end")
    await desk.evaluate(
        """() => new MutationObserver((_, watcher) => {
          const { activeElement } = document;
          if (!activeElement.closest(".labels")) return;
          watcher.disconnect();
          activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
          activeElement.closest(".labels").dataset.pressed = "";
        }).observe(document.body, { childList: true, subtree: true, attributes: true })"""
    )
    await stage.show(play, play.visitor_ends(wrapup=60_000))
    await desk.locator("#pane-1 .labels[data-pressed]").wait_for()
    await expect(picks(desk).locator("input:checked")).to_have_count(0)
    assert stage.said("label") == []


async def test_a_sentence_being_typed_keeps_the_focus_after_her_own_end(stage: Stage, desk: Page) -> None:
    play = await giulia(stage, desk)
    await desk.keyboard.press("Alt+KeyE")
    await stage.hears("end")
    await desk.keyboard.type("One more")
    await stage.show(play, play.visitor_ends(wrapup=60_000))
    await expect(desk.locator("#pane-1 .composer[data-ended]").get_by_role("textbox")).to_be_focused()


async def test_the_order_stays_whatever_is_learned_or_said_after_it_is_shown(stage: Stage, desk: Page) -> None:
    play = await giulia(stage, desk)
    await desk.keyboard.press("Alt+KeyL")
    await expect(picks(desk)).to_have_text(LIKELY_ORDER)
    await stage.show(play, play.visitor_says("and my invoice: I paid the invoice", due=60_000))
    await stage.show(play, play.visitor_ends(wrapup=60_000))
    await desk.locator("#pane-1 .labels[data-wraps=true]").wait_for()
    await expect(picks(desk)).to_have_text(LIKELY_ORDER)
    await desk.keyboard.press("3")
    await desk.keyboard.press("Enter")
    assert (await stage.hears("label"))[0]["reason"] == "Invoice"


async def test_the_order_is_the_same_after_a_reload(stage: Stage, desk: Page) -> None:
    await ended(stage, desk)
    await desk.reload()
    await expect(picks(desk)).to_have_text(LIKELY_ORDER)


async def test_a_reason_that_the_queue_gains_comes_last(stage: Stage, desk: Page) -> None:
    await ended(stage, desk)
    more = Queue("support", "Support", wrapup=20_000, reasons=("Delivery", *REASONS))
    stage.views.current.directory = replace(stage.views.current.directory, queues=QUEUES | {"support": more})
    await stage.push(stage.pane(1))
    await expect(picks(desk)).to_have_count(5)
    await expect(picks(desk)).to_have_text([*LIKELY_ORDER, re.compile("^5 Delivery$")])


async def test_what_comes_too_late_changes_nothing_under_the_finger(stage: Stage, desk: Page) -> None:
    """The console has learned nothing yet when the wrap-up is made; it asks then."""
    play = Play("c1", 1, "Giulia")
    play.visitor_says(ASKED)
    play.ana_says("Done")
    play.visitor_ends(wrapup=60_000)
    await stage.play(play)
    await hints_ready(desk)
    await expect(picks(desk)).to_have_text(OWN_ORDER)
    await stage.push(stage.pane(1))
    await stage.play(Play("c2", 2, "Marco"))
    await expect(desk.get_by_label("Reply to Marco")).to_be_visible()
    await expect(picks(desk)).to_have_text(OWN_ORDER)


@pytest.mark.parametrize("text", ["Hello, a question about my cat", "I paid"])
async def test_without_evidence_the_queue_keeps_its_order(stage: Stage, desk: Page, text: str) -> None:
    teach(stage, Invoice={"invoice": 2.2, "paid": 0.5})
    await ended(stage, desk, text)
    await expect(picks(desk)).to_have_text(OWN_ORDER)
    await desk.keyboard.press("Enter")  # as ever: done without a reason
    assert (await stage.hears("label"))[0]["reason"] == ""


async def test_a_reason_given_during_the_chat_leaves_the_order_alone(stage: Stage, desk: Page) -> None:
    play = await giulia(stage, desk)
    await stage.show(play, play.ana_labels("Invoice", []))
    await stage.push(stage.pane(1))
    await expect(desk.locator("#who-1")).to_contain_text("Invoice")
    await stage.show(play, play.visitor_ends(wrapup=60_000))
    await expect(picks(desk)).to_have_text(OWN_ORDER)
    await expect(picks(desk).nth(1).locator("input")).to_be_checked()


async def test_who_has_switched_suggestions_off_has_the_queues_order(stage: Stage, desk: Page) -> None:
    play = await giulia(stage, desk)
    await desk.keyboard.press("Control+k")
    await desk.keyboard.type("suggested replies")
    await desk.keyboard.press("Enter")
    await stage.show(play, play.visitor_ends(wrapup=60_000))
    await expect(picks(desk)).to_have_text(OWN_ORDER)


async def test_a_team_without_suggestions_has_the_queues_order(stage: Stage, desk: Page) -> None:
    play = await giulia(stage, desk)
    await desk.evaluate("document.body.toggleAttribute('data-no-suggestions', true)")
    await stage.show(play, play.visitor_ends(wrapup=60_000))
    await expect(picks(desk)).to_have_text(OWN_ORDER)


async def left_for_later(stage: Stage, desk: Page) -> Locator:
    """The wrap-ups of Giulia, and of Marco who said nothing that is known; the list is open."""
    await ended(stage, desk)
    await desk.keyboard.press("Alt+KeyG")
    await stage.hears("label")
    await stage.lists(Play("c2", 2, "Marco"))
    await expect(desk.locator("#wrapups-open")).to_contain_text("2 to wrap up")
    stage.heard.clear()
    await desk.keyboard.press("Alt+KeyR")
    return desk.locator("#wrapups-reasons button")


async def test_in_the_list_for_later_the_same_reason_is_first_for_that_chat_only(stage: Stage, desk: Page) -> None:
    choices = await left_for_later(stage, desk)
    await expect(choices).to_have_text(LIKELY_ORDER)
    await expect(choices.first).to_be_focused()
    await expect(choices.first).to_have_attribute("aria-pressed", "false")
    await stage.push(stage.strip())
    await desk.keyboard.press("1")
    await expect(desk.locator("#wrapups-name")).to_have_text("Marco")
    await expect(choices).to_have_text(OWN_ORDER)
    await desk.keyboard.press("ArrowUp")
    await expect(choices).to_have_text(LIKELY_ORDER)
    await desk.keyboard.press("3")
    given = [(one["chat"], one["reason"]) for one in await stage.hears("label", 2)]
    assert given == [("c1", "Account"), ("c1", "Invoice")]


async def test_enter_gives_the_likely_reason_in_the_list_too_and_a_reload_keeps_it(stage: Stage, desk: Page) -> None:
    await left_for_later(stage, desk)
    await desk.keyboard.press("Escape")
    await desk.reload()
    await desk.wait_for_selector('body[data-link="ready"]')
    await expect(desk.locator("#wrapups-open")).to_contain_text("2 to wrap up")
    await desk.keyboard.press("Alt+KeyR")
    await expect(desk.locator("#wrapups-reasons button")).to_have_text(LIKELY_ORDER)
    await desk.keyboard.press("Enter")
    await eventually(lambda: stage.said("label"), "the reason")
    assert stage.said("label")[0]["reason"] == "Account"
