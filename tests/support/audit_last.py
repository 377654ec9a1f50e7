"""Detects statements that follow an audit line in its transaction, although the line must come last."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event

LINE = re.compile(r"INSERT INTO audit\b", re.IGNORECASE)
OURS = re.compile(r"(?:INSERT INTO|UPDATE|DELETE FROM|FROM) audit(?:_heads)?\b", re.IGNORECASE)


@contextmanager
def audit_lines_come_last() -> Iterator[list[str]]:
    """Fail at the end if a statement followed a line in its transaction."""
    late: list[str] = []

    def begins(connection: Connection) -> None:
        connection.info["audited"] = False

    def executes(connection: Connection, _: Any, statement: str, *__: Any) -> None:
        if connection.info.get("audited") and not OURS.search(statement):
            late.append(statement)
        connection.info["audited"] = connection.info.get("audited") or bool(LINE.match(statement))

    event.listen(Engine, "begin", begins)
    event.listen(Engine, "before_cursor_execute", executes)
    try:
        yield late
    finally:
        event.remove(Engine, "begin", begins)
        event.remove(Engine, "before_cursor_execute", executes)
    assert late == [], "These statements follow a line of the audit log in its transaction; put them before it."
