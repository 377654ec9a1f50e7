"""Nobody can lock Ana out by guessing her password: places she signed in from recently still work."""

from collections.abc import AsyncIterator

import pytest

from console.archive.database import Database
from console.archive.sessions import WRONG, Origin
from console.archive.stores import Stores
from console.archive.tables import tries
from console.domain.directory import Queue
from console.errors import BadSettings, SignInNeeded, SlowDown
from tests.support.archive_feed import START, fresh_database, quick_passwords, rows

PASSWORD = "correct horse battery"
HOME, ELSEWHERE = "203.0.113.7", "192.0.2.50"
MINUTE, DAY = 60_000, 24 * 3_600_000  # ms


class Hands:
    """The clock's: tests move them."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        return self.now


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick_passwords(monkeypatch)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with fresh_database(database_url) as database:
        yield database


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
async def stores(database: Database, clock: Hands) -> Stores:
    stores = Stores(database, clock=clock)
    await stores.queues.put(Queue("support", "Support"))
    await stores.members.add(id="ana", email="ana@example.com", name="Ana", password=PASSWORD, queues=("support",))
    return stores


async def outcome(stores: Stores, password: str, address: str, *, device: str = "", who: str = "ana") -> str:
    try:
        proven = await stores.sessions.prove(f"{who}@example.com", password, address=address, device=device)
        await stores.sessions.start(proven.member.id, Origin(address))
    except SlowDown:
        return "wait"
    except SignInNeeded as refused:
        return str(refused)
    return "in"


async def attack(stores: Stores, *, who: str = "ana", tries: int = 12) -> None:
    """Two wrong guesses from each of several addresses, until the account waits for strangers."""
    for number in range(tries):
        await outcome(stores, "guess", f"198.51.100.{number // 2}", who=who)
    assert await outcome(stores, PASSWORD, "198.51.100.200", who=who) == "wait"


async def test_a_device_that_signed_in_lately_passes_the_account_s_lock(stores: Stores) -> None:
    await attack(stores)
    assert await outcome(stores, PASSWORD, ELSEWHERE) == "wait"
    assert await outcome(stores, PASSWORD, ELSEWHERE, device="ana's laptop") == "in"


async def test_an_address_that_signed_in_lately_passes_the_account_s_lock(stores: Stores, clock: Hands) -> None:
    assert await outcome(stores, PASSWORD, HOME) == "in"
    await attack(stores)
    assert await outcome(stores, PASSWORD, ELSEWHERE) == "wait"
    assert await outcome(stores, PASSWORD, HOME) == "in"
    clock.now += 31 * DAY
    await attack(stores)
    assert await outcome(stores, PASSWORD, HOME) == "wait", "that was not lately"


async def test_an_address_vouches_for_its_own_account_only(stores: Stores) -> None:
    await stores.members.add(id="ben", email="ben@example.com", name="Ben", password=PASSWORD, queues=("support",))
    assert await outcome(stores, PASSWORD, HOME) == "in"
    await attack(stores, who="ben")
    assert await outcome(stores, PASSWORD, HOME, who="ben") == "wait"


async def test_her_coming_in_does_not_open_the_account_to_the_attack(stores: Stores) -> None:
    await attack(stores)
    assert await outcome(stores, PASSWORD, ELSEWHERE, device="ana's laptop") == "in"
    assert await outcome(stores, "guess", "198.51.100.201") == "wait"


@pytest.mark.parametrize("device", ["stolen laptop", ""])
async def test_what_vouches_is_guessed_with_no_further_than_an_account(stores: Stores, device: str) -> None:
    assert await outcome(stores, PASSWORD, HOME) == "in"
    answers = [await outcome(stores, "guess", HOME, device=device) for _ in range(7)]
    assert answers == [WRONG] * 5 + ["wait"] * 2
    assert await outcome(stores, PASSWORD, ELSEWHERE) == "in", "the others do not wait for it"


async def test_tries_that_are_refused_count_against_their_address(stores: Stores) -> None:
    await attack(stores)
    answers = [await outcome(stores, "guess", ELSEWHERE) for _ in range(20)]
    assert answers == ["wait"] * 20
    assert await outcome(stores, PASSWORD, ELSEWHERE, who="ben") == "wait", "nothing is tried from there any more"
    assert await outcome(stores, "guess", "192.0.2.51", who="ben") == WRONG


async def test_a_device_is_let_through_from_an_address_that_waits(stores: Stores) -> None:
    for number in range(20):
        await outcome(stores, "guess", ELSEWHERE, who=f"user{number}")
    assert await outcome(stores, PASSWORD, ELSEWHERE) == "wait"
    assert await outcome(stores, PASSWORD, ELSEWHERE, device="ana's laptop") == "in"


async def test_nobody_can_tell_by_the_lock_who_has_an_account(stores: Stores) -> None:
    for who in ("ana", "nobody"):
        answers = [await outcome(stores, "guess", f"198.51.100.{number}", who=who) for number in range(8)]
        assert answers == [WRONG] * 5 + ["wait"] * 3


async def test_whoever_is_signed_in_changes_the_password_during_an_attack(stores: Stores) -> None:
    cookie = await stores.sessions.start("ana", Origin(HOME))
    me = await stores.sessions.holder(cookie)
    assert me is not None
    await attack(stores)
    await stores.passwords.change(me, PASSWORD, "another horse battery", address=ELSEWHERE)
    for _ in range(5):
        with pytest.raises(BadSettings, match="current password is wrong"):
            await stores.passwords.change(me, "guess", "x" * 10, address=ELSEWHERE)
    with pytest.raises(SlowDown):
        await stores.passwords.change(me, "another horse battery", "yet another horse", address=ELSEWHERE)


async def test_the_counts_name_no_device_address_or_account(stores: Stores, database: Database) -> None:
    await outcome(stores, "guess", HOME, device="ana's laptop")
    kept = str(await rows(database, tries))
    assert not [text for text in ("laptop", HOME, "ana") if text in kept]
