"""Admins' actions on webhooks: endpoints, their secrets, tests, and failed deliveries."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from console.archive.database import now_ms
from console.archive.webhook_outbox import TEST, EventLine
from console.domain.alert_delivery import Answer
from console.domain.directory import Member
from console.domain.ids import new_id
from console.domain.permissions import require
from console.domain.webhooks import WebhookEndpoint, new_secret, rotated, webhook_event
from console.errors import BadSettings, NothingToDo, Problem, SlowDown
from console.services import Services

PRIVATE = "%(detail)s. The server admin can allow private networks with SESTETTO_ALERT_NETWORKS."
BUSY = "Another test message is being sent. Wait a moment."

_trying = asyncio.Semaphore(1)  # one test at a time: it takes as long as the far end does


class Deliveries(NamedTuple):
    """What an endpoint's page shows."""

    waiting: int
    given_up: int
    dead: list[EventLine]
    latest: list[EventLine]


async def read_all(services: Services, by: Member) -> list[WebhookEndpoint]:
    require(by, "administer")
    return await services.webhooks.endpoints.read_all()


async def read(services: Services, by: Member, id: str) -> WebhookEndpoint:
    """Return one endpoint. Raises NotYours if it does not exist."""
    require(by, "administer")
    return await services.webhooks.endpoints.read(id)


async def deliveries(services: Services, by: Member, id: str) -> Deliveries:
    require(by, "administer")
    outbox = services.webhooks.outbox
    return Deliveries(*await outbox.counts(id), await outbox.dead(id), await outbox.latest(id))


async def save(services: Services, by: Member, endpoint: WebhookEndpoint, *, already: Sequence[Problem] = ()) -> None:
    """Add or change an endpoint; a new one gets a secret. Checks where it leads, without sending anything.

    Raises BadSettings with everything that is wrong, including what the caller has found `already`.
    """
    require(by, "administer")
    if not endpoint.secrets:
        endpoint = msgspec.structs.replace(endpoint, secrets=(new_secret(),), made=now_ms())
    wrong = [*already, *await services.webhooks.endpoints.problems_of(endpoint)]
    if "url" not in {one.field for one in wrong}:
        checked = await services.webhook_client.check(endpoint.url)
        if checked.code == "refused":
            wrong.append(Problem(f"webhook:{endpoint.id}", "url", PRIVATE, {"detail": checked.detail}))
    if wrong:
        raise BadSettings(wrong)
    await services.webhooks.endpoints.put(endpoint, by=by)


async def rotate(services: Services, by: Member, id: str) -> None:
    """Give an endpoint a new secret; the one before stays valid for a day."""
    require(by, "administer")
    endpoint = await services.webhooks.endpoints.read(id)
    await services.webhooks.endpoints.put(rotated(endpoint, now_ms()), by=by, rotates=True)


async def remove(services: Services, by: Member, id: str) -> None:
    """Remove an endpoint and its events."""
    require(by, "administer")
    await services.webhooks.endpoints.remove(id, by=by)


async def send_test(services: Services, by: Member, id: str) -> Answer:
    """Send a test at once and return the result. Raises SlowDown while another test runs."""
    require(by, "administer")
    endpoint = await services.webhooks.endpoints.read(id)
    if _trying.locked():
        raise SlowDown(BUSY)
    now = now_ms()
    event = webhook_event(f"evt_test_{new_id()}", TEST, now, {"by": by.name})
    async with _trying:
        answer = await services.webhook_client.post(endpoint.url, event.id, event.body, endpoint.valid_secrets(now))
    await services.webhooks.outbox.record_test(endpoint.id, event.id, answer)
    return answer


async def replay(services: Services, by: Member, id: str, event: int | None = None) -> int:
    """Send failed events again: one event, or all. Raises NothingToDo if there is none."""
    require(by, "administer")
    count = await services.webhooks.outbox.replay(id, event)
    if not count:
        raise NothingToDo
    return count
