"""What is no line of a chat: who is there, who looks on, what was configured."""

from console.events.base import Fact, Status


class Presence(Fact, tag="presence"):
    """The visitor's last tab closed, or the first came back."""

    chat: str
    here: bool


class Relined(Fact, tag="relined"):
    """Settings have changed: a waiting chat's queue, the queues it has overflowed to, and its rank, as they are now."""

    chat: str
    queue: str
    lines: list[str]
    rank: int


class Watched(Fact, tag="watched"):
    """Somebody began or ended to look on."""

    chat: str
    agent: str
    name: str
    on: bool


class AgentChanged(Fact, tag="agent"):
    """An agent's status, limit, connection or fencing number changed; `since` when the status did (ms)."""

    agent: str
    name: str
    status: Status
    connected: bool
    limit: int
    fence: int
    queues: list[str] = []
    reason: str = ""
    since: int = 0
    by: str = ""  # a supervisor's id, if it was not the agent's own doing
    removed: bool = False


class Revoked(Fact, tag="revoked"):
    """Credentials ended: every socket of the agent (or of the one session) falls silent."""

    agent: str
    session: str = ""


class Configured(Fact, tag="configured"):
    version: int


class Stalled(Fact, tag="stalled"):
    """Nobody's clock ran for `ms`; leases and graces restarted from now."""

    ms: int
