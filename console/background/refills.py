"""Fills a store that was emptied under way, before anybody is served from it again."""

from console.background.safely import safely
from console.pairing.refilling import refill
from console.services import Services


class Refills:
    """Every process does it that notices: the first one may be gone in the middle."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def run(self) -> None:
        while True:
            await self._services.workspace.emptied.wait()
            agents = self._services.picture.agents.values()
            await safely(refill(self._services.workspace, self._services.stores, agents))
