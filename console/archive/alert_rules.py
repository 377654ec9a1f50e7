"""Alert rules in SQL: read together, changed one by one, each change with an audit line. Their URLs are secret."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

import msgspec
from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive import directory_rows as rows
from console.archive.audit import COMMAND_LINE, Somebody, note
from console.archive.database import Database
from console.archive.setting_values import read_value, value_of, write_value
from console.archive.tables import alert_incidents, alert_messages, alert_rules
from console.domain.alerts import AlertRule
from console.domain.validation.alerts import validate_alert
from console.errors import BadSettings, NotYours, Problem

VERSION = "alerts"  # version of the rules; a setting
MOST = 100  # rules
NO_RULE = "Alert not found. It may have been removed."
COLUMNS = {
    "due_soon": "due_soon_ms",
    "nobody": "nobody_ms",
    "quiet": "quiet_ms",
    "over": "tell_over",
    "on": "active",
    "left": "message_left",
    "came": "chat_came",
}


class AlertRules:
    """The rules. `version` rises with every change, so followers of the feed notice it within a second."""

    def __init__(self, database: Database, *, locales: Collection[str], clock: Callable[[], int]) -> None:
        self.database = database
        self.locales = locales
        self.clock = clock

    async def version(self) -> int:
        return await self.database.read(lambda connection: value_of(connection, VERSION)) or 0

    async def read_all(self) -> list[AlertRule]:
        """Return all rules by name."""
        async with self.database.reading() as connection:
            return await _all(connection)

    async def read(self, id: str) -> AlertRule:
        """Return one rule. Raises NotYours if it does not exist."""
        return _the(id, await self.read_all())

    async def put(self, rule: AlertRule, *, by: Somebody = COMMAND_LINE) -> None:
        """Add or change a rule. Raises BadSettings if it is invalid; the caller checks where its destinations lead."""
        async with self.database.writing() as connection:
            known = {one.id: one for one in await _all(connection)}
            before = known.get(rule.id)
            if before == rule:
                return
            if wrong := await self._problems(connection, rule, known):
                raise BadSettings(wrong)
            if before is None:
                await connection.execute(insert(alert_rules).values(**row_of(rule)))
            else:
                here = alert_rules.c.id == rule.id
                await connection.execute(update(alert_rules).where(here).values(**row_of(rule)))
            await self._note(connection, by, "Alert changed" if before else "Alert added", before, rule)

    async def problems_of(self, rule: AlertRule) -> list[Problem]:
        """Return everything that prevents saving the rule, so that a form can show all of it."""
        async with self.database.reading() as connection:
            return await self._problems(connection, rule, {one.id: one for one in await _all(connection)})

    async def _problems(
        self, connection: AsyncConnection, rule: AlertRule, known: Mapping[str, AlertRule]
    ) -> list[Problem]:
        wrong = validate_alert(rule, known.values(), await rows.read(connection), self.locales)
        if rule.id not in known and len(known) >= MOST:
            says = "You can have at most %(most)s alerts. Remove ones that nobody needs."
            wrong.append(Problem(f"alert:{rule.id}", "name", says, {"most": MOST}))
        return wrong

    async def remove(self, id: str, *, by: Somebody = COMMAND_LINE) -> None:
        """Remove a rule and everything it has reported. Raises NotYours if it does not exist."""
        async with self.database.writing() as connection:
            before = _the(id, await _all(connection))
            for table, column in ((alert_rules, "id"), (alert_incidents, "rule"), (alert_messages, "rule")):
                await connection.execute(delete(table).where(table.c[column] == id))
            await self._note(connection, by, "Alert removed", before, None)

    async def _note(
        self, connection: AsyncConnection, by: Somebody, what: str, before: AlertRule | None, after: AlertRule | None
    ) -> None:
        version = await read_value(connection, VERSION) or 0
        await write_value(connection, VERSION, version + 1)
        target = f"alert:{(after or before).id}"  # type: ignore[union-attr]
        await note(connection, by, self.clock(), what, target, public(before), public(after))


def public(rule: AlertRule | None) -> dict[str, Any]:
    """Return the rule without secrets. Of its destinations, only the displayable part is included."""
    if rule is None:
        return {}
    values = {name: value for name, value in msgspec.to_builtins(rule).items() if value is not None}
    spans = {name: f"{values[name] / 1000:g} s" for name in ("due_soon", "nobody", "quiet") if name in values}
    shown = {"destinations": [f"{one.shown} ({one.id[:4]})" for one in rule.destinations]}
    line = {"line": str(rule.line)} if rule.line is not None else {}
    return {**values, **spans, **line, **shown}


def row_of(rule: AlertRule) -> dict[str, Any]:
    given: dict[str, Any] = msgspec.to_builtins(rule)
    return {COLUMNS.get(name, name): value for name, value in given.items()}


def rule_of(row: Mapping[Any, Any]) -> AlertRule:
    names = {column: name for name, column in COLUMNS.items()}
    return msgspec.convert({names.get(str(name), str(name)): value for name, value in row.items()}, AlertRule)


async def _all(connection: AsyncConnection) -> list[AlertRule]:
    found = (await connection.execute(select(alert_rules))).mappings()
    return sorted(map(rule_of, found), key=lambda rule: rule.name.casefold())


def _the(id: str, rules: list[AlertRule]) -> AlertRule:
    for rule in rules:
        if rule.id == id:
            return rule
    raise NotYours(NO_RULE)
