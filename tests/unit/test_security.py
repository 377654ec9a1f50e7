"""Passwords, tokens, origins, local paths and the headers of every page."""

import time
from types import SimpleNamespace

import httpx
import pytest
from argon2 import extract_parameters
from argon2.exceptions import VerifyMismatchError
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import BadSignature, TimestampSigner, URLSafeSerializer, URLSafeTimedSerializer
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from console import security
from console.app import Application
from console.security import (
    SecurityHeaders,
    VisitorTokens,
    address_group,
    csrf_of,
    digest,
    hash_password,
    is_loopback,
    local_path,
    new_token,
    origin_allowed,
    password_fits,
    same,
)
from console.security.cookies import DeviceTokens

SHOP = "https://shop.example"

# --- passwords -----------------------------------------------------------------------------------


async def test_a_password_fits_its_own_hash_only() -> None:
    hashed = await hash_password("correct horse")
    assert hashed.startswith("$argon2id$")
    assert await password_fits(hashed, "correct horse")
    assert not await password_fits(hashed, "Correct horse")


@pytest.mark.parametrize("text", ["", "x" * 1_000_000, "\0", "\udc80"])
async def test_no_text_is_the_password_of_nobody(text: str) -> None:
    assert not await password_fits("", text)


async def test_a_broken_hash_fits_nothing() -> None:
    assert not await password_fits("not a hash", "x")


async def test_an_unknown_user_takes_the_same_work_as_a_wrong_password(monkeypatch: pytest.MonkeyPatch) -> None:
    hashed, worked = await hash_password("correct horse"), []

    def verify(hashed: str, text: bytes) -> bool:
        worked.append(extract_parameters(hashed))
        raise VerifyMismatchError

    monkeypatch.setattr(security, "_hasher", SimpleNamespace(verify=verify))
    for kept, text in ((hashed, "wrong"), ("", "wrong"), (hashed, "x" * 100_000)):
        assert not await password_fits(kept, text)
    assert worked == [extract_parameters(hashed)] * 3


# --- tokens ----------------------------------------------------------------------------------------


def test_a_visitor_id_comes_back_from_its_token() -> None:
    tokens = VisitorTokens("s" * 32)
    assert tokens.read(tokens.sign("vera")) == "vera"


@given(st.text())
def test_no_made_up_token_is_a_visitor(token: str) -> None:
    assert VisitorTokens("s" * 32).read(token) is None


def test_a_token_of_another_secret_or_changed_by_a_letter_is_nobodys() -> None:
    token = VisitorTokens("s" * 32).sign("vera")
    assert VisitorTokens("t" * 32).read(token) is None
    assert VisitorTokens("s" * 32).read(token.replace(token[1], "x", 1)) is None


def test_a_token_belongs_to_the_site_that_gave_it() -> None:
    tokens = VisitorTokens("s" * 32)
    assert tokens.read(tokens.sign("vera", "shop"), "shop") == "vera"
    assert tokens.read(tokens.sign("vera", "shop"), "blog") is None


def test_a_token_lives_as_long_as_its_site_remembers(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens, now, day = VisitorTokens("s" * 32), int(time.time()), 24 * 3_600
    token = tokens.sign("vera", "shop")
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: now + 29 * day)
    assert tokens.read(token, "shop", days=30) == "vera"
    assert tokens.read(token, "shop", days=7) is None
    fresh = tokens.sign("vera", "shop")
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: now + 31 * day + 2)
    assert tokens.read(token, "shop", days=30) is None
    assert tokens.read(fresh, "shop", days=30) == "vera"


def test_a_token_of_a_site_that_remembers_nobody_leads_to_a_live_chat_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tokens, now, hour = VisitorTokens("s" * 32), int(time.time()), 3_600
    token = tokens.sign("vera", "shop")
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: now + 23 * hour)
    assert tokens.read(token, "shop", days=0) == "vera"
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: now + 25 * hour)
    assert tokens.read(token, "shop", days=0) is None


def test_a_token_of_a_release_before_is_taken_at_the_site_it_comes_to() -> None:
    former = str(URLSafeSerializer("s" * 32, salt="sestetto.visitor").dumps("vera"))
    assert VisitorTokens("s" * 32).read(former, "shop") == "vera"
    assert VisitorTokens("t" * 32).read(former, "shop") is None


def test_tokens_are_signed_with_sha_256_and_those_of_before_stay_good() -> None:
    """Visitors keep their chats, devices their accounts."""
    before = URLSafeTimedSerializer("s" * 32, salt="sestetto.visitor.site")  # HMAC-SHA-1, as by default
    assert VisitorTokens("s" * 32).read(str(before.dumps(["shop", "vera"])), "shop") == "vera"
    now = VisitorTokens("s" * 32).sign("vera", "shop")
    assert len(now.rpartition(".")[2]) == 43, "base64 of 32 bytes"
    with pytest.raises(BadSignature):
        before.loads(now)
    former = URLSafeTimedSerializer("s" * 32, salt="sestetto.device")
    devices = DeviceTokens("s" * 32)
    known = devices.sign("", "ana@shop.example")
    assert devices.device(str(former.dumps(devices._signer.loads(known))), "ana@shop.example")
    assert len(known.rpartition(".")[2]) == 43


def test_tokens_are_long_different_and_kept_as_digests() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert min(map(len, tokens)) >= 43
    assert len(digest(tokens.pop())) == 64


def test_a_forms_token_goes_with_one_cookie_and_does_not_show_it() -> None:
    cookie = new_token()
    assert same(csrf_of(cookie), csrf_of(cookie))
    assert not same(csrf_of(cookie), csrf_of(new_token()))
    assert cookie not in csrf_of(cookie)


