"""Bold, lists, links and emoji: written in both composers by mouse and keyboard, and drawn alike everywhere."""

import os
import random
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from console.views.rich_text import rich
from tests.browser.console_chats import Play
from tests.browser.console_stage import Stage
from tests.browser.test_two_windows import PATIENCE, Two, ana_says, two, vera_opens
from tests.browser.widget_script import Scripted
from tests.support.eventually import eventually
from tests.support.rich_cases import CASES, PIECES, notation
from tests.support.server_process import RunningServer

__all__ = ["two"]

DRAW = """async (texts) => {
    const { rich } = await import("/static/text/rich_text.js");
    return texts.map((text) => {
      const drawn = document.createElement("p");
      drawn.append(...rich(text));
      return [drawn.innerHTML, drawn.textContent];
    });
}"""
BOTH = ["formatting", "emoji"]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    server = RunningServer(tmp_path_factory.mktemp("shop") / "data")
    server.start_and_wait()
    yield server
    server.stop()


async def photographed(page: Page, name: str) -> None:
    if folder := os.environ.get("SCREENSHOTS"):
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            await page.screenshot(path=str(Path(folder) / f"{name}-{scheme}.png"))


async def test_browsers_draw_what_the_server_draws(stage: Stage, desk: Page) -> None:
    chance = random.Random(12)
    some = ["".join(chance.choices(PIECES, k=chance.randint(1, 14))) for _ in range(3_000)]
    drawn = await desk.evaluate(DRAW, [*(text for text, _ in CASES), *some])
    for (text, wanted), (html, words) in zip(CASES, drawn, strict=False):
        assert (notation(html), words) == (wanted, text)
    assert [(notation(html), words) for html, words in drawn[len(CASES) :]] == [
        (notation(str(rich(text))), text) for text in some
    ]


# --- the console -----------------------------------------------------------------------------


async def at_her_box(stage: Stage, desk: Page, **chat: str) -> Locator:
    await stage.play(Play("c1", 1, "Giulia", **chat))
    box = desk.get_by_label("Reply to Giulia")
    await box.focus()
    return box


async def test_ana_makes_words_bold_and_plain_again_by_key(stage: Stage, desk: Page) -> None:
    box = await at_her_box(stage, desk)
    await desk.keyboard.type("Wait ")
    await desk.keyboard.press("Control+KeyB")
    await desk.keyboard.type("here")
    await expect(box).to_have_value("Wait **here**")
    await box.evaluate("box => box.setSelectionRange(7, 11)")
    await desk.keyboard.press("Control+KeyB")
    await expect(box).to_have_value("Wait here")
    await desk.keyboard.press("Control+KeyB")
    await expect(box).to_have_value("Wait **here**")
    await desk.keyboard.press("Control+KeyZ")
    await expect(box).to_have_value("Wait here")
    await desk.keyboard.press("Enter")
    assert [frame["text"] for frame in await stage.hears("say")] == ["Wait here"]


async def test_a_list_goes_on_line_by_line_until_an_empty_one(stage: Stage, desk: Page) -> None:
    box = await at_her_box(stage, desk)
    await desk.keyboard.press("Control+Shift+Digit8")
    await desk.keyboard.type("wool")
    await desk.keyboard.press("Shift+Enter")
    await desk.keyboard.type("needles")
    await desk.keyboard.press("Shift+Enter")
    await desk.keyboard.press("Shift+Enter")
    await desk.keyboard.type("That is all")
    await expect(box).to_have_value("- wool\n- needles\nThat is all")
    await desk.keyboard.press("Enter")
    [said] = await stage.hears("say")
    assert said["text"] == "- wool\n- needles\nThat is all"
    line = desk.locator("#log-c1 .m.agent p")
    await expect(line.locator(".point")).to_have_text(["- wool", "\n- needles"])
    assert await line.evaluate("line => line.innerText.trim()") == "wool\nneedles\nThat is all"


async def test_numbers_go_on_too(stage: Stage, desk: Page) -> None:
    box = await at_her_box(stage, desk)
    await desk.keyboard.type("9. unplug it")
    await desk.keyboard.press("Shift+Enter")
    await expect(box).to_have_value("9. unplug it\n10. ")


