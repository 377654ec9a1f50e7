"""In letters of twice the size, the browser's own setting, no page for staff is wider than a phone."""

import pytest
from playwright.async_api import Browser, Page

from console.pages.settings.common import SECTIONS
from tests.browser.signing_in import sign_in_by_link
from tests.browser.test_pages_axe import a_talk_and_a_left_message
from tests.browser.test_settings import a_full_house
from tests.support.eventually import eventually
from tests.support.server_process import RunningServer

TWICE = {"fontSizes": {"standard": 32, "fixed": 26}}  # px; a browser has 16 and 13
WIDTHS = (390, 320)
OUTSIDE = ("/sign-in", "/sign-in/forgot")
PLACES = ("/console", "/board", "/chats", "/chats?kind=left", "/messages", "/no/such/page")
FORMS = (
    "/members/new",
    "/members/invite",
    "/member/ana",
    "/sign-in/providers/new",
    "/queues/new",
    "/queue/l1",
    "/sites/new",
    "/site/demo",
    "/site/demo/questions",
    "/site/demo/greetings",
    "/site/demo/identity",
    "/site/demo/mail",
    "/canned/new",
    "/reply/c1",
    "/alerts/new",
    "/alert/a1",
    "/webhooks/new",
)
# What stands out at the end of the lines, with how far; a page that scrolls sideways names something.
WIDER = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const name = (one) => `${one.tagName}#${one.id}.${one.className}`;
  const out = [...document.body.querySelectorAll('*')]
    .filter(one => one.checkVisibility() && one.getBoundingClientRect().right > width + 0.5)
    .map(one => `${name(one)} ${Math.round(one.getBoundingClientRect().right - width)}`);
  return [`${document.documentElement.scrollWidth - width} px`, ...out.slice(0, 5)];
}"""


async def wider(page: Page, address: str) -> list[tuple[str, int, list[str]]]:
    """What is wider than the screen on this page, on a phone and on a small one."""
    await page.goto(address)
    found = []
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 844})
        if out := await page.evaluate(WIDER):
            found.append((address, width, out))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("locale", ["en-GB", "de-DE"])
async def test_in_letters_of_twice_the_size_no_page_is_wider_than_a_phone(
    server: RunningServer, browser: Browser, locale: str
) -> None:
    await a_talk_and_a_left_message(server)
    await a_full_house(server)
    context = await browser.new_context(locale=locale)
    page = await context.new_page()
    tools = await context.new_cdp_session(page)
    await tools.send("Page.setFontSizes", TWICE)
    found = [one for path in OUTSIDE for one in await wider(page, server.url + path)]
    await sign_in_by_link(page, server, "ada")
    details = []

    async def archived() -> bool:
        await page.goto(f"{server.url}/chats")
        links = page.locator('main a[href^="/chats/"]')
        details[:] = await links.evaluate_all("all => all.map((one) => one.getAttribute('href'))")
        return details != []

    await eventually(archived, "the chat to be archived", within=20)
    await page.goto(f"{server.url}/messages")
    left = await page.locator('main a[href^="/messages/"]').first.get_attribute("href")
    assert left is not None
    pages = [
        *PLACES,
        *(section.path for section in SECTIONS),
        *(f"/settings{form}" for form in FORMS),
        details[0],
        left,
    ]
    found += [one for path in pages for one in await wider(page, server.url + path)]
    await context.close()
    assert found == [], "\n".join(map(str, found))
