"""The board's totals."""

import msgspec

from console.board.agent_rows import AgentRow
from console.domain.directory import Directory
from console.projection.picture import Picture


class Overview(msgspec.Struct, frozen=True):
    """Totals.

    `online`, `away` and `lost` count agents; `used` and `slots` are of all online agents; `chats` are assigned ones.
    """

    online: int = 0
    away: int = 0
    lost: int = 0
    used: int = 0
    slots: int = 0
    chats: int = 0
    waiting: int = 0
    late: int = 0
    members: int = 0
    queues: int = 0


def overview(picture: Picture, rows: dict[str, AgentRow], directory: Directory, late: int) -> Overview:
    places = [chat.place for chat in picture.chats.values()]
    online = [row for row in rows.values() if row.connected and row.status == "online"]
    return Overview(
        online=len(online),
        away=sum(row.connected and row.status == "away" for row in rows.values()),
        lost=sum(bool(row.used and not row.connected) for row in rows.values()),
        used=sum(row.used for row in online),
        slots=sum(row.limit for row in online),
        chats=len(places) - places.count("waiting"),
        waiting=places.count("waiting"),
        late=late,
        members=len(directory.members),
        queues=len(directory.queues),
    )
