"""Renews the leases of agents, tabs and sessions with an open socket, and refreshes sockets every second."""

import asyncio

import structlog

from console.background.safely import safely
from console.services import Services
from console.timing.beat import beat

RENEW_AGENTS = 4.0  # seconds; the lease is 10
RENEW_TABS = 15.0  # seconds; the lease is 45
SEEN = 240.0  # seconds between two updates of sessions with an open socket; a session unseen for 12 h ends
LINES = 1.0  # seconds between two refreshes of sockets

log = structlog.get_logger()


class Leases:
    def __init__(self, services: Services) -> None:
        """Keeps open sockets alive in the store and in SQL."""
        self.services = services

    async def renew(self) -> None:
        """Renew the leases of open sockets.

        A socket that no longer answers pings is closed, so an open one is alive.
        """
        rounds = 0
        while True:
            await beat(RENEW_AGENTS)
            rounds += 1
            everyone = self.services.hub.everyone()
            agents = [lease for one in everyone if (lease := one.agent_lease())]
            if agents:
                await safely(self.services.workspace.renew(agents))
            if rounds * RENEW_AGENTS >= RENEW_TABS:
                rounds = 0
                tabs = [tab for one in everyone if (tab := one.tab_lease())]
                if tabs:
                    await safely(self.services.workspace.renew_tabs(tabs))
                sockets = self.services.address_sockets
                if counts := sockets.counts():
                    await safely(self.services.workspace.renew_sockets(sockets.process, counts))

    async def sessions(self) -> None:
        """Check sessions regularly: a socket asks SQL for its credentials only once, when it opens."""
        while True:
            await asyncio.sleep(SEEN)
            await safely(self.keep_seen())

    async def keep_seen(self) -> None:
        """Extend sessions with an open socket; close the sockets of sessions that are over with 4401."""
        open_now = {one: session for one in self.services.hub.everyone() if (session := one.session())}
        over = await self.services.stores.sessions.keep_seen({*open_now.values()})
        for one, session in open_now.items():
            if session in over:
                one.cut(4401)

    async def lines(self) -> None:
        while True:
            await beat(LINES)
            for one in self.services.hub.everyone():
                try:
                    one.refresh()
                except Exception as problem:
                    log.error("listener.failed", error=repr(problem))
                    one.cut(1011)
