"""Statements that run for many rows at a time, for the archive's writer.

SQLAlchemy prepares each row as if it were a separate statement, which costs more than the database needs for it. Here
it compiles a statement once for each kind of database, and the rows go to the driver.
"""

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect, Insert, TextClause, Update

Convert = Callable[[Any], Any]


class Compiled(NamedTuple):
    """`text` as the driver takes it, the names of its values in order, and their converters."""

    text: str
    names: Sequence[str]
    converts: Sequence[tuple[int, Convert]]


class RowStatement:
    def __init__(self, statement: Insert | Update | TextClause, columns: Sequence[str] | None = None) -> None:
        """`columns` are those an UPDATE sets; all other values are parameters of the statement."""
        self._statement = statement
        self._columns = columns
        self._compiled: dict[str, Compiled] = {}  # by kind of database

    def execute(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run it for each row, which has every column and parameter by name; without rows do nothing."""
        if rows:
            kind = connection.dialect.name
            compiled = self._compiled.get(kind) or self._compiled.setdefault(kind, self._compile(connection.dialect))
            connection.exec_driver_sql(compiled.text, _values(compiled, rows))

    def _compile(self, dialect: Dialect) -> Compiled:
        compiled = self._statement.compile(dialect=dialect, column_keys=self._columns)
        names = list(compiled.positiontup or ())
        types = [compiled.binds[name].type.dialect_impl(dialect) for name in names]
        converts = [(place, kind.bind_processor(dialect)) for place, kind in enumerate(types)]
        return Compiled(str(compiled), names, [(place, convert) for place, convert in converts if convert])


def _values(compiled: Compiled, rows: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    if len(compiled.names) == 1:  # with one name, itemgetter returns no tuple
        values = [(row[compiled.names[0]],) for row in rows]
    else:
        values = list(map(itemgetter(*compiled.names), rows))
    return [_converted(row, compiled.converts) for row in values] if compiled.converts else values


def _converted(row: tuple[Any, ...], converts: Sequence[tuple[int, Convert]]) -> tuple[Any, ...]:
    values = list(row)
    for place, convert in converts:
        values[place] = convert(values[place])
    return tuple(values)
