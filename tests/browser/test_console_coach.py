"""A new agent is shown the three most important keys, each when it is useful, until it has been used once."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Locator, Page, expect

from console.archive.credentials import SignedIn
from console.domain.directory import Member
from tests.browser.axe import SCREENS, audit, wears
from tests.browser.console_chats import Play
from tests.browser.console_stage import Stage, open_console
from tests.browser.side_panels import TV

BEN = SignedIn(member=Member(id="ben", name="Ben", email="ben@example.com"), session="s2", csrf="c2")
PLACES = """() => [...document.querySelectorAll('.pane, .mini, #coach, #coach button')].map(one => {
  const { x, y, width, height } = one.getBoundingClientRect();
  return [x, y, width, height];
})"""
CUT = """keys => {
  const words = document.querySelector('#coach > p');
  const texts = JSON.parse(document.getElementById('texts').textContent);
  const cut = () => words.scrollHeight > words.clientHeight + 1 || words.scrollWidth > words.clientWidth + 1;
  const height = words.clientHeight;
  const fits = text => (words.textContent = text, !cut() && words.clientHeight === height);
  return [words.textContent, ...keys.map(key => texts[key])].filter(text => !fits(text));
}"""
TEXTS = ["coach_urgent", "coach_hold_all", "coach_suggest1", "coach_done"]


@pytest_asyncio.fixture(loop_scope="session")
async def new_desk(stage: Stage, context: BrowserContext) -> AsyncIterator[Page]:
    """Ana's console on her first day."""
    yield await open_console(stage, context, new=True)
    assert stage.complaints == []


def coach(desk: Page) -> Locator:
    return desk.get_by_role("region", name="Keys to start with")


def pointed_out(desk: Page) -> Locator:
    return desk.locator("#coach [data-now] .words")


def learned(desk: Page) -> Locator:
    return desk.locator("#coach [data-learned] .words")


async def asks(stage: Stage, slot: int, name: str, text: str = "Hello?") -> Play:
    chat = Play(f"c{slot}", slot, name)
    chat.visitor_says(text, due=60_000)
    await stage.play(chat)
    return chat


async def again(desk: Page) -> None:
    await desk.reload()
    await desk.wait_for_selector('body[data-link="ready"]')


async def test_the_first_clock_points_out_the_key_to_it_until_it_was_used(stage: Stage, new_desk: Page) -> None:
    await expect(coach(new_desk)).to_be_visible()
    await expect(pointed_out(new_desk)).to_have_count(0)
    await asks(stage, 1, "Giulia")
    await expect(pointed_out(new_desk)).to_have_text(["Most urgent"])
    await expect(coach(new_desk)).to_contain_text("goes to the chat whose clock runs out first")
    await new_desk.keyboard.press("Alt+KeyJ")
    await expect(new_desk.get_by_label("Reply to Giulia")).to_be_focused()
    await expect(learned(new_desk)).to_have_text(["Most urgent"])
    await again(new_desk)
    await expect(coach(new_desk).get_by_role("listitem")).to_have_text(
        [r"First word to all Alt Shift H", "Suggested reply Alt 7"]
    )


async def test_a_key_that_had_nothing_to_do_is_not_learned(stage: Stage, new_desk: Page) -> None:
    for key in ("Alt+Digit0", "Alt+KeyJ", "Alt+Shift+KeyH", "Alt+Digit7"):
        await new_desk.keyboard.press(key)
    await asks(stage, 1, "Giulia")
    await expect(pointed_out(new_desk)).to_have_text(["Most urgent"])
    await expect(learned(new_desk)).to_have_count(0)


async def test_two_who_wait_point_out_the_first_word_to_all(stage: Stage, new_desk: Page) -> None:
    await asks(stage, 1, "Giulia")
    await expect(pointed_out(new_desk)).to_have_text(["Most urgent"])
    await new_desk.get_by_label("Reply to Giulia").focus()
    await expect(pointed_out(new_desk)).to_have_count(0)
    await asks(stage, 2, "Kenji")
    await expect(pointed_out(new_desk)).to_have_text(["First word to all"])
    await expect(coach(new_desk)).to_contain_text("promises everyone waiting an answer within 30 seconds")
    await new_desk.keyboard.press("Alt+Shift+KeyH")
    assert {said["chat"] for said in await stage.hears("say", 2)} == {"c1", "c2"}
    await expect(learned(new_desk)).to_have_text(["First word to all"])


