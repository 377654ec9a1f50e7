"""Sentences are completed in grey: Tab accepts them, a word at a time or whole, and nothing else does."""

import base64

import pytest
from playwright.async_api import BrowserContext, FloatRect, Locator, Page, expect

from console.domain.directory import Canned
from console.pages.suggestions import Hint, QueueHints
from tests.browser.axe import audit
from tests.browser.console_chats import Play
from tests.browser.console_stage import Stage, open_console
from tests.browser.test_console_keys import press
from tests.support.eventually import eventually

CHECK = "Let me check that with our warehouse, {first_name}."
LONG = "Please unplug the player, wait for half a minute, and plug it in again before you start the film once more."
ARABIC = "شكراً لك على الانتظار يا صديقي العزيز"
HINTS = {"support": QueueHints({}, [], [Hint(9, 1, 2, text) for text in (CHECK, LONG, ARABIC)])}


async def giulia(stage: Stage, desk: Page, name: str = "Giulia Ferri", **line: object) -> Locator:
    """Giulia's composer, focused, in a team that says the same things often."""
    stage.side.replies = [Canned("k1", "Moment", "One moment, please. I'll look that up.")]
    stage.side.hints = HINTS
    await stage.play(Play("c1", 1, name, **line))
    box = desk.locator("#pane-1 textarea")
    await box.focus()
    return box


def grey(desk: Page) -> Locator:
    return desk.locator("#pane-1 .completion .rest")


async def begins(desk: Page, box: Locator, text: str) -> None:
    """What was learned is asked for when the first sentence is begun."""
    await box.press_sequentially(text)
    await expect(grey(desk)).to_be_visible()