def test_nothing_expected_fits_nothing() -> None:
    assert not same("", "")
    assert not same("", "x")


# --- origins ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("origin", [SHOP, f"{SHOP}:443", "HTTPS://SHOP.EXAMPLE"])
def test_the_same_scheme_host_and_port_are_allowed(origin: str) -> None:
    assert origin_allowed(origin, [SHOP])


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "",
        "null",
        "http://shop.example",
        "https://shop.example:8443",
        "https://shop.example.evil",
        "https://evil-shop.example",
        "https://evil.shop.example",
        "https://shop.example@evil",
        "https://evil#shop.example",
        "https://evil/https://shop.example",
        "https://shop.example/",
        "https://shop.example\n",
        "https://shop.example\\@evil",
        "https://shop.example:99999",
        "https://[shop.example",
        "shop.example",
        "file://shop.example",
    ],
)
def test_any_other_origin_is_not_allowed(origin: str | None) -> None:
    assert not origin_allowed(origin, [SHOP])


def test_with_no_origin_on_the_list_none_is_allowed() -> None:
    assert not origin_allowed(SHOP, [])
    assert not origin_allowed("null", ["null"])


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:8000", "localhost", "localhost:80", "[::1]:8000", "::1", "::ffff:127.0.0.1"]
)
def test_this_machine_is_known_by_its_names(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil",
        "127.0.0.1.evil.example",
        "localhost.evil",
        "192.168.0.1",
        "0.0.0.0",
        "127.0.0.1@evil",
        "[::1",
        "::ffff:10.0.0.1",
    ],
)
def test_other_names_are_not_this_machine(host: str) -> None:
    assert not is_loopback(host)


def test_a_sender_is_an_address_or_a_whole_ipv6_network() -> None:
    assert address_group("203.0.113.7") == "203.0.113.7" == address_group("::ffff:203.0.113.7")
    assert address_group("2001:db8::1") == address_group("2001:db8::ffff") != address_group("2001:db8:0:1::1")
    assert address_group("unknown") == "unknown"


# --- paths -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/chats", "/chats?text=a%20b&kind=left", "/chats/c1"])
def test_a_path_of_ours_is_gone_to(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "//evil",
        "///evil",
        "/\\evil",
        "\\\\evil",
        "https://evil",
        "javascript:alert(1)",
        "evil",
        "/\t/evil",
        "/\n/evil",
        " /x",
        "/ /evil",
        "/\u2044evil",
        "/x\r\nSet-Cookie: a=b",
    ],
)
def test_any_other_path_leads_home(path: str) -> None:
    assert local_path(path) == "/console"


# --- headers ---------------------------------------------------------------------------------------


async def headers_of(scheme: str, own: dict[str, str], *, subdomains: bool = False) -> httpx.Headers:
    async def page(_: Request) -> PlainTextResponse:
        return PlainTextResponse("hello", headers=own)

    app = SecurityHeaders(Starlette(routes=[Route("/", page)]), subdomains=subdomains)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"{scheme}://chat.example") as client:
        return (await client.get("/")).headers


async def test_every_page_forbids_frames_scripts_of_others_and_guessing() -> None:
    headers = await headers_of("http", {})
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert (headers["x-frame-options"], headers["x-content-type-options"]) == ("DENY", "nosniff")
    assert "strict-transport-security" not in headers


async def test_a_secure_page_stays_secure() -> None:
    assert (await headers_of("https", {}))["strict-transport-security"] == "max-age=31536000"


async def test_the_hosts_below_it_too_where_that_is_set() -> None:
    headers = await headers_of("https", {}, subdomains=True)
    assert headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    assert "strict-transport-security" not in await headers_of("http", {}, subdomains=True)


async def test_a_page_may_set_a_header_of_its_own() -> None:
    headers = await headers_of("http", {"Cross-Origin-Resource-Policy": "cross-origin"})
    assert headers.get_list("cross-origin-resource-policy") == ["cross-origin"]


# --- around everything -----------------------------------------------------------------------------


async def fails(_: Request) -> PlainTextResponse:
    raise RuntimeError("a bug")


async def says(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(request.url))


def application(origin: str = "") -> Application:
    app = Application(routes=[Route("/fails", fails), Route("/page/", says)])
    app.public_origin = origin
    return app


async def asked(app: Application, path: str, **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        return await client.get(path, headers=headers)


async def test_a_page_that_fails_has_the_headers_and_the_request_s_id_too() -> None:
    answer = await asked(application(), "/fails")
    assert answer.status_code == 500
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert len(answer.headers["x-request-id"]) == 12


async def test_a_request_s_id_is_ours() -> None:
    first, second = [await asked(application(), "/page/", **{"x-request-id": "theirs"}) for _ in range(2)]
    assert "theirs" != first.headers["x-request-id"] != second.headers["x-request-id"] != "theirs"


@pytest.mark.parametrize(
    ("origin", "ours"),
    [
        ("https://Chat.example", "https://chat.example"),
        ("https://chat.example:443", "https://chat.example"),
        ("http://chat.example:8080", "http://chat.example:8080"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
async def test_with_an_origin_in_the_settings_no_host_leads_anybody_away(origin: str, ours: str) -> None:
    app = application(origin)
    assert (await asked(app, "/page/", host="evil.example")).text == f"{ours}/page/"
    assert (await asked(app, "/page", host="evil.example")).headers["location"] == f"{ours}/page/"
