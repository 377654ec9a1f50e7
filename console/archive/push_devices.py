"""Devices that are notified. Each is bound to the session that subscribed it, and is removed when the session ends."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, bindparam, delete, func, insert, select, update

from console.archive.audit import COMMAND_LINE, Somebody, note
from console.archive.credentials import is_active
from console.archive.database import Database
from console.archive.sessions import LONGEST_BROWSER, SESSION_LIFE
from console.archive.setting_values import read_value, write_value
from console.archive.tables import members, push_devices, sessions
from console.domain.push import MOST_DEVICES, PushDevice, PushKeys
from console.errors import BadCommand, NotYours
from console.security import digest

WORDS = "push_words"  # a setting: whether notifications may show what visitors wrote
NO_DEVICE = "Device not found. It may have been removed."
TOO_MANY = "You have notifications on too many devices. Remove one that you no longer use."
COLUMNS = [push_devices.c[name] for name in PushDevice.__struct_fields__]


class PushDevices:
    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        """Keeps who is notified where."""
        self.database = database
        self.clock = clock

    async def read_all(self) -> list[PushDevice]:
        """Return all devices that may be notified."""
        return await self._read(self._everybody)

    async def of_member(self, member: str) -> list[PushDevice]:
        """Return the member's devices, the newest first."""
        return await self._read(self._live(push_devices.c.member == member))

    async def read(self, id: str) -> PushDevice | None:
        """Return a device; None if it was removed, or its session or member is no longer active."""
        return next(iter(await self._read(self._live(push_devices.c.id == id))), None)

    async def put(self, device: PushDevice) -> None:
        """Add a device. A browser is listed once, whoever used it before. Raises BadCommand if the member has many."""
        theirs = push_devices.c.member == device.member
        async with self.database.writing() as connection:
            await connection.execute(delete(push_devices).where(_at(device.endpoint)))
            count = (
                await connection.execute(select(func.count()).select_from(push_devices).where(theirs))
            ).scalar_one()
            if count >= MOST_DEVICES:
                raise BadCommand(TOO_MANY)
            values = msgspec.structs.asdict(device) | {"made": self.clock(), "digest": digest(device.endpoint)}
            values["browser"] = device.browser[:LONGEST_BROWSER]
            await connection.execute(insert(push_devices).values(**values))

    async def renew(self, member: str, session: str, before: str, keys: PushKeys, key: str) -> str:
        """Bind the browser that was known at the endpoint `before` to this session.

        Return the device's id; empty if it is not the member's.
        """
        values = {"session": session, "key": key, "digest": digest(keys.endpoint), **msgspec.structs.asdict(keys)}
        this = _at(before) & (push_devices.c.member == member)
        async with self.database.writing() as connection:
            known = (await connection.execute(select(push_devices.c.id).where(this))).scalar()
            if known is None:
                return ""
            other = _at(keys.endpoint) & (push_devices.c.id != known)
            await connection.execute(delete(push_devices).where(other))
            await connection.execute(update(push_devices).where(push_devices.c.id == known).values(**values))
            return str(known)

    async def set_options(self, member: str, id: str, *, always: bool, alerts: bool) -> None:
        """Set when a device is notified. Raises NotYours for another member's device."""
        this = (push_devices.c.id == id) & (push_devices.c.member == member)
        async with self.database.writing() as connection:
            done = await connection.execute(update(push_devices).where(this).values(always=always, alerts=alerts))
            if not done.rowcount:
                raise NotYours(NO_DEVICE)

    async def remove(self, member: str, id: str) -> None:
        """Remove a device and its waiting notifications. Raises NotYours for another member's device."""
        await self._remove((push_devices.c.id == id) & (push_devices.c.member == member), must=True)

    async def remove_gone(self, id: str) -> None:
        """Remove a device whose browser has unsubscribed."""
        await self._remove(push_devices.c.id == id, must=False)

    async def note_result(self, id: str, code: str) -> None:
        """Record the result of a push."""
        async with self.database.writing() as connection:
            noted = update(push_devices).where(push_devices.c.id == id)
            await connection.execute(noted.values(told=self.clock(), code=code))

    async def words(self) -> bool:
        """Whether notifications may show what visitors wrote."""
        async with self.database.reading() as connection:
            return bool(await read_value(connection, WORDS))

    async def set_words(self, shown: bool, *, by: Somebody = COMMAND_LINE) -> None:
        async with self.database.writing() as connection:
            before = bool(await read_value(connection, WORDS))
            if before == shown:
                return
            await write_value(connection, WORDS, shown)
            old, new = {"words": before}, {"words": shown}
            await note(connection, by, self.clock(), "Notifications changed", "notifications", old, new)

    async def drop_ended(self) -> None:
        """Delete the devices of sessions that were ended; their waiting notifications are deleted with them."""
        ended = select(sessions.c.id).where(sessions.c.revoked.is_not(None))
        await self._remove(push_devices.c.session.in_(ended), must=False)

    @cached_property
    def _everybody(self) -> Select[Any]:
        """Built once: it is read every second."""
        return self._live()

    def _live(self, *more: ColumnElement[bool]) -> Select[Any]:
        """Select devices of active members whose session nobody has ended. A session without an open console still
        counts.
        """
        wanted = select(*COLUMNS).join(sessions, sessions.c.id == push_devices.c.session)
        wanted = wanted.join(members, members.c.id == push_devices.c.member)
        good = sessions.c.revoked.is_(None) & (sessions.c.created > bindparam("since")) & is_active()
        return wanted.where(good, *more).order_by(push_devices.c.made.desc(), push_devices.c.id)

    async def _read(self, wanted: Select[Any]) -> list[PushDevice]:
        since = {"since": self.clock() - SESSION_LIFE}
        rows = await self.database.read(lambda connection: connection.execute(wanted, since).mappings().all())
        return [PushDevice(**row) for row in rows]

    async def _remove(self, which: ColumnElement[bool], *, must: bool) -> None:
        async with self.database.writing() as connection:
            gone = await connection.execute(delete(push_devices).where(which))
            if must and not gone.rowcount:
                raise NotYours(NO_DEVICE)


def _at(endpoint: str) -> ColumnElement[bool]:
    return push_devices.c.digest == digest(endpoint)
