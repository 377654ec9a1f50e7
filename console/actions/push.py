"""Notifications on one's own devices, and what admins allow them to show."""

import asyncio

import msgspec

from console.archive.credentials import TOKEN_SESSION, SignedIn
from console.archive.push_devices import NO_DEVICE
from console.domain.alert_delivery import Answer
from console.domain.directory import Member
from console.domain.ids import new_id
from console.domain.permissions import may, require
from console.domain.push import Nudge, PushDevice, PushKeys, is_usable
from console.errors import BadCommand, NotAllowed, NotYours, SlowDown
from console.push.client import Push
from console.push.texts import notice_of
from console.services import Services

UNUSABLE = "This browser's push service cannot be used from here."
BUSY = "Another test message is being sent. Wait a moment."
TEST_LIFE = 60  # seconds

_trying = asyncio.Semaphore(4)  # a test takes as long as the far end does


async def read_own(services: Services, by: SignedIn) -> list[PushDevice]:
    """Return one's own devices, newest first."""
    require(by.member, "answer")
    return await services.push.devices.of_member(by.member.id)


async def subscribe(
    services: Services, by: SignedIn, keys: PushKeys, *, browser: str, locale: str, always: bool, alerts: bool
) -> None:
    """Notify this browser from now on, for as long as it is signed in. Raises BadCommand if that is impossible."""
    _require_browser(by)
    if not is_usable(keys) or not await services.push_client.may_reach(keys.endpoint):
        raise BadCommand(UNUSABLE)
    alerts = alerts and may(by.member, "configure")
    device = PushDevice(
        new_id(),
        by.member.id,
        by.session,
        **msgspec.structs.asdict(keys),
        key=services.push_client.vapid.public,
        browser=browser,
        locale=locale,
        always=always,
        alerts=alerts,
    )
    await services.push.devices.put(device)


async def renew(services: Services, by: SignedIn, before: str, keys: PushKeys) -> str:
    """Record that this browser, known by the address `before`, is still here.

    Return its id; empty if it is not, or no longer, notified.
    """
    _require_browser(by)
    moved = bool(before) and before != keys.endpoint
    if not is_usable(keys) or (moved and not await services.push_client.may_reach(keys.endpoint)):
        return ""
    key = services.push_client.vapid.public
    return await services.push.devices.renew(by.member.id, by.session, before or keys.endpoint, keys, key)


async def set_options(services: Services, by: SignedIn, id: str, *, always: bool, alerts: bool) -> None:
    """Set when one of one's own devices is notified, and whether of alerts. Raises NotYours."""
    require(by.member, "answer")
    alerts = alerts and may(by.member, "configure")
    await services.push.devices.set_options(by.member.id, id, always=always, alerts=alerts)


async def remove(services: Services, by: SignedIn, id: str) -> None:
    """Stop notifying one of one's own devices. Raises NotYours."""
    require(by.member, "answer")
    await services.push.devices.remove(by.member.id, id)


async def send_test(services: Services, by: SignedIn, id: str) -> Answer:
    """Notify one of one's own devices now; return the result. Raises NotYours, SlowDown."""
    require(by.member, "answer")
    device = next((one for one in await read_own(services, by) if one.id == id), None)
    if device is None:
        raise NotYours(NO_DEVICE)
    if _trying.locked():
        raise SlowDown(BUSY)
    text = msgspec.json.encode(notice_of(Nudge("test", "test", 0), device.locale))
    async with _trying:
        answer, _ = await services.push_client.send(device, Push(text, "test", "high", TEST_LIFE))
    if answer.code == "gone":
        await services.push.devices.remove_gone(id)
    else:
        await services.push.devices.note_result(id, answer.code)
    return answer


async def shows_words(services: Services, by: Member) -> bool:
    """Whether notifications show visitors' names and words."""
    require(by, "answer")
    return await services.push.devices.words()


async def set_words(services: Services, by: Member, *, shown: bool) -> None:
    """Set whether notifications show visitors' names and words."""
    require(by, "administer")
    await services.push.devices.set_words(shown, by=by)


def _require_browser(by: SignedIn) -> None:
    require(by.member, "answer")
    if by.session.startswith(TOKEN_SESSION) or not by.csrf:
        raise NotAllowed("Only a browser that is signed in can be notified.")
