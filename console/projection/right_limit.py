"""The number of chats at which an agent's first words and answers hold, from their own figures. Pure.

A share counts as held if the agent's true share is very likely at or above the goal (the lower end of a Wilson
interval), and as missed if it is very likely below (the upper end), so ten lucky turns prove nothing. More chats never
improve a share, so numbers above the first one that misses are ignored.
"""

from collections.abc import Sequence
from math import sqrt
from typing import Literal

import msgspec

from console.domain.directory import Directory
from console.projection.levels import Level
from console.projection.models import AgentState

ENOUGH = 30  # turns, or answers
LIKELY = 1.645  # standard deviations: 95 % on one side

What = Literal["first_words", "answers"]


class RightLimit(msgspec.Struct, frozen=True):
    """`holds` is the highest number of chats at which both shares hold, `misses` the lowest at which one does not.

    0: none is known. `share` and `missed` are the shares of `what` at these numbers; `use` is the limit to offer, 0 for
    none. `turns` is the highest count of turns at one number of chats.
    """

    holds: int = 0
    misses: int = 0
    what: What = "first_words"
    share: float = 0
    missed: float = 0
    use: int = 0
    turns: int = 0


def right_limit(levels: Sequence[Level], goal: float, limit: int) -> RightLimit:
    """Evaluate the figures at 1, 2, ... chats for an agent with that `limit`; `goal` is 0..1."""
    misses = next((chats for chats, one in enumerate(levels, 1) if _misses(one, goal)), 0)
    below = levels[: misses - 1] if misses else levels
    holds = max((chats for chats, one in enumerate(below, 1) if _holds(one, goal)), default=0)
    what: What = "first_words"
    if misses and not _below(levels[misses - 1].first_words, levels[misses - 1].turns, goal):
        what = "answers"
    # Offer a lower limit only if more is known to be too much, and a higher one only if it is known to hold.
    use = holds if holds and ((misses and limit > holds) or limit < holds) else 0
    return RightLimit(
        holds,
        misses,
        what,
        _share(levels[holds - 1], what) if holds else 0,
        _share(levels[misses - 1], what) if misses else 0,
        use,
        max((one.turns for one in levels), default=0),
    )


def right_limit_of(agent: AgentState, directory: Directory, now: int) -> RightLimit:
    """Return the limit that supervisors could set instead. The goal is the highest of the agent's queues."""
    found = right_limit(agent.levels.at_each(now), _goal(agent, directory), agent.most)
    use = min(found.use, agent.highest_limit)
    return msgspec.structs.replace(found, use=use if use != agent.most else 0)


def own_right_limit_of(agent: AgentState, directory: Directory, now: int) -> RightLimit:
    """Return the limit that the agent could choose instead: never above the supervisors'."""
    found = right_limit(agent.levels.at_each(now), _goal(agent, directory), agent.limit)
    use = min(found.use, agent.most)
    return msgspec.structs.replace(found, use=use if use != agent.limit else 0)


def _goal(agent: AgentState, directory: Directory) -> float:
    goals = [directory.queues[queue].goal for queue in agent.queues if queue in directory.queues]
    return max(goals, default=100) / 100


def _share(level: Level, what: What) -> float:
    some, all = (level.first_words, level.turns) if what == "first_words" else (level.answers, level.due)
    return some / all if all else 0


def _holds(level: Level, goal: float) -> bool:
    return _above(level.first_words, level.turns, goal) and _above(level.answers, level.due, goal)


def _misses(level: Level, goal: float) -> bool:
    return _below(level.first_words, level.turns, goal) or _below(level.answers, level.due, goal)


def _above(some: int, all: int, goal: float) -> bool:
    return all >= ENOUGH and wilson(some, all)[0] >= goal


def _below(some: int, all: int, goal: float) -> bool:
    return all >= ENOUGH and wilson(some, all)[1] < goal


def wilson(some: int, all: int) -> tuple[float, float]:
    """Return both ends of Wilson's interval for a share."""
    share, z = some / all, LIKELY * LIKELY / all
    middle = (share + z / 2) / (1 + z)
    half = LIKELY * sqrt((share * (1 - share) + z / 4) / all) / (1 + z)
    return max(middle - half, 0), min(middle + half, 1)
