"""The settings in a real browser: a whole team set up there; axe on every page; keyboard, phone, dark."""

import zipfile
from collections.abc import AsyncIterator, Callable

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Dialog, Page, Playwright, expect

from console.archive.alerts import Alerts
from console.domain.alerts import AlertRule
from console.domain.directory import Canned, Hours, Queue
from console.domain.first_words import Phrases
from console.views.i18n import page_texts
from tests.browser.chromium import find, flags
from tests.browser.signing_in import sign_in_by_link
from tests.browser.test_pages_axe import nothing_found
from tests.support.alert_detector import to
from tests.support.credentials import stores_of
from tests.support.eventually import eventually
from tests.support.json_clients import Agent, Visitor
from tests.support.server_process import RunningServer

PASSWORD = "correct horse battery"
HOOK = "json://hooks.invalid/s3cr3t"
ADMIN = "ada@shop.example"
FAR = {"offline": False, "latency": 400, "downloadThroughput": -1, "uploadThroughput": -1}  # ms


@pytest_asyncio.fixture(loop_scope="session")
async def empty_server(start_server: Callable[..., RunningServer]) -> RunningServer:
    """A server on which nothing is set up but one admin."""
    server = start_server(command="serve")
    async with stores_of(server) as stores:
        await stores.members.add(id="ada", email=ADMIN, name="Ada", password=PASSWORD, role="admin")
    return server


@pytest_asyncio.fixture(loop_scope="session")
async def page(context: BrowserContext) -> AsyncIterator[Page]:
    """A script error fails the test."""
    opened, complaints = await context.new_page(), []
    opened.on("pageerror", lambda problem: complaints.append(str(problem)))
    yield opened
    assert complaints == []


async def sign_in(page: Page, server: RunningServer) -> None:
    await page.goto(f"{server.url}/sign-in?next=/settings")
    await page.get_by_label("E-mail address").fill(ADMIN)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url("**/settings")


async def goes_to(page: Page, section: str) -> None:
    await page.get_by_role("navigation", name="Settings").get_by_role("link", name=section).click()


async def saves(page: Page, name: str) -> None:
    await page.get_by_role("button", name="Save").click()
    await page.get_by_role("status").get_by_text(f"{name} saved. It applies now.").wait_for()


async def adds_member(page: Page, name: str, *, limit: str = "6") -> None:
    await goes_to(page, "Members")
    await page.get_by_role("link", name="New member").click()
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("E-mail address").fill(f"{name.lower()}@shop.example")
    await page.get_by_label("First password").fill(PASSWORD)
    await page.get_by_label("Chats at once").select_option(limit)
    await saves(page, name)


async def adds_queue(page: Page, name: str, *members: str, target: str = "6") -> None:
    """Fills the form; the caller adds what is particular, and saves."""
    await goes_to(page, "Queues")
    await page.get_by_role("link", name="New queue").click()
    await page.get_by_label("Name", exact=True).fill(name)
    await page.get_by_label("Answer within").fill(target)
    for member in members:
        await page.get_by_role("checkbox", name=member).check()


async def test_three_queues_and_two_tiers_are_set_up_in_the_console_alone(
    empty_server: RunningServer, page: Page
) -> None:
    await sign_in(page, empty_server)
    for name in ("Ana", "Ben"):
        await adds_member(page, name, limit="1")
    await adds_queue(page, "Level 2", "Ben", target="60")
    await saves(page, "Level 2")
    await adds_queue(page, "Level 1", "Ana")
    await page.get_by_label("Overflow to").select_option(label="Level 2")
    await page.get_by_label("Overflow after").fill("1")
    await saves(page, "Level 1")
    await adds_queue(page, "Premium", "Ana", "Ben", target="3")
    await page.get_by_label("Head start").fill("10")
    await saves(page, "Premium")
    await goes_to(page, "Sites")
    await page.get_by_role("link", name="New site").click()
    await page.get_by_label("Name").fill("Demo")
    await page.get_by_label("Queue").select_option(label="Level 1")
    await page.get_by_label("Website addresses").fill(empty_server.url)
    await saves(page, "Demo")
    await goes_to(page, "Overview")
    await page.get_by_text("Level 1 overflows to Level 2 after 1 s.").wait_for()

    async with stores_of(empty_server) as stores:
        people = {member.name: member.id for member in (await stores.directory.read()).members.values()}
    ana, ben = [await Agent.comes(empty_server, people[name]) for name in ("Ana", "Ben")]
    await ana.is_welcome()
    await ben.is_welcome()
    first, second = [await Visitor.comes(empty_server) for _ in range(2)]
    await first.opens("Where is my parcel?")
    await ana.gets(first.chat)
    await second.opens("And mine?")
    await ben.gets(second.chat)  # Ana's one place is taken: after a second the second tier has it


