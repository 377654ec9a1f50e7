"""Every route of signing in, for nobody and for each role: who gets which answer, with a form of ours."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from console.domain.identity_providers import Provider
from console.domain.ids import new_id
from console.identity.providers import OpenId
from console.pages import invitation, provider_sign_in, second_factor
from console.pages.settings import invitations, members, providers, sign_in
from console.pages.settings import second_factor as own_second_factor
from console.services import Services
from tests.support.archive_feed import quick_passwords
from tests.support.page_client import PASSWORD, an_installation, browser_of, fields_of, signed_in_browser, with_mail

ROUTES = [
    *(second_factor.routes, provider_sign_in.routes, invitation.routes, own_second_factor.routes),
    *(sign_in.routes, providers.routes, invitations.routes),
]
NAMES = {"token": "none", "provider": "lana", "invitation": "none", "member": "ana"}
ROLES = ("nobody", "ana", "sam", "ada")


class Row(NamedTuple):
    """What nobody, an agent, a supervisor and an admin get; `nobody` is led to the sign-in with 303."""

    route: str
    answers: tuple[int, int, int, int]


TABLE = [
    # Before a session: the same for everybody. Without the step, link or flow they lead nowhere.
    Row("GET /sign-in/code", (303, 303, 303, 303)),
    Row("POST /sign-in/code", (303, 303, 303, 303)),
    Row("GET /sign-in/set-up", (303, 303, 303, 303)),
    Row("POST /sign-in/set-up", (303, 303, 303, 303)),
    Row("GET /sign-in/with/{provider}", (502, 502, 502, 502)),  # that provider is gone
    Row("GET /sign-in/with/{provider}/callback", (400, 400, 400, 400)),
    Row("GET /sign-in/with/{provider}/sign-out", (303, 303, 303, 303)),
    Row("GET /sign-in/invitation/{token}", (404, 404, 404, 404)),
    Row("POST /sign-in/invitation/{token}", (404, 404, 404, 404)),
    Row("GET /sign-in/forgot", (200, 200, 200, 200)),
    Row("POST /sign-in/forgot", (200, 200, 200, 200)),
    Row("GET /sign-in/reset/{token}", (404, 404, 404, 404)),
    Row("POST /sign-in/reset/{token}", (404, 404, 404, 404)),
    # One's own.
    Row("GET /settings/second-factor", (303, 200, 200, 200)),
    Row("POST /settings/second-factor", (303, 400, 400, 400)),  # without the password
    Row("POST /settings/second-factor/confirm", (303, 303, 303, 303)),
    Row("POST /settings/second-factor/codes", (303, 400, 400, 400)),
    Row("POST /settings/second-factor/remove", (303, 400, 400, 400)),
    # Admins'.
    Row("GET /settings/sign-in", (303, 403, 403, 200)),
    Row("POST /settings/sign-in", (303, 403, 403, 400)),
    Row("GET /settings/sign-in/providers/new", (303, 403, 403, 200)),
    Row("POST /settings/sign-in/providers/new", (303, 403, 403, 400)),
    Row("GET /settings/provider/{provider}", (303, 403, 403, 200)),
    Row("POST /settings/provider/{provider}", (303, 403, 403, 400)),
    Row("POST /settings/provider/{provider}/test", (303, 403, 403, 200)),
    Row("POST /settings/provider/{provider}/remove", (303, 403, 403, 303)),
    Row("GET /settings/members/invite", (303, 403, 403, 200)),
    Row("POST /settings/members/invite", (303, 403, 403, 400)),
    Row("POST /settings/invitation/{invitation}/revoke", (303, 403, 403, 404)),
    Row("POST /settings/member/{member}/second-factor", (303, 403, 403, 404)),
]


def test_every_route_is_in_the_table() -> None:
    lost = [route for route in members.routes if route.path.endswith("/second-factor")]
    every = [route for routes in ROUTES for route in routes] + lost
    named = {f"{method} {route.path}" for route in every for method in (route.methods or ()) if method != "HEAD"}
    assert named == {row.route for row in TABLE}


@pytest.fixture
async def services(
    tmp_path: Path, store_url: str, workspace_name: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Services]:
    quick_passwords(monkeypatch)
    async with an_installation(tmp_path, store_url, workspace_name) as services:
        services.openid = OpenId(("127.0.0.1",))
        with_mail(services)
        await services.stores.members.add(
            id="ada", email="ada@example.com", name="Ada", password=PASSWORD, role="admin", queues=("support",)
        )
        await services.go_live(await services.stores.directory.read())
        yield services
        await services.openid.close()


async def answer(browser: httpx.AsyncClient, route: str, role: str) -> httpx.Response:
    """Ask with the token of a form of ours: what is refused is refused for another reason."""
    method, _, path = route.partition(" ")
    path = path.format(**NAMES)
    if method == "GET":
        return await browser.get(path)
    ours = "/sign-in/forgot" if path.startswith("/sign-in") or role == "nobody" else "/settings/sessions"
    fields = fields_of(await browser.get(ours))
    return await browser.post(path, data={**fields, "id": new_id()})


async def test_each_role_gets_what_is_theirs(services: Services) -> None:
    lana = Provider("lana", "Lana", "http://127.0.0.1:9", "sestetto", default_role="agent")
    async with AsyncExitStack() as open_browsers:
        browsers = {"nobody": await open_browsers.enter_async_context(browser_of(services))}
        for role in ROLES[1:]:
            browsers[role] = await open_browsers.enter_async_context(signed_in_browser(services, role))
        for row in TABLE:
            await services.stores.providers.put(lana)
            got = tuple([(await answer(browsers[role], row.route, role)).status_code for role in ROLES])
            assert got == row.answers, row.route


async def test_no_form_is_taken_without_its_token(services: Services) -> None:
    async with signed_in_browser(services, "ada") as ada:
        for row in TABLE:
            method, _, path = row.route.partition(" ")
            if method == "POST":
                refused = await ada.post(path.format(**NAMES), data={"second_factor": "nobody"})
                assert refused.status_code in (303, 403, 404), row.route
                assert refused.headers.get("location", "/sign-in?over=1") == "/sign-in?over=1", row.route
