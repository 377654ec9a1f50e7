"""Files to import, and what the installation has of them afterwards."""

from urllib.parse import quote, urlencode

import httpx

from console.actions import imports
from console.actions.imported_rows import do_some
from console.domain.directory import Member
from console.domain.imports import Import
from console.services import Services
from tests.unit.settings.forms import posted

UPLOAD = "/settings/imports/upload"
ADA = Member("ada", "Ada", "ada@example.com", role="admin")


async def uploads(
    browser: httpx.AsyncClient,
    raw: str | bytes,
    *,
    kind: str,
    format: str = "csv",
    name: str = "file.csv",
    csrf: str = "",
) -> httpx.Response:
    """Send the file as the page's script does."""
    page = (await browser.get("/settings/imports")).text
    found = csrf or page.partition('data-csrf="')[2].partition('"')[0]
    headers = {"x-csrf": found, "x-file-name": quote(name), "content-type": "application/octet-stream"}
    body = raw.encode() if isinstance(raw, str) else raw
    return await browser.post(f"{UPLOAD}?{urlencode({'kind': kind, 'format': format})}", content=body, headers=headers)


async def reads_in(browser: httpx.AsyncClient, raw: str | bytes, *, kind: str, format: str = "csv") -> str:
    """Send the file; return the address of what was read."""
    answer = await uploads(browser, raw, kind=kind, format=format)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["address"])


async def imports_all(services: Services, browser: httpx.AsyncClient, path: str) -> Import:
    """Press the button, and run the background work."""
    assert (await posted(browser, path, to=f"{path}/begin")).status_code == 303
    await worked(services)
    return await imports.read(services, ADA, path.rpartition("/")[2])


async def worked(services: Services, *, steps: int = 1_000) -> None:
    """Run the background work until nothing is left to do."""
    for _ in range(steps):
        if (at := await services.imports.running()) is None:
            return
        await do_some(services, at)
