"""Every second the console's strip is compared with the previous one."""

from console.projection.levels import Levels
from console.projection.models import AgentState
from console.projection.statistics import HOUR, AgentFigures
from console.ws.agent_html import frozen

NOON = 20_000 * 24 * HOUR


def test_a_frozen_agent_differs_once_the_agent_has_changed() -> None:
    ana = AgentState("ana", "Ana", held={1: "c1"})
    before = frozen(ana)
    assert frozen(ana) == before
    ana.held[2] = "c2"
    assert frozen(ana) != before


def test_no_figures_of_hours_and_days_are_copied() -> None:
    ana = AgentState("ana", "Ana")
    ana.figures.at(NOON).add(4_000, within=True)
    ana.levels.count(NOON, "w", 4)
    assert (frozen(ana).figures, frozen(ana).levels) == (AgentFigures(), Levels())
    assert (len(ana.figures.hours), len(ana.levels.days)) == (1, 1)
