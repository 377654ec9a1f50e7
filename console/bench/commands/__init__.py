"""`sestetto load`: how much load this machine carries, and whether every promise was kept under it."""

import typer

from console.bench.commands.board import board
from console.bench.commands.chat import chat
from console.bench.commands.flood import flood
from console.bench.commands.history import history
from console.bench.commands.races import races
from console.bench.commands.routing import routing
from console.bench.commands.timers import timers
from console.bench.commands.waits import waits

app = typer.Typer(no_args_is_help=True, help="Measure how much load this machine carries.")
app.command("chat")(chat)
app.command("routing")(routing)
app.command("races")(races)
app.command("timers")(timers)
app.command("waits")(waits)
app.command("board")(board)
app.command("history")(history)
app.command("flood")(flood)