async def test_errors_are_beside_their_fields_and_input_is_kept(empty_server: RunningServer, page: Page) -> None:
    await sign_in(page, empty_server)
    await adds_queue(page, "Support", target="soon")
    await page.get_by_label("Open during set hours").check()
    await page.get_by_label("Monday").fill("9-13, 12-18")
    await page.get_by_role("button", name="Copy Monday to Friday").click()
    await page.get_by_role("button", name="Save").click()
    faults = page.locator("#faults")
    await expect(faults).to_be_focused()
    assert await faults.get_by_role("link").all_inner_texts() == [
        "“soon” is not a number of 0 or more. Enter a value such as 6 or 7.5.",
        *["09:00-13:00 and 12:00-18:00 overlap. Merge them or change one."] * 5,
        "Choose at least one member for Support.",
    ]
    assert await page.get_by_label("Answer within").input_value() == "soon"
    assert await page.get_by_label("Friday").input_value() == "9-13, 12-18"
    await faults.get_by_role("link", name="“soon” is not a number of 0 or more").press("Enter")
    await expect(page.locator("#target")).to_be_focused()


async def test_a_bullet_stands_beside_the_first_line_of_a_long_fault(empty_server: RunningServer, page: Page) -> None:
    await page.set_viewport_size({"width": 390, "height": 760})
    await sign_in(page, empty_server)
    await adds_queue(page, "Support")
    await page.get_by_label("Open during set hours").check()
    await page.get_by_label("Monday").fill("22:00-06:00")
    await page.get_by_role("button", name="Save").click()
    link = page.locator("#faults a").first
    at_the_bullet = "link => { const bullet = document.createElement('span'); link.before(bullet); "
    at_the_bullet += "return bullet.getBoundingClientRect().bottom - link.getBoundingClientRect().top; }"
    assert await link.evaluate("link => link.getClientRects()[0].height") > 48  # two lines at least
    assert await link.evaluate(at_the_bullet) <= 24


async def test_a_new_member_keeps_the_password_while_the_rest_is_mended(
    empty_server: RunningServer, page: Page
) -> None:
    await sign_in(page, empty_server)
    await page.goto(f"{empty_server.url}/settings/members/new")
    await page.get_by_label("First password").fill(PASSWORD)
    await page.get_by_label("Languages").fill("Klingonese")
    await page.get_by_role("button", name="Save").click()
    faults = page.locator("#faults")
    await expect(faults).to_be_focused()
    assert await faults.get_by_role("link").count() == 3  # name, address, language
    await expect(page.get_by_label("First password")).to_have_value(PASSWORD)
    await page.get_by_label("Name").fill("Mia")
    await page.get_by_label("E-mail address").fill("mia@shop.example")
    await page.get_by_label("Languages").fill("French")
    await saves(page, "Mia")


