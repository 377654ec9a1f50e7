"""`sestetto`: the command line. Each command group has its file in `console/commands/`."""

import os
import sys
from functools import cache
from typing import Annotated, Any

import typer

from console.bench import commands as load
from console.commands import audit, mail, member, queue, site, token, workspace
from console.commands.adopt import adopt
from console.commands.backup import backup, restore
from console.commands.check import check
from console.commands.child import child
from console.commands.common import shell_text
from console.commands.demo import demo
from console.commands.export import export
from console.commands.import_file import import_file
from console.commands.migrate import migrate
from console.commands.prove import prove
from console.commands.serve import serve
from console.commands.work import work
from console.config import release
from console.errors import SestettoError
from console.logs import configure_logs

NO_INSTALLATION = (
    "prove",
    "load",
    "child",
    "workspace",
)  # these create their own, or are started with its settings
WHICH_WORKSPACE = "Workspace, if there are several. Default: SESTETTO_WORKSPACE, or all where possible."

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
    """Options before the command."""
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
app.command("import")(import_file)
app.command("export")(export)
app.command("prove")(prove)
app.add_typer(audit.app, name="audit")
app.add_typer(mail.app, name="mail")
app.add_typer(member.app, name="member")
app.add_typer(token.app, name="token")
app.add_typer(load.app, name="load")
app.add_typer(site.app, name="site")
app.add_typer(queue.app, name="queue")
app.add_typer(workspace.app, name="workspace")


@cache
def command_line() -> Any:
    """Return the whole command line; every command that concerns an installation accepts `--workspace`."""
    command: Any = typer.main.get_command(app)
    (option, *_) = typer.main.get_command(option_of).params
    _take_workspace(command, option)
    command.commands["load"].commands["chat"].params.append(option)  # its --url is a server of an installation
    return command


def choose(name: str | None) -> None:
    """Set the workspace for this command and the processes that it starts."""
    if name is not None:
        os.environ.pop("SESTETTO_WORKSPACE_FILE", None)
        os.environ["SESTETTO_WORKSPACE"] = name


option_of = typer.Typer()


@option_of.command()
def _nothing(
    workspace: Annotated[
        str | None,
        typer.Option("--workspace", metavar="NAME", callback=choose, expose_value=False, help=WHICH_WORKSPACE),
    ] = None,
) -> None:
    """A source for the option, because typer cannot add options to existing commands."""


def _take_workspace(command: Any, option: Any) -> None:
    for name, one in getattr(command, "commands", {}).items():
        if name not in NO_INSTALLATION:
            _take_workspace(one, option)
    if not hasattr(command, "commands"):
        command.params.append(option)


def main() -> None:
    """Run the command line. Our own errors print one line; Ctrl-C prints nothing."""
    try:
        command_line()()
    except SestettoError as problem:
        sys.exit(f"sestetto: {shell_text(problem)}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
