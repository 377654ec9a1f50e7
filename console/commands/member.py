"""`sestetto member`: manage members."""

import sys
from typing import Annotated, Any

import typer
from msgspec.structs import replace

from console.archive.credentials import fold_email
from console.archive.stores import Stores
from console.commands.common import open_stores, revoke_live, run, say, settings_of_one, show
from console.domain.directory import FIRST_LIMIT, SLOTS, Member, MemberRole
from console.errors import NotYours, SettingError

app = typer.Typer(no_args_is_help=True, help="Manage members: agents, supervisors and admins.")


@app.command("add")
def add(
    email: Annotated[str, typer.Argument(help="E-mail address to sign in with.")],
    name: Annotated[str, typer.Option(help="Name shown to visitors.", prompt="Name")],
    role: Annotated[str, typer.Option(help="agent, supervisor or admin.")] = "agent",
    queue: Annotated[
        list[str] | None, typer.Option(help="Queue to serve; repeat for more. Default: all queues.")
    ] = None,
    limit: Annotated[int, typer.Option(help=f"Chats at once, 1 to {SLOTS}.")] = FIRST_LIMIT,
    locale: Annotated[str, typer.Option(help="Console language, such as it. Default: the browser's.")] = "",
    language: Annotated[
        list[str] | None, typer.Option(help="Language they answer in, such as fr; repeat for more. Default: all.")
    ] = None,
    password_file: Annotated[
        typer.FileText | None,
        typer.Option(help="File with the password, or - for standard input. Default: ask for it."),
    ] = None,
) -> None:
    """Add a member."""
    chosen = _role(role)
    password = password_file.readline().rstrip("\r\n") if password_file else _asked()
    member = run(_add(email, name, chosen, tuple(queue or ()), limit, locale, tuple(language or ()), password))
    say(f"{member.name} ({member.role}, id {member.id}) can sign in as {member.email}.")
    if not member.queues:
        say("There are no queues yet, so no chats will arrive. Add one: sestetto queue add support --name Support")


@app.command("invite")
def invite(
    email: Annotated[str, typer.Argument(help="E-mail address to sign in with.")],
    role: Annotated[str, typer.Option(help="agent, supervisor or admin.")] = "agent",
    queue: Annotated[
        list[str] | None, typer.Option(help="Queue to serve; repeat for more. Default: all queues.")
    ] = None,
    limit: Annotated[int, typer.Option(help=f"Chats at once, 1 to {SLOTS}.")] = FIRST_LIMIT,
    language: Annotated[
        list[str] | None, typer.Option(help="Language they answer in, such as fr; repeat for more. Default: all.")
    ] = None,
) -> None:
    """Print an invitation link. The new member chooses their name and password."""
    wanted = Member("", "", email, _role(role), tuple(queue or ()), limit, languages=tuple(language or ()))
    token = run(_invite(wanted))
    server = settings_of_one().origin or "https://THIS-SERVER"
    say(f"Send this link to {email}. It works once, within seven days:")
    say(f"{server}/sign-in/invitation/{token}")


@app.command("change")
def change(
    member: Annotated[str, typer.Argument(help="ID or e-mail address.")],
    name: Annotated[str | None, typer.Option(help="Name shown to visitors.")] = None,
    role: Annotated[str | None, typer.Option(help="agent, supervisor or admin.")] = None,
    queue: Annotated[
        list[str] | None, typer.Option(help="Queues to serve, replacing the current ones; repeat for more.")
    ] = None,
    limit: Annotated[int | None, typer.Option(help=f"Chats at once, 1 to {SLOTS}.")] = None,
    channel_slots: Annotated[
        str | None,
        typer.Option(
            help='Chats of other channels at once, beyond the limit, 0 to 5; "shared" counts them in the limit.'
        ),
    ] = None,
    language: Annotated[
        list[str] | None, typer.Option(help='Languages they answer in; repeat for more. "any" for all.')
    ] = None,
) -> None:
    """Change a member. Options left out stay as they are."""
    changes = {
        "name": name,
        "role": _role(role) if role else None,
        "queues": None if queue is None else tuple(queue),
        "limit": limit,
        "languages": None if language is None else () if language == ["any"] else tuple(language),
    }
    wanted: dict[str, Any] = {field: value for field, value in changes.items() if value is not None}
    if channel_slots is not None:
        wanted["channel_slots"] = _slots(channel_slots)
    changed = run(_change(member, wanted))
    say(f"{changed.name} updated.")


@app.command("list")
def list_all(every: Annotated[bool, typer.Option("--all", help="Include deactivated members.")] = False) -> None:
    """List members."""
    show(
        ("id", "name", "e-mail", "role", "queues", "languages", "limit", *(("state",) if every else ())),
        run(_rows(every=every)),
        empty="No members yet. Add one: sestetto member add EMAIL",
    )


@app.command("password")
def password(
    member: Annotated[str, typer.Argument(help="ID or e-mail address.")],
    password_file: Annotated[
        typer.FileText | None,
        typer.Option(help="File with the password, or - for standard input. Default: ask for it."),
    ] = None,
) -> None:
    """Set a member's password and sign them out everywhere."""
    given = password_file.readline().rstrip("\r\n") if password_file else _asked()
    found = run(_password(member, given))
    say(f"Password of {found.name} changed.")


