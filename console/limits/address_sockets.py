"""Visitors' sockets per address in this process; the store counts those of all processes."""

from collections import Counter

from console.domain.ids import new_id


class AddressSockets:
    def __init__(self) -> None:
        self.process = new_id()
        self._counts: Counter[str] = Counter()

    def add(self, address: str) -> int:
        """Count one more socket; return the new number."""
        self._counts[address] += 1
        return self._counts[address]

    def remove(self, address: str) -> None:
        self._counts[address] -= 1
        if not self._counts[address]:
            del self._counts[address]

    def counts(self) -> list[tuple[str, int]]:
        return list(self._counts.items())
