"""Vera pastes and drops pictures, Ana answers with a document, and both can cancel an upload."""

import asyncio
import base64
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.test_two_windows import PATIENCE, Two, ana_says, two, vera_opens, vera_says
from tests.support.eventually import eventually
from tests.support.sent_files import PDF, picture

__all__ = ["two"]

GIVE = """([selector, kind, files]) => {
    const inner = document.querySelector("sestetto-widget")?.shadowRoot ?? document;
    const data = new DataTransfer();
    for (const [name, type, content] of files)
      data.items.add(new File([Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0))], name, { type }));
    const given = { bubbles: true, cancelable: true, composed: true };
    const event = kind === "paste"
      ? new ClipboardEvent(kind, { ...given, clipboardData: data })
      : new DragEvent(kind, { ...given, dataTransfer: data });
    inner.querySelector(selector).dispatchEvent(event);
}"""


async def gives(page: Page, selector: str, kind: str, *files: tuple[str, str, bytes]) -> None:
    """As a person pastes or drops files on an element."""
    named = [[name, media, base64.b64encode(content).decode()] for name, media, content in files]
    await page.evaluate(GIVE, [selector, kind, named])


async def photographed(page: Page, name: str) -> None:
    if folder := os.environ.get("SCREENSHOTS"):
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            await page.screenshot(path=str(Path(folder) / f"{name}-{scheme}.png"))


async def drawn(page: Page) -> bool:
    """Whether the picture's middle has its colour."""
    middle = "(one) => one.getContext('2d').getImageData(one.width / 2, one.height / 2, 1, 1).data[3]"
    return bool(await page.locator(".file canvas").evaluate(middle))


@pytest.fixture
def shot() -> bytes:
    return picture(size=(640, 400))


async def test_a_pasted_screenshot_is_answered_with_a_dropped_document(two: Two, shot: bytes) -> None:
    vera, ana = two.vera.page, two.ana.page
    await vera_opens(vera, "Look at this:")
    pane = ana.locator("#pane-1")
    await expect(pane.get_by_text("Look at this:")).to_be_visible(timeout=PATIENCE)
    await expect(vera.get_by_role("button", name="Send files")).to_be_visible(timeout=PATIENCE)
    await gives(vera, "textarea", "paste", ("image.png", "image/png", shot))
    seen = pane.locator(".m.visitor .file img")
    await expect(seen).to_be_visible(timeout=PATIENCE)
    assert await seen.evaluate("(one) => [one.width, one.height]") == [240, 150], "before it has come, and after"
    await expect(vera.locator(".file canvas")).to_be_visible(timeout=PATIENCE)
    await expect(vera.get_by_role("button", name="image.png, PNG")).to_be_visible()
    await eventually(lambda: drawn(vera), "the preview to be drawn")
    await gives(ana, "#pane-1 .scroll", "drop", ("Bill March.pdf", "application/pdf", PDF))
    bill = vera.get_by_role("button", name="Bill March.pdf, PDF")
    await expect(bill).to_be_visible(timeout=PATIENCE)
    async with vera.expect_download(timeout=PATIENCE) as coming:
        await bill.click()
    download = await coming.value
    assert download.suggested_filename == "Bill March.pdf"
    assert (await asyncio.to_thread(Path(await download.path()).read_bytes)) == PDF
    link = pane.get_by_role("link", name="Bill March.pdf")
    async with ana.expect_download(timeout=PATIENCE) as coming:
        await link.click()
    assert (await coming.value).suggested_filename == "Bill March.pdf"
    await ana_says(ana, "Here you are")
    await expect(vera.get_by_text("Here you are")).to_be_visible(timeout=PATIENCE)
    await vera_says(vera, "Thank you")
    await expect(pane.get_by_text("Thank you")).to_be_visible(timeout=PATIENCE)
    await photographed(ana, "console")
    await photographed(vera, "widget")
    await vera.reload()
    await expect(vera.get_by_role("button", name="Bill March.pdf, PDF")).to_be_visible(timeout=PATIENCE)
    await expect(vera.locator(".file canvas")).to_be_visible(timeout=PATIENCE)


async def test_the_button_for_files_stands_before_the_one_for_emoji_whichever_part_comes_first(two: Two) -> None:
    vera = two.vera.page
    emoji = vera.get_by_role("button", name="Emoji and formatting")

    async def after_the_emoji(route: Route) -> None:
        await emoji.wait_for()
        await route.continue_()

    await vera.route("**/widget/files-*.js", after_the_emoji)
    await vera_opens(vera, "Look at this:")
    clip = vera.get_by_role("button", name="Send files")
    await expect(clip).to_be_visible(timeout=PATIENCE)
    follows = "(one, other) => Boolean(one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING)"
    assert await clip.evaluate(follows, await emoji.element_handle())


