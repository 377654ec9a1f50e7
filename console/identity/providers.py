"""The client of identity providers, loaded when it is first needed: its libraries take a third of a second."""

import importlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from console.identity.client import OpenIdClient


class OpenId:
    def __init__(self, networks: Sequence[str]) -> None:
        self._networks = networks
        self._client: OpenIdClient | None = None

    @property
    def client(self) -> "OpenIdClient":
        if self._client is None:
            module = importlib.import_module("console.identity.client")
            made: OpenIdClient = module.OpenIdClient(self._networks)
            self._client = made
        return self._client

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()
