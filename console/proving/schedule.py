"""When a fault strikes in a run: drawn from the seed and counted in messages, so that any machine can repeat it."""

import random
from collections.abc import Sequence

import msgspec


class Strike(msgspec.Struct):
    """`after` that many messages, for `hold` seconds; `pick` (0 to 1) chooses among victims or directions."""

    after: int
    hold: float
    pick: float

    def __str__(self) -> str:
        return f"after {self.after:,} for {self.hold} s (pick {self.pick})"

    def among(self, count: int) -> int:
        """Return the victim's number, from 0 up to `count`."""
        return min(int(self.pick * count), count - 1)


def dice_of(seed: int, fault: str, number: int) -> random.Random:
    """Return the random numbers of one run, independent of other faults and earlier runs."""
    return random.Random(f"{seed}/{fault}/{number}")


def plan(dice: random.Random, messages: int, strikes: int, hold: tuple[float, float]) -> list[Strike]:
    """Spread the strikes over the messages, each at a random point of its part."""
    part = messages / (strikes + 0.5)
    return [
        Strike(int(part * (number + 0.3 + 0.5 * dice.random())), round(dice.uniform(*hold), 2), round(dice.random(), 3))
        for number in range(strikes)
    ]


def written(strikes: Sequence[Strike]) -> str:
    return "; ".join(map(str, strikes))
