"""Ana signs in with her company's account: a real OpenID provider, from our page there and back."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from console.domain.directory import Queue
from console.domain.identity_providers import Provider
from console.errors import NotYours
from console.identity.providers import OpenId
from console.services import Services
from tests.support.archive_feed import quick_passwords
from tests.support.authenticator import is_in, set_up
from tests.support.oidc_provider import SECRET, OpenIdProvider, running_provider
from tests.support.page_client import (
    ORIGIN,
    PASSWORD,
    an_installation,
    browser_of,
    fields_of,
    signed_in_browser,
)
from tests.unit.settings.forms import faults, posted

WITH = "/sign-in/with/lana"
NO_ACCESS = "You are signed in at the provider, but have no access here. Ask your admin."


@pytest.fixture(scope="module")
def lana(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenIdProvider]:
    """The company's provider, started once."""
    with running_provider(tmp_path_factory.mktemp("provider"), f"{ORIGIN}{WITH}/callback") as provider:
        yield provider


@pytest.fixture
async def services(
    tmp_path: Path, store_url: str, workspace_name: str, monkeypatch: pytest.MonkeyPatch, lana: OpenIdProvider
) -> AsyncIterator[Services]:
    quick_passwords(monkeypatch)
    async with an_installation(tmp_path, store_url, workspace_name) as services:
        services.openid = OpenId(("127.0.0.1",))
        await services.stores.queues.put(Queue("billing", "Billing"))
        await services.stores.members.add(
            id="ada",
            email="ada@example.com",
            name="Ada",
            password=PASSWORD,
            role="admin",
            queues=("support", "billing"),
        )
        await services.go_live(await services.stores.directory.read())
        await offer(services, lana)
        yield services
        await services.openid.close()


async def offer(services: Services, lana: OpenIdProvider, **settings: Any) -> None:
    provider = Provider(
        "lana", "Lana", lana.issuer, "sestetto", SECRET, default_role="agent", default_queues=("support",)
    )
    await services.stores.providers.put(replace(provider, **settings))


async def through(browser: httpx.AsyncClient, lana: OpenIdProvider, name: str) -> httpx.Response:
    """From our sign-in page to the provider, and back."""
    form = await browser.get("/sign-in", params={"next": "/chats"})
    assert f'href="{WITH}?next=%2Fchats"' in form.text
    there = await browser.get(WITH, params={"next": "/chats"})
    assert there.status_code == 303, there.text
    return await browser.get(await lana.sign_in(there.headers["location"], name))


@asynccontextmanager
async def signed_in_as(services: Services, lana: OpenIdProvider, name: str) -> AsyncIterator[httpx.AsyncClient]:
    async with browser_of(services) as browser:
        answer = await through(browser, lana, name)
        assert (answer.status_code, answer.headers.get("location")) == (303, "/chats"), answer.text
        yield browser


async def member(services: Services, name: str) -> Any:
    return next(one for one in (await services.stores.directory.read()).members.values() if one.name == name)


async def test_ben_becomes_a_member_at_his_first_sign_in_and_is_the_same_one_at_the_next(
    services: Services, lana: OpenIdProvider
) -> None:
    await offer(services, lana, create=True)
    lana.says(ben={"email": "ben@lana.example", "email_verified": True, "name": "Ben"})
    async with signed_in_as(services, lana, "ben") as ben:
        assert await is_in(ben)
    made = await member(services, "Ben")
    assert (made.email, made.role, made.queues) == ("ben@lana.example", "agent", ("support",))
    lana.says(ben={"email": "benjamin@lana.example", "email_verified": True, "name": "Benjamin"})
    async with signed_in_as(services, lana, "ben") as ben:
        page = (await ben.get("/settings/sessions")).text
        assert ">Ben</bdi></summary>" in page
    assert len((await services.stores.directory.read()).members) == 4


