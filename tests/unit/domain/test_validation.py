"""Invalid settings are refused with a sentence that says what to do, and change nothing."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from console.archive.stores import Stores
from console.domain.alerts import AlertRule, Destination
from console.domain.channels import ChannelRule
from console.domain.directory import Canned, Directory, Hours, Member, Queue, Site
from console.domain.validation import check, problems_in
from console.domain.validation.alerts import validate_alert
from console.domain.validation.members import origin_of
from console.domain.validation.queues import circle_from
from console.errors import BadSettings
from tests.support.archive_feed import fresh_database

ANA = Member("ana", "Ana", "ana@shop.example", "agent", ("support", "second"))
BEN = Member("ben", "Ben", "ben@shop.example", "agent", ("second",), languages=("fr",))
SUPPORT = Queue("support", "Support", overflow_to="second", overflow_after=30_000)
SECOND = Queue("second", "Level 2")
SHOP = Site("shop", "Shop", "support", ("https://shop.example",))
TEAM = Directory(
    1, {"shop": SHOP}, {"support": SUPPORT, "second": SECOND}, {"ana": ANA, "ben": BEN}, ("Lunch", "Training")
)


def test_an_alert_of_due_soon_may_be_as_early_as_the_longest_target_of_a_channel_allows() -> None:
    early = AlertRule(
        "r1", "Mail", due_soon=1_800_000, destinations=(Destination("d1", "json://ops.example", "json://…"),)
    )
    [wrong] = validate_alert(early, (), TEAM, ["en"])
    assert wrong.field == "due_soon"
    mails = replace(TEAM, queues={"support": replace(SUPPORT, channels=(ChannelRule("email"),))})
    assert validate_alert(early, (), mails, ["en"]) == []


def hours(*week: tuple[int, int, int], zone: str = "Europe/Rome", holidays: tuple[str, ...] = ()) -> Hours:
    return Hours(zone, week, holidays)


def said(directory: Directory, edited: str) -> list[tuple[str, str]]:
    """Field and sentence of each thing that is wrong."""
    try:
        check(TEAM, directory, edited=edited)
    except BadSettings as refused:
        return [(one.field, str(one)) for one in refused.wrong]
    return []


def with_queue(**changes: Any) -> Directory:
    return replace(TEAM, queues={**TEAM.queues, "support": replace(SUPPORT, **changes)})


def test_a_valid_team_has_no_problems() -> None:
    assert problems_in(TEAM) == []


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"name": ""}, "name", "Enter a name of 1 to 80 characters on one line."),
        ({"name": "x" * 81}, "name", "Enter a name of 1 to 80 characters on one line."),
        ({"name": "Sup\u202eport"}, "name", "Enter a name of 1 to 80 characters on one line."),
        ({"name": "LEVEL 2"}, "name", "The name LEVEL 2 is taken. Choose another one."),
        ({"target": 0}, "target", "Enter a target from 1 second to 1 day."),
        ({"target": 86_400_001}, "target", "Enter a target from 1 second to 1 day"),
        ({"goal": 0}, "goal", "Enter a goal from 1 to 100 percent."),
        ({"goal": 101}, "goal", "Enter a goal from 1 to 100 percent."),
        ({"head_start": -1}, "head_start", "Enter a head start from 0 to 3600 seconds."),
        ({"mode": "shove"}, "mode", "Choose a mode: push, offer or pull."),
        ({"mode": "offer", "accept": 0}, "accept", "Enter a time to accept from 3 to 120 seconds."),
        ({"mode": "offer", "accept": 2_999}, "accept", "Enter a time to accept from 3 to 120 seconds"),
        ({"misses": 0}, "misses", "Enter a number of missed offers from 1 to 20."),
        ({"ask": 0}, "ask", "Enter a time from 5 seconds to 1 day."),
        ({"end": 300_000}, "end", "The chat must end after the visitor is asked"),
        ({"longest": -1}, "longest", "Enter a queue limit from 1 to 10000 chats, or 0 for no limit."),
        ({"wrapup": 600_001}, "wrapup", "Enter a wrap-up time from 0 to 600 seconds."),
        (
            {"languages": ("klingon",)},
            "languages",
            "“klingon” is not a language. Use names or codes such as English or fr.",
        ),
        ({"languages": ("fr", "fr")}, "languages", "A language is listed twice. Remove one."),
        ({"reasons": ("Parcel", "parcel")}, "reasons", "parcel is listed twice. Remove one."),
        ({"reasons": ("x" * 61,)}, "reasons", "Enter reasons of 1 to 60 characters, one per line."),
        ({"reasons": tuple(f"r{n}" for n in range(51))}, "reasons", "Enter at most 50 reasons."),
        (
            {"overflow_to": "nowhere"},
            "overflow_to",
            "The overflow queue nowhere does not exist. Choose another one.",
        ),
        ({"overflow_after": 0}, "overflow_after", "Enter an overflow time from 1 second to 1 day"),
        ({"overflow_to": ""}, "overflow_to", "Choose an overflow queue or clear the time."),
        (
            {"overflow_to": "support"},
            "overflow_to",
            "These queues overflow in a loop: Support → Support. Remove the overflow from one of them.",
        ),
        (
            {"hours": hours(zone="Europe/Milan")},
            "zone",
            "“Europe/Milan” is not a time zone. Use one such as Europe/Rome.",
        ),
        ({"hours": hours(zone="../../etc/passwd")}, "zone", "“../../etc/passwd” is not a time zone"),
        (
            {"hours": hours((0, 540, 780), (0, 720, 1080))},
            "week0",
            "09:00-13:00 and 12:00-18:00 overlap. Merge them or change one.",
        ),
        (
            {"hours": hours((4, 1320, 360))},
            "week4",
            "22:00-06:00 ends before it starts. Past midnight, enter 22:00-24:00, then 00:00-06:00 the next day.",
        ),
        ({"hours": hours((4, 540, 1441))}, "week4", "09:00-24:01 ends before it starts"),
        ({"hours": hours((7, 540, 600))}, "week", "A week has the days 0 (Monday) to 6."),
        (
            {"hours": hours(holidays=("25.12.2026",))},
            "holidays",
            "“25.12.2026” is not a date. Enter dates such as 2026-12-25 or 2026-12-24 09:00-13:00.",
        ),
        ({"hours": hours(holidays=("2026-12-24 9-13",))}, "holidays", "“2026-12-24 9-13” is not a date."),
        (
            {"hours": hours(holidays=("2026-12-24 09:00-13:00, 12:00-18:00",))},
            "holidays",
            "09:00-13:00 and 12:00-18:00 overlap. Merge them or change one.",
        ),
        ({"hours": hours(holidays=("2026-12-24 13:00-09:00",))}, "holidays", "13:00-09:00 ends before it starts"),
        (
            {"hours": hours(holidays=("2026-12-24", "2026-12-24 09:00-13:00"))},
            "holidays",
            "2026-12-24 is listed twice. Remove one.",
        ),
        ({"hours": hours(holidays=("2026-02-30",))}, "holidays", "“2026-02-30” is not a date"),
    ],
    ids=str,
)
def test_an_invalid_queue_says_how_to_fix_it(changes: dict[str, Any], field: str, sentence: str) -> None:
    found = said(with_queue(**changes), "queue:support")
    assert [name for name, _ in found] == [field]
    assert found[0][1].startswith(sentence)


@pytest.mark.parametrize(
    "changes",
    [
        {"target": 1_000, "goal": 100, "head_start": 3_600_000},
        {"mode": "offer", "accept": 3_000},
        {"mode": "pull", "accept": 0},
        {"hours": hours((0, 540, 720), (0, 720, 1080), (1, 0, 1440))},
        {"hours": hours((0, 540, 720), (1, 540, 720), holidays=("2028-02-29",))},
        {"hours": hours(holidays=("2026-12-24 09:00-13:00, 13:00-24:00", "2026-12-25"))},
        {"languages": ("fr", "de")},
        {"overflow_to": "", "overflow_after": 0},
        {"name": "Support & Versand – 支持"},
    ],
    ids=str,
)
def test_a_queue_at_the_limits_is_accepted(changes: dict[str, Any]) -> None:
    assert said(with_queue(**changes), "queue:support") == []


def test_a_queue_that_nobody_serves_is_refused() -> None:
    nobody = replace(TEAM, members={id: replace(one, queues=()) for id, one in TEAM.members.items()})
    assert said(nobody, "queue:support")[0] == (
        "members",
        "Choose at least one member for Support.",
    )


def test_a_queue_without_a_name_yet_is_told_of_its_members_in_a_whole_sentence() -> None:
    nobody = replace(with_queue(name=""), members={})
    assert (
        "members",
        "Choose at least one member.",
    ) in said(nobody, "queue:support")


def test_a_language_that_no_member_speaks_is_refused() -> None:
    french = {"ana": replace(ANA, languages=("en",)), "ben": BEN}
    wanted = replace(with_queue(languages=("en", "de"), overflow_to="", overflow_after=0), members=french)
    assert said(wanted, "queue:support") == [
        ("languages", "No member of Support speaks de. Add one who does or remove the language.")
    ]


def test_members_of_one_language_each_are_added_one_by_one() -> None:
    queue = Queue("new", "New", languages=("en", "fr"))
    mute = replace(TEAM, queues={**TEAM.queues, "new": queue})
    ana = replace(ANA, languages=("en",), queues=(*ANA.queues, "new"))
    ben = replace(BEN, queues=(*BEN.queues, "new"))
    first = replace(mute, members={**mute.members, "ana": ana})
    both = replace(first, members={**first.members, "ben": ben})
    check(mute, first, edited="member:ana")
    check(first, both, edited="member:ben")
    with pytest.raises(BadSettings):
        check(both, first, edited="member:ben")


def test_a_language_spoken_one_tier_on_is_enough() -> None:
    english = {"ana": replace(ANA, languages=("en",)), "ben": BEN}
    assert said(replace(with_queue(languages=("en", "fr")), members=english), "queue:support") == []


def test_a_long_circle_of_overflows_is_named_in_order() -> None:
    queues = {
        one: Queue(one, one.upper(), overflow_to=two, overflow_after=1_000) for one, two in ("ab", "bc", "ca", "da")
    }
    known = Directory(1, queues=queues)
    assert circle_from(queues["b"], known) == ["B", "C", "A", "B"]
    assert circle_from(queues["d"], known) == []  # it leads into a circle, but is not in it


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"limit": 7}, "Choose a limit from 1 to 6 chats."),
        ({"limit": 0}, "Choose a limit from 1 to 6 chats."),
        ({"limit": 4, "channel_slots": 3}, "Choose at most 2: there are 6 slots in all."),
        ({"limit": 4, "channel_slots": -1}, "Choose at most 2: there are 6 slots in all."),
        ({"queues": ("support", "nowhere")}, "The queue nowhere does not exist."),
        ({"languages": ("xx",)}, "“xx” is not a language. Use names or codes such as English or fr."),
        ({"name": ""}, "Enter a name of up to 120 characters."),
        ({"role": "king"}, "Choose a role: agent, supervisor or admin."),
        ({"email": "ana"}, "Enter an e-mail address such as ana@shop.example."),
        ({"email": "ana@shop.example;ben@shop.example"}, "Enter an e-mail address such as ana@shop.example."),
        ({"email": "ana,ben@shop.example"}, "Enter an e-mail address such as ana@shop.example."),
        ({"email": "<ana@shop.example>"}, "Enter an e-mail address such as ana@shop.example."),
        ({"email": f"ana@{'x' * 300}"}, "Enter an e-mail address such as ana@shop.example."),
    ],
    ids=str,
)
def test_an_invalid_member_says_how_to_fix_it(changes: dict[str, Any], sentence: str) -> None:
    wanted = replace(TEAM, members={**TEAM.members, "ana": replace(ANA, **changes)})
    assert sentence in [one for _, one in said(wanted, "member:ana")]


def test_the_last_member_of_a_queue_cannot_leave_it() -> None:
    wanted = replace(TEAM, members={**TEAM.members, "ana": replace(ANA, queues=("second",))})
    assert said(wanted, "member:ana") == [("members", "Choose at least one member for Support.")]


def test_existing_problems_elsewhere_do_not_block_a_change() -> None:
    empty = replace(TEAM, queues={**TEAM.queues, "lost": Queue("lost", "Lost")})
    wanted = replace(empty, members={**TEAM.members, "ben": replace(BEN, limit=2)})
    check(empty, wanted, edited="member:ben")


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"queue": "nowhere"}, "queue", "The queue nowhere does not exist. Choose another one."),
        ({"origins": ()}, "origins", "Enter at least one website address, such as https://shop.example"),
        ({"origins": ("shop.example",)}, "origins", "“shop.example” is not a website address"),
        (
            {"origins": ("https://shop.example/cart",)},
            "origins",
            "“https://shop.example/cart” is not a website address",
        ),
        ({"privacy_url": "javascript:alert(1)"}, "privacy_url", "Enter a full address, such as"),
        ({"privacy_url": "/privacy"}, "privacy_url", "Enter a full address, such as"),
        ({"accent": "red;}"}, "accent", "Enter a colour as # and six digits, such as #1d5c88."),
        ({"key": "Our Shop"}, "key", "A key can have up to 64 lowercase letters, digits, hyphens and underscores."),
    ],
    ids=str,
)
def test_an_invalid_site_says_how_to_fix_it(changes: dict[str, Any], field: str, sentence: str) -> None:
    site = replace(SHOP, **changes)
    ((name, says),) = said(replace(TEAM, sites={site.key: site}), f"site:{site.key}")
    assert name == field
    assert says.startswith(sentence)


@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        (" https://Shop.Example:8443/ ", "https://shop.example:8443"),
        ("http://localhost", "http://localhost"),
        ("https://shop.example/path", ""),
        ("https://user@shop.example", ""),
        ("https://shop.example:port", ""),
        ("https://[::1", ""),
        ("javascript:alert(1)", ""),
        ("shop.example", ""),
        ("", ""),
    ],
)
def test_an_origin_is_a_scheme_and_a_host(typed: str, origin: str) -> None:
    assert origin_of(typed) == origin


# --- as SQL refuses them ---------------------------------------------------------------------------


@pytest.fixture
async def stores(tmp_path: Path) -> AsyncIterator[Stores]:
    async with fresh_database(tmp_path) as database:
        made = Stores(database)
        await made.queues.put(SECOND)
        await made.queues.put(SUPPORT)
        await made.sites.put(SHOP)
        for one in (ANA, BEN):
            await made.members.add(id=one.id, email=one.email, name=one.name, password="", queues=one.queues)
        yield made


async def refused(job: Any) -> str:
    with pytest.raises(BadSettings) as problem:
        await job
    return str(problem.value)


async def test_what_is_refused_leaves_no_trace(stores: Stores) -> None:
    before = await stores.directory.read(), await stores.audit.read()
    await refused(stores.queues.put(replace(SECOND, overflow_to="support", overflow_after=1_000)))
    await refused(stores.queues.put(SUPPORT, members=()))
    await refused(stores.preferences.set_away_reasons(("Lunch", "lunch")))
    await refused(stores.queues.put(replace(SUPPORT, target=0)))
    assert (await stores.directory.read(), await stores.audit.read()) == before


async def test_a_queue_on_the_form_needs_somebody_and_the_command_line_may_be_first(stores: Stores) -> None:
    gold = Queue("gold", "Gold")
    assert "at least one member" in await refused(stores.queues.put(gold, members=()))
    await stores.queues.put(gold)
    assert "gold" in (await stores.directory.read()).queues


async def test_a_queue_that_something_leads_to_is_not_removed(stores: Stores) -> None:
    assert (
        await refused(stores.queues.remove("support"))
        == "The site Shop uses this queue. Choose another queue for it first."
    )
    assert await refused(stores.queues.remove("second")) == (
        "Support overflows to this queue. Change its overflow first."
    )


@pytest.mark.parametrize("days", [0, -1, 3_651])
async def test_retention_is_a_day_to_ten_years(stores: Stores, days: int) -> None:
    assert "number of days from 1 to 3650" in await refused(stores.retention.set_days(days))


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (Canned("c", "", "Hello"), "Enter a name of 1 to 80 characters on one line."),
        (Canned("c", "HELLO", "Good day"), "The name HELLO is taken. Choose another one."),
        (Canned("c", "Bye", " \n"), "Enter a reply of up to 4000 characters."),
        (Canned("c", "Bye", "x" * 4_001), "Enter a reply of up to 4000 characters."),
        (Canned("c", "Bye", "Bye, {vistor}"), "{vistor} is not a placeholder. Use {visitor}, {first_name}, {agent}"),
        (Canned("c", "Bye", "Bye", "queue", "nowhere"), "The queue nowhere does not exist. Choose another one."),
        (Canned("c", "Bye", "Bye", snippet="hi"), "The snippet is taken by Hello."),
        (Canned("c", "Bye", "Bye", snippet="n"), "The snippet n is reserved for the visitor's first name."),
        (Canned("c", "Bye", "Bye", snippet="by e"), "A snippet can have up to 20 letters, digits, hyphens and"),
        (Canned("c", "Bye", "Bye", snippet="Bye"), "A snippet can have up to 20 letters, digits, hyphens and"),
        (Canned("c", "Bye", "Bye", snippet="-bye"), "A snippet can have up to 20 letters, digits, hyphens and"),
        (Canned("c", "Bye", "Bye", snippet="b" * 21), "A snippet can have up to 20 letters, digits, hyphens and"),
    ],
    ids=str,
)
async def test_an_invalid_reply_says_how_to_fix_it(stores: Stores, reply: Canned, sentence: str) -> None:
    await stores.canned.put(Canned("hello", "Hello", "Good day, {visitor}", snippet="hi"))
    assert (await refused(stores.canned.put(reply))).startswith(sentence)


async def test_the_same_title_for_other_people_is_another_reply(stores: Stores) -> None:
    for id, scope, owner in (("a", "shared", ""), ("b", "queue", "support"), ("c", "member", "ana")):
        await stores.canned.put(Canned(id, "Hello", "Good day", scope, owner))  # type: ignore[arg-type]
    ana = (await stores.directory.read()).members["ana"]
    assert [reply.id for reply in await stores.canned.for_member(ana)] == ["c", "b", "a"]


async def test_ana_may_have_a_snippet_of_her_own_by_the_teams_code(stores: Stores) -> None:
    for id, scope, owner in (("a", "shared", ""), ("b", "queue", "support"), ("c", "member", "ana")):
        await stores.canned.put(Canned(id, "Hello", "Good day", scope, owner, "हिन्दी"))  # type: ignore[arg-type]
    ana = (await stores.directory.read()).members["ana"]
    assert [(reply.id, reply.snippet) for reply in await stores.canned.for_member(ana)] == [
        ("c", "हिन्दी"),
        ("b", "हिन्दी"),
        ("a", "हिन्दी"),
    ]


async def test_every_change_leaves_a_line_and_somebodys_own_replies_none(stores: Stores) -> None:
    await stores.canned.put(Canned("mine", "Hello", "Good day", "member", "ana"))
    await stores.canned.put(Canned("ours", "Hello", "Good day"))
    await stores.canned.remove("mine")
    await stores.canned.remove("ours")
    await stores.members.disable("ben")
    await stores.members.enable("ben")
    said = [(line.what, line.target) for line in reversed(await stores.audit.read())]
    assert said[-4:] == [
        ("Canned reply added", "canned:ours"),
        ("Canned reply removed", "canned:ours"),
        ("Member deactivated", "member:ben"),
        ("Member reactivated", "member:ben"),
    ]
    assert "password" not in str(await stores.audit.read())
