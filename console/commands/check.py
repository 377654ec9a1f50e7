"""`sestetto check`: every setting with its value and source, its problems, and how to fix them."""

import asyncio
import errno
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import typer
from redis.exceptions import NoPermissionError, RedisError
from rich.markup import escape

from console.archive.database import Database, refusal_of, sqlite_url
from console.commands.check_audit import check_audit
from console.commands.check_model import check_model
from console.commands.check_pairing import check_new_database, check_pairing
from console.commands.check_replicas import check_replicas
from console.commands.check_result import CheckResult
from console.commands.check_work import check_archive_lag, check_work
from console.commands.common import mark, run, say, screen, show
from console.config import (
    NAME_THE_MODEL,
    NAME_THE_SENDER,
    PREFIX,
    TABLE,
    Setting,
    Settings,
    find_text,
    read_settings,
    read_value,
    unknown_names,
)
from console.data_folder import NO_SECOND_STORE, is_to_be_made, running_store_url, store_folder
from console.domain.service_urls import without_password
from console.errors import SestettoError, SettingError, Unknown
from console.queue.durability import check_promises
from console.queue.embedded import EmbeddedStore
from console.queue.keys import Keys
from console.queue.primary import REFUSALS, Misdirected, Primary, ask
from console.queue.server_role import fields_of, misfit, server_of
from console.queue.store import Store, says_no
from console.queue.topology import primary_of
from console.security import is_loopback
from console.server import listen
from console.workspaces.declared import Installation, read_installation

PAIRS = (("model_url", "model_name", NAME_THE_MODEL), ("smtp_url", "mail_from", NAME_THE_SENDER))
DEADLINE = 3.0  # s that a store has to respond
LEAST_SPACE = 20  # MB; a new installation needs a few
MEGABYTE = 1_000_000
NO_PUSHES = (
    "the store's user may not use channels: typing is not shown, and messages arrive up to 50 ms later and cost more"
)


def check() -> None:
    """Show every setting, and check the installation. Exits with 1 if something is wrong."""
    findings = [*_unknown_names(os.environ), *_settings(os.environ)]
    findings += run(_surroundings(*_installation(_readable(os.environ))))
    _report(findings)
    if any(finding.level == "wrong" for finding in findings):
        raise typer.Exit(1)
    say("All good. Start with: sestetto serve")


def _report(findings: list[CheckResult]) -> None:
    colours = {"ok": "green", "note": "yellow", "wrong": "bold red"}
    screen.print()
    for finding in findings:
        screen.print(f"[{colours[finding.level]}]{finding.level:<7}[/]{escape(finding.what)}")
        if finding.mend:
            say(f"       to fix: {finding.mend}")


def _settings(environment: Mapping[str, str]) -> list[CheckResult]:
    """Print the table of settings; return those that cannot be read."""
    rows: list[tuple[str, ...]] = []
    wrong: list[CheckResult] = []
    for row in TABLE:
        value, source, problem = _explain(row, environment)
        rows.append((PREFIX + row.name.upper(), value, source, row.says))
        name = PREFIX + row.name.upper()
        if problem and source == f"{name}_FILE":
            mend = f"write the value into that file, or unset {source}"
            wrong.append(CheckResult("wrong", f"{name}: {problem}", mend))
        elif problem:
            wrong.append(CheckResult("wrong", f"{name} is {value}: {problem}", f"{row.says} {_as(row)}"))
    show(("setting", "value", "from", "description"), rows, empty="")
    for url, other, mend in PAIRS:
        if _lacks(environment, url, other):
            names = (PREFIX + one.upper() for one in (url, other))
            wrong.append(CheckResult("wrong", "{} is set, {} is not".format(*names), mend))
    return wrong


def _lacks(environment: Mapping[str, str], url: str, other: str) -> bool:
    rows = {row.name: row for row in TABLE}
    try:
        given, needed = (find_text(rows[one], environment)[0] for one in (url, other))
    except ValueError:
        return False  # the unreadable value is reported elsewhere
    return bool(given) and not needed


def _explain(row: Setting, environment: Mapping[str, str]) -> tuple[str, str, str]:
    """Return the value to show, its source, and its problem (empty: none)."""
    try:
        text, source = find_text(row, environment)
    except ValueError as problem:
        return "?", f"{PREFIX}{row.name.upper()}_FILE", str(problem)
    shown = row.shown(text).encode(errors="replace").decode() if text else "(empty)"
    try:
        read_value(row, text)
    except ValueError as problem:
        return shown, source, str(problem)
    return shown, source, ""


