"""`sestetto`: the command line. Each command group has its file in `console/commands/`."""

import sys
from typing import Annotated

import typer

from console.bench import commands as load
from console.commands import audit, member, queue, site, token
from console.commands.adopt import adopt
from console.commands.backup import backup, restore
from console.commands.check import check
from console.commands.child import child
from console.commands.migrate import migrate
from console.commands.prove import prove
from console.commands.serve import demo, serve
from console.commands.work import work
from console.config import release
from console.errors import SestettoError
from console.logs import configure_logs

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Sestetto: six chats, six seconds. Settings are SESTETTO_* environment variables; sestetto check lists them.",
)


def show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"sestetto {release()}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """What may stand before a command."""
    configure_logs("warning")  # on standard error; serve and demo take the level of their settings


app.command("serve")(serve)
app.command("work")(work)
app.command("child", hidden=True)(child)
app.command("demo")(demo)
app.command("check")(check)
app.command("migrate")(migrate)
app.command("adopt")(adopt)
app.command("backup")(backup)
app.command("restore")(restore)
app.command("prove")(prove)
app.add_typer(audit.app, name="audit")
app.add_typer(member.app, name="member")
app.add_typer(token.app, name="token")
app.add_typer(load.app, name="load")
app.add_typer(site.app, name="site")
app.add_typer(queue.app, name="queue")


def main() -> None:
    """Run the command line. Our own errors print one line; Ctrl-C prints nothing."""
    try:
        app()
    except SestettoError as problem:
        sys.exit(f"sestetto: {problem}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