async def test_an_arabic_name_is_written_from_right_to_left_and_addresses_are_not(
    empty_server: RunningServer, page: Page
) -> None:
    await sign_in(page, empty_server)
    await page.goto(f"{empty_server.url}/settings/sites/new")
    direction = "box => getComputedStyle(box).direction"
    for label, text, way in (
        ("Name", "متجر الصوف", "rtl"),
        ("Name", "Wool shop", "ltr"),
        ("Privacy page", "علي", "ltr"),
    ):
        box = page.get_by_label(label)
        await box.fill(text)
        assert await box.evaluate(direction) == way
    await page.get_by_label("Privacy page").fill("")


async def test_a_new_site_shows_its_line_and_copies_it(empty_server: RunningServer, page: Page) -> None:
    await sign_in(page, empty_server)
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=empty_server.url)
    async with stores_of(empty_server) as stores:
        await stores.queues.put(Queue("lines", "Lines"), members=("ada",))
    await page.goto(f"{empty_server.url}/settings/sites/new")
    await page.get_by_label("Name").fill("Copied shop")
    await page.get_by_label("Queue", exact=True).select_option(label="Lines")
    await page.get_by_label("Website addresses").fill("https://shop.example")
    await saves(page, "Copied shop")
    await page.get_by_role("button", name="Copy").click()
    await page.get_by_text("Copied", exact=True).wait_for()
    line = f'<script async src="{empty_server.url}/widget.js" data-site="copied-shop"></script>'
    assert await page.evaluate("navigator.clipboard.readText()") == line


async def test_a_form_is_filled_in_and_saved_by_keyboard_alone(empty_server: RunningServer, page: Page) -> None:
    await sign_in(page, empty_server)
    await page.goto(f"{empty_server.url}/settings/away")
    await page.get_by_label("Away reasons").focus()
    await page.keyboard.type("Lunch\nTraining")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.get_by_text("Away reasons saved. They apply now.").wait_for()


async def test_a_number_stands_between_its_label_and_its_hint(empty_server: RunningServer, page: Page) -> None:
    """All three begin at one edge, and no line of the hint is indented."""
    await sign_in(page, empty_server)
    await page.goto(f"{empty_server.url}/settings/queues/new")
    parts = [page.locator(part) for part in ("label[for=target]", "#target", "#target-hint")]
    boxes = [await part.bounding_box() for part in parts]
    assert len({box and box["x"] for box in boxes}) == 1
    assert [box and box["y"] for box in boxes] == sorted({box["y"] for box in boxes if box})
    for part in parts:
        await expect(part).to_have_css("text-indent", "0px")


def staying(page: Page) -> list[str]:
    """Stays on the page whenever it asks. Returns the kinds of its questions."""
    asked: list[str] = []

    async def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await dialog.dismiss()

    page.on("dialog", stay)
    return asked


async def test_leaving_a_form_that_is_not_saved_is_asked_about(empty_server: RunningServer, page: Page) -> None:
    await sign_in(page, empty_server)
    asked = staying(page)
    await page.goto(f"{empty_server.url}/settings/away")
    await page.get_by_label("Away reasons").type("Lunch")
    await goes_to(page, "Queues")
    await eventually(lambda: asked == ["beforeunload"], "the question")
    assert await page.get_by_label("Away reasons").input_value() == "Lunch"


async def test_each_form_of_a_page_asks_before_it_is_left_and_is_sent_without_a_question(
    empty_server: RunningServer, page: Page
) -> None:
    await sign_in(page, empty_server)
    asked = staying(page)
    await page.goto(f"{empty_server.url}/settings/integrations")
    await page.get_by_label("Name").type("Gateway")
    await page.get_by_role("button", name="Add integration").click()
    await page.get_by_role("heading", name="New token").wait_for()
    await page.get_by_label("Name").type("CRM")
    await goes_to(page, "Queues")
    await eventually(lambda: asked == ["beforeunload"], "the question")
    await page.get_by_role("button", name="Add integration").click()
    await page.get_by_role("heading", name="CRM").wait_for()
    await page.get_by_role("button", name="Create token").click()
    await expect(page.locator("#faults")).to_be_focused()
    await page.get_by_label("What it is for").fill("sync")
    await page.get_by_role("checkbox").first.check()
    await page.get_by_role("button", name="Create token").click()
    await page.get_by_text("This is the new token.").wait_for()
    assert asked == ["beforeunload"]


