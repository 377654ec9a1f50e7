"""`sestetto queue`: manage queues from scripts, with everything the settings pages can do."""

import re
from collections.abc import Callable
from inspect import Parameter, Signature, signature
from itertools import groupby
from typing import Annotated, Any

import typer
from msgspec.structs import replace

from console.archive.integrations import IntegrationLine
from console.archive.stores import Stores
from console.commands.common import open_stores, run, say, show
from console.commands.member import find_member
from console.domain.channels import ChannelRule
from console.domain.directory import Directory, Hours, Queue, QueueSetting, queue_default, queue_settings
from console.domain.first_words import Phrases
from console.errors import NotYours, Refused
from console.pages.settings.opening_hours import read_day, read_holiday, write_day

app = typer.Typer(no_args_is_help=True, help="Manage queues.")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SPAN = re.compile(rf"({'|'.join(DAYS)})(?:-({'|'.join(DAYS)}))?\s+(.+)")
CHANNEL = re.compile(r"([a-z]+)\s+(\d{1,6}(?:\.\d{1,3})?)(\s+assigned)?")
MS = 1_000  # in a second

Seconds = float | None
Whole = int | None
Yes = bool | None
Text = str | None
Names = list[str] | None


def _option(setting: str) -> str:
    """Return an option's name. Settings with many values take one at a time: `--language`."""
    return setting.removesuffix("s") if isinstance(queue_default(setting), tuple) else setting


def _kind(name: str, setting: QueueSetting) -> Any:
    """Return the option's type."""
    kinds = {tuple: Names, bool: Yes, int: Whole, str: Text}
    return Seconds if setting.unit else kinds[type(queue_default(name))]


def _options(command: Callable[..., None]) -> Callable[..., None]:
    """Add an option for each queue setting, in place of `typed`."""
    *own, _ = signature(command).parameters.values()
    id, *others = own
    made = []
    for name, setting in queue_settings().items():
        if setting.help:
            default, kind = typer.Option(None, help=setting.help), _kind(name, setting)
            made.append(Parameter(_option(name), Parameter.KEYWORD_ONLY, default=default, annotation=kind))
    others = [one.replace(kind=Parameter.KEYWORD_ONLY) for one in others]
    # Typer reads the signature, so the options need no second list that could deviate from the settings.
    vars(command)["__signature__"] = Signature([id, *made, *others])
    return command


@app.command("add")
@_options
def add(
    id: Annotated[str, typer.Argument(help="Queue ID: lowercase letters, digits and hyphens.")],
    zone: Annotated[str | None, typer.Option(help="Time zone of its hours, such as Europe/Rome.")] = None,
    hours: Annotated[
        Names, typer.Option(help='Opening hours, such as "mon-fri 09:00-18:00"; repeat for more, or "always".')
    ] = None,
    holiday: Annotated[
        Names,
        typer.Option(help='Holiday, such as 2026-12-25, or with hours: "2026-12-24 09:00-13:00"; repeat for more.'),
    ] = None,
    phrase: Annotated[
        Names,
        typer.Option(
            help='Phrase for first words, such as "it: Un attimo, {first_name}."; repeat for more, or "built-in".'
        ),
    ] = None,
    member: Annotated[Names, typer.Option(help="Member who serves it, by ID or e-mail; repeat for more.")] = None,
    **typed: Any,
) -> None:
    """Add or change a queue. Options left out stay as they are."""
    given = {name: _read(name, value) for name in queue_settings() if (value := typed.get(_option(name))) is not None}
    if given.get("overflow_to") == "none":
        given |= {"overflow_to": "", "overflow_after": 0}
    if given.get("bot") == "none":
        given["bot"] = ""
    if phrase is not None:
        given["phrases"] = () if phrase == ["built-in"] else read_phrases(phrase)
    queue = run(_put(id, given, zone, hours, holiday, member))
    say(f"Queue {id} saved. Target: {queue.target / MS:g} s.")


@app.command("list")
def list_all() -> None:
    """List queues."""
    headings = ("id", "name", "target", "mode", "hours", "overflows to", "members")
    show(headings, run(_rows()), empty="No queues yet. Add one: sestetto queue add support")


@app.command("remove")
def remove(id: Annotated[str, typer.Argument(help="Queue ID.")]) -> None:
    """Remove a queue. It must have no chats, and no site or queue may use it."""
    run(_remove(id))
    say(f"Queue {id} removed.")