async def test_an_address_pasted_over_words_becomes_their_link(stage: Stage, desk: Page) -> None:
    box = await at_her_box(stage, desk)
    await box.fill("See our terms")
    await box.evaluate("box => box.setSelectionRange(8, 13)")
    await box.evaluate("""box => {
        const clipboardData = new DataTransfer();
        clipboardData.setData("text/plain", "https://shop.example/a_(b)");
        box.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    }""")
    await expect(box).to_have_value("See our [terms](https://shop.example/a_%28b%29)")
    await desk.keyboard.press("Enter")
    link = desk.locator("#log-c1").get_by_role("link", name="terms", exact=True)
    await expect(link).to_have_attribute("href", "https://shop.example/a_%28b%29")
    await expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")


async def test_what_waits_for_the_server_looks_as_it_will(stage: Stage, desk: Page) -> None:
    await at_her_box(stage, desk)
    stage.answering = False
    await desk.keyboard.type("**Yes** https://shop.example")
    await desk.keyboard.press("Enter")
    waiting = desk.locator("#pane-1 .log.pending")
    await expect(waiting.locator("strong")).to_have_text("**Yes**")
    await expect(waiting.get_by_role("link")).to_have_text("https://shop.example")


async def test_ana_finds_an_emoji_by_its_name_and_next_time_among_the_last(stage: Stage, desk: Page) -> None:
    box = await at_her_box(stage, desk)
    await desk.keyboard.type("Thanks")
    await desk.keyboard.press("Alt+Shift+KeyE")
    menu = desk.get_by_role("dialog", name="Emoji")
    await expect(menu.get_by_label("Search emoji")).to_be_focused()
    await photographed(desk, "emoji-menu")
    await desk.keyboard.type("thumbs")
    await expect(menu.get_by_role("button", name="thumbs up")).to_be_visible()
    await desk.keyboard.press("ArrowDown")
    await desk.keyboard.press("ArrowRight")
    await expect(menu.get_by_role("button", name="thumbs down")).to_be_focused()
    await desk.keyboard.press("ArrowLeft")
    await desk.keyboard.press("Enter")
    await expect(box).to_have_value("Thanks👍️")
    await expect(box).to_be_focused()
    await expect(menu).to_be_hidden()
    await desk.keyboard.press("Alt+Shift+KeyE")
    await expect(menu.get_by_role("button", name="Recently used")).to_have_attribute("aria-pressed", "true")
    await expect(menu.locator(".emoji-grid button")).to_have_text(["👍️"])
    await desk.keyboard.type("no such thing")
    await expect(menu.get_by_role("status")).to_have_text("No matches.")
    await desk.keyboard.press("Escape")
    await expect(menu).to_be_hidden()
    await expect(box).to_be_focused()
    assert stage.said("say") == []


async def test_a_colon_and_a_name_is_an_emoji_with_tab_and_enter_sends_as_ever(stage: Stage, desk: Page) -> None:
    box = await at_her_box(stage, desk)
    await desk.keyboard.type("It is 10:30 :rock")
    rocket = desk.get_by_role("option", name="rocket")
    await expect(rocket).to_be_visible()
    await photographed(desk, "emoji-names")
    while await rocket.get_attribute("aria-selected") != "true":
        await desk.keyboard.press("ArrowDown")
    await desk.keyboard.press("Tab")
    await expect(box).to_have_value("It is 10:30 🚀 ")
    await expect(rocket).to_be_hidden()
    await desk.keyboard.type(":rock")
    await expect(rocket).to_be_visible()
    await desk.keyboard.press("Enter")
    assert [frame["text"] for frame in await stage.hears("say")] == ["It is 10:30 🚀 :rock"]


async def test_on_a_phone_the_menu_of_emoji_has_the_other_buttons(stage: Stage, desk: Page) -> None:
    await desk.set_viewport_size({"width": 390, "height": 844})
    box = await at_her_box(stage, desk)
    pane = desk.locator("#pane-1")
    await expect(pane.locator(".format").get_by_role("button", name="Bold")).to_be_hidden()
    await pane.get_by_role("button", name="Emoji").click()
    menu = pane.locator(".emoji-menu")
    await expect(menu).to_be_in_viewport(ratio=1)
    await photographed(desk, "console-phone")
    await menu.get_by_role("button", name="Bold").click()
    await desk.keyboard.type("yes")
    await expect(box).to_have_value("**yes**")
    await expect(menu).to_be_hidden()


async def test_a_note_has_the_same_buttons(stage: Stage, desk: Page) -> None:
    await at_her_box(stage, desk)
    await desk.keyboard.press("Alt+KeyM")
    await desk.locator("#pane-1").get_by_role("button", name="Bold").click()
    await desk.keyboard.type("mine")
    await expect(desk.get_by_label("Internal note")).to_have_value("**mine**")


