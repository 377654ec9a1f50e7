"""The list of chats in a real browser: its filters by mouse and by keyboard."""

from playwright.async_api import BrowserContext, expect

from tests.browser.signing_in import sign_in_by_link
from tests.support.server_process import RunningServer


async def test_a_filter_is_chosen_by_keyboard_alone_and_a_choice_by_mouse_applies_at_once(
    server: RunningServer, context: BrowserContext
) -> None:
    page = await context.new_page()
    await sign_in_by_link(page, server, "ana")
    await page.goto(f"{server.url}/chats")
    queues = page.get_by_label("Queue")
    await queues.focus()
    for _ in range(2):
        await page.keyboard.press("ArrowDown")
        await expect(queues).to_be_focused()
    await expect(queues).to_have_value("support")
    async with page.expect_navigation(url="**/chats?*queue=support*"):
        await page.keyboard.press("Enter")
    async with page.expect_navigation(url="**/chats?*queue=billing*"):
        await page.get_by_label("Queue").select_option("billing")
