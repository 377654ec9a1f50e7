"""An installation that sends mail to a real server on 127.0.0.1."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from console.config import read_settings
from console.domain.directory import Site
from console.mail.post import Post
from console.services import Services
from tests.support.archive_feed import quick_passwords
from tests.support.mail_servers import SmtpServer
from tests.support.page_client import an_installation, signed_in_browser


@pytest.fixture
async def smtp() -> AsyncIterator[SmtpServer]:
    async with SmtpServer() as server:
        yield server


@pytest.fixture
async def services(
    tmp_path: Path, store_url: str, workspace_name: str, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Services]:
    quick_passwords(monkeypatch)
    async with an_installation(tmp_path, store_url, workspace_name) as services:
        await services.stores.sites.put(Site("demo", "Lana", "support", ("https://lana.example",)))
        services.directory = await services.stores.directory.read()
        await services.workspace.configure(services.directory)
        given = {"smtp_url": smtp.url, "mail_from": "help@lana.example", "secret": "s" * 32}
        services.settings = read_settings({}, **given)
        services.post = Post(services.settings, services.database, services.history, lambda: services.directory)
        yield services


@pytest.fixture
async def ana(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in_browser(services) as browser:
        yield browser
