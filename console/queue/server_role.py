"""Whether a store's server has a role that Sestetto works with: one primary that holds everything."""

from collections.abc import Mapping


def misfit(info: Mapping[str, str], *, at_start: bool) -> str:
    """Return what is wrong with a server, from its INFO, as the end of a sentence; empty if nothing is.

    A replica is wrong only `at_start`: later it is about to become the primary, and commands wait for that.
    """
    if info.get("redis_mode", info.get("server_mode")) == "sentinel":
        return "is a Sentinel. Sestetto does not ask Sentinels yet: name the primary's own address in SESTETTO_STORE."
    if info.get("cluster_enabled") == "1":
        return (
            "is a node of a cluster, with a part of the keys. Sestetto needs one primary with all of them: "
            "use a server without cluster-enabled."
        )
    if at_start and info.get("role") in ("slave", "replica"):
        primary = f"{info.get('master_host', '?')}:{info.get('master_port', '?')}"
        return f"is a replica of {primary}. Name the primary in SESTETTO_STORE."
    return ""
