"""How long a person takes for each operation of eyes, head and hands: the keystroke-level model, with spread.

Sources: Card, Moran and Newell, CACM 23(7), 1980, and "The Psychology of Human-Computer Interaction", 1983, for keys,
pointing and decisions; Brysbaert, J. Memory and Language 109, 2019, for reading.
"""

import math
import random
from dataclasses import dataclass

SPREAD = 0.20  # coefficient of variation of each single operation, which is drawn from a lognormal distribution


@dataclass(frozen=True)
class Human:
    """Mean seconds of each operation."""

    key: float = 0.20  # one key, 55 words a minute; a chord is two
    home: float = 0.40  # the hand from keyboard to mouse, or back
    point: float = 1.10  # moving the mouse to a target
    click: float = 0.20
    decide: float = 1.35  # deciding what to answer, or which reason
    react: float = 0.40  # an idle eye notices something new
    glance: float = 0.23  # moving the eye to a known place
    look: float = 0.30  # looking around the screen after one's own work
    compare: float = 0.23  # each further clock or row
    check: float = 0.30  # checking whether an offered text is the intended one
    read: float = 0.24  # one word, 250 words a minute


TYPISTS = {
    "average": Human(),
    "slow": Human(key=0.28),
    "fast": Human(key=0.12, decide=1.0, read=0.20),
}


class Nature:
    """Draws durations from its own random stream, so that a seed always gives the same person."""

    def __init__(self, human: Human, seed: int) -> None:
        self._human = human
        self._random = random.Random(seed)
        variance = math.log(1 + SPREAD**2)
        self._mean, self._deviation = -variance / 2, math.sqrt(variance)

    def seconds(self, operation: str, times: int = 1) -> float:
        """Return how long the operation takes, `times` times in a row."""
        mean: float = getattr(self._human, operation)
        return sum(mean * self._random.lognormvariate(self._mean, self._deviation) for _ in range(times))
