"""Notifications and the installed console in a real browser.

Headless Chromium has no push service. Its subscriptions lead to the test's service, which passes pushes to the service
worker as a browser would.
"""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, CDPSession, Page, Worker, expect

from tests.browser.signing_in import sign_in_by_link
from tests.browser.test_pages_axe import nothing_found
from tests.support.eventually import eventually
from tests.support.json_clients import Agent, Visitor
from tests.support.push_service import PushedBrowser, PushService
from tests.support.server_process import RunningServer

AT = "/settings/notifications"
SUBSCRIPTIONS = """(given) => {
  const KEPT = 'test.subscription';
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (one) => one.charCodeAt(0));
  const made = (key) => ({
    endpoint: given.endpoint,
    options: { applicationServerKey: bytes(key).buffer },
    toJSON: () => ({ endpoint: given.endpoint, keys: { p256dh: given.p256dh, auth: given.auth } }),
    unsubscribe: async () => { localStorage.removeItem(KEPT); return true; },
  });
  PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
    localStorage.setItem(KEPT, applicationServerKey);
    return made(applicationServerKey);
  };
  PushManager.prototype.getSubscription = async () => {
    const key = localStorage.getItem(KEPT);
    return key && made(key);
  };
}"""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(whole_browser: Browser) -> Browser:
    return whole_browser


@pytest_asyncio.fixture(loop_scope="session")
async def service() -> AsyncIterator[PushService]:
    async with PushService("") as service:
        yield service


@pytest_asyncio.fixture(loop_scope="session")
async def server(start_server: Callable[..., RunningServer]) -> RunningServer:
    return start_server(alert_networks="127.0.0.0/8")


async def has_push(context: BrowserContext, phone: PushedBrowser) -> None:
    """The browser's push service is the test's."""
    keys = {name: getattr(phone.keys, name) for name in phone.keys.__struct_fields__}
    await context.add_init_script(f"({SUBSCRIPTIONS})({json.dumps(keys)})")


async def turns_on(page: Page, server: RunningServer, service: PushService) -> None:
    await sign_in_by_link(page, server, "ana")
    await page.goto(server.url + AT)
    service.key = str(await page.locator("#this-device").get_attribute("data-key"))
    await page.get_by_role("button", name="Turn on notifications").click()
    await page.get_by_text("Notifications are on.").wait_for()


async def worker_of(context: BrowserContext) -> Worker:
    return await eventually(lambda: next(iter(context.service_workers), None), "the service worker")


async def arrives(tools: CDPSession, registration: str, origin: str, notice: dict[str, Any]) -> None:
    told = {"origin": origin, "registrationId": registration, "data": json.dumps(notice)}
    await tools.send("ServiceWorker.deliverPushMessage", told)


async def registration_of(tools: CDPSession) -> str:
    known: list[str] = []
    tools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: known.extend(one["registrationId"] for one in event["registrations"] if not one["isDeleted"]),
    )
    await tools.send("ServiceWorker.enable")
    return await eventually(lambda: known[-1] if known else None, "the registration")


FRAME = """() => [...document.querySelectorAll('meta[name=theme-color]')]
  .filter(({ media }) => matchMedia(media).matches).map(({ content }) => content)"""
SHOWN = "async () => (await self.registration.getNotifications()).map(({title, tag}) => [title, tag])"
PRESSED = """async (tag) => {
  const [notification] = await self.registration.getNotifications({ tag });
  self.dispatchEvent(new NotificationEvent('notificationclick', { notification }));
}"""


async def test_ana_turns_notifications_on_and_a_press_opens_the_chat(
    server: RunningServer, own_context: BrowserContext, service: PushService
) -> None:
    await own_context.grant_permissions(["notifications"], origin=server.url)
    phone = service.subscribed("phone")
    await has_push(own_context, phone)
    page = await own_context.new_page()
    await turns_on(page, server, service)
    await expect(page.get_by_role("heading", name="this one")).to_be_visible()
    await page.get_by_role("button", name="Send a test message").click()
    await page.get_by_role("status").get_by_text("Sent.").wait_for()
    assert phone.titles == ["Notifications work on this device"]

    worker, tools = await worker_of(own_context), await own_context.new_cdp_session(page)
    registration = await registration_of(tools)
    await arrives(tools, registration, server.url, phone.got[0].notice)
    await eventually(lambda: worker.evaluate(SHOWN), "the notification")

    ana = await Agent.comes(server, "ana", blind=True)
    await ana.is_welcome()
    vera = await Visitor.comes(server)
    await vera.opens("Anybody?", name="Vera")
    held = await ana.gets(vera.chat)
    await ana.say_frame("shown", chat=vera.chat, seq=held["last"], hidden=True)  # as a hidden console does
    await eventually(lambda: len(phone.got) == 2, "the push")
    notice = phone.got[1].notice
    assert (notice["title"], notice["tag"]) == ("A visitor is waiting for your answer", vera.chat)

    async def is_shown() -> bool:
        await arrives(tools, registration, server.url, notice)  # again, as push services may: it is shown once
        return [notice["title"], vera.chat] in await worker.evaluate(SHOWN)

    await eventually(is_shown, "the notification of Vera's chat")
    await ana.leave()
    await page.goto(f"{server.url}/console")
    pane = page.locator("#pane-1")
    await expect(pane.locator(".m.visitor p")).to_have_text("Anybody?")
    await page.locator("#status-menu summary").focus()
    await worker.evaluate(PRESSED, vera.chat)
    await expect(pane.locator(":focus")).to_have_count(1)

    async def only_the_test_is_shown() -> bool:
        return await worker.evaluate(SHOWN) == [["Notifications work on this device", "test"]]

    await eventually(only_the_test_is_shown, "the pressed notification to close")

    await arrives(tools, registration, server.url, notice)  # now she sees the console
    await arrives(tools, registration, server.url, {"tag": "test", "over": True})

    async def is_closed() -> bool:
        return await worker.evaluate(SHOWN) == []

    await eventually(is_closed, "the notification to close, and no other one")
    await vera.leave()


