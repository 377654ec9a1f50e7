"""axe on the pages beside the console: sign-in, the lists, a transcript."""

from playwright.async_api import BrowserContext, Page

from tests.browser.axe import SCREENS, audit, wears
from tests.browser.signing_in import sign_in_by_link
from tests.support.eventually import eventually
from tests.support.json_clients import Agent, Visitor
from tests.support.server_process import RunningServer


async def nothing_found(page: Page, *, height: int = 0) -> None:
    """In no look, and nowhere wider than the screen. `height`: that of the screens, if not their own."""
    for screen, (size, schemes) in SCREENS.items():
        await page.set_viewport_size({**size, "height": height or size["height"]})
        for scheme in schemes:
            await wears(page, scheme)
            found = await audit(page, colors=scheme != schemes[0])
            assert found["violations"] == [], f"{page.url}, {scheme}, {screen}"
            assert found["incomplete"] == [], f"{page.url}, {scheme}, {screen}"
            assert found["checked"] != [], f"{page.url}, {scheme}, {screen}"
        assert await page.evaluate("document.documentElement.scrollWidth") <= size["width"], f"{page.url}, {screen}"


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


async def test_axe_finds_nothing_on_any_page(server: RunningServer, context: BrowserContext) -> None:
    page = await context.new_page()
    await page.goto(f"{server.url}/sign-in")
    await nothing_found(page)
    await sign_in_by_link(page, server, "ana")
    await page.wait_for_url("**/console")
    await page.goto(f"{server.url}/chats")
    await nothing_found(page)  # nothing has ended yet
    await a_talk_and_a_left_message(server)

    async def archived() -> bool:
        await page.goto(f"{server.url}/chats")
        return await page.locator('main a[href^="/chats/"]').count() > 0

    await eventually(archived, "the chat to be archived", within=20)
    await nothing_found(page)
    await page.locator('main a[href^="/chats/"]').first.click()
    await page.get_by_text("Third time she asks").wait_for()
    await nothing_found(page)
    await page.goto(f"{server.url}/chats?kind=left")
    await nothing_found(page)
    await page.goto(f"{server.url}/messages")
    await nothing_found(page)
    await page.locator('main a[href^="/messages/"]').first.click()
    await page.get_by_text("Call me back").wait_for()
    await nothing_found(page)
