"""A table of all live keys; tests fail on a key that is not listed.

All keys of a workspace start with `{<workspace>}:`, so one Function can change all of them at once.
"""

from typing import NamedTuple


class Key(NamedTuple):
    """`name` is without the prefix; `<…>` stands for an id. `life` says when the key is deleted."""

    name: str
    type: str
    holds: str
    life: str


TABLE: tuple[Key, ...] = (
    Key("head", "hash", "epoch, n (last number), at (its time), ahead, fence, archived, owner, …", "for ever"),
    Key("feed", "stream", "every fact in order; ids are <ms>-<n>", "behind the archive's cursor, at least 5 min"),
    Key("config", "hash", "version of the configuration, mark of its content", "for ever"),
    Key("queues", "set", "ids of the configured queues", "for ever"),
    Key("sites", "hash", "the configured sites -> where their chats go", "for ever"),
    Key("queue:<queue>", "hash", "its settings, opens (instants), pace (ms), counted (n), removed", "for ever"),
    Key("words:<queue>", "hash", "language -> phrases of automatic first words, as JSON; - for others", "for ever"),
    Key("staff:<queue>", "zset", "members who work it -> until when they count", "as member"),
    Key("agents", "set", "ids of the configured members", "for ever"),
    Key("agent:<agent>", "string", "name, limit, queues, lanes, status, connected, fence, packed", "as member"),
    Key("bots", "set", "bots that are connected, or were a moment ago", "as the bots"),
    Key("bot:<bot>", "hash", "its name, limit, connected, fence", "until it has been away for 10 s"),
    Key("botheld:<bot>", "set", "chats that it has", "as the chats"),
    Key("held:<agent>", "hash", "slot -> chat: held, offered, or wrapped up", "as member"),
    Key("clocks:<agent>", "zset", "held chats with a running clock -> due", "as member"),
    Key("later:<agent>", "zset", "ended chats whose wrap-up was left for later -> end", "24 h, at most 20"),
    Key("times:<scope>", "hash", "figures of an agent by hour, of a queue's minute or hour", "2 to 27 h"),
    Key("counts:<list>", "list", "what calls of q:<queue> or a:<agent> counted, to be added up", "32 or 256 calls"),
    Key("levels:<agent>", "hash", "what came due of an agent by day and number of chats", "16 days"),
    Key("lates", "list", "the latest 30 late answers, as JSON", "for ever"),
    Key("free:<lane>", "zset", "members with a free slot -> pressure; lane: <queue>[/<language>]", "as member"),
    Key("waiting:<lane>", "zset", "chats in line that are routed -> rank", "as the line"),
    Key("pull:<lane>", "zset", "chats in line that are taken -> rank", "as the line"),
    Key("line:<queue>", "zset", "the queue's own chats in line -> rank", "as the line"),
    Key("not:<chat>", "hash", "members it does not go to for now -> until", "until the end"),
    Key("live", "set", "chats that have not ended", "as the chats"),
    Key("redacted", "hash", "chat seq -> n at: redacted facts that the feed still has as they were", "a minute"),
    Key("left", "set", "left messages nobody has handled", "until handled"),
    Key("due", "zset", "timers, kind:id -> ms", "as the timers"),
    Key("chat:<chat>", "string", "place, holder, visitor, turn, seqs, packed", "24 h after the end, once archived"),
    Key("profile:<chat>", "string", "what is known of the visitor, as JSON", "as the chat"),
    Key("log:<chat>", "list", "the chat's facts as JSON; seq is the place", "as the chat"),
    Key("cids:<owner>", "hash", "author|cid -> digest seq at chat: of chats, opens, takes", "as the owner"),
    Key("tabs:<chat>", "zset", "the visitor's connections -> lease", "until the end"),
    Key("draft:<chat>", "string", "the agent's unsent text", "until the end"),
    Key("budget:<name>", "string", "when all that was taken of it is made up for (ms)", "until then"),
    Key("proof:<nonce>", "string", "that this proof of work was used", "11 min"),
    Key("identity:<digest>", "string", "who used this signed identity, which holds once", "until it expires"),
    Key("sockets:<address>", "hash", "process -> visitors' sockets of it, until when that counts", "1 min"),
    Key("libraries", "hash", "version of the Functions -> when a process last noted it (ms)", "for ever"),
    Key("visitor:<visitor>", "hash", "current chat, last agent", "24 h after the last chat"),
)  # fmt: skip


class Keys:
    """The full names of one workspace's keys."""

    def __init__(self, workspace: str) -> None:
        self.prefix = f"{{{workspace}}}:"
        self.head = self.prefix + "head"
        self.feed = self.prefix + "feed"
        self.left = self.prefix + "left"
        self.libraries = self.prefix + "libraries"
        # Channels of publish/subscribe, not keys:
        self.facts = self.prefix + "facts"  # facts that a call appended to the feed: lines of "<id> <JSON>"
        self.signals = self.prefix + "signals"

    def of(self, kind: str, identifier: str) -> str:
        return f"{self.prefix}{kind}:{identifier}"


def stray(names: list[str]) -> list[str]:
    """Return the names that no row of the table covers."""
    exact = {row.name for row in TABLE if "<" not in row.name}
    kinds = {row.name.split(":")[0] for row in TABLE if "<" in row.name}

    def covered(name: str) -> bool:
        workspace, ours, rest = name.partition("}:")
        return ours != "" and workspace.startswith("{") and (rest in exact or rest.split(":")[0] in kinds)

    return [name for name in names if not covered(name)]
