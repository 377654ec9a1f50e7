"""Facts outside a chat's log: presence, watching, agents and settings."""

from console.events.base import Fact, Status


class Presence(Fact, tag="presence"):
    """The visitor's last tab closed, or the first one came back."""

    chat: str
    here: bool


class Relined(Fact, tag="relined"):
    """Settings changed: a waiting chat's current queue, the queues it has overflowed to, and its rank."""

    chat: str
    queue: str
    lines: list[str]
    rank: int


class Watched(Fact, tag="watched"):
    """Somebody started or stopped watching a chat."""

    chat: str
    agent: str
    name: str
    on: bool


class AgentChanged(Fact, tag="agent"):
    """An agent's status, limit, connection or fence changed; `since` is when the status did (ms).

    `most` is the supervisors' limit if the agent chose a lower one, else 0. `channel_slots` is how many chats of other
    channels they may take in addition; None: these count in `limit`.
    """

    agent: str
    name: str
    status: Status
    connected: bool
    limit: int
    fence: int
    queues: list[str] = []
    reason: str = ""
    since: int = 0
    breather: int = 0  # until when (ms) they get no new chats although online; 0: no breather
    by: str = ""  # id of the supervisor who did it; empty if it was the agent
    removed: bool = False
    most: int = 0
    channel_slots: int | None = None


class BotChanged(Fact, tag="bot"):
    """A bot's connection or limit changed. `removed`: it was away for too long and no longer has any chats."""

    bot: str
    name: str
    connected: bool
    limit: int
    fence: int
    removed: bool = False


class Revoked(Fact, tag="revoked"):
    """Credentials ended: disconnect every socket of the agent, or of the one session."""

    agent: str
    session: str = ""


class Configured(Fact, tag="configured"):
    """A directory of this version is live."""

    version: int


class Erased(Fact, tag="erased"):
    """A chat was deleted from the store early; `left`: it was a left message that nobody had handled."""

    chat: str
    left: bool


class Stalled(Fact, tag="stalled"):
    """No process handled timers for `ms`; leases and grace periods start again from now."""

    ms: int
