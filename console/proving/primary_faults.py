"""A store of several servers whose primary changes, on purpose or because it is frozen."""

import asyncio
import signal

from console.proving.eventually import eventually
from console.proving.fault import Fault, Trial
from console.proving.layout import Layout
from console.proving.schedule import Strike
from console.proving.store_groups import Cluster, SentinelGroup, run

SENTINEL, CLUSTER = Layout(stores="sentinel"), Layout(stores="cluster")


async def hand_over(trial: Trial, strike: Strike) -> None:
    """The Sentinels make the replica the primary once it has everything."""
    group = trial.ground.group
    assert isinstance(group, SentinelGroup)
    await group.hand_over()
    await group.whole()


async def freeze_primary(trial: Trial, strike: Strike) -> None:
    """SIGSTOP: its connections stay open and silent, and when it wakes it still takes itself for the primary."""
    group = trial.ground.group
    assert isinstance(group, SentinelGroup)
    frozen = group.primary
    frozen.signal(signal.SIGSTOP)
    try:
        await asyncio.sleep(strike.hold)
    finally:
        frozen.signal(signal.SIGCONT)
    await group.whole()


async def change_node(trial: Trial, strike: Strike) -> None:
    """A cluster's replica takes over from its primary, which waits for it."""
    nodes = trial.ground.group
    assert isinstance(nodes, Cluster)
    replica = nodes.replica()
    run(replica, "CLUSTER FAILOVER")
    await eventually(lambda: replica.role == "master", "the replica to take over", within=30)
    await nodes.whole()


FAULTS: tuple[Fault, ...] = (
    Fault("sentinel-handover", "Sentinels make the replica the primary, on purpose", SENTINEL, hand_over),
    Fault(
        "sentinel-frozen", "SIGSTOP of the primary; Sentinels promote the replica", SENTINEL, freeze_primary, (6, 9), 2
    ),
    Fault("cluster-handover", "a cluster's replica takes over from its primary", CLUSTER, change_node),
)
