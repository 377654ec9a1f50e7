"""Members, their credentials, and guessing that gets slower."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import event

from console.archive import credentials
from console.archive.database import Database
from console.archive.members import Accounts
from console.archive.tables import members, one_clicks, sessions, tokens, tries
from console.domain.directory import Directory, Hours, Member, Queue, Site
from console.errors import BadSettings, NotYours, Refused, SignInNeeded, SlowDown
from console.events import Author
from tests.support.archive_feed import START, fresh_database, quick_passwords, rows

PASSWORD = "correct horse battery"
HOME = "203.0.113.7"
MINUTE, HOUR = 60_000, 3_600_000  # ms


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        return self.now

    def move(self, ms: int) -> None:
        self.now += ms


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with fresh_database(database_url) as database:
        yield database


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick_passwords(monkeypatch)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def accounts(database: Database, clock: Clock) -> Accounts:
    accounts = Accounts(database, clock=clock)
    await accounts.put_queue(Queue("support", "Support"))
    await accounts.add_member(id="ana", email="Ana@Example.com", name="Ana", password=PASSWORD, queues=("support",))
    return accounts


async def sign_in(
    accounts: Accounts, password: str = PASSWORD, *, email: str = "ana@example.com", address: str = HOME
) -> str:
    return await accounts.sign_in(email, password, address=address)


async def refusal(accounts: Accounts, password: str, **who: str) -> Exception:
    with pytest.raises((SignInNeeded, SlowDown)) as refused:
        await sign_in(accounts, password, **who)
    return refused.value


# --- the directory -----------------------------------------------------------------------------


async def test_the_directory_holds_sites_queues_and_members(accounts: Accounts) -> None:
    site = Site("demo", "Shop", "support", ("https://shop.example",), "it", True, "https://shop.example/privacy")
    await accounts.put_site(site)
    ana = Member("ana", "Ana", "ana@example.com", "agent", ("support",))
    queue = Queue("support", "Support")
    assert await accounts.directory() == Directory(3, {"demo": site}, {"support": queue}, {"ana": ana})


TIER_2 = Queue("second", "Level 2", target=60_000)
TIER_1 = Queue(
    "first",
    "Level 1",
    target=6_000,
    ask=30_000,
    end=90_000,
    goal=85,
    head_start=5_000,
    mode="offer",
    accept=12_000,
    misses=2,
    languages=("en", "fr"),
    hours=Hours("Europe/Paris", ((0, 540, 1080), (1, 0, 1440)), ("2026-12-25",)),
    longest=40,
    overflow_to="second",
    overflow_after=45_000,
    wrapup=20_000,
    reasons=("Playback", "Invoice"),
)


async def test_a_queue_comes_back_with_all_it_was_given(accounts: Accounts) -> None:
    await accounts.put_queue(TIER_2)
    await accounts.put_queue(TIER_1)
    queues = (await accounts.directory()).queues
    assert (queues["first"], queues["second"]) == (TIER_1, TIER_2)


async def test_a_member_comes_back_with_languages_and_limit(accounts: Accounts) -> None:
    ana = (await accounts.directory()).members["ana"]
    changed = replace(ana, name="Ana B.", limit=3, languages=("fr", "en"), role="supervisor", email="other@example.com")
    stands = await accounts.update_member(changed)
    assert stands == await accounts.directory()
    assert stands.members["ana"] == replace(changed, email=ana.email)


async def test_a_limit_is_set_in_somebodys_name(accounts: Accounts) -> None:
    await accounts.set_limit("ana", 2, by=Author("sam", "Sam"))
    line = (await accounts.audit())[0]
    assert (line.name, line.what, line.target) == ("Sam", "Member changed", "member:ana")
    assert (line.before, line.after) == ({"limit": 6}, {"limit": 2})
    with pytest.raises(BadSettings, match="limit from 1 to 6"):
        await accounts.set_limit("ana", 7, by=Author("sam", "Sam"))
    assert (await accounts.directory()).members["ana"].limit == 2


async def test_a_queue_is_made_with_the_members_who_serve_it(accounts: Accounts) -> None:
    await accounts.add_member(id="ben", email="ben@example.com", name="Ben", password="")
    await accounts.put_queue(TIER_2, members=("ana", "ben"))
    assert {id: member.queues for id, member in (await accounts.directory()).members.items()} == {
        "ana": ("support", "second"),
        "ben": ("second",),
    }
    await accounts.put_queue(TIER_2, members=("ben",))
    assert (await accounts.directory()).members["ana"].queues == ("support",)


async def test_reasons_for_being_away_and_retention_are_kept(accounts: Accounts) -> None:
    assert await accounts.retention_days() is None
    await accounts.set_retention_days(30)
    await accounts.set_away_reasons(("Lunch", "Training"))
    assert await accounts.retention_days() == 30
    assert (await accounts.directory()).away_reasons == ("Lunch", "Training")


async def test_an_empty_directory_has_version_zero(database: Database) -> None:
    assert await Accounts(database).directory() == Directory(0)


async def test_publishing_the_same_again_keeps_the_version(accounts: Accounts) -> None:
    await accounts.put_site(Site("demo", "Shop", "support", ("https://shop.example",)))
    before = await accounts.directory()
    await accounts.put_site(Site("demo", "Shop", "support", ("https://shop.example",)))
    await accounts.put_queue(Queue("support", "Support"))
    assert await accounts.directory() == before


async def test_each_change_that_shows_bumps_the_version(accounts: Accounts) -> None:
    versions = [(await accounts.directory()).version]
    for change in (
        accounts.put_queue(Queue("support", "Support", target=9_000)),
        accounts.put_site(Site("demo", "Shop", "support", ("https://shop.example",))),
        accounts.add_member(email="ben@example.com", name="Ben", password=""),
        accounts.disable("ana"),
    ):
        await change
        versions.append((await accounts.directory()).version)
    assert versions == [2, 3, 4, 5, 6]


async def test_changes_at_once_each_get_a_version(accounts: Accounts) -> None:
    await asyncio.gather(*(accounts.put_queue(Queue(f"q{number}", f"Line {number}")) for number in range(10)))
    directory = await accounts.directory()
    assert (directory.version, len(directory.queues)) == (12, 11)


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "ANA@example.com "},
        {"id": "ana"},
        {"id": "../ana"},
        {"id": "Ana"},
        {"email": "nobody"},
        {"email": "a b@example.com"},
        {"email": "a\r\nBcc: x@example.com"},
        {"name": "  "},
        {"name": "B" * 121},
        {"name": "Ben\u202eanA"},
        {"role": "owner"},
        {"limit": 7},
        {"limit": 0},
        {"queues": ("nowhere",)},
        {"password": "short"},
        {"password": "x" * 1_001},
    ],
    ids=str,
)
async def test_a_member_who_cannot_be_is_refused(accounts: Accounts, wrong: dict[str, Any]) -> None:
    before = await accounts.directory()
    with pytest.raises(Refused):
        await accounts.add_member(**{"email": "ben@example.com", "name": "Ben", "password": PASSWORD} | wrong)
    assert await accounts.directory() == before


# --- signing in ----------------------------------------------------------------------------------


async def test_ana_signs_in_and_is_known_by_her_cookie(accounts: Accounts) -> None:
    me = await accounts.session(await sign_in(accounts, email=" ANA@example.com"))
    assert me is not None
    assert me.member == Member("ana", "Ana", "ana@example.com", "agent", ("support",))


async def test_only_digests_are_kept(accounts: Accounts, database: Database) -> None:
    secrets = [await sign_in(accounts), await accounts.add_token("ana", "bot"), await accounts.one_click("ana")]
    kept = [await rows(database, table) for table in (sessions, tokens, one_clicks, members, tries)]
    assert not [secret for secret in [*secrets, PASSWORD, HOME] if secret in str(kept)]


async def test_each_session_has_its_own_form_token(accounts: Accounts) -> None:
    first, second = [await accounts.session(await sign_in(accounts)) for _ in range(2)]
    assert first is not None
    assert second is not None
    assert first.csrf != second.csrf
    assert first.session != second.session


@pytest.mark.parametrize(("email", "password"), [("ana@example.com", "wrong"), ("nobody@example.com", PASSWORD)])
async def test_wrong_and_unknown_get_the_same_words(accounts: Accounts, email: str, password: str) -> None:
    refused = await refusal(accounts, password, email=email)
    assert (type(refused), str(refused)) == (SignInNeeded, credentials.WRONG)


async def test_an_unknown_user_costs_one_password_check_too(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[bool] = []
    plain = credentials.password_fits

    async def counted(hashed: str, text: str) -> bool:
        checked.append(bool(hashed))
        return await plain(hashed, text)

    monkeypatch.setattr(credentials, "password_fits", counted)
    await refusal(accounts, "wrong")
    await refusal(accounts, "wrong", email="nobody@example.com")
    assert checked == [True, False]


async def test_a_member_without_a_password_cannot_sign_in(accounts: Accounts) -> None:
    await accounts.add_member(email="ben@example.com", name="Ben", password="")
    assert isinstance(await refusal(accounts, "", email="ben@example.com"), SignInNeeded)


@pytest.mark.parametrize("cookie", ["", "x", "\udc80", "'; --", "a" * 100_000, "\0"])
async def test_a_made_up_cookie_is_nobody(accounts: Accounts, cookie: str) -> None:
    assert await accounts.session(cookie) is None
    assert await accounts.token(cookie) is None
    assert await accounts.use_one_click(cookie) is None


async def test_a_session_signed_out_is_over(accounts: Accounts) -> None:
    cookie, other = await sign_in(accounts), await sign_in(accounts)
    me = await accounts.session(cookie)
    assert me is not None
    await accounts.sign_out(me.session)
    assert await accounts.session(cookie) is None
    assert await accounts.session(other) is not None


async def test_a_session_unused_for_half_a_day_is_over(accounts: Accounts, clock: Clock) -> None:
    cookie = await sign_in(accounts)
    clock.move(11 * HOUR)
    assert await accounts.session(cookie) is not None
    clock.move(11 * HOUR)
    assert await accounts.session(cookie) is not None
    clock.move(12 * HOUR)
    assert await accounts.session(cookie) is None


async def test_no_session_lives_longer_than_a_week(accounts: Accounts, clock: Clock) -> None:
    cookie = await sign_in(accounts)
    for _ in range(7 * 24 // 8 - 1):
        clock.move(8 * HOUR)
        assert await accounts.session(cookie) is not None
    clock.move(8 * HOUR)
    assert await accounts.session(cookie) is None


async def test_who_has_an_open_socket_is_seen_and_a_week_is_the_end(
    accounts: Accounts, database: Database, clock: Clock
) -> None:
    cookie, other = await sign_in(accounts), await sign_in(accounts)
    me, gone = await accounts.session(cookie), await accounts.session(other)
    assert me is not None
    assert gone is not None
    bearer = await accounts.token(await accounts.add_token("ana", "bot"))
    assert bearer is not None
    for _ in range(7 * 24 // 8 - 1):
        clock.move(8 * HOUR)
        assert await accounts.keep_seen({me.session, bearer.session}) == set()
    assert await accounts.session(cookie) is not None
    assert await accounts.session(other) is None
    assert await accounts.keep_seen({me.session, gone.session, "nobody"}) == {gone.session, "nobody"}
    clock.move(8 * HOUR)
    assert await accounts.keep_seen({me.session, bearer.session}) == {me.session}
    assert await accounts.session(cookie) is None


async def test_a_session_signed_out_is_not_kept_by_an_open_socket(accounts: Accounts) -> None:
    cookie = await sign_in(accounts)
    me = await accounts.session(cookie)
    assert me is not None
    await accounts.sign_out(me.session)
    assert await accounts.keep_seen({me.session}) == {me.session}
    assert await accounts.session(cookie) is None


async def test_any_number_of_open_sockets_is_one_statement(accounts: Accounts, database: Database) -> None:
    found = [await accounts.session(await sign_in(accounts)) for _ in range(5)]
    statements: list[str] = []
    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))

    def updates() -> list[str]:
        return [one for one in statements if not one.startswith("BEGIN")]

    assert await accounts.keep_seen({me.session for me in found if me is not None}) == set()
    assert len(updates()) == 1
    assert await accounts.keep_seen({"token:bot"}) == set()
    assert len(updates()) == 1


async def test_a_page_view_is_a_write_only_once_a_minute(accounts: Accounts, database: Database, clock: Clock) -> None:
    cookie = await sign_in(accounts)
    for _ in range(3):
        clock.move(20_000)
        await accounts.session(cookie)
    assert (await rows(database, sessions))[0]["seen"] == START + MINUTE


async def test_a_disabled_member_is_out_with_everything(accounts: Accounts) -> None:
    cookie, bearer = await sign_in(accounts), await accounts.add_token("ana", "bot")
    link = await accounts.one_click("ana")
    await accounts.disable("ana")
    assert await accounts.session(cookie) is None
    assert await accounts.token(bearer) is None
    assert await accounts.use_one_click(link) is None
    assert str(await refusal(accounts, PASSWORD)) == credentials.WRONG
    assert "ana" not in (await accounts.directory()).members


async def test_disabling_nobody_says_so(accounts: Accounts) -> None:
    with pytest.raises(NotYours):
        await accounts.disable("nobody")


# --- guessing ------------------------------------------------------------------------------------


async def test_five_wrong_guesses_and_the_account_waits(accounts: Accounts, clock: Clock) -> None:
    for guess in range(5):
        assert isinstance(await refusal(accounts, f"guess {guess}", address=f"198.51.100.{guess}"), SignInNeeded)
    assert isinstance(await refusal(accounts, PASSWORD, address="198.51.100.99"), SlowDown)
    clock.move(1_000)
    assert await accounts.session(await sign_in(accounts)) is not None


async def test_each_further_guess_waits_twice_as_long_up_to_a_minute(accounts: Accounts, clock: Clock) -> None:
    waits = []
    for _ in range(12):
        await refusal(accounts, "wrong")
        waited = 0
        while isinstance(await refusal_of_a_blocked_try(accounts, clock), SlowDown):
            clock.move(500)
            waited += 500
        waits.append(waited)
    assert waits == sorted(waits)
    assert max(waits) <= MINUTE


async def refusal_of_a_blocked_try(accounts: Accounts, clock: Clock) -> Exception | None:
    """Whether a try would be refused unseen, without making one."""
    found = await rows(accounts.database, tries)
    return SlowDown() if any(row["free_at"] > clock() for row in found) else None


async def test_guesses_in_parallel_gain_nothing(accounts: Accounts) -> None:
    results = await asyncio.gather(*(refusal(accounts, f"guess {number}") for number in range(30)))
    assert sum(isinstance(result, SignInNeeded) for result in results) == 5


async def test_one_address_guessing_many_accounts_waits(accounts: Accounts) -> None:
    results = [await refusal(accounts, "wrong", email=f"user{number}@example.com") for number in range(25)]
    assert [type(result) for result in results] == [SignInNeeded] * 20 + [SlowDown] * 5


async def test_an_ipv6_sender_is_its_whole_network(accounts: Accounts) -> None:
    senders = [(f"user{number}@example.com", f"2001:db8:1:2::{number:x}") for number in range(1, 25)]
    results = [await refusal(accounts, "wrong", email=email, address=address) for email, address in senders]
    assert isinstance(results[-1], SlowDown)


async def test_unknown_accounts_are_slowed_with_the_same_words(accounts: Accounts) -> None:
    blocked = []
    for email in ("ana@example.com", "nobody@example.com"):
        for number in range(5):
            await refusal(accounts, "wrong", email=email, address=f"198.51.100.{number}")
        blocked.append(str(await refusal(accounts, "wrong", email=email, address="198.51.100.200")))
    assert blocked[0] == blocked[1]


async def test_a_right_password_wipes_the_accounts_slate(accounts: Accounts) -> None:
    for _ in range(3):
        for _ in range(4):
            await refusal(accounts, "wrong")
        await sign_in(accounts)


async def test_one_good_account_does_not_wipe_its_address(accounts: Accounts) -> None:
    """Or whoever has one password could guess at all the others for ever."""
    results: list[Exception] = []
    for number in range(19):
        results.append(await refusal(accounts, "wrong", email=f"user{number}@example.com"))
        await sign_in(accounts)
    results += [await refusal(accounts, "wrong", email=f"more{number}@example.com") for number in range(3)]
    assert [type(result) for result in results[-3:]] == [SignInNeeded, SlowDown, SlowDown]


async def test_an_hour_of_peace_forgets_the_guesses(accounts: Accounts, clock: Clock) -> None:
    for _ in range(4):
        await refusal(accounts, "wrong")
    clock.move(HOUR + MINUTE)
    for _ in range(4):
        assert isinstance(await refusal(accounts, "wrong"), SignInNeeded)


# --- tokens and links ------------------------------------------------------------------------------


async def test_a_bearer_token_is_its_member_and_posts_no_forms(accounts: Accounts) -> None:
    bearer = await accounts.add_token("ana", "nightly bot")
    me = await accounts.token(bearer)
    assert bearer.startswith("sst_")
    assert me is not None
    assert (me.member.id, me.session.startswith("token:"), me.csrf) == ("ana", True, "")


async def test_a_revoked_token_is_nobody_and_off_the_list(accounts: Accounts) -> None:
    bearer, kept = await accounts.add_token("ana", "bot"), await accounts.add_token("ana", "other")
    listed = await accounts.tokens("ana")
    await accounts.revoke_token(next(line.id for line in listed if line.name == "bot"))
    assert await accounts.token(bearer) is None
    assert await accounts.token(kept) is not None
    assert [line.name for line in await accounts.tokens("ana")] == ["other"]


async def test_a_token_says_when_it_was_last_used(accounts: Accounts, clock: Clock) -> None:
    bearer = await accounts.add_token("ana", "bot")
    assert [line.used for line in await accounts.tokens("ana")] == [0]
    clock.move(MINUTE)
    await accounts.token(bearer)
    assert [line.used for line in await accounts.tokens("ana")] == [START + MINUTE]


async def test_nobody_gets_no_token(accounts: Accounts) -> None:
    with pytest.raises(NotYours):
        await accounts.add_token("nobody", "bot")


async def test_a_token_is_no_session_and_a_session_no_token(accounts: Accounts) -> None:
    assert await accounts.session(await accounts.add_token("ana", "bot")) is None
    assert await accounts.token(await sign_in(accounts)) is None


async def test_a_demo_link_signs_in_again_and_again_for_half_a_day(accounts: Accounts, clock: Clock) -> None:
    link = await accounts.one_click("ana")
    for _ in range(2):
        cookie = await accounts.use_one_click(link)
        assert cookie is not None
        assert await accounts.session(cookie) is not None
    clock.move(12 * HOUR)
    assert await accounts.use_one_click(link) is None


async def test_a_demo_link_wears_out(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "ONE_CLICK_USES", 2)
    link = await accounts.one_click("ana")
    assert [bool(await accounts.use_one_click(link)) for _ in range(3)] == [True, True, False]


async def test_looking_at_a_demo_link_uses_nothing(accounts: Accounts, database: Database) -> None:
    link = await accounts.one_click("ana")
    before = await rows(database, one_clicks)
    member = await accounts.one_click_member(link)
    assert member is not None
    assert (member.name, await rows(database, one_clicks)) == ("Ana", before)


async def test_ended_credentials_and_old_tries_are_forgotten(
    accounts: Accounts, database: Database, clock: Clock
) -> None:
    await sign_in(accounts)
    await refusal(accounts, "wrong")
    await accounts.one_click("ana")
    await accounts.add_token("ana", "old")
    await accounts.revoke_token((await accounts.tokens("ana"))[0].id)
    clock.move(60 * 24 * HOUR)
    kept = await accounts.add_token("ana", "kept")
    await accounts.drop_expired()
    assert [await rows(database, table) for table in (sessions, one_clicks, tries)] == [[], [], []]
    assert [row["name"] for row in await rows(database, tokens)] == ["kept"]
    assert await accounts.token(kept) is not None


@pytest.mark.parametrize("change", ["queue", "member", "disable"])
async def test_a_change_keeps_others_away_from_what_it_has_read(accounts: Accounts, change: str) -> None:
    """SQLite lets one writer in at a time; PostgreSQL needs the row to be locked by whoever reads it to change it."""
    locked: list[str] = []

    def look(_connection: Any, asked: Any, *_more: Any) -> None:
        if getattr(asked, "_for_update_arg", None) is not None:
            locked.extend(table.name for table in asked.get_final_froms())

    event.listen(accounts.database.engine.sync_engine, "before_execute", look)
    match change:
        case "queue":
            await accounts.put_queue(TIER_2)
        case "member":
            await accounts.set_limit("ana", 2, by=Author("sam", "Sam"))
        case _:
            await accounts.disable("ana")
    assert locked == ["directory"]
