"""A store of several servers whose primary changes: on request, frozen, killed, or while its replica lags."""

import asyncio
import signal

from console.proving.eventually import eventually
from console.proving.fault import Fault, Trial
from console.proving.lagging_pair import LaggingPair
from console.proving.layout import Layout
from console.proving.schedule import Strike
from console.proving.store_groups import Cluster, Node, SentinelGroup, run
from console.queue.durability import PATIENCE

TIMED_OUT = 2 * PATIENCE + 0.3  # s until WAIT has timed out for the current batch and the next, with all commands
FAILOVER = 30.0  # s within which a replica must have taken over


async def hand_over(trial: Trial, strike: Strike) -> None:
    """The Sentinels promote the replica once it has everything."""
    group = _sentinels(trial)
    await group.hand_over()
    await group.whole()


async def freeze_primary(trial: Trial, strike: Strike) -> None:
    """SIGSTOP: its connections stay open and silent. When it wakes, it still acts as the primary."""
    group = _sentinels(trial)
    frozen = group.primary
    frozen.signal(signal.SIGSTOP)
    try:
        await asyncio.sleep(strike.hold)
    finally:
        frozen.signal(signal.SIGCONT)
    await group.whole()


async def change_node(trial: Trial, strike: Strike) -> None:
    """A cluster's replica takes over from its primary, which waits for it."""
    nodes = _nodes(trial)
    replica = nodes.replica()
    run(replica, "CLUSTER FAILOVER")
    await eventually(lambda: replica.role == "master", "the replica to take over", within=FAILOVER)
    await nodes.whole()


async def kill_primary(trial: Trial, strike: Strike) -> None:
    """SIGKILL: the Sentinels promote the replica, which accepts nothing until it has a replica of its own."""
    group = _sentinels(trial)
    await _killed(group.primary, group.replica, strike)
    await group.whole()


async def kill_node(trial: Trial, strike: Strike) -> None:
    """The same in a cluster."""
    nodes = _nodes(trial)
    await _killed(nodes.primary(trial.ground.stage.workspace), nodes.replica(), strike)
    await nodes.whole()


async def _killed(primary: Node, replica: Node, strike: Strike) -> None:
    primary.kill()
    await eventually(lambda: replica.role == "master", "the replica to take over", within=FAILOVER)
    await asyncio.sleep(strike.hold)


async def lag(trial: Trial, strike: Strike) -> None:
    """The replica receives nothing, then becomes the primary. The archive, which could fill the gap, is behind too.

    During this time no command may be acknowledged: neither a new one, nor one that is sent again after WAIT has timed
    out, on a new connection to the store.
    """
    pair, archiver = trial.ground.group, trial.ground.archiver
    assert isinstance(pair, LaggingPair)
    assert archiver is not None
    archiver.send(signal.SIGSTOP)
    try:
        pair.wire.swallow()
        await asyncio.sleep(TIMED_OUT)
        pair.door.drop()
        await asyncio.sleep(strike.hold)
        await pair.fail_over()
    finally:
        archiver.send(signal.SIGCONT)


def _sentinels(trial: Trial) -> SentinelGroup:
    assert isinstance(trial.ground.group, SentinelGroup)
    return trial.ground.group


def _nodes(trial: Trial) -> Cluster:
    assert isinstance(trial.ground.group, Cluster)
    return trial.ground.group


SENTINEL, CLUSTER = Layout(stores="sentinel"), Layout(stores="cluster")
LEVELS = ("replica", "two-disks")


def _at(level: str) -> tuple[Fault, ...]:
    def layout(stores: str) -> Layout:
        return Layout(stores=stores, durability=level, archiver=stores == "pair", quiet=PATIENCE + 1)

    sentinels = f"SIGKILL of the primary at the level {level}; Sentinels promote the replica"
    nodes = f"SIGKILL of the primary at the level {level}; a cluster's replica takes over"
    lags = f"SIGKILL of the primary at the level {level}, while its replica lacks the last seconds"
    return (
        Fault(f"{level}-sentinel", sentinels, layout("sentinel"), kill_primary, strikes=2),
        Fault(f"{level}-cluster", nodes, layout("cluster"), kill_node, strikes=2),
        Fault(f"{level}-lags", lags, layout("pair"), lag, (1, 2), 2),
    )


FAULTS: tuple[Fault, ...] = (
    Fault("sentinel-handover", "planned failover: Sentinels promote the replica", SENTINEL, hand_over),
    Fault(
        "sentinel-frozen", "SIGSTOP of the primary; Sentinels promote the replica", SENTINEL, freeze_primary, (6, 9), 2
    ),
    Fault("cluster-handover", "planned failover: a cluster's replica takes over", CLUSTER, change_node),
    *(fault for level in LEVELS for fault in _at(level)),
)
