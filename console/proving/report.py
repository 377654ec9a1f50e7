"""The results of the runs: a row for each fault, as a table, Markdown or JSON."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from console.proving.fault import Fault
from console.proving.run import FaultRun, Wanted
from console.proving.schedule import written

HEADINGS = (
    *("fault", "runs", "messages", "acked", "refused", "unknown", "again"),
    *("lost", "doubled", "disordered", "over limit", "untrue", "longest silence", "recovery"),
)
KINDS = ("lost", "doubled", "disordered", "over_limit", "untrue")
HELP = (
    "again: sent again, since the answer got lost; unknown: never answered; longest silence: the longest that anybody "
    "waited for an answer; recovery: from the end of the fault until everybody is back and answered."
)


def rows(faults: Sequence[Fault], runs: Sequence[FaultRun], skipped: dict[str, str]) -> list[tuple[Any, ...]]:
    """Return a row for each fault, and one for all of them."""
    made: list[tuple[Any, ...]] = []
    for fault in faults:
        own = [run for run in runs if run.fault == fault.name]
        if own:
            made.append(_row(fault.name, own))
        elif fault.name in skipped:
            made.append((fault.name, f"not possible here: {skipped[fault.name]}"))
    return [*made, _row("all", runs)]


def _row(name: str, runs: Sequence[FaultRun]) -> tuple[Any, ...]:
    def total(what: str) -> int:
        return sum(getattr(run, what) for run in runs)

    counts = [sum(run.found.get(kind, 0) for run in runs) for kind in KINDS]
    silence, recovery = (max((getattr(run, what) for run in runs), default=0.0) for what in ("silence", "recovery"))
    sums = [total(what) for what in ("messages", "acked", "refused", "unknown", "again")]
    return (name, len(runs), *sums, *counts, f"{silence:.1f} s", f"{recovery:.1f} s")


def markdown(table: Sequence[tuple[Any, ...]], about: dict[str, Any], seed: int, runs: Sequence[FaultRun]) -> str:
    """Return the table with the commands that repeat it."""
    machine = ", ".join(f"{name} {value}" for name, value in about.items())
    lines = [*_lines(table), "", HELP, "", f"Seed {seed}. {machine}.", "", "Schedules:", ""]
    lines += [f"- `{run.fault}`, run {run.number}: {written(run.schedule)}" for run in runs]
    lines += [f"- `{run.fault}`: {problem}" for run in runs for problem in problems(run)]
    return "\n".join(lines) + "\n"


def part_of_a_document(table: Sequence[tuple[Any, ...]], about: dict[str, Any], wanted: Wanted, seconds: float) -> str:
    """Return when and how the table was made, and the table."""
    today = datetime.now().astimezone()
    machine = ", ".join(f"{name} {value}" for name, value in about.items())
    how = (
        f"{today.day} {today:%B %Y}, `sestetto prove --seed {wanted.seed}` in {seconds / 60:.0f} minutes: "
        f"{wanted.messages:,} messages in each run, plus those sent while the fault lasted ({machine})."
    )
    return "\n".join([how, "", *_lines(table)]) + "\n"


def _lines(table: Sequence[tuple[Any, ...]]) -> list[str]:
    lines = ["| " + " | ".join(HEADINGS) + " |", "|---|" + "---:|" * (len(HEADINGS) - 1)]
    for row in table:
        cells = [f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row]
        lines.append("| " + " | ".join([*cells, *[""] * (len(HEADINGS) - len(cells))]) + " |")
    return lines


def problems(run: FaultRun) -> list[str]:
    """Return a run's problems, in sentences."""
    failed = [f"the run did not come to its end: {run.failed}"] if run.failed else []
    return [*failed, *run.findings, *(f"the checker does not see {kind}" for kind in run.missed)]


def repeated(run: FaultRun, wanted: Wanted) -> str:
    """Return the command that repeats the run's schedule."""
    options = f"--messages {wanted.messages} --rate {wanted.rate} --strikes {wanted.strikes}"
    options += f" --hold {wanted.hold:g}" if wanted.hold else ""
    return f"sestetto prove --fault {run.fault} --seed {wanted.seed} {options}"
