"""Refills a store that was emptied while running, before it serves anybody again."""

from console.background.safely import safely
from console.pairing.refilling import refill
from console.services import Services


class Refills:
    """Every process that notices does it, since the first one may die in the middle."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def run(self) -> None:
        while True:
            await self._services.workspace.emptied.wait()
            agents = self._services.picture.agents.values()
            await safely(refill(self._services.workspace, self._services.stores, agents))
