"""Sam at his board in a real browser, connected to a whole server."""

from typing import Self

from playwright.async_api import Browser, BrowserContext, Page

from tests.browser.signing_in import sign_in_by_link
from tests.support.server_process import RunningServer


class SamsBoard:
    """`complaints` are errors of its scripts and breaches of its CSP."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.context = context
        self.page = page
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)

    @classmethod
    async def of(cls, server: RunningServer, browser: Browser, *, width: int = 1440, height: int = 900) -> Self:
        """Signed in by one click, and at the board."""
        context = await browser.new_context(locale="en-GB", viewport={"width": width, "height": height})
        board = cls(context, await context.new_page())
        await sign_in_by_link(board.page, server, "sam")
        await board.page.wait_for_selector('body.board[data-link="ready"]')
        return board

    def slot(self, agent: str, slot: int = 1) -> str:
        return f'#agent-{agent} .slot[data-slot="{slot}"]'

    async def goes(self) -> None:
        await self.context.close()