def _readable(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the valid settings. The rest is checked as if the invalid ones were not set."""
    good = {row.name for row in TABLE if not _explain(row, environment)[2]}
    good -= {url for url, other, _ in PAIRS if _lacks(environment, url, other)}
    names = {f"{PREFIX}{name.upper()}{ending}" for name in good for ending in ("", "_FILE")}
    return {name: text for name, text in environment.items() if name in names}


def _as(row: Setting) -> str:
    return f"The default is {row.default}." if row.default else "It can be empty."


def _unknown_names(environment: Mapping[str, str]) -> list[CheckResult]:
    strange = unknown_names(environment)
    return [CheckResult("wrong", f"{name}: there is no such setting", f"unset {name}") for name in strange]


def _installation(environment: Mapping[str, str]) -> tuple[Installation, list[CheckResult]]:
    """Return what is declared, and its problems."""
    try:
        return read_installation(environment), []
    except SettingError as problem:
        mend = "see operations.md, Several workspaces"
        return Installation(read_settings(environment), ()), [CheckResult("wrong", str(problem), mend)]


async def _surroundings(installation: Installation, wrong: list[CheckResult]) -> list[CheckResult]:
    process = installation.process
    data = _data(process)
    findings = [*wrong, _python(), data, _address(installation), *_proxy(process), *check_work(process)]
    if installation.several and installation.workspaces:
        _show(installation)
    for settings in installation.workspaces:
        about = mark(installation, settings)
        found = await _workspace(settings, data)
        findings += [one._replace(what=about + one.what) for one in found]
    return findings


def _show(installation: Installation) -> None:
    """Print where each of several workspaces is."""
    screen.print()
    rows: list[tuple[str, ...]] = [
        (one.workspace, one.origin, without_password(one.database), without_password(one.store) or "(embedded)")
        for one in installation.workspaces
    ]
    show(("workspace", "origin", "database", "store"), rows, empty="")


async def _workspace(settings: Settings, data: CheckResult) -> list[CheckResult]:
    """Check the workspace's own settings, and its place in the store."""
    findings: list[CheckResult] = []
    if settings.database or data.level != "wrong":
        findings += await _database(settings)
    if settings.store or data.level != "wrong":
        findings += await _store(settings)
    return [*findings, *await check_model(settings)]


def _python() -> CheckResult:
    return CheckResult("ok", f"Python {sys.version.split()[0]}")


def _data(settings: Settings) -> CheckResult:
    folder = settings.data.absolute()
    nearest = next(parent for parent in (folder, *folder.parents) if parent.exists())
    try:
        with tempfile.TemporaryFile(dir=nearest):
            pass
    except OSError as problem:
        return CheckResult(
            "wrong",
            f"cannot write to {nearest} ({problem.strerror}), so data cannot be kept in {folder}",
            "fix the folder's owner or disk, or set SESTETTO_DATA to another folder",
        )
    free = shutil.disk_usage(nearest).free // MEGABYTE
    if free < LEAST_SPACE:
        says = f"the disk of {nearest} is full: {free} MB are free"
        return CheckResult("wrong", says, "free some space, or set SESTETTO_DATA to another folder")
    return CheckResult("ok", f"data is kept in {folder}" + ("" if folder.exists() else " (created on first start)"))


def _address(installation: Installation) -> CheckResult:
    """Check whether the port is free, and whether other machines can reach it without HTTPS."""
    settings = installation.process
    try:
        with listen(settings) as listening:
            port = listening.getsockname()[1]
    except SettingError as problem:
        taken = isinstance(problem.__cause__, OSError) and problem.__cause__.errno == errno.EADDRINUSE
        mend = "nothing, if a running Sestetto uses it"
        return CheckResult("note", str(problem), mend) if taken else CheckResult("wrong", str(problem))
    if not is_loopback(settings.host) and not all(one.origin.startswith("https://") for one in installation.workspaces):
        return CheckResult(
            "note",
            f"{settings.host} can be reached from other machines without HTTPS",
            "put a TLS proxy in front and set SESTETTO_ORIGIN to https://your.host",
        )
    picked = "" if settings.port else " (SESTETTO_PORT=0 picks one at each start)"
    return CheckResult("ok", f"{settings.host}:{port} is free{picked}")


def _proxy(settings: Settings) -> list[CheckResult]:
    if "*" not in settings.trusted_proxies:
        return []
    says = "any client can claim any address, so limits per address have no effect"
    return [CheckResult("note", says, "set SESTETTO_TRUSTED_PROXIES to the proxy's own address")]


async def _database(settings: Settings) -> list[CheckResult]:
    url = settings.database or sqlite_url(settings.folder.absolute())
    if is_to_be_made(settings):
        return [CheckResult("ok", "the archive is SQLite in the data folder (created on first start)")]
    try:
        database = Database(url)
    except SettingError as problem:
        return [CheckResult("wrong", str(problem), "fix SESTETTO_DATABASE")]
    try:
        alone = await _archive(database)
        return [alone] if alone.level != "ok" else [alone, *await check_audit(database)]
    except SettingError as problem:
        return [CheckResult("wrong", str(problem))]
    except SestettoError as problem:
        if says := refusal_of(problem):
            return [CheckResult("wrong", says, "fix SESTETTO_DATABASE")]
        return [CheckResult("wrong", str(problem), "start the database or fix SESTETTO_DATABASE")]
    finally:
        await database.close()


async def _archive(database: Database) -> CheckResult:
    missing = (await database.versions()).missing
    if database.lock and (holder := database.lock.holder()).stopped:
        return CheckResult("wrong", f"the archive is locked: {holder}")
    if missing:
        says = f"the archive's tables lack {len(missing)} migrations of this release"
        return CheckResult("note", says, "the next start runs them; to run them now: sestetto migrate")
    return CheckResult("ok", f"the archive responds ({database.engine.dialect.name})")


def _exists(file: Path) -> bool:
    return file.exists()


async def _store(settings: Settings) -> list[CheckResult]:
    """Check the running store, or whether the embedded one would start."""
    url = await running_store_url(settings)
    if url:
        return await _with_database(settings, url, "SESTETTO_STORE" if settings.store else "used by a running Sestetto")
    if settings.durability != "disk":
        return [CheckResult("wrong", NO_SECOND_STORE.format(level=settings.durability))]
    if not _exists(store_folder(settings)):
        return [CheckResult("ok", "the embedded store is created on first start")]
    try:
        async with EmbeddedStore(store_folder(settings)) as store:
            return await _with_database(settings, store.url, "embedded")
    except SettingError as problem:
        return [CheckResult("wrong", str(problem), "see store.log in that folder")]


async def _with_database(settings: Settings, url: str, which: str) -> list[CheckResult]:
    """Check the store itself, then whether it and the database belong to one installation."""
    alone = await _running(url, which, settings)
    if alone.level == "wrong":
        return [alone]
    store = [alone, *await check_replicas(primary_of(url, settings.workspace))]
    if is_to_be_made(settings):
        return [*store, *await check_new_database(settings.workspace, url)]
    database = Database(settings.database or sqlite_url(settings.folder.absolute()))
    try:
        if await _is_new(database):
            return [*store, *await check_new_database(settings.workspace, url)]
        secret = settings.secret or _kept(Path(settings.folder, "secret"))
        pairing = await check_pairing(database, settings.workspace, url, secret)
        if any(finding.level == "wrong" for finding in pairing):
            return [*store, *pairing]
        return [*store, *pairing, *await check_archive_lag(database, settings.workspace, url)]
    finally:
        await database.close()


async def _is_new(database: Database) -> bool:
    """Whether it has no tables yet. A database that does not respond is reported elsewhere."""
    try:
        return not (await database.versions()).now
    except SestettoError:
        return False


def _kept(file: Path) -> str:
    return file.read_text(encoding="utf-8").strip() if file.exists() else ""


async def _running(url: str, which: str, settings: Settings) -> CheckResult:
    """Check what kind of store it is, and whether it keeps our promises."""
    try:
        store = Store(url, settings.workspace, deadline=DEADLINE)
        info = await _info(store.primary)
        name, version = server_of(info)
        if problem := misfit(info, mode=store.primary.mode, at_start=True):
            return CheckResult("wrong", f"the store ({which}) {problem}")
        try:
            pushes = await _pushes(store, settings.workspace)
            await _promises(store, settings, tries=pushes)
        finally:
            await store.close()
    except SettingError as problem:
        return CheckResult("wrong", str(problem), "change it permanently in the store's configuration")
    except Misdirected as problem:
        return CheckResult("wrong", says_no(without_password(url), problem), "correct SESTETTO_STORE")
    except REFUSALS as problem:
        says = says_no(without_password(url), problem)
        return CheckResult("wrong", says, "correct SESTETTO_STORE, or the store's users (ACL LIST)")
    except (RedisError, OSError, Unknown) as problem:
        reason = "no answer in time" if isinstance(problem, Unknown) else problem
        return CheckResult("wrong", f"the store ({which}) does not respond: {reason}", "start it or fix SESTETTO_STORE")
    except ValueError:  # its text may contain part of the password
        return CheckResult("wrong", f"the address of the store ({which}) is not valid", "fix SESTETTO_STORE")
    if not pushes:
        return CheckResult("note", NO_PUSHES, f"ACL SETUSER … &{Keys(settings.workspace).prefix}*")
    found = "" if store.primary.mode == "single" else f"; {store.primary.mode}: the primary is {store.primary.address}"
    return CheckResult("ok", f"the store responds ({which}, {name} {version}{found}) and keeps what it acknowledges")


async def _promises(store: Store, settings: Settings, *, tries: bool) -> None:
    """Raise SettingError if the store does not keep what it acknowledges: by its settings, then by a test if it
    `tries`.

    The test publishes a message, because it reaches replicas and changes nothing. The store's user needs the right to
    use channels.
    """
    real = Store(store.url, settings.workspace, durability=settings.durability, deadline=DEADLINE)
    try:
        await check_promises(store.run_unconfirmed, real.durability)
        if tries and store.primary.mode != "cluster":  # messages do not work there
            await real.vouch()
    finally:
        await real.close()


async def _pushes(store: Store, workspace: str) -> bool:
    """Whether the store's user may use channels; nobody listens to this channel."""
    try:
        await store.run_unconfirmed("SPUBLISH", Keys(workspace).prefix + "check", "")
    except NoPermissionError:
        return False
    return True


async def _info(primary: Primary) -> dict[str, str]:
    async with asyncio.timeout(DEADLINE), primary.connected() as connection:
        return fields_of(await ask(connection, "INFO"))
