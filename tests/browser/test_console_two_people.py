"""Ana's chats stay hers when Ben signs in next in the same tab. When she signs out, nothing of them is left."""

from playwright.async_api import Page, expect

from console.archive.credentials import SignedIn
from console.domain.directory import Member
from console.pages.suggestions import QueueHints, ReasonHint
from tests.browser.console_chats import Play
from tests.browser.console_stage import Stage
from tests.browser.side_panels import hints_ready
from tests.support.eventually import eventually

BEN = SignedIn(member=Member(id="ben", name="Ben", email="ben@example.com"), session="s2", csrf="c2")
KEPT = (
    "[localStorage, sessionStorage].flatMap(store => Object.keys(store)).filter(name => /^sestetto\\.of\\./.test(name))"
)


async def wraps_up(stage: Stage, desk: Page) -> Play:
    """Ana is in the wrap-up of Giulia's chat, whose likely reason was found."""
    stage.side.hints = {"support": QueueHints({}, [], reasons={"Account": ReasonHint(9, 1, 3, {"password": 2.1})})}
    play = Play("c1", 1, "Giulia")
    await stage.play(play)
    await stage.show(play, play.visitor_says("I forgot my password", due=60_000))
    await hints_ready(desk)
    await stage.show(play, play.visitor_ends(wrapup=60_000))
    await expect(desk.locator("#pane-1 .pick").first).to_contain_text("Account")
    return play


async def signs_in(stage: Stage, desk: Page, member: SignedIn) -> None:
    stage.member = member
    await desk.reload()
    await desk.wait_for_selector('body[data-link="ready"]')


async def test_ben_gets_neither_her_likely_reasons_nor_her_tags(stage: Stage, desk: Page) -> None:
    await wraps_up(stage, desk)
    tag = desk.locator("#pane-1").get_by_label("Add a tag")
    await tag.fill("refund")
    await tag.press("Enter")
    await tag.press("Enter")
    await expect(desk.locator("#pane-1")).to_have_attribute("data-free", "")  # or she would send it when she returns
    stage.side.hints = {}
    again = Play("c1", 1, "Giulia")
    again.visitor_ends(wrapup=60_000)
    ana = stage.member
    await signs_in(stage, desk, BEN)
    await stage.play(again)
    await expect(desk.locator("#pane-1 .pick").first).to_contain_text("Playback")
    await expect(desk.locator("#pane-1 datalist option")).to_have_count(0)
    await signs_in(stage, desk, ana)
    await expect(desk.locator("#pane-1 .pick").first).to_contain_text("Account")
    await expect(desk.locator("#pane-1 datalist option")).to_have_count(1)


async def test_ben_sends_nothing_that_she_has_written(stage: Stage, desk: Page) -> None:
    """Neither what waits for the connection, nor what is in the box, nor what was not delivered."""
    await stage.play(Play("c1", 1, "Giulia"))
    box = desk.get_by_label("Reply to Giulia")
    stage.refusals["say"] = "not_found"
    await box.fill("Refused")
    await box.press("Enter")
    await expect(desk.locator("#undelivered-open")).to_be_visible()
    stage.answering = False
    await box.fill("On its way")
    await box.press("Enter")
    await box.fill("Half a sent")
    await stage.hears("say", 2)
    await signs_in(stage, desk, BEN)
    await expect(desk.get_by_label("Reply to Giulia")).to_have_value("")
    await expect(desk.locator("#undelivered-open")).to_be_hidden()
    await desk.get_by_label("Reply to Giulia").fill("B")
    await stage.hears("typing", 2)
    assert [one["text"] for one in stage.said("say")] == ["Refused", "On its way"]


async def test_signing_out_leaves_settings_and_nothing_of_the_chats(stage: Stage, desk: Page) -> None:
    await wraps_up(stage, desk)
    await desk.keyboard.press("Alt+KeyU")  # mutes
    assert await desk.evaluate(KEPT) != []
    await desk.evaluate("document.querySelector('form[action=\"/sign-out\"]').requestSubmit()")
    await desk.wait_for_url("**/sign-out")
    await eventually(lambda: left(desk), "nothing to be left")
    assert await desk.evaluate("localStorage.getItem('sestetto.sound.ana')")


async def left(desk: Page) -> bool:
    return await desk.evaluate(KEPT) == []
