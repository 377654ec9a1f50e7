"""Budgets: how much one visitor, one address and one site may do. The store's Functions do the counting.

PyPI's `limits` was considered. Each of its hits is a separate call to the store, outside the Function that does the
work, so every message would wait for another round trip, and resends and refusals would count too. Here a call carries
its budgets, and they are spent in the same step.
"""

from console.config import Settings
from console.security import address_group

MINUTE, HOUR = 60_000, 3_600_000  # ms
UNKNOWN_TOKENS = 120  # a minute from one address
TOO_MANY = "too_many_chats"


class Budgets:
    """The budgets that one visitor's calls take, as `functions/budgets.lua` reads them: one line per budget."""

    def __init__(self, settings: Settings, address: str, site: str) -> None:
        self._settings = settings
        self._pace = settings.pace
        self.address = address_group(address)
        self._site = site

    def opening(self, visitor: str, size: int) -> str:
        """Budgets of a new chat of `size` bytes."""
        settings = self._settings
        return (
            self._budget(f"opens|visitor|{visitor}", settings.visitor_openings)
            + self._budget(f"opens|address|{self.address}", settings.address_openings)
            + self._budget(f"opens|site|{self._site}", settings.site_openings)
            + self.written(visitor, size)
            + self._attack()
        )

    def left_message(self, visitor: str, size: int) -> str:
        settings = self._settings
        return (
            self._budget(f"left|address|{self.address}", settings.address_messages, HOUR)
            + self._budget(f"opens|site|{self._site}", settings.site_openings)
            + self.written(visitor, size)
            + self._attack()
        )

    def written(self, visitor: str, size: int) -> str:
        """Budget of a message or profile in an open chat."""
        return self._budget(f"bytes|visitor|{visitor}", self._settings.visitor_bytes, MINUTE, size, "too_much")

    def request(self, token: str, cost: int) -> str:
        """Budget of one request to the API."""
        return self._budget(f"api|token|{token}", self._settings.api_requests, MINUTE, cost, "slow_down")

    def unknown_token(self) -> str:
        """Budget of a token that this process does not know, so that guessing is bounded before SQL is asked."""
        return self._budget(f"api|address|{self.address}", UNKNOWN_TOKENS, code="slow_down")

    def _attack(self) -> str:
        """Beyond this budget, new visitors are not refused, but their browsers must do a proof of work."""
        return self._budget(f"new|site|{self._site}", self._settings.attack_openings, code="proof_needed")

    def _budget(self, name: str, most: int, period: int = MINUTE, cost: int = 1, code: str = TOO_MANY) -> str:
        return budget(name, most * self._pace, period, cost, code)


class GatewayBudgets(Budgets):
    """Budgets of a visitor for whom a program acts: they have no budget by address, and no puzzles."""

    def opening(self, visitor: str, size: int) -> str:
        return (
            self._budget(f"opens|visitor|{visitor}", self._settings.visitor_openings)
            + self._budget(f"opens|site|{self._site}", self._settings.site_openings)
            + self.written(visitor, size)
        )

    def left_message(self, visitor: str, size: int) -> str:
        return self.opening(visitor, size)


def budget(name: str, most: int, period: int, cost: int = 1, code: str = TOO_MANY) -> str:
    """Allow `most` units per `period` (ms), of which this call takes `cost`. Refused with `code` until there is room.

    Returns the budget's line for `functions/budgets.lua`; empty for an unlimited one (`most` 0).
    """
    return f"{most} {period} {cost} {code} {name}\n" if most else ""
