"""The place of a fault: an installation with its store, database and people, however it runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette

from console.app import create_app
from console.archive.database import Database
from console.archive.stores import Stores
from console.config import read_settings
from console.delivery.fanout import Fanout
from console.demo import seed as demo
from console.demo.one_address import for_one_address
from console.proving.stage import Stage
from console.queue.embedded import EmbeddedStore
from console.server import listen, serving, url_of
from console.services import Services
from tests.support.migrated import put_migrated
from tests.support.server_process import RunningServer


def stage_of(server: RunningServer, store_url: str = "") -> Stage:
    """Return the stage of a server in its own process, with the store in its data folder."""
    own = EmbeddedStore(server.data / "store").url
    return Stage(server.url, server.url, store_url or own, server.database_url)


@dataclass
class Inside(Stage):
    """An installation in this very process, on real sockets: its parts can be observed and counted."""

    app: Starlette | None = None

    @property
    def socket_url(self) -> str:
        """Return `ws://127.0.0.1:PORT`."""
        return self.url.replace("http", "ws", 1)

    @property
    def services(self) -> Services:
        assert self.app is not None
        services: Services = self.app.state.services
        return services

    @property
    def fanout(self) -> Fanout:
        assert self.app is not None
        fanout: Fanout = self.app.state.fanout
        return fanout


@asynccontextmanager
async def installed(
    folder: Path, store_url: str, workspace: str, *, shown_at: str = "", **settings: object
) -> AsyncIterator[Inside]:
    """Run the demo's installation in this process, in its own workspace. `shown_at` is the proxy in front, if any."""
    given = {
        "port": 0,
        "database": put_migrated(folder),
        "secret": "only for tests, and long enough for it",
        **settings,
    }
    ours = read_settings({}, data=folder, store=store_url, workspace=workspace, **given)
    if not any(name.startswith(("address_", "visitor_", "site_", "attack_")) for name in settings):
        ours = for_one_address(ours)
    with listen(ours) as listening:
        url = url_of(listening)
        await publish_demo(ours.database, shown_at or url)
        app = create_app(ours, demo=True)
        async with serving(app, listening, ours):
            yield Inside(url, url, store_url, ours.database, workspace, app=app)
            await asyncio.sleep(0)


async def publish_demo(database_url: str, url: str) -> None:
    """Put the demo's queues, site and people into the database."""
    database = Database(database_url)
    await database.migrate()
    await demo.publish(Stores(database), url)
    await database.close()
