"""`sestetto token`: bearer tokens for clients of the agent's JSON socket."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from console.commands.common import open_stores, revoke_live, run, say, show
from console.commands.member import find_member
from console.errors import NotYours

app = typer.Typer(no_args_is_help=True, help="Manage bearer tokens for clients of the agent socket.")


@app.command("add")
def add(
    member: Annotated[str, typer.Argument(help="ID or e-mail of the member the client acts as.")],
    name: Annotated[str, typer.Option(help="Note on what the token is for.")] = "",
) -> None:
    """Create a token. It is shown only once."""
    typer.echo(run(_add(member, name)))


@app.command("list")
def list_all(member: Annotated[str, typer.Argument(help="ID or e-mail address. Default: all members.")] = "") -> None:
    """List active tokens."""
    show(
        ("id", "member", "name", "created", "last used"),
        run(_rows(member)),
        empty="No tokens yet. Create one: sestetto token add MEMBER",
    )


@app.command("revoke")
def revoke(token: Annotated[str, typer.Argument(help="Token ID, as shown by sestetto token list.")]) -> None:
    """Revoke a token. Its connections close at once."""
    run(_revoke(token))
    say("Token revoked.")


async def _add(wanted: str, name: str) -> str:
    async with open_stores(adds=True) as stores:
        return await stores.tokens.add((await find_member(stores, wanted)).id, name)


async def _rows(wanted: str) -> list[tuple[str, ...]]:
    async with open_stores() as stores:
        members = (await stores.directory.read()).members.values()
        chosen = [await find_member(stores, wanted)] if wanted else members
        return [
            (token.id, member.id, token.name, _day(token.created), _day(token.used))
            for member in chosen
            for token in await stores.tokens.of_member(member.id)
        ]


async def _revoke(token_id: str) -> None:
    async with open_stores() as stores:
        for member in (await stores.directory.read()).members:
            if any(token.id == token_id for token in await stores.tokens.of_member(member)):
                await revoke_live(member, f"token:{token_id}")
                await stores.tokens.revoke(token_id)
                await revoke_live(member, f"token:{token_id}")  # again, for a socket that reconnected in between
                return
    raise NotYours(f"There is no token {token_id}. To see all tokens: sestetto token list")


def _day(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC") if ms else "never"
