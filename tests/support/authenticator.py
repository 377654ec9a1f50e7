"""Acts as a phone with an authenticator app: it reads the key from the page and shows codes."""

import re
from typing import NamedTuple

import httpx
import pyotp

from console.archive.database import now_ms
from tests.support.page_client import PASSWORD, fields_of
from tests.unit.settings.forms import posted

KEY = re.compile(r'<code class="key"[^>]*>([A-Z2-7 ]+)</code>')
CODES = re.compile(r'<textarea id="codes"[^>]*>\s*([^<]+)</textarea>')
OWN = "/settings/second-factor"
STEP = re.compile(r'name="step" value="([^"]+)"')


class Phone(NamedTuple):
    """Codes of `later` steps of 30 s; the server takes those of one step before and after."""

    secret: str

    def code(self, later: int = 0) -> str:
        return pyotp.TOTP(self.secret).at(now_ms() // 1_000 + 30 * later)


def scanned(page: httpx.Response) -> Phone:
    """Return a phone that has read the key of a set-up page."""
    [key] = KEY.findall(page.text)
    return Phone(key.replace(" ", ""))


def recovery_codes(page: httpx.Response) -> list[str]:
    [codes] = CODES.findall(page.text)
    return str(codes).split()


async def set_up(browser: httpx.AsyncClient) -> tuple[Phone, list[str]]:
    """Set up a second factor under Settings, with the password and the phone's first code."""
    page = await posted(browser, OWN, password=PASSWORD)
    phone, [step] = scanned(page), STEP.findall(page.text)
    done = await posted(browser, OWN, to=f"{OWN}/confirm", step=step, code=phone.code())
    return phone, recovery_codes(done)


async def give(browser: httpx.AsyncClient, code: str) -> httpx.Response:
    form = await browser.get("/sign-in/code")
    return await browser.post("/sign-in/code", data={**fields_of(form), "code": code, "next": "/chats"})


async def is_in(browser: httpx.AsyncClient) -> bool:
    return (await browser.get("/chats")).status_code == 200
