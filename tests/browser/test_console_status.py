"""Ana's status and its reasons, her own figures, and the density of her console."""

from playwright.async_api import Page, expect

from console.projection.load import Load
from tests.browser.console_chats import Play, now
from tests.browser.console_scenes import busy
from tests.browser.console_stage import Stage


async def test_a_reason_is_chosen_and_stands_in_the_strip_with_since_when(stage: Stage, desk: Page) -> None:
    await stage.push(stage.strip())
    await desk.locator("#status-menu summary").click()
    await desk.get_by_role("button", name="Away: Lunch").click()
    said = (await stage.hears("status"))[0]
    assert (said["status"], said["reason"]) == ("away", "Lunch")
    await expect(desk.locator("#strip-status")).to_contain_text("Away: Lunch")
    await expect(desk.locator("#strip-status .since")).to_contain_text("since")
    await expect(desk.locator("#status-menu summary")).to_be_focused()
    await desk.locator("#status-menu summary").click()
    pressed = desk.locator('#status-menu [data-set-status][aria-pressed="true"]')
    await expect(pressed).to_have_text("Away: Lunch")


async def test_plain_away_has_no_reason(stage: Stage, desk: Page) -> None:
    await stage.push(stage.strip())
    await desk.locator("#status-menu summary").click()
    await desk.get_by_role("button", name="Away", exact=True).click()
    assert "reason" not in (await stage.hears("status"))[0]


async def test_reasons_changed_by_a_supervisor_are_there_at_once(stage: Stage, desk: Page) -> None:
    await stage.push(stage.strip())
    await desk.locator("#status-menu summary").click()
    training = desk.get_by_role("button", name="Away: Training")
    await training.focus()
    stage.side.away_reasons = ("Lunch", "Training", "Meeting")
    await stage.push(stage.strip())
    await expect(desk.get_by_role("button", name="Away: Meeting")).to_be_visible()
    await expect(training).to_be_focused()


async def test_the_clocks_never_move_whatever_the_status_says(stage: Stage, desk: Page) -> None:
    clocks = desk.locator(".mini")
    seen = []
    for status, reason in (("offline", ""), ("online", ""), ("away", "Lunch with the whole team, and a long one")):
        stage.status, stage.reason = status, reason  # type: ignore[assignment]
        await stage.push(stage.strip())
        await expect(desk.locator(f'#strip-status .dot[data-status="{status}"]')).to_be_visible()
        seen.append([await clocks.nth(number).bounding_box() for number in range(6)])
    assert seen[0] == seen[1] == seen[2]


async def test_a_reason_is_text_whatever_it_holds(stage: Stage, desk: Page) -> None:
    stage.side.away_reasons = ('"><b>x</b>',)
    await stage.push(stage.strip())
    await desk.locator("#status-menu summary").click()
    await desk.get_by_role("button", name='Away: "><b>x</b>').click()
    assert (await stage.hears("status"))[0]["reason"] == '"><b>x</b>'


async def test_her_own_day_stands_on_top_and_in_full_beneath(stage: Stage, desk: Page) -> None:
    stage.promises = [now() + 30_000, now() + 300_000]
    await desk.keyboard.press("Shift")  # sound may play: the word on silence stood in the place of her figures
    await stage.push(stage.strip())
    await expect(desk.locator("#strip-median")).to_have_text("4.1 s")
    await desk.locator("#own-menu summary").click()
    day = desk.locator("#strip-own")
    await expect(desk.locator("#strip-answered")).to_have_text("90%")
    shares = "First word in time96% (48 of 50)", "Answered in time90% (36 of 40)"
    for part in ("Answers40", *shares, "Open promises2 latest due at"):
        await expect(day).to_contain_text(part)
    await desk.keyboard.press("Escape")
    await expect(day).to_be_hidden()


async def test_her_minutes_at_five_and_six_chats_stand_with_her_day(stage: Stage, desk: Page) -> None:
    stage.load = Load((12, 8), (30, 5), (55, 21))
    await desk.keyboard.press("Shift")
    await stage.push(stage.strip())
    await desk.locator("#own-menu summary").click()
    day = desk.locator("#strip-own")
    await expect(day).to_contain_text("At 5 chats12 min this hour (30 min the hour before, 55 min today)")
    await expect(day).to_contain_text("At 6 chats8 min this hour (5 min the hour before, 21 min today)")
    stage.load = Load((12, 9), (30, 5), (55, 22))
    await stage.push(stage.strip())
    await expect(day).to_contain_text("At 6 chats9 min this hour")


async def test_a_long_reason_does_not_push_the_clocks_away(stage: Stage, desk: Page) -> None:
    await busy(stage, desk)
    await desk.keyboard.press("Shift")
    stage.status, stage.reason = "away", "Something that takes very long to say, and longer to do"
    await stage.push(stage.strip())
    await expect(desk.locator("#strip-status")).to_contain_text("Something")
    assert await desk.locator("header.top").evaluate("top => top.getBoundingClientRect().height") < 60


async def test_density_is_this_browsers_and_stays(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c1", 1, "Giulia"))
    await desk.get_by_label("Reply to Giulia").wait_for()
    normal = await desk.locator("#pane-1 > header").evaluate("one => one.getBoundingClientRect().height")
    await desk.locator("details.me summary").click()
    await desk.get_by_label("Density").select_option("compact")
    compact = await desk.locator("#pane-1 > header").evaluate("one => one.getBoundingClientRect().height")
    assert compact < normal
    await desk.reload()
    await desk.wait_for_selector('body[data-link="ready"][data-density="compact"]')
    assert [cookie["name"] for cookie in await desk.context.cookies()] == []
