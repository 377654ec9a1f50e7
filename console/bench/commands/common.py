"""Shared by the load tests: the table, the file of figures, and the state of the machine."""

import os
import platform
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.table import Table

from console.bench.processes import yardstick
from console.commands.common import say, screen
from console.views.assets import build

Out = Annotated[Path | None, typer.Option(help="File to write the figures to, as JSON.")]
YARDSTICK = "yardstick: a million additions in Python"


def machine() -> dict[str, Any]:
    """Return the machine the figures are from, and its current speed."""
    about = {"cores": os.cpu_count(), "python": platform.python_version(), "build": build()}
    return about | {"million_additions_ms": yardstick()}


def table(headings: Iterable[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Print a table: numbers to four digits, larger ones as integers."""
    shown = Table(*headings, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        shown.add_row(*(_cell(value) for value in row))
    screen.print(shown)


def keep(out: Path | None, figures: Any) -> None:
    if out is not None:
        out.write_bytes(msgspec.json.format(msgspec.json.encode(figures)) + b"\n")
        say(f"Written to {out}.")


def _cell(value: Any) -> str:
    if isinstance(value, int | float):
        return f"{value:,g}" if abs(value) < 1000 else f"{value:,.0f}"
    return str(value)