async def test_nobody_is_added_unless_ada_wants_that(services: Services, lana: OpenIdProvider) -> None:
    lana.says(kim={"email": "kim@lana.example", "email_verified": True, "name": "Kim"})
    async with browser_of(services) as kim:
        assert NO_ACCESS in (await through(kim, lana, "kim")).text
        assert not await is_in(kim)


@pytest.mark.parametrize(("link", "verified"), [(True, True), (True, False), (False, True)])
async def test_ana_is_the_member_with_her_address_only_if_it_is_verified_and_ada_allows_it(
    services: Services, lana: OpenIdProvider, link: bool, verified: bool
) -> None:
    await offer(services, lana, create=True, link=link)
    lana.says(ana={"email": "Ana@example.com", "email_verified": verified, "name": "Somebody"})
    async with browser_of(services) as browser:
        answer, comes_in = await through(browser, lana, "ana"), link and verified
        assert (await is_in(browser), NO_ACCESS in answer.text) == (comes_in, not comes_in)
        if comes_in:
            assert ">Ana</bdi></summary>" in (await browser.get("/settings/sessions")).text


async def test_claims_give_role_and_queues_and_take_them_away_again(services: Services, lana: OpenIdProvider) -> None:
    mapped = {"leads": "supervisor", "staff": "agent"}
    claims = {"role_claim": "groups", "roles": mapped, "queue_claim": "groups", "queues": {"money": "billing"}}
    await offer(services, lana, create=True, default_role="", **claims)
    zoe = {"email": "zoe@lana.example", "email_verified": True, "name": "Zoe"}

    lana.says(zoe={**zoe, "groups": ["staff", "leads", "money"]})
    async with signed_in_as(services, lana, "zoe") as before:
        assert (await before.get("/settings/queues")).status_code == 200
        now = await member(services, "Zoe")
        assert (now.role, now.queues) == ("supervisor", ("support", "billing"))

        lana.says(zoe={**zoe, "groups": ["staff"]})
        async with signed_in_as(services, lana, "zoe") as after:
            assert (await after.get("/settings/queues")).status_code == 403
        now = await member(services, "Zoe")
        assert (now.role, now.queues) == ("agent", ("support",))
        assert (await before.get("/settings/queues")).status_code == 403

        lana.says(zoe={**zoe, "groups": []})
        async with browser_of(services) as out:
            assert NO_ACCESS in (await through(out, lana, "zoe")).text
        assert not await is_in(before)


async def test_a_deactivated_member_stays_out(services: Services, lana: OpenIdProvider) -> None:
    await offer(services, lana, create=True, link=True)
    lana.says(eve={"email": "eve@lana.example", "email_verified": True, "name": "Eve"})
    async with signed_in_as(services, lana, "eve") as eve:
        await services.stores.members.disable((await member(services, "Eve")).id)
        assert not await is_in(eve)
        assert NO_ACCESS in (await through(eve, lana, "eve")).text
        assert not await is_in(eve)


async def test_ada_switches_passwords_off_once_she_has_come_in_through_the_provider(
    services: Services, lana: OpenIdProvider
) -> None:
    await offer(services, lana, link=True)
    lana.says(ada={"email": "ada@example.com", "email_verified": True, "name": "Ada"})
    rules = {"second_factor": "nobody", "no_passwords": "on"}
    async with signed_in_browser(services, "ada") as ada, signed_in_browser(services) as ana:
        refused = await posted(ada, "/settings/sign-in", **rules)
        assert faults(refused.text) == [
            "Sign in through a provider first, so that you know it works and are not locked out."
        ]
        async with signed_in_as(services, lana, "ada") as again:
            assert (await posted(again, "/settings/sign-in", **rules)).status_code == 303
            assert await is_in(again)
        assert (await is_in(ana), await is_in(ada)) == (False, False)
    async with browser_of(services) as browser:
        page = (await browser.get("/sign-in")).text
        assert ("Sign in with Lana" in page, 'name="password"' in page) == (True, False)
        assert "Wrong e-mail or password." in (await by_password(browser, "ana")).text
        assert (await by_password(browser, "ada")).status_code == 401
        await services.stores.sign_in.break_glass(await member(services, "Ada"), on=True)
        assert (await by_password(browser, "ada")).status_code == 303


