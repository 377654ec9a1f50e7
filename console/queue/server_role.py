"""Whether Sestetto supports a store's server: recent enough, and a primary that holds the whole workspace."""

from collections.abc import Mapping
from typing import NamedTuple

OLDEST = 7  # major version; earlier ones have no Functions


def misfit(info: Mapping[str, str], *, mode: str, at_start: bool) -> str:
    """Return what is wrong with a server according to its INFO, as the end of a sentence; empty if nothing is.

    `mode` is how it was found. A replica is wrong only `at_start`. Later it is about to become the primary, and
    commands wait for that.
    """
    name, version = server_of(info)
    if int(version.split(".")[0]) < OLDEST:
        return f"is {name} {version}, which has no Functions. Use Valkey, or Redis 7.0 or newer."
    if info.get("redis_mode", info.get("server_mode")) == "sentinel":
        return "is a Sentinel. Set SESTETTO_STORE to redis+sentinel://HOST:PORT/NAME, with the primary's name."
    if info.get("cluster_enabled") == "1" and mode == "single":
        return (
            "is a node of a cluster, which has only some of the keys. Set SESTETTO_STORE to redis+cluster://HOST:PORT, "
            "or use a server without cluster-enabled."
        )
    if at_start and info.get("role") in ("slave", "replica"):
        primary = f"{info.get('master_host', '?')}:{info.get('master_port', '?')}"
        return f"is a replica of {primary}. Set SESTETTO_STORE to the primary."
    return ""


def server_of(info: Mapping[str, str]) -> tuple[str, str]:
    """Return the server's name and version."""
    name = info.get("server_name", "redis")
    return name, info.get(f"{name}_version") or info["redis_version"]


class Lineage(NamedTuple):
    """Which history a primary replicates. `promoted`: it was a replica earlier in this run."""

    id: str = ""  # empty: not known
    promoted: bool = False


def lineage_of(info: Mapping[str, str]) -> Lineage:
    """Read INFO replication. A server that was merely restarted has a new id too, but no former one."""
    return Lineage(info.get("master_replid", ""), bool(info.get("master_replid2", "").strip("0")))


def fields_of(info: bytes) -> dict[str, str]:
    """Return the fields of INFO by name."""
    lines = (line.partition(":") for line in info.decode(errors="replace").splitlines() if line[:1] != "#")
    return {name: value for name, _, value in lines if name}
