"""How much of what visitors do is taken from one visitor, one address and one site. The Functions count.

PyPI's `limits` was looked at: each of its hits is a call of its own to the store, outside of the Function that does
the thing counted, so every message would wait for one more round trip, and a resend or a refusal would be counted
like the thing itself. Here the budgets of a call travel with it, and are spent in the same step as it is done.
"""

from collections.abc import Iterable
from typing import NamedTuple

from console.config import Settings
from console.security import address_group

MINUTE, HOUR = 60_000, 3_600_000  # ms


class Budget(NamedTuple):
    """`most` units in any `period` (ms), of which this call takes `cost`. Refused as `code` for the time it takes."""

    name: str
    most: int
    period: int
    cost: int = 1
    code: str = "too_many_chats"


class Budgets:
    """What one visitor's calls take, as the Functions read it: a line for each budget."""

    def __init__(self, settings: Settings, address: str, site: str) -> None:
        self._settings = settings
        self._pace = settings.pace
        self.address = address_group(address)
        self._site = site

    def opening(self, visitor: str, size: int) -> str:
        """A new chat of `size` bytes."""
        settings = self._settings
        return self._told(
            Budget(f"opens|visitor|{visitor}", settings.visitor_openings, MINUTE),
            Budget(f"opens|address|{self.address}", settings.address_openings, MINUTE),
            Budget(f"opens|site|{self._site}", settings.site_openings, MINUTE),
            self._bytes(visitor, size),
        )

    def left_message(self, visitor: str, size: int) -> str:
        settings = self._settings
        return self._told(
            Budget(f"left|address|{self.address}", settings.address_messages, HOUR),
            Budget(f"opens|site|{self._site}", settings.site_openings, MINUTE),
            self._bytes(visitor, size),
        )

    def written(self, visitor: str, size: int) -> str:
        """Words or a profile in a chat that runs."""
        return self._told(self._bytes(visitor, size))

    def _bytes(self, visitor: str, size: int) -> Budget:
        return Budget(f"bytes|visitor|{visitor}", self._settings.visitor_bytes, MINUTE, size, "too_much")

    def _told(self, *budgets: Budget) -> str:
        return told(budget._replace(most=budget.most * self._pace) for budget in budgets)


def told(budgets: Iterable[Budget]) -> str:
    """`most period cost code name` of each, as `functions/budgets.lua` reads it."""
    return "".join(f"{one.most} {one.period} {one.cost} {one.code} {one.name}\n" for one in budgets if one.most)
