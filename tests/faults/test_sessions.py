"""Sessions, and time passing over open sockets."""

import asyncio
from collections.abc import Collection

import pytest

from console.archive.database import now_ms
from console.archive.sessions import SESSION_IDLE, SESSION_LIFE
from console.background import leases
from console.background.leases import Leases
from console.errors import Unknown
from console.proving.clients import Cast
from tests.faults.installation import Inside
from tests.faults.test_costs import console_of
from tests.support.board_client import Board, cookie_of
from tests.support.eventually import eventually


def leases_of(inside: Inside) -> Leases:
    assert inside.app is not None
    found: Leases = inside.app.state.workers.leases
    return found


async def test_a_wall_keeps_its_session_and_is_cut_after_a_week(inside: Inside, cast: Cast) -> None:
    stores, passed = inside.services.stores, 0
    stores.sessions.clock = lambda: now_ms() + passed
    cookie = await cookie_of(inside, "sam")  # type: ignore[arg-type]
    wall = await Board.comes(inside, cookie=cookie, wall=True)  # type: ignore[arg-type]
    await wall.is_welcome()
    bot = await cast.agent("ana")
    async with console_of(inside, "ben"):
        for _ in range(8):
            passed += SESSION_IDLE - 60_000
            await leases_of(inside).keep_seen()
        again = await Board.comes(inside, cookie=cookie)  # type: ignore[arg-type]
        await again.is_welcome()
        assert wall.closed is None
        passed = SESSION_LIFE + 60_000
        await leases_of(inside).keep_seen()
        assert [await one.hears_close() for one in (wall, again)] == [4401, 4401]
        await eventually(lambda: len(inside.services.hub.everyone()) == 1, "ben to be cut too")
    assert bot.closes == []


async def test_while_sql_is_away_nobody_is_cut_and_it_is_tried_again(
    inside: Inside, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[Collection[str]] = []

    async def away(sessions: Collection[str]) -> set[str]:
        tried.append(sessions)
        raise Unknown

    monkeypatch.setattr(leases, "SEEN", 0.01)
    monkeypatch.setattr(inside.services.stores.sessions, "keep_seen", away)
    sam = await Board.comes(inside)  # type: ignore[arg-type]
    await sam.is_welcome()
    rounds = asyncio.create_task(leases_of(inside).sessions())
    await eventually(lambda: len(tried) > 1, "a second round")
    rounds.cancel()
    assert len(tried[-1]) == 1
    assert sam.closed is None
