"""Admins add and remove members, and every member changes their own password."""

from html import unescape

import httpx
import pytest

from console.events import Revoked, decode_fact
from console.projection.models import AgentState
from console.services import Services
from tests.support.page_client import PASSWORD, browser_of, sign_in_with, signed_in_browser
from tests.unit.settings.forms import QUEUE, faults, posted, saved


async def test_an_admin_adds_a_member_who_then_signs_in(services: Services, ada: httpx.AsyncClient) -> None:
    fields = {"name": "Ben", "email": "Ben@example.com", "password": "a first password", "role": "agent", "limit": "2"}
    page = await saved(ada, "/settings/members/new", **fields, **{"queue.support": "on", "languages": "French"})
    assert "<bdi>Ben</bdi> saved. It applies now." in page
    async with browser_of(services) as ben:
        assert (await sign_in_with(ben, "ben@example.com", "a first password")).status_code == 303
    (made,) = (one for one in services.directory.members.values() if one.name == "Ben")
    assert (made.limit, made.languages, made.queues, made.role) == (2, ("fr",), ("support",), "agent")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"email": "ANA@example.com"}, "A member with that e-mail or ID already exists."),
        ({"email": "ben"}, "Enter an e-mail address such as ana@shop.example."),
        ({"password": ""}, "Enter a first password so they can sign in."),
        ({"password": "short"}, "Use a password of 8 to 1000 characters."),
        ({"limit": "7"}, "Choose a limit from 1 to 6 chats."),
        ({"name": ""}, "Enter a name of up to 120 characters."),
        ({"role": "king"}, "Choose a role: agent, supervisor or admin."),
        ({"queue.nowhere": "on"}, "The queue nowhere does not exist."),
    ],
    ids=str,
)
async def test_a_member_who_cannot_be_is_refused_and_the_password_not_shown(
    services: Services, ada: httpx.AsyncClient, fields: dict[str, str], sentence: str
) -> None:
    right = {"name": "Ben", "email": "ben@example.com", "password": "hush hush hush", "role": "agent", "limit": "6"}
    answer = await posted(ada, "/settings/members/new", **{**right, **fields})
    assert faults(answer.text) == [sentence]
    assert "hush hush hush" not in answer.text
    assert len((await services.stores.directory.read()).members) == 3


async def test_a_disabled_member_is_out_at_once_and_may_be_let_in_again(
    services: Services, ada: httpx.AsyncClient, ana: httpx.AsyncClient
) -> None:
    page = await saved(ada, "/settings/member/ana", to="/settings/member/ana/disable")
    assert "<bdi>Ana</bdi> deactivated." in page
    assert "saved" not in page
    assert (await ana.get("/chats")).status_code == 303
    assert "ana" not in services.directory.members
    assert "Reactivate <bdi>Ana</bdi>" in (await ada.get("/settings/members")).text
    page = await saved(ada, "/settings/members", to="/settings/member/ana/enable")
    assert "<bdi>Ana</bdi> reactivated." in page
    assert services.directory.members["ana"].queues == ("support",)
    async with browser_of(services) as again:
        assert (await sign_in_with(again, "ana@example.com", PASSWORD)).status_code == 303


async def test_a_new_password_ends_what_was_signed_in(
    services: Services, ada: httpx.AsyncClient, ana: httpx.AsyncClient
) -> None:
    await saved(ada, "/settings/member/ana", to="/settings/member/ana/password", password="another one")
    assert (await ana.get("/chats")).status_code == 303
    async with browser_of(services) as again:
        assert (await sign_in_with(again, "ana@example.com", PASSWORD)).status_code == 401
        assert (await sign_in_with(again, "ana@example.com", "another one")).status_code == 303


async def test_ana_changes_her_own_password_and_is_out_everywhere_else(
    services: Services, ana: httpx.AsyncClient
) -> None:
    async with signed_in_browser(services) as elsewhere:
        wrong = await posted(ana, "/settings/password", current="a guess of mine", password="another one")
        assert faults(wrong.text) == ["The current password is wrong."]
        short = await posted(ana, "/settings/password", current=PASSWORD, password="short")
        assert faults(short.text) == ["Use a password of 8 to 1000 characters."]
        assert PASSWORD not in short.text
        await saved(ana, "/settings/password", current=PASSWORD, password="another one")
        assert (await ana.get("/chats")).status_code == 200
        assert (await elsewhere.get("/chats")).status_code == 303
        assert await revoked(services) == ["ana"]
    async with browser_of(services) as again:
        assert (await sign_in_with(again, "ana@example.com", "another one")).status_code == 303


