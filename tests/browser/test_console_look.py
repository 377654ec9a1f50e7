"""The console's layout: enough lines, large targets, contrast, and nothing that moves under the pointer."""

from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, expect

from console.archive.credentials import SignedIn
from console.domain.directory import Member
from tests.browser.console_chats import Play
from tests.browser.console_scenes import SCENES, busy
from tests.browser.console_stage import Stage, open_console

TARGETS = """() => [...document.querySelectorAll('button, summary, select, input, textarea, .fig a')]
  .filter(one => one.checkVisibility({ visibilityProperty: true }))
  .map(one => [one.outerHTML.slice(0, 120), one.getBoundingClientRect()])
  .filter(([, box]) => box.width < 24 || box.height < 24).map(([html]) => html)"""
LUMINANCE = """const pixel = (colour) => {
  const context = new OffscreenCanvas(1, 1).getContext('2d');
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3)
    .map(c => c / 255).map(c => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
};
const ground = (one) => {
  for (let at = one; at; at = at.parentElement) {
    const colour = getComputedStyle(at).backgroundColor;
    if (colour !== 'rgba(0, 0, 0, 0)') return colour;
  }
};
const ratio = (a, b) => (Math.max(pixel(a), pixel(b)) + 0.05) / (Math.min(pixel(a), pixel(b)) + 0.05);"""
DIGITS = f"""() => {{ {LUMINANCE}
  return Math.min(...[...document.querySelectorAll('.clock .digits')]
    .map(one => ratio(getComputedStyle(one).color, ground(one)))); }}"""
BORDERS = f"""() => {{ {LUMINANCE}
  const rings = '.clock:is([data-state=none], [data-state=fine])';
  return Math.min(...[...document.querySelectorAll(`.composer textarea, .pane .index, .status .button, ${{rings}}`)]
    .filter(one => one.checkVisibility())
    .map(one => ratio(getComputedStyle(one).borderTopColor, ground(one.parentElement)))); }}"""
SHIFT = """() => { window.shift = 0; new PerformanceObserver(list => {
  for (const one of list.getEntries()) window.shift += one.value; }).observe({ type: 'layout-shift' }); }"""


async def test_every_pane_shows_four_lines_of_log_and_two_of_composer(stage: Stage, desk: Page) -> None:
    await busy(stage, desk)
    for slot in range(1, 7):
        log = await desk.locator(f"#pane-{slot} .scroll").bounding_box()
        line = await desk.locator(f"#pane-{slot} .m.visitor p").last.evaluate("p => p.getClientRects()[0].height")
        box = desk.locator(f"#pane-{slot} textarea")
        rows = await box.evaluate("box => (box.clientHeight - 8) / parseFloat(getComputedStyle(box).lineHeight)")
        assert log is not None
        assert log["height"] >= 4 * (line + 14)
        assert rows >= 2
    assert await desk.evaluate("document.documentElement.scrollHeight <= innerHeight")


CUT = """chips => chips.filter(chip => {
  const [inner, outer] = [chip.getBoundingClientRect(), chip.parentElement.getBoundingClientRect()];
  return inner.right > outer.right + 0.5 || chip.scrollWidth > chip.clientWidth;
}).map(chip => chip.textContent)"""
PRESSED = ["busy", "note", "ghost", "help", "alarms", "disconnected", "full", "next", "handover", "labels"]


@pytest.mark.parametrize("scene", PRESSED)
async def test_everything_to_press_is_at_least_24_pixels(stage: Stage, desk: Page, scene: str) -> None:
    await SCENES[scene](stage, desk)
    assert await desk.evaluate(TARGETS) == []


@pytest.mark.parametrize("scene", ["busy", "full"])
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_numbers_and_borders_stand_out(stage: Stage, context: BrowserContext, theme: Any, scene: str) -> None:
    page = await open_console(stage, context, color_scheme=theme)
    await SCENES[scene](stage, page)
    assert await page.evaluate(DIGITS) >= 4.5
    assert await page.evaluate(BORDERS) >= 3


async def test_a_chosen_theme_holds_against_the_systems(stage: Stage, context: BrowserContext) -> None:
    page = await open_console(stage, context, color_scheme="dark")
    await page.locator("details.me summary").click()
    await page.get_by_role("combobox", name="Theme").select_option("light")
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(239, 240, 236)"
    await page.reload()
    assert await page.evaluate("document.documentElement.dataset.theme") == "light"
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(239, 240, 236)"


async def test_a_chosen_language_is_the_pages_and_its_scripts(stage: Stage, desk: Page) -> None:
    await desk.locator("details.me summary").click()
    await desk.get_by_role("combobox", name="Language").select_option("it")
    await desk.wait_for_selector('html[lang="it"] body[data-link="ready"]')
    stage.locale = "it"
    await stage.play(Play("c1", 1, "Giulia"))
    await desk.get_by_label("Rispondi a Giulia").wait_for()
    await desk.get_by_role("button", name="Chiudi chat").click()
    await desk.get_by_text("La chat con Giulia si chiude tra").wait_for()


