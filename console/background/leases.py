"""Who is there: leases of agents and tabs, sessions with an open socket, and what each socket shows of the line."""

import asyncio

import structlog

from console.background.safely import safely
from console.services import Services

RENEW_AGENTS = 4.0  # seconds; the lease is 10
RENEW_TABS = 15.0  # seconds; the lease is 45
SEEN = 240.0  # seconds between two notes of whose sockets are open; a session unseen ends after 12 h
LINES = 1.0  # seconds between two looks at places in line

log = structlog.get_logger()


class Leases:
    def __init__(self, services: Services) -> None:
        self.services = services

    async def renew(self) -> None:
        """Sockets that are open have answered their pings."""
        rounds = 0
        while True:
            await asyncio.sleep(RENEW_AGENTS)
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

    async def sessions(self) -> None:
        """A socket asks SQL for its credentials once, at its beginning: what time does to them is seen to here."""
        while True:
            await asyncio.sleep(SEEN)
            await safely(self.keep_seen())

    async def keep_seen(self) -> None:
        """Sessions with an open socket do not run out; the sockets of those that are over end with 4401."""
        open_now = {one: session for one in self.services.hub.everyone() if (session := one.session())}
        over = await self.services.stores.sessions.keep_seen({*open_now.values()})
        for one, session in open_now.items():
            if session in over:
                one.cut(4401)

    async def lines(self) -> None:
        while True:
            await asyncio.sleep(LINES)
            for one in self.services.hub.everyone():
                try:
                    one.look_again()
                except Exception as problem:
                    log.error("listener.failed", error=repr(problem))
                    one.cut(1011)