async def test_a_double_click_far_from_the_server_makes_one_token_and_shows_it(
    empty_server: RunningServer, page: Page
) -> None:
    await sign_in(page, empty_server)
    tools = await page.context.new_cdp_session(page)
    await tools.send("Network.emulateNetworkConditions", FAR)
    await page.goto(f"{empty_server.url}/settings/tokens")
    await page.get_by_label("What it is for").fill("sync")
    await page.get_by_role("checkbox").first.check()
    twice = "(button) => { button.click(); setTimeout(() => button.click(), 150); }"
    await page.get_by_role("button", name="Create token").evaluate(twice)
    await page.get_by_text("This is the new token.").wait_for()
    await page.goto(f"{empty_server.url}/settings/tokens")
    await expect(page.locator(".tokens > li")).to_have_count(1)
    await tools.detach()


async def test_a_form_to_which_one_goes_back_is_as_it_was_saved_and_is_sent_again_at_once(
    empty_server: RunningServer, playwright: Playwright
) -> None:
    """The browser kept the page as it was left, and stopped its timers."""
    off = ["--disable-back-forward-cache"]
    browser = await playwright.chromium.launch(
        executable_path=find() or None, args=flags(), ignore_default_args=off
    )  # fmt: skip
    page = await browser.new_page()
    await sign_in(page, empty_server)
    await page.goto(f"{empty_server.url}/settings/away")
    box, save = page.get_by_label("Away reasons"), page.get_by_role("button", name="Save")
    await box.fill("Lunch\n\n")
    await save.click()
    await page.get_by_text("Away reasons saved. They apply now.").wait_for()
    await page.evaluate("setTimeout(() => history.back())")
    await expect(box).to_have_value("Lunch")
    await box.fill("Lunch\nTraining")
    await save.click()
    await page.get_by_text("Away reasons saved. They apply now.").wait_for()
    await browser.close()


async def test_a_new_queue_is_in_the_zone_of_whoever_makes_it(empty_server: RunningServer, browser: Browser) -> None:
    context = await browser.new_context(locale="en-GB", timezone_id="Asia/Singapore")
    page = await context.new_page()
    await sign_in(page, empty_server)
    await page.goto(f"{empty_server.url}/settings/queues/new")
    await page.get_by_label("Open during set hours").check()
    assert await page.get_by_label("Time zone").input_value() == "Asia/Singapore"
    await context.close()


async def test_a_team_writes_its_own_first_words_and_vera_reads_them_by_key_and_by_themselves(
    server: RunningServer, page: Page, context: BrowserContext
) -> None:
    await sign_in_by_link(page, server, "ada")
    await page.goto(f"{server.url}/settings/queue/support")
    box = page.get_by_label("Phrases in English")
    await box.fill("{first_name}, one moment!\nOne moment!\nHi, {visitor}!")
    await page.get_by_role("button", name="Save").click()
    fault = page.locator("#faults a", has_text="{visitor} is not a placeholder.")
    await expect(fault).to_be_visible()
    await fault.click()
    await expect(box).to_be_focused()
    await box.fill("{first_name}, one moment!\nOne moment!\n{agent} is with you.")
    await page.get_by_label("Automatic first word").fill("60")
    await page.get_by_role("button", name="Save").click()
    early = page.locator("#faults a", has_text="Enter a time from 0.5 seconds to less than the target")
    await expect(early).to_be_visible()
    await early.click()
    await page.get_by_label("Automatic first word").fill("1.5")
    await page.get_by_text("Add another language").click()
    await page.get_by_label("Language", exact=True).fill("French")
    await page.get_by_label("Its phrases").fill("Un instant.\nJe regarde.")
    await saves(page, "Support")
    await page.goto(f"{server.url}/settings/queue/support")
    await expect(page.get_by_label("Phrases in French")).to_have_value("Un instant.\nJe regarde.")
    desk = await context.new_page()
    await sign_in_by_link(desk, server, "ana")
    await desk.goto(f"{server.url}/console")
    await desk.wait_for_selector('body[data-link="ready"]')
    vera = await Visitor.comes(server)
    await vera.opens("Is it in stock?")
    await desk.locator("#pane-1 .composer textarea").wait_for()
    mark = desk.locator("#pane-1 .m.agent .automatic")
    await expect(mark).to_have_text("automatic first word", timeout=20_000)
    given = await vera.hears(lambda frame: frame.get("by") == "agent", "the automatic first word")
    assert given["text"] in ("One moment!", "Ana is with you.")
    await desk.locator("#pane-1 .composer textarea").press("Alt+KeyH")
    said = {"One moment!", "Ana is with you."} - {given["text"]}
    await vera.reads(said.pop())


