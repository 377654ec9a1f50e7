"""Members, their credentials, and the throttling of password guesses."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import event

from console.archive import one_clicks as one_clicks_module
from console.archive import sessions as sessions_module
from console.archive.database import Database
from console.archive.sessions import Origin
from console.archive.stores import Stores
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
async def stores(database: Database, clock: Clock) -> Stores:
    stores = Stores(database, clock=clock)
    await stores.queues.put(Queue("support", "Support"))
    await stores.members.add(id="ana", email="Ana@Example.com", name="Ana", password=PASSWORD, queues=("support",))
    return stores


async def sign_in(
    stores: Stores, password: str = PASSWORD, *, email: str = "ana@example.com", address: str = HOME
) -> str:
    proven = await stores.sessions.prove(email, password, address=address)
    return await stores.sessions.start(proven.member.id, Origin(address))


async def refusal(stores: Stores, password: str, **who: str) -> Exception:
    with pytest.raises((SignInNeeded, SlowDown)) as refused:
        await sign_in(stores, password, **who)
    return refused.value


# --- the directory -----------------------------------------------------------------------------


async def test_the_directory_holds_sites_queues_and_members(stores: Stores) -> None:
    site = Site("demo", "Shop", "support", ("https://shop.example",), "it", True, "https://shop.example/privacy")
    await stores.sites.put(site)
    ana = Member("ana", "Ana", "ana@example.com", "agent", ("support",))
    queue = Queue("support", "Support")
    assert await stores.directory.read() == Directory(3, {"demo": site}, {"support": queue}, {"ana": ana})


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


async def test_a_queue_comes_back_with_all_it_was_given(stores: Stores) -> None:
    await stores.queues.put(TIER_2)
    await stores.queues.put(TIER_1)
    queues = (await stores.directory.read()).queues
    assert (queues["first"], queues["second"]) == (TIER_1, TIER_2)


async def test_a_member_comes_back_with_languages_and_limit(stores: Stores) -> None:
    ana = (await stores.directory.read()).members["ana"]
    changed = replace(ana, name="Ana B.", limit=3, languages=("fr", "en"), role="supervisor", email="other@example.com")
    stands = await stores.members.update(changed)
    assert stands == await stores.directory.read()
    assert stands.members["ana"] == replace(changed, email=ana.email)


async def test_ana_s_own_limit_stays_below_the_supervisors_and_is_in_the_audit_log(stores: Stores) -> None:
    by = Author("ana", "Ana")
    stands = await stores.members.set_own_limit("ana", 4, by=by)
    assert (stands.members["ana"].limit, stands.members["ana"].at_once) == (6, 4)
    assert stands == await stores.directory.read()
    line = (await stores.audit.read())[0]
    assert (line.name, line.what) == ("Ana", "Member changed")
    assert (line.before, line.after) == ({"own_limit": 0}, {"own_limit": 4})
    for most in (6, 5):
        await stores.members.set_own_limit("ana", 3, by=by)
        await stores.members.set_limit("ana", most, by=Author("sam", "Sam"))
        taken_back = await stores.members.set_own_limit("ana", 6, by=by)
        assert (taken_back.members["ana"].own_limit, taken_back.members["ana"].at_once) == (0, most)


@pytest.mark.parametrize(("most", "own"), [(6, 3), (4, 3), (3, 0), (2, 0)])
async def test_a_supervisor_s_limit_clears_an_own_one_that_is_not_below_it(stores: Stores, most: int, own: int) -> None:
    await stores.members.set_own_limit("ana", 3, by=Author("ana", "Ana"))
    set_on_the_board = await stores.members.set_limit("ana", most, by=Author("sam", "Sam"))
    assert (set_on_the_board.members["ana"].own_limit, set_on_the_board.members["ana"].limit) == (own, most)
    raised = (await stores.members.set_limit("ana", 6, by=Author("sam", "Sam"))).members["ana"]
    assert raised.at_once == (own or 6)


@pytest.mark.parametrize(("most", "own"), [(6, 3), (3, 0)])
async def test_a_saved_form_keeps_an_own_limit_that_is_below(stores: Stores, most: int, own: int) -> None:
    ana = (await stores.directory.read()).members["ana"]
    await stores.members.set_own_limit("ana", 3, by=Author("ana", "Ana"))
    saved = await stores.members.update(replace(ana, name="Ana B.", limit=most))
    assert (saved.members["ana"].name, saved.members["ana"].own_limit) == ("Ana B.", own)


async def test_a_changed_limit_names_who_changed_it(stores: Stores) -> None:
    await stores.members.set_limit("ana", 2, by=Author("sam", "Sam"))
    line = (await stores.audit.read())[0]
    assert (line.name, line.what, line.target) == ("Sam", "Member changed", "member:ana")
    assert (line.before, line.after) == ({"limit": 6}, {"limit": 2})
    with pytest.raises(BadSettings, match="limit from 1 to 6"):
        await stores.members.set_limit("ana", 7, by=Author("sam", "Sam"))
    assert (await stores.directory.read()).members["ana"].limit == 2


async def test_slots_for_other_channels_are_kept_and_leave_fewer_for_live_chats(stores: Stores) -> None:
    ana = (await stores.directory.read()).members["ana"]
    changed = await stores.members.update(replace(ana, limit=4, channel_slots=2))
    assert changed == await stores.directory.read()
    assert (changed.members["ana"].limit, changed.members["ana"].channel_slots) == (4, 2)
    with pytest.raises(BadSettings, match="limit from 1 to 4"):
        await stores.members.set_limit("ana", 5, by=Author("sam", "Sam"))
    assert (await stores.members.set_limit("ana", 3, by=Author("sam", "Sam"))).members["ana"].channel_slots == 2
    shared = (await stores.members.update(replace(ana, channel_slots=None))).members["ana"]
    assert (shared.limit, shared.channel_slots) == (6, None)


async def test_a_queue_is_made_with_the_members_who_serve_it(stores: Stores) -> None:
    await stores.members.add(id="ben", email="ben@example.com", name="Ben", password="")
    await stores.queues.put(TIER_2, members=("ana", "ben"))
    assert {id: member.queues for id, member in (await stores.directory.read()).members.items()} == {
        "ana": ("support", "second"),
        "ben": ("second",),
    }
    await stores.queues.put(TIER_2, members=("ben",))
    assert (await stores.directory.read()).members["ana"].queues == ("support",)


async def test_reasons_for_being_away_and_retention_are_kept(stores: Stores) -> None:
    assert await stores.retention.days() is None
    await stores.retention.set_days(30)
    await stores.preferences.set_away_reasons(("Lunch", "Training"))
    assert await stores.retention.days() == 30
    assert (await stores.directory.read()).away_reasons == ("Lunch", "Training")


async def test_an_empty_directory_has_version_zero(database: Database) -> None:
    assert await Stores(database).directory.read() == Directory(0)


async def test_publishing_the_same_again_keeps_the_version(stores: Stores) -> None:
    await stores.sites.put(Site("demo", "Shop", "support", ("https://shop.example",)))
    before = await stores.directory.read()
    await stores.sites.put(Site("demo", "Shop", "support", ("https://shop.example",)))
    await stores.queues.put(Queue("support", "Support"))
    assert await stores.directory.read() == before


async def test_each_visible_change_raises_the_version(stores: Stores) -> None:
    versions = [(await stores.directory.read()).version]
    for change in (
        stores.queues.put(Queue("support", "Support", target=9_000)),
        stores.sites.put(Site("demo", "Shop", "support", ("https://shop.example",))),
        stores.members.add(email="ben@example.com", name="Ben", password=""),
        stores.members.disable("ana"),
    ):
        await change
        versions.append((await stores.directory.read()).version)
    assert versions == [2, 3, 4, 5, 6]


async def test_changes_at_once_each_get_a_version(stores: Stores) -> None:
    await asyncio.gather(*(stores.queues.put(Queue(f"q{number}", f"Line {number}")) for number in range(10)))
    directory = await stores.directory.read()
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
async def test_an_invalid_member_is_refused(stores: Stores, wrong: dict[str, Any]) -> None:
    before = await stores.directory.read()
    with pytest.raises(Refused):
        await stores.members.add(**{"email": "ben@example.com", "name": "Ben", "password": PASSWORD} | wrong)
    assert await stores.directory.read() == before


# --- signing in ----------------------------------------------------------------------------------


async def test_ana_signs_in_and_is_known_by_her_cookie(stores: Stores) -> None:
    me = await stores.sessions.holder(await sign_in(stores, email=" ANA@example.com"))
    assert me is not None
    assert me.member == Member("ana", "Ana", "ana@example.com", "agent", ("support",))


async def test_only_digests_are_kept(stores: Stores, database: Database) -> None:
    secrets = [
        await sign_in(stores),
        await stores.tokens.add("ana", "bot"),
        await stores.one_clicks.add("ana"),
    ]
    kept = [await rows(database, table) for table in (sessions, tokens, one_clicks, members, tries)]
    assert not [secret for secret in [*secrets, PASSWORD, HOME] if secret in str(kept)]


async def test_each_session_has_its_own_form_token(stores: Stores) -> None:
    first, second = [await stores.sessions.holder(await sign_in(stores)) for _ in range(2)]
    assert first is not None
    assert second is not None
    assert first.csrf != second.csrf
    assert first.session != second.session


@pytest.mark.parametrize(("email", "password"), [("ana@example.com", "wrong"), ("nobody@example.com", PASSWORD)])
async def test_wrong_and_unknown_get_the_same_words(stores: Stores, email: str, password: str) -> None:
    refused = await refusal(stores, password, email=email)
    assert (type(refused), str(refused)) == (SignInNeeded, sessions_module.WRONG)


async def test_an_unknown_user_costs_one_password_check_too(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[bool] = []
    plain = sessions_module.password_fits

    async def counted(hashed: str, text: str) -> bool:
        checked.append(bool(hashed))
        return await plain(hashed, text)

    monkeypatch.setattr(sessions_module, "password_fits", counted)
    await refusal(stores, "wrong")
    await refusal(stores, "wrong", email="nobody@example.com")
    assert checked == [True, False]


async def test_a_member_without_a_password_cannot_sign_in(stores: Stores) -> None:
    await stores.members.add(email="ben@example.com", name="Ben", password="")
    assert isinstance(await refusal(stores, "", email="ben@example.com"), SignInNeeded)


@pytest.mark.parametrize("cookie", ["", "x", "\udc80", "'; --", "a" * 100_000, "\0"])
async def test_an_invented_cookie_belongs_to_nobody(stores: Stores, cookie: str) -> None:
    assert await stores.sessions.holder(cookie) is None
    assert await stores.tokens.holder(cookie) is None
    assert await stores.one_clicks.use(cookie) is None


async def test_a_session_signed_out_is_over(stores: Stores) -> None:
    cookie, other = await sign_in(stores), await sign_in(stores)
    me = await stores.sessions.holder(cookie)
    assert me is not None
    await stores.sessions.sign_out(me.session)
    assert await stores.sessions.holder(cookie) is None
    assert await stores.sessions.holder(other) is not None


async def test_a_session_unused_for_half_a_day_is_over(stores: Stores, clock: Clock) -> None:
    cookie = await sign_in(stores)
    clock.move(11 * HOUR)
    assert await stores.sessions.holder(cookie) is not None
    clock.move(11 * HOUR)
    assert await stores.sessions.holder(cookie) is not None
    clock.move(12 * HOUR)
    assert await stores.sessions.holder(cookie) is None


async def test_no_session_lives_longer_than_a_week(stores: Stores, clock: Clock) -> None:
    cookie = await sign_in(stores)
    for _ in range(7 * 24 // 8 - 1):
        clock.move(8 * HOUR)
        assert await stores.sessions.holder(cookie) is not None
    clock.move(8 * HOUR)
    assert await stores.sessions.holder(cookie) is None


async def test_an_open_socket_keeps_a_session_for_at_most_a_week(
    stores: Stores, database: Database, clock: Clock
) -> None:
    cookie, other = await sign_in(stores), await sign_in(stores)
    me, gone = await stores.sessions.holder(cookie), await stores.sessions.holder(other)
    assert me is not None
    assert gone is not None
    bearer = await stores.tokens.holder(await stores.tokens.add("ana", "bot"))
    assert bearer is not None
    for _ in range(7 * 24 // 8 - 1):
        clock.move(8 * HOUR)
        assert await stores.sessions.keep_seen({me.session, bearer.session}) == set()
    assert await stores.sessions.holder(cookie) is not None
    assert await stores.sessions.holder(other) is None
    assert await stores.sessions.keep_seen({me.session, gone.session, "nobody"}) == {gone.session, "nobody"}
    clock.move(8 * HOUR)
    assert await stores.sessions.keep_seen({me.session, bearer.session}) == {me.session}
    assert await stores.sessions.holder(cookie) is None


async def test_a_session_signed_out_is_not_kept_by_an_open_socket(stores: Stores) -> None:
    cookie = await sign_in(stores)
    me = await stores.sessions.holder(cookie)
    assert me is not None
    await stores.sessions.sign_out(me.session)
    assert await stores.sessions.keep_seen({me.session}) == {me.session}
    assert await stores.sessions.holder(cookie) is None


async def test_any_number_of_open_sockets_is_one_statement(stores: Stores, database: Database) -> None:
    found = [await stores.sessions.holder(await sign_in(stores)) for _ in range(5)]
    statements: list[str] = []
    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))

    def updates() -> list[str]:
        return [one for one in statements if not one.startswith("BEGIN")]

    assert await stores.sessions.keep_seen({me.session for me in found if me is not None}) == set()
    assert len(updates()) == 1
    assert await stores.sessions.keep_seen({"token:bot"}) == set()
    assert len(updates()) == 1


async def test_a_page_view_is_a_write_only_once_a_minute(stores: Stores, database: Database, clock: Clock) -> None:
    cookie = await sign_in(stores)
    for _ in range(3):
        clock.move(20_000)
        await stores.sessions.holder(cookie)
    assert (await rows(database, sessions))[0]["seen"] == START + MINUTE


async def test_a_disabled_member_is_out_with_everything(stores: Stores) -> None:
    cookie, bearer = await sign_in(stores), await stores.tokens.add("ana", "bot")
    link = await stores.one_clicks.add("ana")
    await stores.members.disable("ana")
    assert await stores.sessions.holder(cookie) is None
    assert await stores.tokens.holder(bearer) is None
    assert await stores.one_clicks.use(link) is None
    assert str(await refusal(stores, PASSWORD)) == sessions_module.WRONG
    assert "ana" not in (await stores.directory.read()).members


async def test_disabling_nobody_says_so(stores: Stores) -> None:
    with pytest.raises(NotYours):
        await stores.members.disable("nobody")


# --- guessing ------------------------------------------------------------------------------------


async def test_five_wrong_guesses_and_the_account_waits(stores: Stores, clock: Clock) -> None:
    for guess in range(5):
        assert isinstance(await refusal(stores, f"guess {guess}", address=f"198.51.100.{guess}"), SignInNeeded)
    assert isinstance(await refusal(stores, PASSWORD, address="198.51.100.99"), SlowDown)
    clock.move(1_000)
    assert await stores.sessions.holder(await sign_in(stores)) is not None


async def test_each_further_guess_waits_twice_as_long_up_to_a_minute(stores: Stores, clock: Clock) -> None:
    waits = []
    for _ in range(12):
        await refusal(stores, "wrong")
        waited = 0
        while isinstance(await refusal_of_a_blocked_try(stores, clock), SlowDown):
            clock.move(500)
            waited += 500
        waits.append(waited)
    assert waits == sorted(waits)
    assert max(waits) <= MINUTE


async def refusal_of_a_blocked_try(stores: Stores, clock: Clock) -> Exception | None:
    """Whether a try would be refused unseen, without making one."""
    found = await rows(stores.database, tries)
    return SlowDown() if any(row["free_at"] > clock() for row in found) else None


async def test_guesses_in_parallel_gain_nothing(stores: Stores) -> None:
    results = await asyncio.gather(*(refusal(stores, f"guess {number}") for number in range(30)))
    assert sum(isinstance(result, SignInNeeded) for result in results) == 5


async def test_one_address_guessing_many_accounts_waits(stores: Stores) -> None:
    results = [await refusal(stores, "wrong", email=f"user{number}@example.com") for number in range(25)]
    assert [type(result) for result in results] == [SignInNeeded] * 20 + [SlowDown] * 5


async def test_an_ipv6_sender_is_its_whole_network(stores: Stores) -> None:
    senders = [(f"user{number}@example.com", f"2001:db8:1:2::{number:x}") for number in range(1, 25)]
    results = [await refusal(stores, "wrong", email=email, address=address) for email, address in senders]
    assert isinstance(results[-1], SlowDown)


async def test_unknown_accounts_are_slowed_with_the_same_words(stores: Stores) -> None:
    blocked = []
    for email in ("ana@example.com", "nobody@example.com"):
        for number in range(5):
            await refusal(stores, "wrong", email=email, address=f"198.51.100.{number}")
        blocked.append(str(await refusal(stores, "wrong", email=email, address="198.51.100.200")))
    assert blocked[0] == blocked[1]


async def test_a_right_password_resets_the_accounts_count(stores: Stores) -> None:
    for _ in range(3):
        for _ in range(4):
            await refusal(stores, "wrong")
        await sign_in(stores)


async def test_a_right_password_does_not_reset_the_address(stores: Stores) -> None:
    """Or whoever has one password could guess at all the others for ever."""
    results: list[Exception] = []
    for number in range(19):
        results.append(await refusal(stores, "wrong", email=f"user{number}@example.com"))
        await sign_in(stores)
    results += [await refusal(stores, "wrong", email=f"more{number}@example.com") for number in range(3)]
    assert [type(result) for result in results[-3:]] == [SignInNeeded, SlowDown, SlowDown]


async def test_guesses_are_forgotten_after_an_hour(stores: Stores, clock: Clock) -> None:
    for _ in range(4):
        await refusal(stores, "wrong")
    clock.move(HOUR + MINUTE)
    for _ in range(4):
        assert isinstance(await refusal(stores, "wrong"), SignInNeeded)


# --- tokens and links ------------------------------------------------------------------------------


async def test_a_bearer_token_is_its_member_and_posts_no_forms(stores: Stores) -> None:
    bearer = await stores.tokens.add("ana", "nightly bot")
    me = await stores.tokens.holder(bearer)
    assert bearer.startswith("sst_")
    assert me is not None
    assert (me.member.id, me.session.startswith("token:"), me.csrf) == ("ana", True, "")


async def test_a_revoked_token_is_nobody_and_off_the_list(stores: Stores) -> None:
    bearer, kept = (
        await stores.tokens.add("ana", "bot"),
        await stores.tokens.add("ana", "other"),
    )
    listed = await stores.tokens.of_member("ana")
    await stores.tokens.revoke(next(line.id for line in listed if line.name == "bot"))
    assert await stores.tokens.holder(bearer) is None
    assert await stores.tokens.holder(kept) is not None
    assert [line.name for line in await stores.tokens.of_member("ana")] == ["other"]


async def test_a_token_says_when_it_was_last_used(stores: Stores, clock: Clock) -> None:
    bearer = await stores.tokens.add("ana", "bot")
    assert [line.used for line in await stores.tokens.of_member("ana")] == [0]
    clock.move(MINUTE)
    await stores.tokens.holder(bearer)
    assert [line.used for line in await stores.tokens.of_member("ana")] == [START + MINUTE]


async def test_an_unknown_member_gets_no_token(stores: Stores) -> None:
    with pytest.raises(NotYours):
        await stores.tokens.add("nobody", "bot")


async def test_a_token_is_no_session_and_a_session_no_token(stores: Stores) -> None:
    assert await stores.sessions.holder(await stores.tokens.add("ana", "bot")) is None
    assert await stores.tokens.holder(await sign_in(stores)) is None


async def test_a_demo_link_signs_in_again_and_again_for_half_a_day(stores: Stores, clock: Clock) -> None:
    link = await stores.one_clicks.add("ana")
    for _ in range(2):
        cookie = await stores.one_clicks.use(link)
        assert cookie is not None
        assert await stores.sessions.holder(cookie) is not None
    clock.move(12 * HOUR)
    assert await stores.one_clicks.use(link) is None


async def test_a_demo_link_expires_after_many_uses(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_clicks_module, "ONE_CLICK_USES", 2)
    link = await stores.one_clicks.add("ana")
    assert [bool(await stores.one_clicks.use(link)) for _ in range(3)] == [True, True, False]


async def test_looking_at_a_demo_link_uses_nothing(stores: Stores, database: Database) -> None:
    link = await stores.one_clicks.add("ana")
    before = await rows(database, one_clicks)
    member = await stores.one_clicks.member(link)
    assert member is not None
    assert (member.name, await rows(database, one_clicks)) == ("Ana", before)


async def test_ended_credentials_and_old_tries_are_forgotten(stores: Stores, database: Database, clock: Clock) -> None:
    await sign_in(stores)
    await refusal(stores, "wrong")
    await stores.one_clicks.add("ana")
    await stores.tokens.add("ana", "old")
    await stores.tokens.revoke((await stores.tokens.of_member("ana"))[0].id)
    clock.move(60 * 24 * HOUR)
    kept = await stores.tokens.add("ana", "kept")
    await stores.drop_expired()
    assert [await rows(database, table) for table in (sessions, one_clicks, tries)] == [[], [], []]
    assert [row["name"] for row in await rows(database, tokens)] == ["kept"]
    assert await stores.tokens.holder(kept) is not None


@pytest.mark.parametrize("change", ["queue", "member", "disable"])
async def test_a_change_locks_what_it_has_read(stores: Stores, change: str) -> None:
    """SQLite lets one writer in at a time; PostgreSQL needs the row to be locked by whoever reads it to change it."""
    locked: list[str] = []

    def look(_connection: Any, asked: Any, *_more: Any) -> None:
        if getattr(asked, "_for_update_arg", None) is not None:
            locked.extend(table.name for table in asked.get_final_froms())

    event.listen(stores.database.engine.sync_engine, "before_execute", look)
    match change:
        case "queue":
            await stores.queues.put(TIER_2)
        case "member":
            await stores.members.set_limit("ana", 2, by=Author("sam", "Sam"))
        case _:
            await stores.members.disable("ana")
    assert locked == ["directory", "audit_heads"], "the head of the audit log last"
