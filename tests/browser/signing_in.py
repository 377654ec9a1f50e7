"""Signs a member in, for tests about something else."""

from playwright.async_api import Page

from tests.support.credentials import sign_in_link
from tests.support.server_process import RunningServer


async def sign_in_by_link(page: Page, server: RunningServer, member: str) -> None:
    """Open a link that signs the member in, and wait until its page has gone on by itself."""
    await page.goto(await sign_in_link(server, member))
    await page.wait_for_url(lambda url: "/sign-in" not in url)