async def _put(id: str, given: dict[str, Any], zone: str | None, hours: Names, holidays: Names, chosen: Names) -> Queue:
    async with open_stores(adds=True) as stores:
        known = await stores.directory.read()
        was = known.queues.get(id) or Queue(id, id.capitalize())
        if given.get("bot"):
            given = given | {"bot": (await find_integration(stores, given["bot"])).id}
        queue = replace(was, **given, hours=_hours(was.hours, zone, hours, holidays))
        members = None if chosen is None else [(await find_member(stores, one)).id for one in chosen]
        await stores.queues.put(queue, members=members)
        return queue


async def find_integration(stores: Stores, wanted: str) -> IntegrationLine:
    """Return the integration with that ID or name. Raises NotYours if there is none."""
    everyone = await stores.integrations.everyone()
    by_name = (one for one in everyone if one.name.casefold() == wanted.strip().casefold())
    found = next((one for one in everyone if one.id == wanted), None) or next(by_name, None)
    if found is None:
        names = ", ".join(one.name for one in everyone)
        hint = f"Choose one of: {names}" if names else "Admins add them in the console, under Settings, Integrations."
        raise NotYours(f"There is no integration {wanted}. {hint}")
    return found


def _hours(was: Hours, zone: str | None, spans: Names, holidays: Names) -> Hours:
    week = was.week
    if spans is not None:
        week = () if spans == ["always"] else tuple(row for span in spans for row in read_span(span))
    days = was.holidays if holidays is None else tuple(sorted({read_holiday(one) for one in holidays}))
    return Hours(zone or was.zone, week, days)


def read_span(text: str) -> list[tuple[int, int, int]]:
    """Parse `mon-fri 09:00-12:30, 14:00-18:00` into (weekday, from, to) in minutes."""
    span = SPAN.fullmatch(text.strip().lower())
    rows = read_day(span[3]) if span else None
    if span is None or not rows:
        raise Refused(f'"{text}" is not valid. Enter hours such as "mon-fri 09:00-18:00"')
    first = DAYS.index(span[1])
    last = DAYS.index(span[2] or span[1])
    days = range(first, last + 1) if first <= last else (*range(first, 7), *range(last + 1))
    return [(day, begin, end) for day in days for begin, end in rows]


def read_phrases(given: list[str]) -> tuple[Phrases, ...]:
    """Parse lines like `it: Un attimo.` into the phrases of each language."""
    texts: dict[str, list[str]] = {}
    for one in given:
        language, colon, text = one.partition(":")
        if not colon or not text.strip():
            raise Refused(f'"{one}" is not valid. Enter a phrase such as "it: Un attimo, per favore."')
        texts.setdefault(language.strip().lower(), []).append(text.strip())
    return tuple(Phrases(language, tuple(said)) for language, said in sorted(texts.items()))


def read_channel(text: str) -> ChannelRule:
    """Parse `email 540` or `sms 12 assigned`: the target is in minutes."""
    rule = CHANNEL.fullmatch(text.strip().lower())
    if rule is None:
        raise Refused(f'"{text}" is not valid. Enter a channel such as "email 540" or "sms 12 assigned"')
    return ChannelRule(rule[1], round(float(rule[2]) * 60 * MS), bool(rule[3]))


async def _rows() -> list[tuple[str, ...]]:
    async with open_stores() as stores:
        known = await stores.directory.read()
    return [_row(queue, known) for queue in known.queues.values()]


def _row(queue: Queue, known: Directory) -> tuple[str, ...]:
    after = f"{queue.overflow_to} after {queue.overflow_after / MS:g} s" if queue.overflow_to else ""
    members = ", ".join(member.name for member in known.members.values() if queue.id in member.queues)
    return queue.id, queue.name, f"{queue.target / MS:g} s", queue.mode, _format_hours(queue.hours), after, members


def _format_hours(hours: Hours) -> str:
    """Format hours as `mon-fri 09:00-18:00; sat 10:00-12:00 (Europe/Rome)`."""
    spans = []
    for text, group in groupby(range(7), key=lambda day: write_day(hours, day)):
        days = list(group)
        named = DAYS[days[0]] if len(days) == 1 else f"{DAYS[days[0]]}-{DAYS[days[-1]]}"
        spans += [f"{named} {text}"] if text else []
    return f"{'; '.join(spans)} ({hours.zone})" if spans else "always"


async def _remove(id: str) -> None:
    async with open_stores() as stores:
        await stores.queues.remove(id)


def _read(name: str, value: Any) -> Any:
    """Convert what was typed to the queue's type."""
    if queue_settings()[name].unit:
        return round(value * MS)
    if name == "channels":
        return () if value == ["default"] else tuple(map(read_channel, value))
    if name == "languages":
        return tuple(tag.lower() for tag in value)
    return tuple(value) if isinstance(value, list) else value