@pytest.mark.parametrize("way", ["key", "suggestion", "line"])
async def test_a_suggested_reply_points_out_its_key(stage: Stage, new_desk: Page, way: str) -> None:
    await asks(stage, 1, "Giulia", "black screen!")
    box = new_desk.get_by_label("Reply to Giulia")
    await box.focus()
    await expect(pointed_out(new_desk)).to_have_text(["Suggested reply"])
    if way == "key":
        await box.press("Alt+Digit7")
    else:
        row = new_desk.locator("#pane-1 .suggested") if way == "suggestion" else coach(new_desk)
        await row.get_by_role("button", name="Black screen" if way == "suggestion" else "Suggested reply").click()
    await expect(box).to_have_value(TV.text)
    await expect(box).to_be_focused()
    await expect(learned(new_desk)).to_have_text(["Suggested reply"])


@pytest.mark.parametrize("been_there", [True, False])
async def test_the_line_suggests_a_reply_to_who_comes_to_it_by_tab(
    stage: Stage, new_desk: Page, been_there: bool
) -> None:
    """In the pane they come from, or else where the most urgent key goes."""
    await asks(stage, 1, "Giulia", "black screen!")
    await expect(new_desk.locator("#pane-1 .suggested button")).to_be_visible()
    box = new_desk.get_by_label("Reply to Giulia")
    if been_there:
        await box.focus()
    button = coach(new_desk).get_by_role("button", name="Suggested reply")
    await button.focus()
    await expect(button).to_be_enabled()
    await new_desk.keyboard.press("Enter")
    await expect(box).to_have_value(TV.text)
    await expect(box).to_be_focused()
    await expect(learned(new_desk)).to_have_text(["Suggested reply"])


async def test_a_button_of_the_line_with_nothing_to_do_says_so(stage: Stage, new_desk: Page) -> None:
    buttons = coach(new_desk).get_by_role("listitem").get_by_role("button")
    for place in range(3):
        await expect(buttons.nth(place)).to_be_disabled()
    await asks(stage, 1, "Giulia", "black screen!")
    for place in range(3):
        await expect(buttons.nth(place)).to_be_enabled()


async def test_nothing_moves_and_the_focus_stays_while_it_points_and_learns(stage: Stage, new_desk: Page) -> None:
    before = await new_desk.evaluate(PLACES)
    await asks(stage, 1, "Giulia", "black screen!")
    box = new_desk.get_by_label("Reply to Giulia")
    await box.focus()
    await expect(pointed_out(new_desk)).to_have_text(["Suggested reply"])
    await asks(stage, 2, "Kenji")
    await expect(pointed_out(new_desk)).to_have_text(["First word to all", "Suggested reply"])
    for key in ("Alt+Digit0", "Alt+Digit7", "Alt+Shift+KeyH"):
        await new_desk.keyboard.press(key)
    await expect(coach(new_desk)).to_contain_text("You know the keys that matter most")
    assert await new_desk.evaluate(PLACES) == before
    await expect(box).to_be_focused()


async def test_it_goes_once_all_are_known_and_no_chat_is_open(stage: Stage, new_desk: Page) -> None:
    await asks(stage, 1, "Giulia", "black screen!")
    await expect(pointed_out(new_desk)).to_have_text(["Most urgent"])
    await new_desk.keyboard.press("Alt+Digit0")
    await expect(pointed_out(new_desk)).to_have_text(["Suggested reply"])
    for key in ("Alt+Digit7", "Alt+Shift+KeyH"):
        await new_desk.keyboard.press(key)
    await expect(learned(new_desk)).to_have_count(3)
    await expect(coach(new_desk)).to_be_visible()
    await new_desk.get_by_label("Reply to Giulia").fill("")
    await stage.leave(1)
    await expect(coach(new_desk)).to_be_hidden()
    await again(new_desk)
    await expect(coach(new_desk)).to_be_hidden()


async def test_closed_is_closed_for_good_and_for_nobody_else(stage: Stage, new_desk: Page) -> None:
    await asks(stage, 1, "Giulia")
    box = new_desk.get_by_label("Reply to Giulia")
    await box.focus()
    await coach(new_desk).get_by_role("button", name="Close").click()
    await expect(coach(new_desk)).to_be_hidden()
    await expect(box).to_be_focused()
    await again(new_desk)
    await expect(coach(new_desk)).to_be_hidden()
    stage.member = BEN
    await again(new_desk)
    await expect(coach(new_desk)).to_be_visible()


