"""Actions on alert rules. Their URLs are secret, and might lead to forbidden addresses."""

import asyncio
from collections.abc import Sequence

from msgspec.structs import replace

from console.alerts.messages import trial
from console.domain.address_policy import what_is_wrong
from console.domain.alert_delivery import Answer
from console.domain.alerts import AlertRule, Destination
from console.domain.directory import Member
from console.domain.ids import new_id
from console.domain.permissions import require
from console.domain.validation.alerts import DESTINATIONS
from console.domain.validation.problems import Problems
from console.errors import BadSettings, Problem, SlowDown
from console.services import Services

PRIVATE = (
    "%(shown)s leads to %(detail)s, a private address. "
    "The server admin can allow that network with SESTETTO_ALERT_NETWORKS."
)
IN_TIME = "%(shown)s could not be checked in time. Try again."
UNUSABLE = "%(shown)s cannot be used. %(detail)s"
TOO_MANY = "Enter at most %(most)s destinations. Create another alert for more."
BUSY = "Another test message is being sent. Wait a moment."

_trying = asyncio.Semaphore(1)  # one test at a time: it takes as long as the far end does


async def read_all(services: Services, by: Member) -> list[AlertRule]:
    require(by, "configure")
    return await services.alerts.rules.read_all()


async def read(services: Services, by: Member, id: str) -> AlertRule:
    """Return one rule. Raises NotYours if it does not exist."""
    require(by, "configure")
    return await services.alerts.rules.read(id)


async def save(
    services: Services, by: Member, rule: AlertRule, urls: Sequence[str], *, already: Sequence[Problem] = ()
) -> None:
    """Add or change a rule with further destinations. Checks where they lead, without sending anything.

    Raises BadSettings with everything that is wrong, including what the caller has found `already`.
    """
    require(by, "configure")
    added, wrong = await _destinations(services, rule, urls)
    rule = replace(rule, destinations=(*rule.destinations, *added))
    reported = {*(one.field for one in already), *(["destinations"] if wrong else [])}
    wrong += [one for one in await services.alerts.rules.problems_of(rule) if one.field not in reported]
    if wrong or already:
        raise BadSettings([*already, *wrong])
    await services.alerts.rules.put(rule, by=by)


async def remove(services: Services, by: Member, id: str) -> None:
    """Remove a rule and everything it has reported."""
    require(by, "configure")
    await services.alerts.rules.remove(id, by=by)


async def send_test(services: Services, by: Member, id: str) -> None:
    """Send a test to all destinations at once and record the results. Raises SlowDown while another test runs."""
    require(by, "configure")
    rule = await services.alerts.rules.read(id)
    if _trying.locked():
        raise SlowDown(BUSY)
    message = trial(rule, by.name, services.settings.origin)
    async with _trying:
        answers = await asyncio.gather(*(services.couriers.send(one.url, message) for one in rule.destinations))
    for destination, answer in zip(rule.destinations, answers, strict=True):
        await services.alerts.outbox.record_trial(rule, destination, message, answer)


async def _destinations(services: Services, rule: AlertRule, urls: Sequence[str]) -> tuple[list[Destination], Problems]:
    """Check new destinations. Return the valid ones, and the problems with the others, under the field `add`."""
    wrong = Problems(f"alert:{rule.id}")
    for url in urls:
        if says := what_is_wrong(url):
            wrong.unless(False, "add", says)
    wrong.unless(len(urls) <= DESTINATIONS, "add", TOO_MANY, most=DESTINATIONS)
    urls = [url for url in urls[:DESTINATIONS] if not what_is_wrong(url)]
    checks = await asyncio.gather(*(services.couriers.check(url) for url in urls))
    for url, check in zip(urls, checks, strict=True):
        fine = check.code in ("fine", "unknown_host")
        shown = check.shown or f"{url.partition(':')[0]}://…"
        wrong.unless(fine, "add", _fault(check), shown=shown, detail=check.detail)
    added = [
        Destination(new_id(), url, check.shown, check.code if check.code != "fine" else "")
        for url, check in zip(urls, checks, strict=True)
    ]
    return added, wrong


def _fault(check: Answer) -> str:
    return {"refused": PRIVATE, "slow": IN_TIME}.get(check.code, UNUSABLE)