async def test_ada_exports_everything_and_the_page_says_by_itself_when_it_is_ready(
    empty_server: RunningServer, page: Page
) -> None:
    await sign_in(page, empty_server)
    await goes_to(page, "Export")
    await page.get_by_text("No exports yet.").wait_for()
    await page.get_by_role("button", name="Export workspace").click()
    link = page.get_by_role("link", name="Download")
    await expect(link).to_be_visible(timeout=15_000)
    async with page.expect_download() as waiting:
        await link.click()
    saved_as = await (await waiting.value).path()
    with zipfile.ZipFile(saved_as) as archive:
        assert b"ada@shop.example" in archive.read("members.jsonl")
    await page.get_by_role("button", name="Delete").click()
    await page.get_by_text("No exports yet.").wait_for()


async def a_full_house(server: RunningServer) -> None:
    """Something in every list."""
    tier = Queue(
        "l1",
        "Level 1",
        mode="offer",
        languages=("en", "fr"),
        longest=40,
        head_start=5_000,
        wrapup=20_000,
        overflow_to="support",
        overflow_after=45_000,
        hours=Hours("Europe/Paris", tuple((day, 540, 1080) for day in range(5)), ("2026-12-25",)),
        reasons=("Parcel", "Invoice"),
        phrases=(Phrases("fr", ("Un instant.", "Je regarde.")),),
    )
    async with stores_of(server) as stores:
        await stores.queues.put(tier, members=("ana",))
        await stores.canned.put(Canned("c1", "Greeting", "Good morning {visitor}, this is {agent}."))
        await stores.canned.put(Canned("c2", "Washing", "By hand, at 30 degrees.", "queue", "support"))
        await stores.members.disable("ben")
        alert = AlertRule("a1", "Partners", ("l1",), due_soon=5_000, late=True, line=9, destinations=to(HOOK), nobody=0)
        await Alerts(stores.database, locales=page_texts().available()).rules.put(alert)


async def test_axe_finds_nothing_on_any_page_of_the_settings(server: RunningServer, context: BrowserContext) -> None:
    await a_full_house(server)
    tall = 6_000  # px, so that the bar with Save covers nothing
    page = await context.new_page()
    await sign_in_by_link(page, server, "ada")
    for path in (
        "",
        "/members",
        "/member/ana",
        "/members/new",
        "/queues",
        "/queue/l1",
        "/sites",
        "/site/demo",
        "/canned",
        "/reply/c1",
        "/away",
        "/alerts",
        "/alerts/new",
        "/alert/a1",
        "/breathers",
        "/retention",
        "/export",
        "/changes",
    ):
        await page.goto(f"{server.url}/settings{path}")
        await nothing_found(page, height=tall)
    await page.goto(f"{server.url}/settings/queues/new")
    await page.get_by_label("Answer within").fill("soon")
    await page.get_by_role("button", name="Save").click()
    await page.locator("#faults").wait_for()
    await nothing_found(page, height=tall)