@app.command("reset-factor")
def reset_factor(member: Annotated[str, typer.Argument(help="ID or e-mail address.")]) -> None:
    """Remove a member's lost second factor and sign them out everywhere."""
    found = run(_reset_factor(member))
    say(f"{found.name} now signs in with the password alone, and can set up a new second factor under Settings.")


@app.command("break-glass")
def break_glass(
    member: Annotated[str, typer.Argument(help="ID or e-mail address.")],
    off: Annotated[bool, typer.Option("--off", help="Remove this exception.")] = False,
) -> None:
    """Let a member sign in with a password even while passwords are turned off."""
    found = run(_break_glass(member, on=not off))
    say(f"{found.name} can {'no longer ' if off else ''}sign in with a password while passwords are turned off.")


@app.command("disable")
def disable(member: Annotated[str, typer.Argument(help="ID or e-mail address.")]) -> None:
    """Deactivate a member and sign them out everywhere."""
    found = run(_disable(member))
    say(f"{found.name} deactivated.")


@app.command("enable")
def enable(member: Annotated[str, typer.Argument(help="ID or e-mail address.")]) -> None:
    """Reactivate a member. They sign in with the same password."""
    found = run(_enable(member))
    say(f"{found.name} can sign in again.")


async def find_member(stores: Stores, wanted: str) -> Member:
    """Return the member with that id or address. Raises NotYours if there is none."""
    members = (await stores.directory.read()).members
    by_email = (member for member in members.values() if member.email == wanted.strip().casefold())
    found = members.get(wanted) or next(by_email, None)
    if found is None:
        raise NotYours(f"There is no member {wanted}. To see all members: sestetto member list")
    return found


async def _add(
    email: str,
    name: str,
    role: MemberRole,
    queues: tuple[str, ...],
    limit: int,
    locale: str,
    languages: tuple[str, ...],
    password: str,
) -> Member:
    async with open_stores(adds=True) as stores:
        every = tuple((await stores.directory.read()).queues)
        return await stores.members.add(
            email=email,
            name=name,
            password=password,
            role=role,
            queues=queues or every,
            limit=limit,
            locale=locale,
            languages=languages,
        )


async def _invite(wanted: Member) -> str:
    async with open_stores(adds=True) as stores:
        every = tuple((await stores.directory.read()).queues)
        return await stores.invitations.add(replace(wanted, queues=wanted.queues or every))


async def _change(wanted: str, given: dict[str, Any]) -> Member:
    async with open_stores() as stores:
        was = await find_member(stores, wanted)
        changed = replace(was, **given)
        await stores.members.update(changed)
        if changed.role != was.role:  # open sockets keep their rights, so their owner signs in again
            await revoke_live(changed.id)
        return changed


async def _rows(*, every: bool) -> list[tuple[str, ...]]:
    async with open_stores() as stores:
        lines = await stores.members.everyone()
    state = {line.member.id: ("deactivated" if line.disabled else "active",) for line in lines}
    return [
        (m.id, m.name, m.email, m.role, ", ".join(m.queues), ", ".join(m.languages) or "any", str(m.limit))
        + (state[m.id] if every else ())
        for m in (line.member for line in lines if every or not line.disabled)
    ]


async def _password(wanted: str, given: str) -> Member:
    async with open_stores() as stores:
        member = await find_member(stores, wanted)
        await stores.passwords.reset(member.id, given)
        await revoke_live(member.id)
        return member


async def _reset_factor(wanted: str) -> Member:
    async with open_stores() as stores:
        member = await find_member(stores, wanted)
        await stores.second_factors.remove(member.id)
        await revoke_live(member.id)
        return member


async def _break_glass(wanted: str, *, on: bool) -> Member:
    async with open_stores() as stores:
        member = await find_member(stores, wanted)
        await stores.sign_in.break_glass(member, on=on)
        return member


async def _disable(wanted: str) -> Member:
    async with open_stores() as stores:
        member = await find_member(stores, wanted)
        await revoke_live(member.id)
        await stores.members.disable(member.id)
        return member


async def _enable(wanted: str) -> Member:
    async with open_stores() as stores:
        everyone = [line for line in await stores.members.everyone() if line.disabled]
        asked = (wanted, fold_email(wanted))
        found = next((line.member for line in everyone if line.member.id == wanted or line.member.email in asked), None)
        if found is None:
            raise NotYours(f"There is no deactivated member {wanted}. To see them: sestetto member list --all")
        await stores.members.enable(found.id)
        return found


def _asked() -> str:
    if not sys.stdin.isatty():  # the prompt would warn, show what is typed, and end with "Aborted."
        raise SettingError("There is no terminal to ask for a password. Use --password-file FILE, or - to pipe it in.")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))


def _role(text: str) -> MemberRole:
    match text:
        case "agent" | "supervisor" | "admin":
            return text
    raise typer.BadParameter("must be agent, supervisor or admin", param_hint="--role")


def _slots(given: str) -> int | None:
    if given == "shared":
        return None
    if given.isdecimal() and len(given) == 1:
        return int(given)
    raise typer.BadParameter('must be 0 to 5, or "shared"', param_hint="--channel-slots")
