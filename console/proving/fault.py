"""What a fault is: its name, its effect, the layout it needs, and how it strikes."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import NamedTuple

from console.proving.ground import Ground
from console.proving.layout import Layout
from console.proving.schedule import Strike
from console.proving.traffic import Traffic


class Trial(NamedTuple):
    """A run as a fault sees it."""

    ground: Ground
    traffic: Traffic


Striking = Callable[[Trial, Strike], Awaitable[None]]


def possible() -> str:
    return ""


@dataclass(frozen=True)
class Fault:
    """`strike` breaks something and has repaired it when it returns. A run calls it `strikes` times; each time it lasts
    a number of seconds drawn from `hold`. `missing` returns why the fault cannot be caused here; empty if it can.
    """

    name: str
    does: str  # what `sestetto prove --list` says about it
    layout: Layout
    strike: Striking
    hold: tuple[float, float] = (0.0, 1.0)  # least and most seconds
    strikes: int = 3
    missing: Callable[[], str] = possible