async def test_a_press_opens_a_closed_console_at_the_chat(server: RunningServer, own_context: BrowserContext) -> None:
    page = await own_context.new_page()
    await sign_in_by_link(page, server, "ana")
    await page.goto(f"{server.url}/console")
    await page.wait_for_selector('body[data-link="ready"]')
    vera = await Visitor.comes(server)
    await vera.opens("Anybody?", name="Vera")
    await expect(page.locator("#pane-1 .m.visitor p")).to_have_text("Anybody?")
    await page.goto("about:blank")
    await page.goto(f"{server.url}/console#chat={vera.chat}")
    await expect(page.locator("#pane-1 :focus")).to_have_count(1)
    assert page.url == f"{server.url}/console"
    await vera.leave()


async def test_turning_off_removes_the_device_and_so_does_removing_it_elsewhere(
    server: RunningServer, own_context: BrowserContext, service: PushService
) -> None:
    await own_context.grant_permissions(["notifications"], origin=server.url)
    await has_push(own_context, service.subscribed("phone"))
    page = await own_context.new_page()
    await turns_on(page, server, service)
    await page.get_by_role("button", name="Turn off").click()
    await page.get_by_text("Device removed.").wait_for()
    await expect(page.get_by_role("heading", name="Your devices")).to_have_count(0)
    await page.get_by_role("button", name="Turn on notifications").click()
    await page.get_by_text("Notifications are on.").wait_for()
    await nothing_found(page)
    await page.get_by_role("button", name="Remove").click()  # as from another device: the subscription is still there
    await page.get_by_role("button", name="Turn on notifications").wait_for()

    async def is_unsubscribed() -> bool:
        return await page.evaluate("localStorage.getItem('test.subscription')") is None

    await eventually(is_unsubscribed, "the browser to forget the subscription")


STATES = {
    "This browser doesn't support notifications.": "delete window.PushManager",
    "Notifications need HTTPS (or localhost).": "Object.defineProperty(window, 'isSecureContext', {get: () => 0})",
    "Notifications are blocked.": "Object.defineProperty(Notification, 'permission', {value: 'denied'})",
    "On iPhone and iPad, install the console first": (
        "delete window.PushManager; Object.defineProperty(navigator, 'userAgent', {value: 'iPhone'})"
    ),
}


async def test_a_browser_that_cannot_says_what_to_do(server: RunningServer, own_context: BrowserContext) -> None:
    page = await own_context.new_page()
    await sign_in_by_link(page, server, "ana")
    for says, script in STATES.items():
        page = await own_context.new_page()
        await page.add_init_script(script)
        await page.goto(server.url + AT)
        await page.get_by_text(says).wait_for()
        await expect(page.get_by_role("button", name="Turn on notifications")).to_have_count(0)


async def test_without_a_connection_a_page_says_what_is_wrong_and_nothing_else_is_kept(
    start_server: Callable[..., RunningServer], own_context: BrowserContext
) -> None:
    server, page = start_server(), await own_context.new_page()
    await sign_in_by_link(page, server, "ana")
    await page.goto(f"{server.url}/console")
    await page.evaluate("navigator.serviceWorker.register('/service-worker.js')")
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    await page.reload()
    await page.wait_for_selector('body[data-link="ready"]')
    kept = await page.evaluate(
        """async () => {
          const all = await Promise.all((await caches.keys()).map(async (name) => (await caches.open(name)).keys()));
          return all.flat().map(({ url }) => new URL(url).pathname);
        }"""
    )
    assert "/offline" in kept
    assert {path.split("/")[1] for path in kept} == {"offline", "static"}
    server.stop()  # some releases of Chromium let a service worker reach it while the page is offline
    await own_context.set_offline(True)
    await page.reload()
    for offline in (False, True):  # some releases forget it for a page that comes from a service worker
        await own_context.set_offline(offline)
    await page.get_by_text("This device is offline.").wait_for()
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgba(0, 0, 0, 0)"
    await server.start()
    await own_context.set_offline(False)
    await page.wait_for_selector('body[data-link="ready"]')
    server.stop()
    await page.goto(f"{server.url}/chats")
    await page.get_by_text("The Sestetto server is not responding.").wait_for()
    await server.start()
    await page.get_by_role("heading", name="Chats").wait_for(timeout=30_000)


async def test_the_console_can_be_installed_and_its_frame_follows_the_theme(
    server: RunningServer, browser: Browser
) -> None:
    context = await browser.new_context(color_scheme="dark")
    page = await context.new_page()
    await sign_in_by_link(page, server, "ana")
    tools = await context.new_cdp_session(page)
    manifest = await tools.send("Page.getAppManifest")
    assert manifest["errors"] == []
    assert json.loads(manifest["data"])["name"] == "Sestetto"
    found = await tools.send("Page.getInstallabilityErrors")
    # A private window, which a test's is, never installs anything.
    assert {one["errorId"] for one in found["installabilityErrors"]} <= {"in-incognito"}
    assert await page.evaluate(FRAME) == ["#1c1f24"]
    await page.locator(".me summary").click()
    await page.get_by_label("Theme").select_option("light")
    assert await page.evaluate(FRAME) == ["#ffffff"]
    await context.close()
