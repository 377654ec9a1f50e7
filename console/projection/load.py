"""How many minutes an agent had five or six chats: in this hour, the hour before, and today. Pure."""

import msgspec

from console.domain.opening_hours import midnight
from console.projection.models import AgentState
from console.projection.statistics import HOUR, MINUTE

HEAVY = (5, 6)  # chats at once


class Load(msgspec.Struct, frozen=True):
    """Whole minutes at each number in HEAVY. Hours are clock hours."""

    hour: tuple[int, ...] = (0, 0)
    before: tuple[int, ...] = (0, 0)
    today: tuple[int, ...] = (0, 0)


def load_of(agent: AgentState, now: int, zone: str) -> Load:
    """Return the load until `now`, including the current stretch; the day begins at midnight in that zone."""
    hour, first = now // HOUR, midnight(zone, now) // HOUR
    spans = ((hour, hour), (hour - 1, hour - 1), (first, hour))
    return Load(*(tuple(_ms(agent, chats, *span, now) // MINUTE for chats in HEAVY) for span in spans))


def _ms(agent: AgentState, chats: int, first: int, last: int, now: int) -> int:
    """Return how long it was `chats` from the beginning of the `first` hour to the end of the `last` one."""
    counted = sum(one.load.get(chats, 0) for hour, one in agent.figures.hours.items() if first <= hour <= last)
    if len(agent.held) != chats or not agent.loaded:  # no start is known for chats that came under an older release
        return counted
    return counted + max(min(now, (last + 1) * HOUR) - max(agent.loaded, first * HOUR), 0)
