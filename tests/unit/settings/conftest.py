"""An installation with Ada, an admin, and signed-in browsers."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from console.services import Services
from tests.support.archive_feed import quick_passwords
from tests.support.audit_last import audit_lines_come_last
from tests.support.page_client import PASSWORD, an_installation, signed_in_browser


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick_passwords(monkeypatch)


@pytest.fixture(autouse=True)
def audited_last() -> Iterator[None]:
    with audit_lines_come_last():
        yield


@pytest.fixture
async def services(tmp_path: Path, store_url: str, workspace_name: str) -> AsyncIterator[Services]:
    async with an_installation(tmp_path, store_url, workspace_name) as services:
        await services.stores.members.add(
            id="ada", email="ada@example.com", name="Ada", password=PASSWORD, role="admin", queues=("support",)
        )
        services.directory = await services.stores.directory.read()
        await services.workspace.configure(services.directory)
        yield services


@pytest.fixture
async def sam(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in_browser(services, "sam") as browser:
        yield browser


@pytest.fixture
async def ada(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in_browser(services, "ada") as browser:
        yield browser


@pytest.fixture
async def ana(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in_browser(services) as browser:
        yield browser
