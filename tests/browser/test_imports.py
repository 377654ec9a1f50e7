"""Ada imports a file in a real browser: preview, progress, report; axe on each page; refusals are explained."""

import json
from pathlib import Path

from playwright.async_api import BrowserContext, Page, expect

from tests.browser.signing_in import sign_in_by_link
from tests.browser.test_pages_axe import nothing_found
from tests.support.server_process import RunningServer

REPLIES = "\n".join(json.dumps({"title": f"Reply {n}", "text": "Hello {visitor}"}) for n in range(60)) + "\n{}\n"


async def chooses(page: Page, server: RunningServer, kind: str, format: str, file: Path) -> None:
    await page.goto(f"{server.url}/settings/imports")
    await page.get_by_label("Contents").select_option(label=kind)
    await page.get_by_label("Format").select_option(label=format)
    await page.get_by_label("File", exact=True).set_input_files(file)
    await page.get_by_role("button", name="Read file").click()


async def test_ada_imports_replies_and_takes_the_report(
    server: RunningServer, context: BrowserContext, tmp_path: Path
) -> None:
    page, complaints = await context.new_page(), []
    page.on("pageerror", lambda problem: complaints.append(str(problem)))
    await sign_in_by_link(page, server, "ada")
    await page.wait_for_url("**/settings")
    file = tmp_path / "replies.jsonl"
    file.write_text("name\nAna\n")
    await chooses(page, server, "Members", "CSV", file)
    await expect(page.get_by_role("alert")).to_have_text("The file lacks a required column. See the file requirements.")
    await page.get_by_text("File requirements", exact=True).click()
    await nothing_found(page, height=1_600)
    file.write_text(REPLIES)
    await chooses(page, server, "Canned replies", "JSON (Sestetto)", file)
    await page.wait_for_url("**/settings/import/*")
    await expect(page.get_by_role("status")).to_contain_text("60 rows can be imported")
    await nothing_found(page, height=1_600)
    await page.get_by_role("button", name="Import them").click()
    await expect(page.get_by_text("61 / 61")).to_be_visible(timeout=20_000)  # the page goes on by itself
    await expect(page.get_by_role("status")).to_have_text("done")
    await nothing_found(page, height=1_600)
    link = await page.get_by_role("link", name="Download the report").get_attribute("href")
    report = await (await page.request.get(f"{server.url}{link}")).text()
    assert report.splitlines() == ['\ufeff"Line","Reason"', '"61","The text is empty or not valid."']
    await page.get_by_role("link", name="Canned replies").click()
    await expect(page.get_by_text("Reply 59")).to_be_visible()
    assert complaints == []
