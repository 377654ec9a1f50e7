"""axe on the API's pages: tokens, integrations, and the description of its requests."""

from playwright.async_api import BrowserContext, Page

from tests.browser.signing_in import sign_in_by_link
from tests.browser.test_pages_axe import nothing_found
from tests.support.server_process import RunningServer


async def makes_a_token(page: Page, name: str) -> None:
    await page.get_by_label("What it is for").fill(name)
    await page.get_by_label("Read chats and left messages").check()
    await page.get_by_role("button", name="Create token").click()
    await page.get_by_text("it is not shown again").wait_for()


async def test_axe_finds_nothing_on_the_pages_of_the_api(server: RunningServer, context: BrowserContext) -> None:
    page = await context.new_page()
    await sign_in_by_link(page, server, "ada")
    await page.goto(f"{server.url}/settings/tokens")
    await makes_a_token(page, "Nightly export")
    await nothing_found(page)
    await page.goto(f"{server.url}/settings/integrations")
    await page.get_by_label("Name").fill("SMS gateway")
    await page.get_by_role("button", name="Add integration").click()
    await page.get_by_role("heading", name="New token").wait_for()
    await nothing_found(page)
    await makes_a_token(page, "Production")
    await page.goto(f"{server.url}/api/v1/docs")
    await nothing_found(page)
