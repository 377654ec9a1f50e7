"""docs/images/widget.png: three states of the widget. Its socket's frames are simulated, everything else is real."""

import base64
from pathlib import Path
from typing import Any

from playwright.async_api import Browser

from tests.browser.widget_people import Vera
from tests.browser.widget_script import Scripted, now
from tests.support.eventually import eventually
from tests.support.server_process import RunningServer

DESK: dict[str, Any] = {"viewport": {"width": 500, "height": 640}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 640}, "has_touch": True, "is_mobile": True}
BACK = 41 * 3_600_000  # ms until the team is back


async def draw_widget(server: RunningServer, browser: Browser, path: Path) -> None:
    shots = [await promised(server, browser), await in_line(server, browser), await away(server, browser)]
    page = await browser.new_page(viewport={"width": 1430, "height": 660})
    images = "".join(f'<img src="data:image/png;base64,{base64.b64encode(shot).decode()}">' for shot in shots)
    await page.set_content(f'<body style="display:flex;gap:10px;margin:10px;background:#d8dad4">{images}')
    await page.screenshot(path=path)
    await page.close()


async def promised(server: RunningServer, browser: Browser) -> bytes:
    script = scripted(server)
    vera = await script.start(server, browser, **DESK)
    await vera.starts_with("Where is my parcel? Order 20417.")
    await script.ana_comes()
    script.ana_says("Hello Vera! I ask the carrier.", promise=now() + 101_900)
    await vera.sees("Ana will be back in 1:41")
    return await taken(vera)


async def in_line(server: RunningServer, browser: Browser) -> bytes:
    script = scripted(server)
    vera = await script.start(server, browser, **DESK, color_scheme="dark")
    await vera.starts_with("Does merino felt?")
    await vera.screen("line")
    script.send("line", position=2, wait=45)
    await vera.sees("You're number 2 in line.")
    return await taken(vera)


async def away(server: RunningServer, browser: Browser) -> bytes:
    script = scripted(server, team={"online": False, "back_at": now() // 3_600_000 * 3_600_000 + BACK})
    vera = await script.start(server, browser, **PHONE)
    await vera.opens()
    await eventually(lambda: script.said("hello"), "the widget to ask who is there")
    await vera.page.evaluate("sestetto('prefill', {})")  # draws it again: the real server has no hours
    await vera.sees("We're back")
    return await taken(vera)


def scripted(server: RunningServer, **welcome: Any) -> Scripted:
    return Scripted(typing_preview=True, privacy_url=f"{server.url}/privacy", **welcome)


async def taken(vera: Vera) -> bytes:
    shot = await vera.page.screenshot()
    await vera.context.close()
    return shot
