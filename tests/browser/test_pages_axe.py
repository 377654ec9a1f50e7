"""axe over the pages beside the console: signing in, the lists, a transcript."""

from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.browser.test_console_axe import LOOKS, audit
from tests.eventually import eventually
from tests.people import sign_in_link
from tests.running import RunningServer
from tests.talking import Agent, Visitor


async def nothing_found(page: Page, size: dict[str, int]) -> None:
    found: dict[str, Any] = await audit(page)
    assert found["violations"] == []
    assert found["incomplete"] == []
    assert found["checked"] != []
    assert await page.evaluate("document.documentElement.scrollWidth") <= size["width"]


async def a_talk_and_a_left_message(server: RunningServer) -> None:
    ben = await Agent.comes(server, "ben")
    await ben.is_welcome()
    vera = await Visitor.comes(server)
    await vera.opens("Where is my parcel? See https://shop.example/orders/88213", name="Vera")
    await ben.gets(vera.chat)
    await ben.answers(vera.chat, "On its way")
    await ben.command("note", chat=vera.chat, text="Third time she asks")
    await ben.command("end", chat=vera.chat)
    await ben.command("status", status="away")
    other = await Visitor.comes(server)
    await other.command("leave_message", email="luca@example.com", text="Call me back", name="Luca")


@pytest.mark.parametrize("look", LOOKS)
async def test_axe_finds_nothing_on_any_page(server: RunningServer, browser: Browser, look: str) -> None:
    size = LOOKS[look]["viewport"]
    context = await browser.new_context(locale="en-GB", **LOOKS[look])
    page = await context.new_page()
    await page.goto(f"{server.url}/sign-in")
    await nothing_found(page, size)
    await page.goto(await sign_in_link(server, "ana"))
    await page.wait_for_url("**/console")
    await page.goto(f"{server.url}/chats")
    await nothing_found(page, size)  # nothing has ended yet
    await a_talk_and_a_left_message(server)

    async def archived() -> bool:
        await page.goto(f"{server.url}/chats")
        return await page.locator('main a[href^="/chats/"]').count() > 0

    await eventually(archived, "the chat to be archived", within=20)
    await nothing_found(page, size)
    await page.locator('main a[href^="/chats/"]').first.click()
    await page.get_by_text("Third time she asks").wait_for()
    await nothing_found(page, size)
    await page.goto(f"{server.url}/chats?kind=left")
    await nothing_found(page, size)
    await context.close()
