"""Figures of measured runs, and the table of docs/six.md."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from tools.yardstick.conversations import fits, meant_by
from tools.yardstick.shift import Result
from tools.yardstick.visitors import Turn

SIX_SECONDS, PROMISED = 6_000, 30_000  # ms
WARM_UP, TAIL = 60_000, 12_000  # ms at the beginning and the end whose turns are not counted
LAST = 1_500  # ms at the end whose answers may not have arrived


@dataclass(frozen=True)
class Figures:
    turns: int
    first_word: float  # share within six seconds
    answered: float
    kept: float  # share of promises kept; 1 without promises
    median: float  # s to the answer
    keys: float  # an answer
    minute: float  # answers a minute
    wrapped: float  # share of chats with a reason
    mistakes: int  # sent to the wrong visitor, lost, doubled or damaged


def figures_of(results: Sequence[Result]) -> Figures:
    """Return the figures of runs of one way at one pace."""
    turns = [(turn, result) for result in results for turn in _counted(result)]
    waits = [_until(turn.answered, turn, result) for turn, result in turns]
    firsts = [_until(turn.first_word, turn, result) for turn, result in turns]
    promised = [
        _until(turn.answered, turn, result) - _until(turn.first_word, turn, result) <= PROMISED
        for turn, result in turns
        if turn.first_word and turn.first_word != turn.answered
    ]
    answers = sum(len(result.answers) for result in results)
    minutes = sum(result.ended - result.begun for result in results) / 60_000
    return Figures(
        turns=len(turns),
        first_word=_share(wait <= SIX_SECONDS for wait in firsts),
        answered=_share(wait <= SIX_SECONDS for wait in waits),
        kept=_share(promised) if promised else 1.0,
        median=median(waits) / 1000 if waits else 0.0,
        keys=sum(result.answers[-1].keys for result in results if result.answers) / max(1, answers),
        minute=answers / minutes if minutes else 0.0,
        wrapped=sum(result.with_reason for result in results) / max(1, sum(result.ended_chats for result in results)),
        mistakes=sum(mistakes_of(result) for result in results),
    )


def mistakes_of(result: Result) -> int:
    """Return how many answers went to the wrong visitor, were lost, doubled, or were not the intended one."""
    heard = Counter((one.name, one.text) for one in result.heard if not one.promise)
    meant = Counter((answer.name, answer.text) for answer in result.answers)
    late = {answer.name for answer in result.answers if answer.sent > result.ended - LAST}
    lost = sum(count for (name, _), count in (meant - heard).items() if name not in late)
    extra = sum((heard - meant).values())
    damaged = sum(not fits(answer.text, meant_by(answer.asked)) for answer in result.answers)
    return lost + extra + damaged


def table(results: Iterable[Result]) -> str:
    """Return the figures of every way and pace as a Markdown table."""
    groups: dict[tuple[str, float], list[Result]] = defaultdict(list)
    for result in results:
        groups[result.setting.way, result.setting.pause].append(result)
    columns: dict[str, Callable[[Figures], str]] = {
        "turns": lambda one: str(one.turns),
        "first word in 6 s": lambda one: f"{one.first_word:.0%}",
        "answer in 6 s": lambda one: f"{one.answered:.0%}",
        "promises kept": lambda one: f"{one.kept:.0%}",
        "median answer": lambda one: f"{one.median:.1f} s",
        "keys an answer": lambda one: f"{one.keys:.1f}",
        "answers a minute": lambda one: f"{one.minute:.1f}",
        "reasons given": lambda one: f"{one.wrapped:.0%}",
        "mistakes": lambda one: str(one.mistakes),
    }
    lines = [f"| way | pause | {' | '.join(columns)} |", "|---" * (len(columns) + 2) + "|"]
    for (way, pause), group in groups.items():
        figures = figures_of(group)
        cells = " | ".join(column(figures) for column in columns.values())
        lines.append(f"| {way} | {pause:g} s | {cells} |")
    return "\n".join(lines)


def _counted(result: Result) -> list[Turn]:
    return [turn for turn in result.turns if result.begun + WARM_UP <= turn.at <= result.ended - TAIL]


def _until(at: int, turn: Turn, result: Result) -> float:
    return (at or result.ended) - turn.at


def _share(yes: Iterable[bool]) -> float:
    all_of_them = list(yes)
    return sum(all_of_them) / len(all_of_them) if all_of_them else 0.0
