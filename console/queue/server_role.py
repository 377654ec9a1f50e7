"""Whether a store's server has a role that Sestetto works with: a primary that holds all of the workspace."""

from collections.abc import Mapping


def misfit(info: Mapping[str, str], *, mode: str, at_start: bool) -> str:
    """Return what is wrong with a server, from its INFO, as the end of a sentence; empty if nothing is.

    `mode` is how it was found. A replica is wrong only `at_start`: later it is about to become the primary, and
    commands wait for that.
    """
    if info.get("redis_mode", info.get("server_mode")) == "sentinel":
        return "is a Sentinel. Write redis+sentinel://HOST:PORT/NAME in SESTETTO_STORE, with the primary's name."
    if info.get("cluster_enabled") == "1" and mode == "single":
        return (
            "is a node of a cluster, with a part of the keys. Write redis+cluster://HOST:PORT in SESTETTO_STORE, or "
            "use a server without cluster-enabled."
        )
    if at_start and info.get("role") in ("slave", "replica"):
        primary = f"{info.get('master_host', '?')}:{info.get('master_port', '?')}"
        return f"is a replica of {primary}. Name the primary in SESTETTO_STORE."
    return ""