async def test_a_screen_reader_hears_each_once_with_its_key(stage: Stage, new_desk: Page) -> None:
    await new_desk.evaluate(
        """() => {
            window.heard = [];
            const region = document.getElementById('announcer');
            new MutationObserver(() => heard.push(region.textContent)).observe(region, { childList: true });
        }"""
    )
    await asks(stage, 1, "Giulia")
    await expect(new_desk.locator("#announcer")).to_contain_text("whose clock runs out first. Alt 0")
    await new_desk.get_by_label("Reply to Giulia").focus()
    await expect(pointed_out(new_desk)).to_have_count(0)
    await new_desk.locator("#pane-3").focus()
    await expect(pointed_out(new_desk)).to_have_text(["Most urgent"])
    await asks(stage, 2, "Kenji")
    await expect(new_desk.locator("#announcer")).to_contain_text("within 30 seconds. Alt Shift H")
    await stage.leave(2)
    await expect(coach(new_desk)).to_contain_text("whose clock runs out first")
    heard: list[str] = await new_desk.evaluate("heard")
    assert sum("runs out first" in one for one in heard) == 1


async def test_a_changed_key_is_shown_as_it_is_now(stage: Stage, new_desk: Page) -> None:
    await new_desk.keyboard.press("F1")
    await new_desk.get_by_role("button", name="First word to everyone").click()
    await new_desk.keyboard.press("F8")
    await new_desk.keyboard.press("Escape")
    await expect(coach(new_desk).get_by_role("listitem").nth(1)).to_have_text("First word to all F8")


async def test_the_help_begins_with_the_three_keys(desk: Page) -> None:
    await desk.keyboard.press("F1")
    names = await desk.locator("#key-rows tr > :first-child").all_inner_texts()
    assert names[:5] == [
        "Keys to start with",
        "Most urgent clock",
        "First word to everyone waiting for one",
        "Insert the first suggested reply",
        "All other keys",
    ]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("locale", ["en", "it"])
async def test_every_word_fits_its_reserved_place(stage: Stage, context: BrowserContext, locale: str) -> None:
    stage.member = SignedIn(member=Member("ana", "Ana", "ana@example.com", locale=locale), session="s1", csrf="c1")
    stage.demo = True
    page = await open_console(stage, context, new=True)
    cut: dict[int, Any] = {}
    for width in (320, 390, 480, 600, 720, 844, 1024, 1080, 1081, 1280, 1366, 1920):
        await page.set_viewport_size({"width": width, "height": 768})
        if found := await page.evaluate(CUT, TEXTS):
            cut[width] = found
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
    assert cut == {}


@pytest.mark.parametrize("screen", SCREENS)
async def test_axe_finds_nothing_in_the_line(stage: Stage, context: BrowserContext, screen: str) -> None:
    size, schemes = SCREENS[screen]
    page = await open_console(stage, context, **size, color_scheme=schemes[0], new=True)
    await asks(stage, 1, "Giulia")
    await expect(pointed_out(page)).to_have_text(["Most urgent"])
    await page.keyboard.press("Alt+Digit0")
    await asks(stage, 2, "Kenji")
    await expect(pointed_out(page)).to_have_text(["First word to all"])
    for scheme in schemes:
        await wears(page, scheme)
        assert (await audit(page, colors=scheme != schemes[0]))["violations"] == [], f"{scheme}, {screen}"


@pytest.mark.parametrize("demo", [True, False])
async def test_only_a_demo_says_that_it_is_one(stage: Stage, context: BrowserContext, demo: bool) -> None:
    stage.demo = demo
    page = await open_console(stage, context, new=True)
    await expect(coach(page)).to_contain_text("Answer in time")
    await expect(page.get_by_text("This is a demo.")).to_have_count(1 if demo else 0)


async def test_a_board_that_holds_a_console_has_no_such_line(stage: Stage, context: BrowserContext) -> None:
    page = await context.new_page()
    await page.goto(f"{stage.url}/console?embedded")
    await expect(page.locator("#coach")).to_have_count(0)
