"""The parts of the board as HTML; the welcome and later changes use the same parts. Each is one element with an id.

Pure and synchronous; what visitors and members write is autoescaped. Data attributes tell the browser what ticks:
`data-due` (a clock), `data-since` and `data-until` (a running time), in ms of the server's clock. The browser fills
elements with `data-own`; updates leave their content alone.
"""

from functools import cache, lru_cache
from typing import Any

from markupsafe import Markup

from console.board.agent_rows import AgentRow
from console.board.late_answers import LateAnswerRow
from console.board.left_messages import LeftSummary
from console.board.overview import Overview
from console.board.queue_cards import QueueCard
from console.board.sparkline import sparkline
from console.projection.current import Current
from console.views.templating import environment

Thing = QueueCard | AgentRow | Overview | LeftSummary | tuple[LateAnswerRow, ...]


class BoardViews:
    """Renders parts of the board, with the current names of queues."""

    def __init__(self, current: Current) -> None:
        self._current = current

    def part(self, thing: Thing, *, locale: str, wall: bool, now: int) -> str:
        """Render `queue-<id>`, `agent-<id>`, `overview`, `left` or `lates`."""
        if isinstance(thing, AgentRow):
            return self._agent(thing, locale, now, wall)
        if isinstance(thing, QueueCard):
            return self._queue(thing, locale, now, wall)
        if isinstance(thing, Overview):
            return str(_macros(locale, "board_overview").overview(thing, wall)).strip()
        if isinstance(thing, LeftSummary):
            return str(_macros(locale, "board_overview").left(thing, wall, now)).strip()
        return str(_macros(locale, "board_lates").lates(thing, wall)).strip()

    def _agent(self, row: AgentRow, locale: str, now: int, wall: bool) -> str:
        names = {id: queue.name for id, queue in self._current.directory.queues.items()}
        macro = _macros(locale, "board_agent")
        return str((macro.on_the_wall if wall else macro.row)(row, names, now)).strip()

    def _queue(self, card: QueueCard, locale: str, now: int, wall: bool) -> str:
        macro = _macros(locale, "board_queue")
        if wall:
            return str(macro.on_the_wall(card, now)).strip()
        table = _hours(locale, card.hours, card.name)
        return str(macro.card(card, _picture(card.hours[:-1]), table, now)).strip()


@lru_cache(maxsize=256)
def _picture(hours: tuple[tuple[int, int], ...]) -> Markup:
    """Render the chart of full hours. Cached, as it stays the same for an hour."""
    return sparkline([count for _, count in hours])


@lru_cache(maxsize=256)
def _hours(locale: str, hours: tuple[tuple[int, int], ...], name: str) -> Markup:
    """Render the table beside the chart. Cached, as it stays the same until a chat is opened."""
    return Markup(_macros(locale, "board_queue").hours(hours, name))


@cache
def _macros(locale: str, name: str) -> Any:
    return environment(locale).get_template(f"fragments/{name}.html").module
