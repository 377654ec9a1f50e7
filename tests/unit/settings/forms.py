"""The settings' pages and forms as a browser without scripts sees them."""

import re
from html import unescape

import httpx

PAGES = (
    "",
    "/members",
    "/queues",
    "/queues/new",
    "/sites",
    "/sites/new",
    "/canned",
    "/canned/new",
    "/away",
    "/blocked",
)
PAGES_OF_ALL = tuple(
    f"/settings{path}"
    for path in (
        *PAGES,
        "/suggestions",
        "/breathers",
        "/blocked",
        "/alerts",
        "/alerts/new",
        "/retention",
        "/changes",
        "/password",
        "/second-factor",
        "/sessions",
        "/notifications",
        "/tokens",
    )
)
OWN = ("", "/canned", "/canned/new", "/password", "/second-factor", "/sessions", "/notifications", "/tokens")
THEIRS = {f"/settings{path}" for path in OWN}  # agents'
CSRF = re.compile(r'<main.*?name="csrf" value="([^"]*)"', re.DOTALL)
SEEN = re.compile(r'name="seen" value="([^"]*)"')
INPUT = re.compile(r'<input id="([^"]+)" name="([^"]+)" type="[^"]*" value="([^"]*)"')
AREA = re.compile(r'<textarea id="([^"]+)" name="[^"]+"[^>]*>\n?(.*?)</textarea>', re.DOTALL)

QUEUE = {
    "name": "Level 1",
    "target": "6",
    "goal": "90",
    "head_start": "",
    "mode": "push",
    "languages": "",
    "when": "always",
    "zone": "Europe/Rome",
    "overflow_to": "",
    "ask": "5",
    "end": "10",
    "member.ana": "on",
}


SITE = {
    "name": "The shop",
    "queue": "support",
    "origins": "HTTPS://Shop.example/\nhttp://localhost:3000",
    "locale": "it",
}


async def posted(browser: httpx.AsyncClient, path: str, *, to: str = "", **fields: str) -> httpx.Response:
    """The form at `path`, sent with these fields and what it hides."""
    page = (await browser.get(path)).text
    csrf, seen = CSRF.findall(page), SEEN.findall(page)
    hidden = {"csrf": csrf[0] if csrf else "", **({"seen": seen[0]} if seen and not to else {})}
    return await browser.post(to or path, data={**hidden, **fields})


async def saved(browser: httpx.AsyncClient, path: str, *, to: str = "", **fields: str) -> str:
    """The page that the form leads to when it was right."""
    answer = await posted(browser, path, to=to, **fields)
    assert answer.status_code == 303, faults(answer.text)
    return (await browser.get(answer.headers["location"])).text


def faults(page: str) -> list[str]:
    """The sentences beside the fields and on top, as read."""
    return [unescape(re.sub(r"<[^>]+>", "", one)).strip() for one in re.findall(r"<li>(.*?)</li>", page, re.DOTALL)]


def drawn(page: str) -> dict[str, str]:
    """What stands in the boxes."""
    return {name: unescape(value) for _, name, value in INPUT.findall(page)} | {
        name: unescape(text) for name, text in AREA.findall(page)
    }
