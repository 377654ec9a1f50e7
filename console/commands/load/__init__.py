"""`sestetto load`: what this machine carries, and whether every promise was kept meanwhile."""

import typer

from console.commands.load.board import board
from console.commands.load.chat import chat
from console.commands.load.races import races
from console.commands.load.routing import routing
from console.commands.load.timers import timers

app = typer.Typer(no_args_is_help=True, help="Measure what this machine carries.")
app.command("chat")(chat)
app.command("routing")(routing)
app.command("races")(races)
app.command("timers")(timers)
app.command("board")(board)