async def test_what_is_on_its_way_shows_its_progress_and_can_be_stopped_on_both_sides(two: Two, shot: bytes) -> None:
    vera, ana = two.vera.page, two.ana.page
    await vera_opens(vera, "Look at this:")
    await expect(ana.locator("#pane-1").get_by_text("Look at this:")).to_be_visible(timeout=PATIENCE)

    async def hold(route: Route) -> None:
        held.append(route)

    held: list[Route] = []
    for page in (vera, ana):
        await page.route("**/files*?*cid=*", hold)
        await page.route("**/console/files/**", hold)
    await expect(vera.get_by_role("button", name="Send files")).to_be_visible(timeout=PATIENCE)
    await gives(vera, "textarea", "paste", ("image.png", "image/png", shot), ("two.png", "image/png", shot))
    await ana.locator("#pane-1 textarea").last.focus()
    await gives(ana, "#pane-1 textarea", "paste", ("image.png", "image/png", shot))
    for page, count in ((vera, 2), (ana, 1)):
        await expect(page.get_by_role("progressbar", name="image.png")).to_be_visible(timeout=PATIENCE)
        await page.get_by_role("button", name="Cancel image.png").click()
        await expect(page.get_by_role("progressbar")).to_have_count(count - 1)
    await photographed(vera, "widget-progress")
    for page in (vera, ana):
        await page.unroute_all()
    await ana_says(ana, "I am still here")
    await expect(vera.get_by_text("I am still here")).to_be_visible(timeout=PATIENCE)
    await expect(ana.locator("#pane-1 .file")).to_have_count(0)


async def arrives_although_the_first_upload(fails: Callable[[Route], Awaitable[None]], two: Two, shot: bytes) -> None:
    """Vera pastes a picture, whose first upload goes wrong; Ana has it once."""
    vera, ana = two.vera.page, two.ana.page
    await vera_opens(vera, "Look at this:")
    await expect(ana.locator("#pane-1").get_by_text("Look at this:")).to_be_visible(timeout=PATIENCE)
    await expect(vera.get_by_role("button", name="Send files")).to_be_visible(timeout=PATIENCE)
    failed: list[str] = []

    async def fail_first(route: Route) -> None:
        if route.request.method == "POST" and not failed:
            failed.append(route.request.url)
            await fails(route)
        else:
            await route.continue_()

    await vera.route("**/widget/files?*", fail_first)
    await gives(vera, "textarea", "paste", ("image.png", "image/png", shot))
    await expect(ana.locator("#pane-1 .file")).to_have_count(1, timeout=PATIENCE)
    assert len(failed) == 1


async def test_an_upload_that_is_cut_arrives_once(two: Two, shot: bytes) -> None:
    async def answer_is_lost(route: Route) -> None:
        """The server has the file; the browser does not hear of it."""
        await route.fetch()
        await route.abort()

    await arrives_although_the_first_upload(answer_is_lost, two, shot)


async def test_an_upload_that_a_proxy_answers_while_no_server_is_there_is_sent_again(two: Two, shot: bytes) -> None:
    async def no_server(route: Route) -> None:
        await route.fulfill(status=502, content_type="text/html", body="<html><h1>502 Bad Gateway</h1></html>")

    await arrives_although_the_first_upload(no_server, two, shot)
    await expect(two.vera.page.get_by_role("progressbar")).to_have_count(0)


async def test_a_file_that_may_not_be_sent_says_why_and_keeps_the_text(two: Two) -> None:
    vera, ana = two.vera.page, two.ana.page
    await vera_opens(vera, "Look at this:")
    pane = ana.locator("#pane-1")
    await expect(pane.get_by_text("Look at this:")).to_be_visible(timeout=PATIENCE)
    svg = ("x.svg", "image/svg+xml", b"<svg onload=alert(1)>")
    await expect(vera.get_by_role("button", name="Send files")).to_be_visible(timeout=PATIENCE)
    await vera.get_by_label("Your message").fill("half a sen")
    await gives(vera, "textarea", "paste", svg)
    await expect(vera.get_by_text("Files of this type can't be sent here.")).to_be_visible(timeout=PATIENCE)
    assert await vera.get_by_label("Your message").input_value() == "half a sen"
    box = pane.locator("textarea").last
    await box.fill("half an ans")
    await gives(ana, "#pane-1 textarea", "paste", svg)
    await expect(pane.get_by_text("Files of this type can't be sent here.")).to_be_visible(timeout=PATIENCE)
    assert await box.input_value() == "half an ans"
    await photographed(ana, "console-refused")
    await photographed(vera, "widget-refused")


async def test_pictures_can_be_the_first_messages_of_a_chat(two: Two, shot: bytes) -> None:
    vera, ana = two.vera.page, two.ana.page
    await vera.get_by_role("button", name="Open the chat").click()
    await expect(vera.get_by_role("button", name="Send files")).to_be_visible(timeout=PATIENCE)
    await vera.get_by_label("Your name (optional)").fill("Vera")
    await vera.get_by_label("Your message").fill("half a sen")
    await photographed(vera, "widget-first-file")
    await gives(vera, "textarea", "paste", ("one.png", "image/png", shot), ("two.png", "image/png", shot))
    pane = ana.locator("#pane-1")
    await expect(pane.locator(".m.visitor .file img")).to_have_count(2, timeout=PATIENCE)
    await expect(pane.get_by_role("heading", name="Vera")).to_be_visible()
    await expect(vera.locator(".me .file")).to_have_count(2, timeout=PATIENCE)
    await expect(vera.get_by_role("progressbar")).to_have_count(0)
    assert await vera.get_by_label("Your message").input_value() == "half a sen"
