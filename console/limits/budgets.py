"""Budgets: how much one visitor, one address and one site may do. The Functions count.

PyPI's `limits` was considered. Each of its hits is a separate call to the store, outside the Function that does the
counted thing, so every message would wait for another round trip, and resends and refusals would count too. Here a call
carries its budgets, and they are spent in the same step.
"""

from collections.abc import Iterable
from typing import NamedTuple

from console.config import Settings
from console.security import address_group

MINUTE, HOUR = 60_000, 3_600_000  # ms
UNKNOWN_TOKENS = 120  # a minute from one address


class Budget(NamedTuple):
    """`most` units per `period` (ms), of which this call takes `cost`. Refused as `code` until there is room."""

    name: str
    most: int
    period: int
    cost: int = 1
    code: str = "too_many_chats"


class Budgets:
    """The budgets that one visitor's calls take, in the Functions' format: one line per budget."""

    def __init__(self, settings: Settings, address: str, site: str) -> None:
        self._settings = settings
        self._pace = settings.pace
        self.address = address_group(address)
        self._site = site

    def opening(self, visitor: str, size: int) -> str:
        """Budgets of a new chat of `size` bytes."""
        settings = self._settings
        return self._told(
            Budget(f"opens|visitor|{visitor}", settings.visitor_openings, MINUTE),
            Budget(f"opens|address|{self.address}", settings.address_openings, MINUTE),
            Budget(f"opens|site|{self._site}", settings.site_openings, MINUTE),
            self._bytes(visitor, size),
            self._attack(),
        )

    def left_message(self, visitor: str, size: int) -> str:
        settings = self._settings
        return self._told(
            Budget(f"left|address|{self.address}", settings.address_messages, HOUR),
            Budget(f"opens|site|{self._site}", settings.site_openings, MINUTE),
            self._bytes(visitor, size),
            self._attack(),
        )

    def written(self, visitor: str, size: int) -> str:
        """Budgets of a message or profile in an open chat."""
        return self._told(self._bytes(visitor, size))

    def request(self, token: str, cost: int) -> str:
        """Budget of one request to the API."""
        return self._told(
            Budget(f"api|token|{token}", self._settings.api_requests, MINUTE, cost, "slow_down"),
        )

    def unknown_token(self) -> str:
        """Budget of a token that this process does not know, so that guessing is bounded before SQL is asked."""
        return self._told(Budget(f"api|address|{self.address}", UNKNOWN_TOKENS, MINUTE, code="slow_down"))

    def _attack(self) -> Budget:
        """Beyond it new visitors are not refused: their browsers have to work for it."""
        return Budget(f"new|site|{self._site}", self._settings.attack_openings, MINUTE, code="proof_needed")

    def _bytes(self, visitor: str, size: int) -> Budget:
        return Budget(f"bytes|visitor|{visitor}", self._settings.visitor_bytes, MINUTE, size, "too_much")

    def _told(self, *budgets: Budget) -> str:
        return told(budget._replace(most=budget.most * self._pace) for budget in budgets)


class GatewayBudgets(Budgets):
    """The same for a visitor whom a program speaks for: it has a budget of its own, and solves no puzzles."""

    def opening(self, visitor: str, size: int) -> str:
        return self._told(
            Budget(f"opens|visitor|{visitor}", self._settings.visitor_openings, MINUTE),
            Budget(f"opens|site|{self._site}", self._settings.site_openings, MINUTE),
            self._bytes(visitor, size),
        )

    def left_message(self, visitor: str, size: int) -> str:
        return self.opening(visitor, size)


def told(budgets: Iterable[Budget]) -> str:
    """Format each as `most period cost code name`, for `functions/budgets.lua`."""
    return "".join(f"{one.most} {one.period} {one.cost} {one.code} {one.name}\n" for one in budgets if one.most)