async def test_a_chat_of_another_channel_has_emoji_only(stage: Stage, desk: Page) -> None:
    box = await at_her_box(stage, desk, channel="sms")
    await desk.keyboard.press("Control+KeyB")
    await expect(box).to_have_value("")
    pane = desk.locator("#pane-1")
    await expect(pane.get_by_role("button", name="Emoji")).to_be_visible()
    await expect(pane.get_by_role("button", name="Bold")).to_be_hidden()
    await stage.show(stage.plays["c1"], stage.plays["c1"].visitor_says("**Hello**"))
    await expect(pane.get_by_text("**Hello**")).to_be_visible()
    await expect(pane.locator("strong")).to_have_count(0)


async def test_a_search_reads_over_marks_and_finds_none_of_them(stage: Stage, desk: Page) -> None:
    play = Play("c1", 1, "Giulia")
    play.visitor_says("It is **very** good\n- really\n- truly")
    await stage.play(play)
    await desk.get_by_label("Reply to Giulia").focus()
    await desk.keyboard.press("Alt+KeyF")
    await desk.keyboard.type("very good")
    await expect(desk.locator("#pane-1 .find .num")).to_have_text("1 of 1")
    await desk.keyboard.press("Control+KeyA")
    await desk.keyboard.type("**")
    await expect(desk.locator("#pane-1 .find .num")).to_have_text("No matches.")


async def test_agents_see_where_a_visitors_link_leads(stage: Stage, desk: Page) -> None:
    play = Play("c1", 1, "Giulia")
    play.visitor_says("[https://bank.example](https://evil.example/x)")
    await stage.play(play)
    link = desk.locator("#log-c1 .m.visitor a")
    shown = await link.evaluate("link => getComputedStyle(link, '::after').content")
    assert "evil.example" in shown


# --- the widget ------------------------------------------------------------------------------


async def with_ana(shop: RunningServer, browser: Browser, features: list[str], **look: Any) -> tuple[Scripted, Locator]:
    script = Scripted(features=features)
    vera = await script.start(shop, browser, **look)
    await vera.starts_with("Hello **there**")
    await script.ana_comes()
    await vera.screen("chat")
    return script, vera.page.locator("sestetto-widget")


async def test_vera_reads_a_list_and_writes_bold_words_and_an_emoji(two: Two) -> None:
    vera, ana = two.vera.page, two.ana.page
    await vera_opens(vera, "Which wool?")
    pane = ana.locator("#pane-1")
    await expect(pane.get_by_text("Which wool?")).to_be_visible(timeout=PATIENCE)
    await ana_says(ana, "Either of [these](https://shop.example/wool):\n- **merino**\n- alpaca")
    widget = vera.locator("sestetto-widget")
    await expect(widget.get_by_role("listitem")).to_have_count(2, timeout=PATIENCE)
    bold = widget.locator(".them strong")
    await expect(bold).to_have_text("**merino**")
    await expect(bold).to_have_css("font-weight", "700")
    assert await widget.locator(".them .bubble").inner_text() == "Either of these:\nmerino\nalpaca"
    await expect(widget.get_by_role("link", name="these")).to_have_attribute("href", "https://shop.example/wool")
    box = vera.get_by_label("Your message")
    await box.focus()
    await vera.get_by_role("button", name="Emoji and formatting").click()
    await vera.get_by_role("button", name="Bold").click()
    await vera.keyboard.type("alpaca")
    await expect(box).to_have_value("**alpaca**")
    await box.press("End")
    await vera.get_by_label("Search emoji").fill("llama")
    await photographed(vera, "widget-emoji")
    await vera.keyboard.press("Enter")
    await expect(box).to_have_value("**alpaca**🦙")
    await expect(box).to_be_focused()
    await expect(vera.get_by_label("Search emoji")).to_be_hidden()
    await box.press("Enter")
    await expect(pane.locator(".m.visitor strong")).to_have_text("**alpaca**", timeout=PATIENCE)
    await photographed(vera, "widget-formatted")
    await photographed(ana, "console-formatted")


