"""Ana signs in through a real OpenID provider, and with her phone, in a real browser."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, Page

from console.domain.identity_providers import Provider
from tests.browser.axe import audit
from tests.browser.signing_in import sign_in_by_link
from tests.support.authenticator import Phone
from tests.support.credentials import stores_of
from tests.support.oidc_provider import SECRET, OpenIdProvider, running_provider
from tests.support.server_process import RunningServer


async def signs_in_there(page: Page, name: str) -> None:
    """On the provider's own pages: the name, then consent."""
    await page.locator("input[name=login]").fill(name)
    await page.locator("input[name=password]").fill("any")
    await page.locator("button[type=submit]").click()
    await page.get_by_role("button", name="Continue").click()


def lana(provider: OpenIdProvider) -> Provider:
    return Provider("lana", "Lana", provider.issuer, "sestetto", SECRET, create=True, default_role="agent")


async def test_kim_goes_to_the_provider_and_comes_back_to_the_page_she_asked_for(
    start_server: Callable[..., RunningServer], context: BrowserContext, tmp_path: Path
) -> None:
    server, page = start_server(sign_in_networks="127.0.0.1"), await context.new_page()
    with running_provider(tmp_path, f"{server.url}/sign-in/with/lana/callback") as provider:
        provider.says(kim={"email": "kim@lana.example", "email_verified": True, "name": "Kim"})
        async with stores_of(server) as stores:
            await stores.providers.put(lana(provider))
        await page.goto(f"{server.url}/chats")
        assert (await audit(page))["violations"] == []
        await page.get_by_role("link", name="Sign in with Lana").click()
        await signs_in_there(page, "kim")
        await page.wait_for_url(f"{server.url}/chats")
        await page.locator("summary", has_text="Kim").click()
        await page.get_by_role("button", name="Sign out").click()
        await page.get_by_role("link", name="Sign out of Lana too").click()
        await page.get_by_role("button", name="Yes, sign me out").click()
        await page.wait_for_url(f"{server.url}/sign-in*")
        await page.goto(f"{server.url}/chats")
        assert urlsplit(page.url).path == "/sign-in"


async def test_ana_scans_the_picture_and_keeps_her_recovery_codes(
    start_server: Callable[..., RunningServer], context: BrowserContext
) -> None:
    server, page = start_server(), await context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
    async with stores_of(server) as stores:
        await stores.passwords.reset("ana", "correct horse battery")
    await sign_in_by_link(page, server, "ana")
    await page.goto(f"{server.url}/settings/second-factor")
    await page.get_by_label("Password").fill("correct horse battery")
    await page.get_by_role("button", name="Set up second factor").click()
    await page.get_by_role("img", name="QR code").wait_for()
    assert (await audit(page))["violations"] == []
    phone = Phone((await page.locator("code.key").text_content() or "").replace(" ", ""))
    await page.get_by_role("textbox", name="Code").fill("000000")
    await page.get_by_role("button", name="Set up").click()
    await page.locator("#faults").wait_for()
    await page.get_by_role("textbox", name="Code").fill(phone.code())
    await page.get_by_role("button", name="Set up").click()
    codes = (await page.get_by_label("Recovery codes").input_value()).split()
    assert (len(codes), refused) == (10, [])

    await context.clear_cookies()
    await page.goto(f"{server.url}/sign-in")
    await page.get_by_label("E-mail address").fill("ana@demo.example")
    await page.get_by_label("Password").fill("correct horse battery")
    await page.get_by_role("button", name="Sign in").click()
    assert (await audit(page))["violations"] == []
    await page.get_by_role("textbox", name="Code").fill(codes[0])
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url(f"{server.url}/console")
