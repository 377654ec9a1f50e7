"""Vera sends herself the transcript from the widget's menu, by a real SMTP server."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.widget_people import Ana, Vera
from tests.support.eventually import eventually
from tests.support.mail_servers import SmtpServer, plain
from tests.support.server_process import RunningServer


async def test_vera_has_the_transcript_by_mail_and_hears_when_it_was_enough(
    tmp_path_factory: pytest.TempPathFactory, browser: Browser
) -> None:
    async with SmtpServer() as smtp:
        data = tmp_path_factory.mktemp("mailing") / "data"
        server = RunningServer(data, smtp_url=smtp.url, mail_from="help@lana.example")
        server.start_and_wait()
        try:
            ana = await Ana.at_her_desk(server)
            vera = await Vera.at(server, browser)
            await vera.starts_with("Where is my parcel?")
            await vera.screen("chat")
            mailing = vera.widget.locator(".items").get_by_text("Transcript by e-mail")
            await vera.widget.locator("summary").click()
            await expect(mailing).to_be_hidden()
            await vera.page.keyboard.press("Escape")
            await ana.says("On its way.")
            await vera.sees("On its way.")
            for height in (400, 370, 350, 340, 300):
                await leaves_room_for_writing(vera, height)
            for number in (1, 2, 3):
                await sends_it(vera, "vera@example.com")
                await eventually(lambda number=number: sent(vera, smtp, number), "the transcript", within=20)
            text = plain(smtp.got[0])
            assert "Where is my parcel?" in text
            assert "On its way." in text
            assert smtp.to[0] == ["vera@example.com"]
            await sends_it(vera, "vera@example.com")
            await vera.sees("No more transcripts can be sent for now. Try again later.")
            await vera.says("Thanks!")
            await eventually(lambda: ana.heard()[-1:] == ["Thanks!"], "the next message, which waits for nothing")
            await vera.leaves()
            await ana.goes()
        finally:
            server.stop()


async def leaves_room_for_writing(vera: Vera, height: int) -> None:
    """Open the form on a phone of this height (CSS px): the composer stays on it."""
    was = vera.page.viewport_size
    await vera.page.set_viewport_size({"width": 640, "height": height})
    await vera.picks("Transcript by e-mail")
    await expect(vera.widget.locator(".mailing input")).to_be_visible()
    composer = await vera.widget.locator(".composer").bounding_box()
    assert composer
    assert composer["y"] + composer["height"] <= height
    await vera.page.keyboard.press("Escape")
    assert was
    await vera.page.set_viewport_size(was)


async def sends_it(vera: Vera, address: str) -> None:
    await vera.picks("Transcript by e-mail")
    await vera.widget.locator(".mailing input").fill(address)
    await vera.page.keyboard.press("Enter")
    await expect(vera.widget.locator(".mailing")).to_have_count(0)


async def sent(vera: Vera, smtp: SmtpServer, number: int) -> bool:
    """The mail is there; while the answer is not archived yet, the widget says so and Vera tries again."""
    if len(smtp.got) < number and await vera.widget.get_by_text("is not ready yet").count():
        await sends_it(vera, "vera@example.com")
    return len(smtp.got) >= number
