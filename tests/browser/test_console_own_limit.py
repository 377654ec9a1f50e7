"""Ana chooses how many chats she gets at once: in the menu, or with one key the number her figures suggest."""

from playwright.async_api import Page, expect

from console.projection.right_limit import RightLimit
from tests.browser.axe import audit
from tests.browser.console_chats import Play
from tests.browser.console_stage import Stage

FOUR = RightLimit(4, 5, "first_words", 0.96, 0.81, 4, 300)


async def test_one_key_uses_what_her_figures_suggest(stage: Stage, desk: Page) -> None:
    stage.right = FOUR
    await stage.push(stage.strip())
    await stage.play(Play("c1", 1, "Giulia"))
    await desk.locator("#pane-1 textarea").focus()
    await desk.keyboard.press("Alt+KeyA")
    assert (await stage.hears("limit"))[0]["limit"] == 4
    await expect(desk.locator("#strip-slots")).to_have_text("1 / 4")
    await expect(desk.locator("#announcer")).to_contain_text("Chats at once: now 4")
    await expect(desk.locator("#pane-1 textarea")).to_be_focused()
    await desk.keyboard.press("Alt+KeyA")
    await desk.keyboard.press("Control+KeyK")
    await desk.locator("#palette-box").fill("figures suggest")
    await expect(desk.locator("#palette-list")).to_contain_text("not available right now")
    assert len(stage.said("limit")) == 1


async def test_the_offer_stands_beside_the_sentence_in_her_figures(stage: Stage, desk: Page) -> None:
    stage.right = FOUR
    await desk.keyboard.press("Shift")  # sound may play: the word on silence stood in the place of her figures
    await stage.push(stage.strip())
    await desk.locator("#own-menu summary").click()
    await expect(desk.locator("#strip-own .right")).to_contain_text("At 4 chats 96%")
    use = desk.get_by_role("button", name="Use 4")
    await expect(use.locator("kbd")).to_have_text("Alt A")
    assert (await audit(desk))["violations"] == []
    await use.focus()
    await desk.keyboard.press("Enter")
    assert (await stage.hears("limit"))[0]["limit"] == 4
    await expect(use).to_have_count(0)
    await expect(desk.locator("#own-menu summary")).to_be_focused()


async def test_a_number_is_chosen_in_the_menu_and_the_highest_takes_it_back(stage: Stage, desk: Page) -> None:
    await stage.push(stage.strip())
    await desk.locator("#status-menu summary").click()
    numbers = desk.get_by_role("group", name="Chats at once")
    await expect(numbers.get_by_role("button")).to_have_text(["1", "2", "3", "4", "5", "6"])
    await expect(numbers.locator('[aria-pressed="true"]')).to_have_text("6")
    await numbers.get_by_role("button", name="3").click()
    assert (await stage.hears("limit"))[0]["limit"] == 3
    await expect(desk.locator("#status-menu summary")).to_be_focused()
    await expect(desk.locator("#pane-4")).to_contain_text("Not in use. Your chat limit is lower.")
    await desk.locator("#status-menu summary").click()
    await expect(numbers).to_contain_text("Your own limit. Your team allows 6.")
    await expect(numbers.locator('[aria-pressed="true"]')).to_have_text("3")
    assert (await audit(desk))["violations"] == []
    await numbers.get_by_role("button", name="6").click()
    assert (await stage.hears("limit", 2))[1]["limit"] == 6
    await expect(desk.locator("#strip-slots")).to_have_text("0 / 6")


async def test_never_more_than_the_team_allows(stage: Stage, desk: Page) -> None:
    stage.limit = 3
    await stage.push(stage.strip())
    await desk.locator("#status-menu summary").click()
    numbers = desk.get_by_role("group", name="Chats at once")
    await expect(numbers.get_by_role("button")).to_have_text(["1", "2", "3"])


async def test_the_palette_offers_each_number(stage: Stage, desk: Page) -> None:
    await stage.push(stage.strip())
    await desk.keyboard.press("Control+KeyK")
    await desk.locator("#palette-box").fill("Chats at once: 5")
    await expect(desk.locator("#palette-list").get_by_role("option")).to_have_count(1)
    await desk.keyboard.press("Enter")
    assert (await stage.hears("limit"))[0]["limit"] == 5
