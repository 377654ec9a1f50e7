"""Sam sets up an alert in the console and tests it; chat-ops receives it when an answer is late."""

from collections.abc import AsyncIterator, Callable

import pytest_asyncio
from playwright.async_api import BrowserContext

from tests.browser.signing_in import sign_in_by_link
from tests.support.alert_receivers import HttpReceiver
from tests.support.eventually import eventually
from tests.support.json_clients import Agent, Visitor
from tests.support.server_process import RunningServer


@pytest_asyncio.fixture(loop_scope="session")
async def chatops() -> AsyncIterator[HttpReceiver]:
    async with HttpReceiver() as receiver:
        yield receiver


async def test_an_alert_is_set_up_tried_and_heard_of(
    start_server: Callable[..., RunningServer], context: BrowserContext, chatops: HttpReceiver
) -> None:
    server, page = start_server(alert_networks="127.0.0.1"), await context.new_page()
    await sign_in_by_link(page, server, "sam")
    await page.goto(f"{server.url}/settings/alerts")
    await page.get_by_role("link", name="New alert").click()
    await page.get_by_label("Name").fill("Late on chat-ops")
    await page.get_by_label("Support").check()
    await page.get_by_label("New destinations").fill("json://10.0.0.1/hook")
    await page.get_by_role("button", name="Save").click()
    await page.get_by_role("link", name="a private address").wait_for()
    await page.get_by_label("New destinations").fill(chatops.url)
    await page.get_by_role("button", name="Save").click()
    await page.get_by_text("Late on chat-ops saved. It applies now.").wait_for()
    await page.get_by_role("link", name="Late on chat-ops").click()
    assert "s3cr3t" not in await page.content()
    await page.get_by_role("button", name="Send a test message").click()
    await page.get_by_role("status").get_by_text("Sent to the service.").wait_for()
    assert chatops.subjects == ["Test: alerts for Late on chat-ops arrive here"]

    ana = await Agent.comes(server, "ana")
    await ana.is_welcome()
    vera = await Visitor.comes(server)
    await vera.opens("Anybody?", name="Vera")
    await ana.gets(vera.chat)
    await eventually(lambda: len(chatops.got) == 2, "the alert", within=30)
    assert chatops.subjects[1] == "Support: 1 answer is late"
    await page.reload()
    await page.get_by_role("heading", name="Support: 1 answer is late").wait_for()
    for one in (ana, vera):
        await one.leave()