async def test_the_rest_stands_in_grey_and_tab_takes_it(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    await begins(desk, box, "Let ")
    await expect(grey(desk)).to_have_text("me check that with our warehouse, Giulia.")
    await expect(box).to_have_value("Let ")
    await box.press("Tab")
    await expect(box).to_have_value("Let me check that with our warehouse, Giulia.")
    await expect(box).to_be_focused()
    await expect(grey(desk)).to_be_hidden()
    assert stage.said("say") == []
    await box.press("Enter")
    assert (await stage.hears("say"))[0]["text"] == "Let me check that with our warehouse, Giulia."


async def test_enter_sends_what_was_typed_and_never_the_grey(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    await begins(desk, box, "Let me")
    await box.press("Enter")
    assert (await stage.hears("say"))[0]["text"] == "Let me"
    await expect(grey(desk)).to_be_hidden()


async def test_canned_replies_alone_are_enough(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    stage.side.hints = {}
    await begins(desk, box, "Hello! One ")
    await expect(grey(desk)).to_have_text("moment, please.")


async def test_typing_along_keeps_it_and_another_letter_ends_it(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    await begins(desk, box, "Let ")
    await box.press_sequentially("me c")
    await expect(grey(desk)).to_have_text("heck that with our warehouse, Giulia.")
    await box.press("x")
    await expect(grey(desk)).to_be_hidden()
    await box.press("Backspace")
    await expect(grey(desk)).to_have_text("heck that with our warehouse, Giulia.")


async def test_without_grey_tab_goes_on_to_the_next_button(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    await box.press_sequentially("Hm")
    await box.press("Tab")
    await expect(box).not_to_be_focused()
    await box.focus()
    await box.fill("")
    await begins(desk, box, "Let ")
    await box.press("Shift+Tab")
    await expect(box).to_have_value("Let ")
    await expect(box).not_to_be_focused()
    await expect(grey(desk)).to_be_hidden()


async def test_escape_hides_it_until_the_next_sentence(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    await begins(desk, box, "Let ")
    await box.press("Escape")
    await expect(grey(desk)).to_be_hidden()
    await box.press_sequentially("me see. Let ")
    await expect(grey(desk)).to_be_visible()
    await expect(box).to_have_value("Let me see. Let ")


async def test_the_right_arrow_takes_one_word(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    await begins(desk, box, "Let ")
    await box.press("ArrowRight")
    await expect(box).to_have_value("Let me")
    await box.press("ArrowRight")
    await expect(box).to_have_value("Let me check")
    await expect(grey(desk)).to_have_text(" that with our warehouse, Giulia.")
    await box.press("ArrowLeft")
    await expect(box).to_have_value("Let me check")
    await expect(grey(desk)).to_be_hidden()


async def test_from_right_to_left_the_left_arrow_does(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    await begins(desk, box, "شكراً ")
    await box.press("ArrowLeft")
    await expect(box).to_have_value("شكراً لك")


async def test_a_click_takes_it(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    await begins(desk, box, "Let ")
    await grey(desk).click()
    await expect(box).to_have_value("Let me check that with our warehouse, Giulia.")
    await expect(box).to_be_focused()


async def test_the_browsers_undo_takes_it_back(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    await begins(desk, box, "Let ")
    await box.press("Tab")
    await box.press("Control+z")
    value = await box.input_value()
    assert "warehouse" not in value


async def test_a_composition_shows_none_and_its_keys_take_none(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    await begins(desk, box, "Let ")
    assert not await press(desk, "Tab", "Tab", isComposing=True)
    tools = await desk.context.new_cdp_session(desk)
    await tools.send("Input.imeSetComposition", {"text": "me", "selectionStart": 2, "selectionEnd": 2})
    await expect(grey(desk)).to_be_hidden()
    await tools.send("Input.insertText", {"text": "me"})
    await expect(grey(desk)).to_have_text(" check that with our warehouse, Giulia.")


async def test_a_caret_elsewhere_or_another_pane_hides_it(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    await begins(desk, box, "Let ")
    await box.press("Home")
    await expect(grey(desk)).to_be_hidden()
    await box.press("End")
    await box.press_sequentially("me")
    await expect(grey(desk)).to_be_visible()
    await stage.play(Play("c2", 2, "Marco"))
    await desk.get_by_label("Reply to Marco").wait_for()
    await desk.keyboard.press("Alt+Digit2")
    await expect(grey(desk)).to_be_hidden()


async def test_it_is_announced_once_after_a_pause(stage: Stage, desk: Page) -> None:
    await desk.evaluate(
        """() => {
            window.told = [];
            const region = document.getElementById("announcer");
            new MutationObserver(() => window.told.push(region.textContent)).observe(region, { childList: true });
        }"""
    )
    box = await giulia(stage, desk)
    await begins(desk, box, "Let ")
    await box.press_sequentially("me check")
    told = "Tab adds: that with our warehouse, Giulia."

    async def heard() -> list[str]:
        said: list[str] = await desk.evaluate("window.told.filter((one) => one.includes('Tab adds'))")
        return said

    async def is_told() -> bool:
        return told in await heard()

    await eventually(is_told, "the completion to be announced")
    before = await heard()  # on a slow machine she seemed to pause before
    assert before[-1] == told
    await box.press_sequentially(" that")
    await desk.wait_for_timeout(1_500)  # longer than the pause
    assert await heard() == before
    await expect(desk.locator("#pane-1 .completion")).to_have_attribute("aria-hidden", "true")


async def test_ana_switches_it_off_from_the_palette_and_it_stays_off(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    await begins(desk, box, "Let ")
    await box.press("Control+k")
    await desk.keyboard.type("sentence completion")
    await desk.keyboard.press("Enter")
    await expect(grey(desk)).to_be_hidden()
    await desk.reload()
    await box.focus()
    await box.fill("")
    async with desk.expect_response("**/canned.json"):
        await box.press_sequentially(";")
    await box.press_sequentially("x. Let me")
    await desk.evaluate("new Promise((done) => requestIdleCallback(() => requestIdleCallback(done)))")
    await expect(grey(desk)).to_be_hidden()


async def test_in_a_note_only_the_name_is_completed(stage: Stage, desk: Page) -> None:
    await giulia(stage, desk)
    await desk.keyboard.press("Alt+KeyM")
    note = desk.get_by_label("Internal note: Giulia Ferri can't see it")
    await note.press_sequentially("Let me tell Giu")
    await expect(grey(desk)).to_have_text("lia")
    await note.press("Tab")
    await expect(note).to_have_value("Let me tell Giulia")


async def test_a_name_is_completed_from_its_capital_on(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    await box.press_sequentially("Hello giu")
    await box.press_sequentially(", Gi")
    await expect(grey(desk)).to_have_text("ulia")
    await box.press("Tab")
    await expect(box).to_have_value("Hello giu, Giulia")


async def test_the_box_speaks_the_visitors_language_and_a_note_the_teams(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk, locale="it_IT")
    await expect(box).to_have_attribute("lang", "it-IT")
    await desk.keyboard.press("Alt+KeyM")
    assert await box.get_attribute("lang") is None
    await desk.keyboard.press("Alt+KeyM")
    await expect(box).to_have_attribute("lang", "it-IT")
    await expect(box).to_have_attribute("spellcheck", "true")
    await stage.leave(1, then=Play("c2", 1, "Kim", locale="ko"))
    await expect(desk.locator("#pane-1 textarea")).to_have_attribute("lang", "ko")


async def test_a_chat_that_goes_takes_its_grey_along(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    await begins(desk, box, "Let ")
    await stage.leave(1, then=Play("c2", 1, "Marco"))
    await desk.locator(".composer[data-ended]").wait_for()
    await expect(desk.locator(".composer[data-ended] .completion")).to_be_hidden()
    await desk.keyboard.press("Tab")
    await expect(desk.locator(".composer[data-ended] textarea")).to_have_value("Let ")


UNLIKE = """async (shots) => {
    const [one, other] = await Promise.all(shots.map(async (shot) => {
        const bytes = Uint8Array.from(atob(shot), (sign) => sign.charCodeAt(0));
        const picture = await createImageBitmap(new Blob([bytes]));
        const pen = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
        pen.drawImage(picture, 0, 0);
        return pen.getImageData(0, 0, picture.width, picture.height).data;
    }));
    if (one.length !== other.length) return Infinity;
    return one.filter((value, at) => Math.abs(value - other[at]) > 80).length; // smoothed edges may differ a little
}"""
SAME = """
.completion .rest { color: var(--ink) !important; text-decoration: none !important; }
.completion kbd { display: none !important; }
textarea { caret-color: transparent !important; }
"""


@pytest.mark.parametrize("density", ["normal", "compact"])
@pytest.mark.parametrize(
    "begun",
    ["Let ", "Let me check that", "Please", "Hello!\n\nPlease unplug the pla", "شكراً ", "1\n2\n3\n4\nPlease unplug "],
    ids=repr,
)
async def test_the_grey_stands_exactly_where_the_text_will_stand(
    stage: Stage, desk: Page, context: BrowserContext, begun: str, density: str
) -> None:
    """Drawn in the text's colour, the box looks the same before and after Tab."""
    await desk.evaluate("density => { document.body.dataset.density = density; }", density)
    box = await giulia(stage, desk)
    await box.press_sequentially(begun.replace("\n", ""))  # what was learned comes
    await box.fill("")
    for number, line in enumerate(begun.split("\n")):
        if number:
            await box.press("Shift+Enter")
        await box.press_sequentially(line)
    await expect(grey(desk)).to_be_visible()
    await desk.evaluate(
        """css => {
            const sheet = new CSSStyleSheet();
            sheet.replaceSync(css);
            document.adoptedStyleSheets = [sheet];
        }""",
        SAME,
    )
    row = desk.locator("#pane-1 .composer > .row")
    shots = [await row.screenshot()]
    top = await box.evaluate("box => box.scrollTop")
    await box.press("Tab")
    await expect(grey(desk)).to_be_hidden()
    await box.evaluate("(box, top) => { box.scrollTop = top; }", top)
    shots.append(await row.screenshot())
    elsewhere = await context.new_page()
    assert await elsewhere.evaluate(UNLIKE, [base64.b64encode(shot).decode() for shot in shots]) == 0


async def test_with_forced_colours_what_was_typed_stays_to_be_seen(
    stage: Stage, desk: Page, context: BrowserContext
) -> None:
    await desk.emulate_media(forced_colors="active")
    box = await giulia(stage, desk)
    await box.evaluate("box => { box.style.caretColor = 'transparent'; }")
    await begins(desk, box, "Please unplug")
    at = await box.bounding_box()
    assert at is not None
    typed: FloatRect = {"x": at["x"] + 3, "y": at["y"] + 3, "width": 80, "height": 22}
    shots = [await desk.screenshot(clip=typed)]
    await box.press("Escape")
    await expect(grey(desk)).to_be_hidden()
    at = await box.bounding_box()
    assert at is not None
    shots.append(await desk.screenshot(clip=typed | {"y": at["y"] + 3}))
    elsewhere = await context.new_page()
    assert await elsewhere.evaluate(UNLIKE, [base64.b64encode(shot).decode() for shot in shots]) == 0


async def test_the_box_grows_for_it_and_shrinks_again(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    await begins(desk, box, "Please unplug")
    rows = await box.evaluate("box => box.rows")
    assert rows > 2
    await box.press("Tab")  # as many lines as the whole text takes, in any font
    await expect(box).to_have_value(LONG)
    await expect(box).to_have_js_property("rows", rows)
    await box.fill("")
    await begins(desk, box, "Please unplug")
    await expect(box).to_have_js_property("rows", rows)
    await box.press("Escape")
    await expect(box).to_have_js_property("rows", 2)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_can_be_read_in_both_themes(stage: Stage, context: BrowserContext, scheme: str) -> None:
    desk = await open_console(stage, context, color_scheme=scheme)
    box = await giulia(stage, desk)
    await begins(desk, box, "Let ")
    colours = await grey(desk).evaluate(
        """rest => {
            const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
            const light = (colour) => {
                pen.fillStyle = colour;
                pen.fillRect(0, 0, 1, 1);
                const [r, g, b] = [...pen.getImageData(0, 0, 1, 1).data].map((one) =>
                    one / 255 <= 0.04045 ? one / 255 / 12.92 : ((one / 255 + 0.055) / 1.055) ** 2.4);
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            const box = rest.closest(".row").querySelector("textarea");
            return [getComputedStyle(rest).color, getComputedStyle(box).backgroundColor].map(light);
        }"""
    )
    darker, lighter = sorted(colours)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5
    assert (await audit(desk))["violations"] == []


async def test_the_key_is_shown_until_it_is_known(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    hint = desk.locator("#pane-1 .completion kbd")
    for _ in range(3):
        await begins(desk, box, "Let ")
        await expect(hint).to_be_visible()
        await box.press("Tab")
        await box.press("Enter")
    await begins(desk, box, "Let ")
    await expect(hint).to_be_hidden()
    await eventually(lambda: len(stage.said("say")) == 3, "three answers")
