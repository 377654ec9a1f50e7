"""A place has one child, also when that one dies while another is started to replace it."""

import asyncio
import signal
from collections.abc import AsyncIterator
from typing import cast

import pytest

from console.processes.child import Child
from console.processes.place import Place
from tests.support.eventually import eventually


class FakeChild:
    """Starts and gets ready when the test says so."""

    def __init__(self, settings: bytes, pid: int) -> None:
        self.settings = settings
        self.pid = pid
        self.ready = asyncio.Event()
        self.starts = asyncio.Event()
        self.starts.set()
        self.ended = asyncio.Event()
        self.problem: OSError | None = None

    async def start(self) -> None:
        await self.starts.wait()
        if self.problem:
            raise self.problem

    async def serves(self) -> bool:
        await self.ready.wait()
        return True

    async def wait(self) -> int:
        await self.ended.wait()
        return 1

    async def stop(self, number: signal.Signals, patience: float) -> None:
        self.ended.set()


class Nursery:
    """Makes the children of a place; `slow`: they start only when the test says so; `full`: the machine has no room."""

    def __init__(self) -> None:
        self.children: list[FakeChild] = []
        self.slow = self.full = False

    def make(self, settings: bytes) -> Child:
        child = FakeChild(settings, len(self.children) + 1)
        if self.slow:
            child.starts.clear()
        if self.full:
            child.problem = OSError("Cannot allocate memory")
        self.children.append(child)
        return cast(Child, child)

    async def has(self, count: int) -> FakeChild:
        await eventually(lambda: len(self.children) == count, f"child {count}")
        return self.children[-1]

    def alive(self) -> list[FakeChild]:
        return [child for child in self.children if not child.problem and not child.ended.is_set()]


@pytest.fixture
async def nursery() -> Nursery:
    return Nursery()


@pytest.fixture
async def place(nursery: Nursery) -> AsyncIterator[Place]:
    place = Place("server 1", nursery.make, b"first", patience=1)
    nursery.children[0].ready.set()
    await place.start()
    keeping = asyncio.create_task(place.keep(lambda: None))
    yield place
    keeping.cancel()


async def test_who_is_restarted_has_the_settings_of_the_one_that_died(nursery: Nursery, place: Place) -> None:
    nursery.children[0].ended.set()
    assert (await nursery.has(2)).settings == b"first"
    nursery.children[1].ready.set()
    replacing = asyncio.create_task(place.replace(b"second"))
    (await nursery.has(3)).ready.set()
    assert await replacing
    nursery.children[2].ended.set()
    assert (await nursery.has(4)).settings == b"second"


async def test_one_that_dies_and_comes_back_while_it_is_replaced_does_not_stay(nursery: Nursery, place: Place) -> None:
    replacing = asyncio.create_task(place.replace(b"second"))
    fresh = await nursery.has(2)
    nursery.children[0].ended.set()
    back = await nursery.has(3)
    back.ready.set()
    fresh.ready.set()
    assert await replacing
    assert nursery.alive() == [fresh]
    assert place.child is cast(Child, fresh)


async def test_one_that_comes_back_just_after_it_was_replaced_does_not_stay(nursery: Nursery, place: Place) -> None:
    replacing = asyncio.create_task(place.replace(b"second"))
    fresh = await nursery.has(2)
    nursery.slow = True
    nursery.children[0].ended.set()
    back = await nursery.has(3)
    fresh.ready.set()
    assert await replacing
    back.starts.set()
    await eventually(lambda: nursery.alive() == [fresh], "the one that came back to be stopped")
    assert place.child is cast(Child, fresh)


async def test_one_that_the_machine_cannot_start_is_tried_again(nursery: Nursery, place: Place) -> None:
    nursery.full = True
    nursery.children[0].ended.set()
    await nursery.has(2)
    nursery.full = False
    back = await nursery.has(3)
    await eventually(lambda: place.child is cast(Child, back), "the third one to be kept")


async def test_one_that_the_machine_cannot_start_replaces_nobody(nursery: Nursery, place: Place) -> None:
    nursery.full = True
    assert not await place.replace(b"second")
    assert nursery.alive() == nursery.children[:1]
    assert place.child is cast(Child, nursery.children[0])
