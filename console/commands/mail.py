"""`sestetto mail`: receives mails that a mail server passes through a pipe."""

import sys

import typer

from console.archive.mail_inbox import MailInbox
from console.commands.common import open_stores, run, settings_of_one
from console.errors import SestettoError
from console.mail.reading import LARGEST, identity_of

TRY_LATER = 75  # sysexits' EX_TEMPFAIL: the mail server keeps the mail and tries again

app = typer.Typer(no_args_is_help=True, help="Receive mail from a mail server.")


@app.callback()
def group() -> None:
    """Commands for mail servers."""


@app.command("receive")
def receive() -> None:
    """Read one mail from standard input and store it. The server then adds it to its conversation."""
    raw = sys.stdin.buffer.read(LARGEST + 1)
    try:
        run(_keep(raw))
    except (SestettoError, OSError) as problem:
        typer.echo(f"sestetto: {problem}", err=True)
        raise typer.Exit(TRY_LATER) from None


async def _keep(raw: bytes) -> None:
    whole = len(raw) <= LARGEST
    async with open_stores() as stores:
        inbox = MailInbox(stores.database, settings_of_one().workspace)
        await inbox.add(raw if whole else raw[:65_536], identity_of(raw), whole=whole)
