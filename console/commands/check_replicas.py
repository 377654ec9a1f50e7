"""The part of `sestetto check` about the replicas of a store with several servers: each may become the primary."""

from typing import Any

from redis.asyncio import Connection

from console.commands.check_result import CheckResult
from console.errors import SettingError
from console.queue.asked_primary import AskedPrimary
from console.queue.durability import Durability, check_promises
from console.queue.primary import AWAY, Primary, ask, why

NONE = "the store's primary has no replica that could take over if it fails"


async def check_replicas(primary: Primary) -> list[CheckResult]:
    """Return nothing for a single server."""
    if not isinstance(primary, AskedPrimary):
        return []
    try:
        replicas = await primary.open_replicas()
    except AWAY as problem:
        return [CheckResult("note", f"cannot find the store's replicas: {why(problem)}")]
    if not replicas:
        return [CheckResult("note", NONE, "start the one that is down, or add one (replicaof, CLUSTER REPLICATE)")]
    found = [await _check(address, replica) for address, replica in replicas.items()]
    return [result for result in found if result is not None]


async def _check(address: str, replica: Connection | BaseException) -> CheckResult | None:
    if isinstance(replica, BaseException):
        return CheckResult("note", f"the replica at {address} does not respond: {why(replica)}")

    async def direct(*command: str | bytes | int) -> Any:
        return await ask(replica, *command)

    try:
        await check_promises(direct, Durability())
    except SettingError as problem:
        return CheckResult("wrong", f"the replica at {address} may become the primary, and then {problem}")
    except AWAY as problem:
        return CheckResult("note", f"the replica at {address} cannot be checked: {why(problem)}")
    finally:
        await replica.disconnect(nowait=True)
    return None
