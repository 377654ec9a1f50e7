"""Validation of webhook endpoints."""

from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

from console.domain.validation.problems import Problems, check_name
from console.domain.webhooks import KINDS, LONGEST, WebhookEndpoint
from console.errors import Problem


def validate_endpoint(endpoint: WebhookEndpoint, others: Iterable[WebhookEndpoint]) -> list[Problem]:
    found = Problems(f"webhook:{endpoint.id}")
    check_name(found, endpoint.name, [other.name for other in others if other.id != endpoint.id])
    found.unless(_is_address(endpoint.url), "url", "Enter a full address, such as https://ops.example/sestetto.")
    found.unless(endpoint.kinds, "kinds", "Choose at least one event.")
    found.unless(set(endpoint.kinds) <= set(KINDS), "kinds", "This event does not exist.")
    return found


def _is_address(url: str) -> bool:
    if len(url) > LONGEST or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in ("https", "http") and _names_host(parts)
    except ValueError:
        return False


def _names_host(parts: SplitResult) -> bool:
    # A user name in an address can disguise the host; a port that is not a number raises ValueError.
    return bool(parts.hostname) and "@" not in parts.netloc and (parts.port is None or parts.port > 0)
