"""What an acknowledgement guarantees: where a message is stored by then, and what the store needs for that.

Every level is on the primary's disk (`appendfsync always`: the reply proves it). At higher levels, two or three
commands follow each batch of calls on the same connection and vouch for all of it: a write of one field, then WAIT, and
for a disk WAITAOF. The write is needed because WAIT covers only what its own connection has written, and a read or a
resend that finds its first result writes nothing. With the write, everything that a reply is about is on the replica.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple

from redis.exceptions import NoPermissionError, ResponseError

from console.errors import SettingError
from console.queue.server_role import fields_of
from console.queue.wire import Command

PATIENCE = 2.0  # seconds that a replica has to confirm; after that the result of the whole batch is unknown
SAFE = {"appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction"}

Direct = Callable[..., Awaitable[Any]]

UNREADABLE = (
    "the store does not let us read its configuration ({said}), so we cannot check that it keeps what it "
    "acknowledges ({wanted}): {mend}"
)
WEAK = (
    "the store has {name} {found}; an acknowledged message is only safe with {name} {wanted}: "
    "set it in the store's configuration (CONFIG SET {name} {wanted})"
)
ALLOW = "allow it (ACL SETUSER USER +config|get)"
ENABLE = "enable CONFIG GET, or ask whoever runs the store"
NO_REPLICA = (
    "the store has no replica, but with SESTETTO_DURABILITY={level} a message is only acknowledged once one has it. "
    "Start one (replicaof in its configuration), or set SESTETTO_DURABILITY=disk"
)
GOES_ON_ALONE = (
    "the store has min-replicas-to-write 0, so it accepts messages without a replica, but SESTETTO_DURABILITY is "
    "{level}: set it to 1 in the store's configuration (CONFIG SET min-replicas-to-write 1)"
)
NO_WAITAOF = (
    "the store has no WAITAOF, which SESTETTO_DURABILITY=two-disks needs: use Valkey, or Redis 7.2 or newer, or set "
    "SESTETTO_DURABILITY=replica"
)
UNCONFIRMED = "no replica of the store has confirmed within {seconds:g} s that it has {what}: {mend}"
SLOW_REPLICA = "check the replica and the network to it"
SLOW_DISK = "set appendonly yes and appendfsync always on the replicas too, or set SESTETTO_DURABILITY=replica"


class Durability(NamedTuple):
    """A level of SESTETTO_DURABILITY, and how many seconds calls wait for a replica."""

    level: str = "disk"
    patience: float = PATIENCE

    @property
    def replicated(self) -> bool:
        return self.level != "disk"

    def vouchers(self, mark: Command) -> tuple[Command, ...]:
        """Return the commands that follow a batch; `mark` is a write that changes nothing."""
        if not self.replicated:
            return ()
        wait = round(self.patience * 1000)
        received: tuple[Command, ...] = (mark, ("WAIT", 1, wait))
        # A replica reports what it has synced only when it is asked again after the sync, or once a second. With WAIT
        # first, the second question follows at once (0.4 ms instead of 1 s).
        return (*received, ("WAITAOF", 1, 1, wait)) if self.level == "two-disks" else received

    def confirmed(self, replies: Sequence[Any]) -> bool:
        """Whether the replies to `vouchers` confirm that the batch is stored as this level requires."""
        if not self.replicated:
            return True
        if any(isinstance(reply, Exception) for reply in replies):
            return False
        _, received, *synced = replies
        return received >= 1 and all(local >= 1 and remote >= 1 for local, remote in synced)

    def shortfall(self, replies: Sequence[Any]) -> str:
        """Return what the replies fail to confirm, as a sentence."""
        refusal = next((reply for reply in replies if isinstance(reply, Exception)), None)
        if refusal is not None:
            return f"the store cannot confirm what its replicas have: {refusal}"
        received = replies[1] >= 1
        what, mend = ("synced a message", SLOW_DISK) if received else ("received a message", SLOW_REPLICA)
        return UNCONFIRMED.format(seconds=self.patience, what=what, mend=mend)


async def check_promises(direct: Direct, durability: Durability) -> None:
    """Raise SettingError if the store could lose acknowledged data at this level, or evict live keys."""
    wanted = {**SAFE, **({"min-replicas-to-write": "1"} if durability.replicated else {})}
    found = {name: await _configured(direct, name, wanted) for name in wanted}
    for name, value in SAFE.items():
        if found[name] != value:
            raise SettingError(WEAK.format(name=name, found=found[name], wanted=value))
    if durability.replicated:
        await _check_replicas(direct, durability.level, found["min-replicas-to-write"])


async def _configured(direct: Direct, name: str, wanted: Mapping[str, str]) -> str:
    try:
        pair = await direct("CONFIG", "GET", name)
    except ResponseError as problem:
        if not isinstance(problem, NoPermissionError) and "unknown command" not in str(problem).lower():
            raise
        mend = ALLOW if isinstance(problem, NoPermissionError) else ENABLE
        needs = ", ".join(f"{name} {value}" for name, value in wanted.items())
        raise SettingError(UNREADABLE.format(said=problem, wanted=needs, mend=mend)) from problem
    return str(pair[1].decode()) if pair else "unknown"


async def _check_replicas(direct: Direct, level: str, least: str) -> None:
    if level == "two-disks" and await direct("COMMAND", "INFO", "WAITAOF") in ([None], [[]], []):
        raise SettingError(NO_WAITAOF)
    info = fields_of(await direct("INFO", "replication"))
    if not any(name.startswith("slave") and "state=online" in value for name, value in info.items()):
        raise SettingError(NO_REPLICA.format(level=level))
    if least == "0":
        raise SettingError(GOES_ON_ALONE.format(level=level))