@pytest.mark.parametrize("files", [False, True], ids=["alone", "beside files"])
async def test_a_first_message_has_bold_words_and_emoji_too(shop: RunningServer, browser: Browser, files: bool) -> None:
    more = {"files": {"accept": "image/png", "size": 1_000_000}} if files else {}
    script = Scripted(features=BOTH, **more)
    vera = await script.start(shop, browser)
    await vera.opens()
    page, box = vera.page, vera.widget.get_by_label("Your message")
    smile, start = (vera.widget.get_by_role("button", name=name) for name in ("Emoji and formatting", "Start the chat"))
    await expect(smile).to_be_visible()
    spots = [await one.bounding_box() for one in (box, smile, start)]
    assert all(above["y"] + above["height"] <= below["y"] for above, below in pairwise(spots) if above and below)
    if files:
        clip = await vera.widget.get_by_role("button", name="Send files").bounding_box()
        assert clip is not None
        assert spots[1] is not None
        assert clip["y"] == spots[1]["y"], "side by side"
    await photographed(page, f"widget-first-{'files' if files else 'alone'}")
    await box.focus()
    await smile.click()
    await page.get_by_role("button", name="Bold").click()
    await page.keyboard.type("Hello")
    await box.press("End")
    await page.get_by_label("Search emoji").fill("llama")
    await photographed(page, f"widget-first-emoji-{'files' if files else 'alone'}")
    await page.keyboard.press("Enter")
    await expect(box).to_have_value("**Hello**🦙")
    await expect(box).to_be_focused()
    await box.press("Enter")
    await eventually(lambda: script.said("open"), "Vera to open a chat")
    assert [frame["text"] for frame in script.said("open")] == ["**Hello**🦙"]
    assert await page.evaluate("Object.keys(sessionStorage).filter((one) => one.endsWith('emoji'))") == [], "of no chat"
    await page.context.close()


async def test_escape_leaves_the_emoji_and_not_the_chat(shop: RunningServer, browser: Browser) -> None:
    script, widget = await with_ana(shop, browser, BOTH)
    page = widget.page
    await expect(widget.locator(".me strong")).to_have_text("**there**")
    await page.get_by_role("button", name="Emoji and formatting").click()
    await page.get_by_label("Search emoji").focus()
    await page.keyboard.press("Escape")
    await expect(page.get_by_label("Search emoji")).to_be_hidden()
    await expect(page.get_by_label("Your message")).to_be_focused()
    await page.keyboard.type("- a")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("b")
    await page.keyboard.press("Enter")
    await eventually(lambda: script.said("say"), "the message")
    assert [frame["text"] for frame in script.said("say")] == ["- a\n- b"]
    await page.context.close()


@pytest.mark.parametrize("features", [["emoji"], []], ids=["emoji", "nothing"])
async def test_a_site_without_formatting_shows_texts_as_typed(
    shop: RunningServer, browser: Browser, features: list[str]
) -> None:
    script, widget = await with_ana(shop, browser, features)
    script.ana_says("**Not** bold, but https://shop.example")
    await expect(widget.get_by_role("link", name="https://shop.example")).to_be_visible()
    await expect(widget.get_by_text("**Not** bold")).to_be_visible()
    await expect(widget.locator("strong")).to_have_count(0)
    smile = widget.get_by_role("button", name="Emoji and formatting")
    if not features:
        await expect(smile).to_be_hidden()
    else:
        await smile.click()
        await expect(widget.get_by_label("Search emoji")).to_be_visible()
        await expect(widget.get_by_role("button", name="Bold")).to_be_hidden()
    await widget.page.context.close()


async def test_on_a_phone_from_right_to_left_nothing_is_cut_off(shop: RunningServer, browser: Browser) -> None:
    phone = {"viewport": {"width": 320, "height": 568}, "has_touch": True, "is_mobile": True}
    script, widget = await with_ana(shop, browser, BOTH, **phone)
    await widget.page.evaluate("sestetto('set', { locale: 'ar' })")
    script.ana_says("مرحبا **فيرا**\n- صوف\n- إبر")
    await widget.get_by_role("button", name="الرموز التعبيرية والتنسيق").click()  # once all is in Arabic
    grid = widget.locator(".emoji-grid")
    await expect(grid).to_be_visible()
    left, right = await grid.evaluate("grid => [grid.getBoundingClientRect().left, grid.getBoundingClientRect().right]")
    assert 0 <= left < right <= 320
    await expect(widget.locator("textarea")).to_be_in_viewport(ratio=1)
    await expect(widget.locator(".smile")).to_be_visible()
    await photographed(widget.page, "widget-phone-ar")
    await widget.page.context.close()