FOOT = """() => {
  const foot = document.querySelector("#pane-1 .acts"), room = foot.getBoundingClientRect();
  const shown = [...foot.querySelectorAll(".button")].filter(one => one.getBoundingClientRect().width);
  return shown.filter(one => {
    const is = one.getBoundingClientRect();
    const out = is.left < room.left - 1 || is.right > room.right + 1 || is.bottom > room.bottom + 1;
    return out || one.scrollWidth > one.clientWidth + 1; // its words reach into the next one
  }).map(one => one.dataset.act);
}"""


@pytest.mark.parametrize("locale", ["de", "pl", "bg", "fi"])
async def test_the_words_of_long_languages_have_room_at_the_foot_of_a_pane(
    stage: Stage, context: BrowserContext, locale: str
) -> None:
    await context.add_cookies([{"name": "sestetto_locale", "value": locale, "url": stage.url}])
    page = await open_console(stage, context, width=390, height=844)
    stage.locale = locale
    await stage.play(Play("c1", 1, "Giulia"))
    await page.locator("#pane-1 .acts [data-act=end]").wait_for()
    assert await page.evaluate(FOOT) == []
    await page.set_viewport_size({"width": 1366, "height": 768})
    assert await page.evaluate(FOOT) == []


async def test_nothing_moves_when_chats_come_go_and_run_late(stage: Stage, desk: Page) -> None:
    await desk.mouse.click(700, 400)
    await stage.push(stage.strip())
    await desk.evaluate(SHIFT)
    places = "[...document.querySelectorAll('.pane, .mini, .fig')].map(one => one.getBoundingClientRect().x)"
    before = await desk.evaluate(places)
    await busy(stage, desk)
    await stage.leave(2)
    await desk.locator("#pane-2[data-free]").wait_for()
    after = await desk.evaluate(places)
    assert [round(x) for x in after[:12]] == [round(x) for x in before[:12]]
    assert await desk.locator("header.top").evaluate("top => top.getBoundingClientRect().height") < 60


async def test_a_lost_connection_does_not_move_the_panes(stage: Stage, desk: Page) -> None:
    await busy(stage, desk)
    before = await desk.locator("#pane-1").bounding_box()
    stage.refusing = True
    await stage.close(1012)
    await desk.locator('#pane-3[data-state="stale"]').wait_for()
    assert await desk.locator("#pane-1").bounding_box() == before


@pytest.mark.parametrize("locale", ["en", "de", "pl"])
async def test_an_undelivered_message_and_a_new_version_move_nothing_at_any_width(
    stage: Stage, context: BrowserContext, locale: str
) -> None:
    stage.member, stage.locale = SignedIn(Member("ana", "Ana", "ana@example.com", locale=locale), "s1", "c1"), locale
    desk = await open_console(stage, context)
    await busy(stage, desk)
    await desk.locator("#pane-1 .index").click()
    await expect(desk.locator("#sound-off")).to_be_hidden()
    before = [await places_at(desk, width) for width in WIDTHS]
    await desk.locator("#new-build").evaluate("(button) => { button.hidden = false; }")
    assert [await places_at(desk, width) for width in WIDTHS] == before
    stage.refusals["say"] = "not_found"
    await desk.locator("#pane-1 textarea").fill("Ciao")
    await desk.locator("#pane-1 textarea").press("Enter")
    await desk.locator("#undelivered-open").wait_for()
    assert [await places_at(desk, width) for width in WIDTHS] == before
    assert await desk.evaluate(TARGETS) == []
    await desk.locator("#undelivered-open").click()
    await desk.locator("#undelivered[open]").wait_for()


@pytest.mark.parametrize("locale", ["de", "es", "fr", "it", "pl", "pt"])
async def test_the_button_for_wrap_ups_adds_no_row_and_moves_nothing(
    stage: Stage, context: BrowserContext, locale: str
) -> None:
    name = "Maria Antonietta Esposito"
    stage.member, stage.locale = SignedIn(Member("ana", name, "ana@example.com", locale=locale), "s1", "c1"), locale
    desk = await open_console(stage, context)
    await busy(stage, desk)
    await desk.locator("#pane-1 .index").click()
    await expect(desk.locator("#sound-off")).to_be_hidden()
    before = [await places_at(desk, width) for width in WIDTHS]
    await stage.lists(*(Play(f"d{n}", 1, f"Visitor {n}") for n in range(12)))
    await expect(desk.locator("#wrapups-open")).to_be_visible()
    assert [await places_at(desk, width) for width in WIDTHS] == before
    await desk.set_viewport_size({"width": 1366, "height": 768})
    assert await desk.locator("header.top").evaluate("top => top.getBoundingClientRect().height") < 60


WIDTHS = (390, 1024, 1280, 1340, 1366, 1440, 1536, 1920)


async def places_at(desk: Page, width: int) -> list[int]:
    """Where the clocks, the first pane and the rows of the strip begin, from above."""
    await desk.set_viewport_size({"width": width, "height": 768})
    tops = "all => all.map((one) => Math.round(one.getBoundingClientRect().y))"
    return await desk.locator(".mini, #pane-1, .figures, .tools").evaluate_all(tops)


