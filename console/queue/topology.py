"""Chooses from the setting how to find the primary: one server, Sentinels, or a cluster."""

from console.domain.store_url import SCHEMES, read_asked_url
from console.queue.cluster import ClusterPrimary
from console.queue.primary import FixedPrimary, Primary
from console.queue.sentinels import SentinelPrimary


def primary_of(url: str, workspace: str) -> Primary:
    """Return how to find the workspace's primary."""
    if url.partition("://")[0] not in SCHEMES:
        return FixedPrimary(url)
    asked = read_asked_url(url)
    return SentinelPrimary(url, asked) if asked.mode == "sentinel" else ClusterPrimary(url, asked, workspace)