async def by_password(browser: httpx.AsyncClient, who: str) -> httpx.Response:
    fields = fields_of(await browser.get("/sign-in?password=1"))
    return await browser.post("/sign-in", data={**fields, "email": f"{who}@example.com", "password": PASSWORD})


async def test_our_second_factor_is_asked_for_only_where_the_provider_is_set_so(
    services: Services, lana: OpenIdProvider
) -> None:
    await offer(services, lana, link=True)
    lana.says(ana={"email": "ana@example.com", "email_verified": True, "name": "Ana"})
    async with signed_in_browser(services) as ana:
        await set_up(ana)
    async with signed_in_as(services, lana, "ana"):
        pass
    await offer(services, lana, second_factor=True)
    async with browser_of(services) as browser:
        answer = await through(browser, lana, "ana")
        assert answer.headers["location"] == "/sign-in/code?next=%2Fchats"
        assert not await is_in(browser)


async def test_signing_out_offers_to_sign_out_there_too(services: Services, lana: OpenIdProvider) -> None:
    await offer(services, lana, link=True)
    lana.says(ana={"email": "ana@example.com", "email_verified": True, "name": "Ana"})
    async with signed_in_as(services, lana, "ana") as ana:
        answer = await ana.post("/sign-out", data=fields_of(await ana.get("/chats")))
        assert answer.headers["location"] == "/sign-in?out=lana"
        assert "Sign out of Lana too" in (await ana.get(answer.headers["location"])).text
        there = (await ana.get(f"{WITH}/sign-out")).headers["location"]
        assert there.startswith(f"{lana.issuer}/session/end?client_id=sestetto&post_logout_redirect_uri=")
        async with httpx.AsyncClient() as person:
            assert (await person.get(there)).status_code == 200


async def test_ada_sets_the_provider_up_and_the_test_says_what_is_wrong(
    services: Services, lana: OpenIdProvider
) -> None:
    await services.stores.providers.remove("lana")
    async with signed_in_browser(services, "ada") as ada:
        form = {"name": "Lana", "issuer": lana.issuer, "client_id": "sestetto", "client_secret": "not the one"}
        more = {"scopes": "openid email profile", "default_role": "agent", "on": "on", "roles": "leads = supervisor"}
        wrong = await posted(ada, "/settings/sign-in/providers/new", **{**form, **more, "roles": "leads"})
        assert faults(wrong.text) == ["“leads”: enter a value of the claim, =, and the role or queue it gives."]
        saved = await posted(ada, "/settings/sign-in/providers/new", **form, **more)
        assert saved.status_code == 303
        path = saved.headers["location"].partition("?")[0]
        assert "not the one" not in (await ada.get(path)).text + (await ada.get("/settings/changes")).text

        tested = await posted(ada, path, to=f"{path}/test")
        assert ("The test failed" in tested.text, "invalid_client" in tested.text) == (True, True)
        assert (await posted(ada, path, **{**form, **more, "client_secret": SECRET})).status_code == 303
        assert "The test passed" in (await posted(ada, path, to=f"{path}/test")).text
        renamed = await posted(ada, path, **{**form, **more, "client_secret": "", "name": "Lana's"})
        assert renamed.status_code == 303
        [kept] = await services.stores.providers.read_all()
        assert (kept.client_secret, kept.roles) == (SECRET, {"leads": "supervisor"})
        await posted(ada, path, **{**form, **more, "issuer": f"{lana.issuer}/elsewhere", "client_secret": ""})
        assert "answered 404" in (await posted(ada, path, to=f"{path}/test")).text

        assert (await posted(ada, path, to=f"{path}/remove")).status_code == 303
    with pytest.raises(NotYours):
        await services.stores.providers.read(kept.id)