async def test_on_a_phone_one_pane_is_open_and_the_others_keep_name_line_and_clock(
    stage: Stage, context: BrowserContext
) -> None:
    page = await open_console(stage, context, width=390, height=844)
    await busy(stage, page)
    assert await page.locator(".pane textarea:visible").count() == 1
    assert await page.locator(".pane .who h2:visible").count() == 6
    assert await page.locator("#pane-5").get_by_text("amazing, and the watch history?").is_visible()
    assert await page.locator("header.top").evaluate("top => top.getBoundingClientRect().height") < 145
    assert await page.locator(".who [title^=Language]").evaluate_all(CUT) == []
    events = page.locator(".pane:not([data-open], [data-free]) .m.event")
    assert await events.filter(visible=True).count() == 0  # what was said, not what happened
    await page.locator("#pane-5 .index").click()
    assert await page.get_by_label("Reply to Dana Whitfield").is_visible()
    assert await page.locator(".pane textarea:visible").count() == 1
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_at_four_times_the_size_one_column_scrolls(stage: Stage, context: BrowserContext) -> None:
    page = await open_console(stage, context, width=320, height=256)  # 1280x1024 at 400 %
    await busy(stage, page)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    xs = await page.evaluate("[...document.querySelectorAll('.pane')].map(one => one.getBoundingClientRect().x)")
    assert len(set(xs)) == 1
    await page.get_by_label("Reply to Giulia Ferri").scroll_into_view_if_needed()
    assert await page.get_by_label("Reply to Giulia Ferri").is_visible()


async def test_in_letters_of_twice_the_size_messages_are_seen_over_an_open_composer(
    stage: Stage, own_context: BrowserContext
) -> None:
    """The browser's own setting, which changes no pixel of the window."""
    page = await open_console(stage, own_context)
    tools = await own_context.new_cdp_session(page)
    await tools.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
    await busy(stage, page)
    log = await page.locator("#pane-1 .scroll").bounding_box()
    assert log is not None
    assert log["height"] >= 200
    box = page.get_by_label("Reply to Giulia Ferri")
    assert await box.evaluate(
        "box => parseFloat(getComputedStyle(box).lineHeight) > parseFloat(getComputedStyle(box).fontSize)"
    )
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    index = "(one) => one.scrollWidth <= one.clientWidth && one.scrollHeight <= one.clientHeight"
    assert await page.locator("#pane-1 .index").evaluate(index)


async def test_rings_survive_forced_colours(stage: Stage, context: BrowserContext) -> None:
    page = await open_console(stage, context, forced_colors="active")
    await busy(stage, page)
    track, hand = await page.evaluate("""() => {
      const clock = document.querySelector('#pane-1 header .clock');
      const hand = getComputedStyle(clock, '::after').backgroundImage;
      return [getComputedStyle(clock).borderTopColor, /rgba?[(][^)]+[)]/.exec(hand)?.[0] ?? hand];
    }""")
    ground = await page.evaluate("getComputedStyle(document.querySelector('#pane-1')).backgroundColor")
    assert len({track, hand, ground}) == 3


async def test_with_less_motion_a_ring_moves_once_a_second(stage: Stage, context: BrowserContext) -> None:
    page = await open_console(stage, context, reduced_motion="reduce")
    chat = Play("c1", 1, "Giulia")
    chat.visitor_says("ciao", due=5_500)
    await stage.play(chat)
    await page.locator('#pane-1[data-state="fine"]').wait_for()
    offsets = await page.evaluate("""() => new Promise(done => {
      const seen = new Set();
      const ring = document.querySelector('#pane-1 header .clock');
      const until = performance.now() + 1500;
      const look = setInterval(() => {
        if (performance.now() < until) return seen.add(ring.style.getPropertyValue('--left'));
        clearInterval(look);
        done([...seen]);
      }, 20);
    })""")
    assert 2 <= len(offsets) <= 3


async def test_the_visitors_words_are_marked_with_their_language(stage: Stage, desk: Page) -> None:
    await busy(stage, desk)
    assert await desk.locator("#log-c3 .m.visitor p").last.get_attribute("lang") == "ko"
    assert await desk.locator("#pane-3 .scroll").get_attribute("aria-label") == "Conversation with 김서연"
    assert await desk.locator("#pane-3 .scroll").get_attribute("tabindex") == "0"
    assert await desk.locator("[aria-live]").count() == 1


async def test_all_lines_of_an_arabic_message_begin_at_its_right(stage: Stage, desk: Page) -> None:
    chat = Play("c1", 1, "Giulia")
    chat.visitor_says("مرحبا، أين طلبي رقم 12345؟ لقد مر أسبوع كامل " * 3)
    chat.ana_says("Ciao " * 40)
    await stage.play(chat)
    edges = "(p) => [...p.getClientRects()].map((line) => [Math.round(line.left), Math.round(line.right)])"
    lines = await desk.locator("#log-c1 .m.visitor p").evaluate(edges)
    assert len(lines) > 1
    assert len({right for _, right in lines}) == 1
    lines = await desk.locator("#log-c1 .m.agent p").evaluate(edges)
    assert len({left for left, _ in lines}) == 1
