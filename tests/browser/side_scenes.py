"""Named states of the panels beside the panes, for screenshots, measurements and axe."""

from playwright.async_api import Page

from console.events import Profile, Visitor
from tests.browser.console_chats import now
from tests.browser.console_scenes import busy
from tests.browser.console_stage import Stage


async def canned(stage: Stage, desk: Page) -> None:
    """Busy, and the menu of canned replies open over Giulia's composer."""
    await busy(stage, desk)
    await desk.get_by_label("Reply to Giulia Ferri").press("/")
    await desk.get_by_role("option", name="Greeting").wait_for()


async def canned_none(stage: Stage, desk: Page) -> None:
    """The menu of a team that has written none yet."""
    stage.side.replies = []
    await busy(stage, desk)
    await desk.get_by_label("Reply to Giulia Ferri").press("/")
    await desk.locator("#canned").get_by_text("No canned replies yet.").wait_for()


async def braces(stage: Stage, desk: Page) -> None:
    """A reply with a placeholder nobody has filled in, and Enter was pressed."""
    await busy(stage, desk)
    await desk.locator("#pane-2 .index").click()
    box = desk.get_by_label("Reply to Marco")
    await box.press("/")
    await box.press_sequentially("refund")
    await desk.get_by_role("option", name="Refund date").wait_for()
    await box.press("Enter")
    await box.press("Enter")
    await desk.locator("#canned").get_by_text("Fill in {field:order}").wait_for()


async def palette(stage: Stage, desk: Page) -> None:
    await busy(stage, desk)
    await desk.get_by_label("Reply to Giulia Ferri").focus()
    await desk.keyboard.press("Control+KeyK")
    await desk.get_by_role("option", name="Go to Marco").wait_for()


async def shift(stage: Stage, desk: Page) -> None:
    """The check before a shift, done; the sound was played and is asked about."""
    await busy(stage, desk)
    await desk.locator("#status-menu summary").click()
    await desk.get_by_role("button", name="Start-of-shift check").click()
    await desk.get_by_role("button", name="Play a sound").click()
    await desk.locator('#shift-clock:not([data-verdict="running"])').wait_for()


async def offer(stage: Stage, desk: Page) -> None:
    """Ana goes online for the first time in this tab."""
    stage.status = "offline"
    await stage.push(stage.strip())
    await desk.locator("#go-online").click()
    await desk.get_by_role("button", name="Check sound and connection").wait_for()


async def context(stage: Stage, desk: Page) -> None:
    """Busy, and Giulia's panel open."""
    await busy(stage, desk)
    await tell_more(stage)
    await desk.get_by_label("Reply to Giulia Ferri").focus()
    await desk.keyboard.press("Alt+KeyV")
    await desk.locator("#context-1").get_by_text("Earlier chats").wait_for()


async def context_failed(stage: Stage, desk: Page) -> None:
    await busy(stage, desk)
    stage.side.status = 503
    await desk.locator("#pane-1").get_by_role("button", name="About the visitor").click()
    await desk.locator("#context-1").get_by_role("button", name="Try again").wait_for()


async def status(stage: Stage, desk: Page) -> None:
    """Away for lunch, and the menu open."""
    await busy(stage, desk)
    stage.status, stage.reason = "away", "Lunch"
    await stage.push(stage.strip())
    await desk.locator("#strip-status").get_by_text("Away: Lunch").wait_for()
    await desk.locator("#status-menu summary").click()


async def own(stage: Stage, desk: Page) -> None:
    """Ana's own day, two promises running."""
    await busy(stage, desk)
    stage.promises = [now() + 30_000, now() + 120_000]
    await desk.keyboard.press("Shift")  # sound may play: the word on silence stood in the place of her figures
    await stage.push(stage.strip())
    await desk.locator("#own-menu summary").click()


async def menu(stage: Stage, desk: Page) -> None:
    """What stands under one's own name."""
    await busy(stage, desk)
    await desk.locator("details.me summary").click()


async def compact(stage: Stage, desk: Page) -> None:
    await busy(stage, desk)
    await desk.locator("details.me summary").click()
    await desk.get_by_label("Density").select_option("compact")
    await desk.keyboard.press("Escape")


async def tell_more(stage: Stage) -> None:
    """Giulia's page says more of her: pages, fields."""
    play = stage.plays["c1"]
    who = Visitor("vc1", "Giulia Ferri", "giulia@example.it")
    play.line.fields = {"plan": "gold", "order": "88213"}
    for url, title in (("wool", "Blue wool"), ("help/tv", "Help: the film does not start")):
        play.line.page, play.line.title = f"https://shop.example/{url}", title
        fact = play.add(Profile, visitor=who, page=play.line.page, title=title, fields=play.line.fields)
        await stage.show(play, fact)


SIDE_SCENES = {
    "canned": canned,
    "canned_none": canned_none,
    "braces": braces,
    "palette": palette,
    "shift": shift,
    "offer": offer,
    "context": context,
    "context_failed": context_failed,
    "status": status,
    "own": own,
    "menu": menu,
    "compact": compact,
}
