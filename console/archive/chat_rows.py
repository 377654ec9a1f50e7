"""Reads and writes rows of `chats` for the archive's writer, many at a time."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, insert, select, update

from console.archive.reducer import ArchivedChat
from console.archive.row_statements import RowStatement
from console.archive.tables import chats

CHUNK = 500  # values in one IN (…); every database accepts this many
COLUMNS = ArchivedChat.__struct_fields__
TALKED = ("last", "messages", "agent", "agent_name")  # every column that a message changes in an open chat

INSERT = RowStatement(insert(chats))
_THIS = (chats.c.workspace == bindparam("its_workspace")) & (chats.c.id == bindparam("its_id"))
# Without the id: SQLite would check all facts that refer to it.
UPDATE = RowStatement(update(chats).where(_THIS), [name for name in COLUMNS if name != "id"])
TALK_ON = RowStatement(update(chats).where(_THIS), TALKED)


class ChatRows:
    """The chats of one workspace."""

    def __init__(self, workspace: str) -> None:
        self.workspace = workspace

    def load(self, connection: Connection, ids: set[str]) -> dict[str, ArchivedChat]:
        """Return those of the chats that are archived, by id."""
        wanted, found = sorted(ids), {}
        columns = select(*(chats.c[name] for name in COLUMNS))
        for start in range(0, len(wanted), CHUNK):
            some = (chats.c.workspace == self.workspace) & chats.c.id.in_(wanted[start : start + CHUNK])
            for row in connection.execute(columns.where(some)):
                chat = ArchivedChat(*row)
                found[chat.id] = chat
        return found

    def add(self, connection: Connection, new: Iterable[ArchivedChat]) -> None:
        INSERT.execute(connection, [{"workspace": self.workspace, **msgspec.structs.asdict(chat)} for chat in new])

    def save(self, connection: Connection, changed: Iterable[ArchivedChat], before: Mapping[str, ArchivedChat]) -> None:
        """Update the rows; `before` has them as they were loaded.

        Most chats have only received messages. For these, a few columns and one index change instead of forty columns
        and all indexes.
        """
        talked: list[dict[str, Any]] = []
        others: list[dict[str, Any]] = []
        for chat in changed:
            values = {**msgspec.structs.asdict(chat), "its_workspace": self.workspace, "its_id": chat.id}
            (talked if _only_talked(before.get(chat.id), chat) else others).append(values)
        TALK_ON.execute(connection, talked)
        UPDATE.execute(connection, others)


def _only_talked(before: ArchivedChat | None, chat: ArchivedChat) -> bool:
    if before is None:
        return False
    return chat == msgspec.structs.replace(before, **{name: getattr(chat, name) for name in TALKED})