async def test_guessing_at_the_password_of_an_open_session_gets_slower(
    services: Services, ana: httpx.AsyncClient
) -> None:
    tried = [await posted(ana, "/settings/password", current=f"guess {n}", password="another one") for n in range(6)]
    assert [one.status_code for one in tried] == [400] * 5 + [429]


async def test_an_admin_keeps_their_own_rights(services: Services, ada: httpx.AsyncClient) -> None:
    answer = await posted(ada, "/settings/member/ada", **{"name": "Ada", "role": "agent", "limit": "6"})
    assert faults(answer.text) == ["You can't deactivate yourself or change your own role. Ask another admin."]
    answer = await posted(ada, "/settings/member/ada", to="/settings/member/ada/disable")
    assert faults(answer.text) == ["You can't deactivate yourself or change your own role. Ask another admin."]
    assert services.directory.members["ada"].role == "admin"


async def test_whoever_loses_a_right_is_cut_off_where_they_are_connected(
    services: Services, ada: httpx.AsyncClient
) -> None:
    fields = {"name": "Sam", "limit": "6", "queue.support": "on"}
    await saved(ada, "/settings/member/sam", **fields, role="supervisor")
    assert await revoked(services) == []
    await saved(ada, "/settings/member/sam", **fields, role="agent")
    assert set(await revoked(services)) == {"sam"}
    assert services.directory.members["sam"].role == "agent"


async def revoked(services: Services) -> list[str]:
    """Whose sockets fell silent."""
    workspace = services.workspace
    feed = [
        decode_fact(values[1]) for _, values in await workspace.store.command("XRANGE", workspace.keys.feed, "-", "+")
    ]
    return [fact.agent for fact in feed if isinstance(fact, Revoked)]


async def test_the_last_member_of_a_queue_stays_in_it(services: Services, sam: httpx.AsyncClient) -> None:
    await saved(sam, "/settings/queues/new", **QUEUE)
    answer = await posted(sam, "/settings/member/ana", **{"name": "Ana", "limit": "6", "queue.support": "on"})
    assert faults(answer.text) == ["Choose at least one member for Level 1."]


async def test_ada_gives_ana_slots_for_other_channels_and_takes_them_back(
    services: Services, ada: httpx.AsyncClient
) -> None:
    fields = {"name": "Ana", "role": "agent", "limit": "4", "queue.support": "on"}
    assert "Share the live chat slots" in unescape((await ada.get("/settings/member/ana")).text)
    answer = await posted(ada, "/settings/member/ana", **fields, channel_slots="3")
    assert faults(answer.text) == ["Choose at most 2: there are 6 slots in all."]
    await saved(ada, "/settings/member/ana", **fields, channel_slots="0")
    assert services.directory.members["ana"].channel_slots == 0
    assert '<option value="0" selected>' in (await ada.get("/settings/member/ana")).text
    await saved(ada, "/settings/member/ana", **fields, channel_slots="")
    assert services.directory.members["ana"].channel_slots is None


async def test_what_the_members_own_figures_say_stands_beside_the_limit(
    services: Services, ada: httpx.AsyncClient
) -> None:
    services.picture.agents["ana"] = ana = AgentState("ana", "Ana", queues=["support"])
    page = unescape((await ada.get("/settings/member/ana")).text)
    assert "Right limit: Not enough data yet to suggest a number of chats." in " ".join(page.split())
    now = services.workspace.now()
    for chats, says in (
        (1, "With one chat 100% of the first words were in time."),
        (2, "At 2 chats 100% of the first words were in time."),
    ):
        for what in "wak" * 40:
            ana.levels.count(now, what, chats)
        page = unescape((await ada.get("/settings/member/ana")).text)
        assert says in " ".join(page.split())
