"""Attacks by a provider are refused: forged, foreign and old tokens, other issuers, other addresses, silence."""

import base64
import hmac
import json
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from joserfc.jwk import ECKey, RSAKey

from console.domain.identity_providers import Provider, ProviderIdentity
from console.identity import discovery, transport
from console.identity.client import OpenIdClient
from console.identity.flow import Flow, new_flow
from console.identity.trouble import FlowOver, ProviderTrouble
from tests.support.forged_provider import ForgedProvider, forged_provider

BACK = "http://chat.example/sign-in/with/lana/callback"
BRACKETS = b"[" * 100_000
SECRET = "a client secret of thirty-two chars"


@pytest.fixture
def forged() -> Iterator[ForgedProvider]:
    with forged_provider() as provider:
        yield provider


@pytest.fixture
async def client() -> AsyncIterator[OpenIdClient]:
    client = OpenIdClient(("127.0.0.1",))
    yield client
    await client.close()


def lana(forged: ForgedProvider) -> Provider:
    return Provider("lana", "Lana", forged.issuer, "sestetto", SECRET, default_role="agent")


async def person(
    client: OpenIdClient, forged: ForgedProvider, flow: Flow | None = None, **answer: str
) -> ProviderIdentity:
    provider = lana(forged)
    flow = flow or new_flow(provider, "/console")
    forged.claims.setdefault("nonce", flow.nonce)
    return await client.person(provider, flow, {"code": "c", "state": flow.state, **answer}, BACK)


async def why(client: OpenIdClient, forged: ForgedProvider, **answer: str) -> str:
    with pytest.raises(ProviderTrouble) as refused:
        await person(client, forged, **answer)
    return refused.value.why


async def test_a_right_token_says_who_it_is(client: OpenIdClient, forged: ForgedProvider) -> None:
    forged.claims = {"email": "ana@lana.example", "email_verified": True}
    forged.user_info = {"name": "Ana", "email": "somebody@else.example", "groups": ["staff"]}
    found = await person(client, forged)
    assert (found.issuer, found.subject, found.email, found.verified) == (forged.issuer, "s1", "ana@lana.example", True)
    assert (found.name, found.claims["groups"]) == ("Ana", ["staff"])


@pytest.mark.parametrize(
    ("claims", "says"),
    [
        ({"iss": "https://evil.example"}, "another issuer's"),
        ({"iss": None}, "another issuer's"),
        ({"aud": "other"}, "another client"),
        ({"aud": ["sestetto", "other"]}, "several clients"),
        ({"aud": ["sestetto", "other"], "azp": "other"}, "another client"),
        ({"exp": -3_600}, "has ended"),
        ({"exp": None}, "has ended"),
        ({"exp": "later"}, "has ended"),
        ({"iat": 3_600}, "not made now"),
        ({"iat": None}, "not made now"),
        ({"nonce": "of another sign-in"}, "another sign-in"),
        ({"nonce": None}, "another sign-in"),
        ({"sub": ""}, "names nobody"),
        ({"sub": "x" * 256}, "names nobody"),
    ],
    ids=str,
)
async def test_a_token_of_somebody_else_or_another_time_is_refused(
    client: OpenIdClient, forged: ForgedProvider, claims: dict[str, Any], says: str
) -> None:
    now = int(time.time())
    forged.claims = {name: now + value if isinstance(value, int) else value for name, value in claims.items()}
    assert says in await why(client, forged)


def unsigned(forged: ForgedProvider, algorithm: str) -> str:
    """The token with another header and no signature."""
    _, body, _ = forged.token().split(".")
    return f"{_base64(json.dumps({'alg': algorithm, 'kid': 'k1'}).encode())}.{body}."


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "HS256", "", "ES256"])
async def test_a_token_without_a_signature_is_refused(
    client: OpenIdClient, forged: ForgedProvider, algorithm: str
) -> None:
    forged.id_token = unsigned(forged, algorithm)
    assert ("not accepted" in (said := await why(client, forged))) or "signature is not right" in said


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "a.b.c.d.e", "..", "\u00e4.b.c"])
async def test_what_is_no_token_is_refused(client: OpenIdClient, forged: ForgedProvider, token: str) -> None:
    forged.answers["/token"] = (200, {"id_token": token})
    assert "ID token" in await why(client, forged)


async def test_a_token_signed_with_what_everybody_has_is_refused(client: OpenIdClient, forged: ForgedProvider) -> None:
    pem = forged.keys[0].as_pem(private=False)  # type: ignore[union-attr, call-arg]
    for everybodys in (SECRET.encode(), pem):
        signed = unsigned(forged, "HS256").removesuffix(".")
        forged.id_token = f"{signed}.{_base64(hmac.digest(everybodys, signed.encode(), 'sha256'))}"
        assert "HS256, which is not accepted" in await why(client, forged)


async def test_a_token_signed_with_anothers_key_is_refused(client: OpenIdClient, forged: ForgedProvider) -> None:
    forged.signs_with = ECKey.generate_key("P-256", {"kid": "k1"})
    assert "signature is not right" in await why(client, forged)
    forged.header = {"alg": "RS256", "kid": "k1"}
    forged.signs_with = RSAKey.generate_key(2048, {"kid": "k1"})
    assert "signature is not right" in await why(client, forged)


async def test_keys_are_kept_renewed_when_they_change_and_not_asked_for_at_every_unknown_one(
    client: OpenIdClient, forged: ForgedProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        forged.claims = {}
        await person(client, forged)
    assert (forged.asked["/jwks"], forged.asked["/.well-known/openid-configuration"]) == (1, 1)
    forged.keys, forged.header = [ECKey.generate_key("P-256", {"kid": "k2"})], {"alg": "ES256", "kid": "k2"}
    for _ in range(5):
        assert "does not publish" in await why(client, forged)
    assert forged.asked["/jwks"] == 1
    monkeypatch.setattr(discovery, "KEYS_AGAIN", 0.0)
    forged.claims = {}
    await person(client, forged)
    assert forged.asked["/jwks"] == 2


async def test_an_answer_of_another_provider_is_refused(client: OpenIdClient, forged: ForgedProvider) -> None:
    assert "another provider" in await why(client, forged, iss="https://evil.example")
    client.discovery.forget(forged.issuer)
    forged.metadata = {"authorization_response_iss_parameter_supported": True}
    assert "another provider" in await why(client, forged)
    forged.claims = {}
    assert (await person(client, forged, iss=forged.issuer)).subject == "s1"


async def test_an_answer_of_another_sign_in_is_refused(client: OpenIdClient, forged: ForgedProvider) -> None:
    for state in ("", "of another one"):
        with pytest.raises(FlowOver):
            await person(client, forged, state=state)
    other = new_flow(lana(forged), "/console")
    with pytest.raises(FlowOver):
        await person(client, forged, Flow("other", other.state, other.nonce, other.verifier, "/console"))
    assert forged.asked["/token"] == 0


async def test_a_user_info_endpoint_that_speaks_of_somebody_else_is_refused(
    client: OpenIdClient, forged: ForgedProvider
) -> None:
    forged.user_info = {"sub": "s2", "groups": ["admins"]}
    assert "somebody else" in await why(client, forged)


@pytest.mark.parametrize(
    ("metadata", "says"),
    [
        ({"issuer": "https://evil.example"}, "calls itself https://evil.example"),
        ({"issuer": None}, "calls itself None"),
        ({"jwks_uri": None}, "publishes no jwks_uri"),
        ({"token_endpoint": "ftp://evil.example"}, "is not asked with https"),
        ({"token_endpoint": 7}, "is not asked with https"),
        ({"token_endpoint": "http://10.1.2.3/token"}, "private address"),
        ({"token_endpoint": "https://169.254.169.254/token"}, "private address"),
        ({"token_endpoint": "http://localhost.evil.invalid/token"}, "There is no host"),
    ],
    ids=str,
)
async def test_a_provider_that_is_another_or_leads_inside_is_not_asked(
    client: OpenIdClient, forged: ForgedProvider, metadata: dict[str, Any], says: str
) -> None:
    forged.metadata = metadata
    assert says in await why(client, forged)


@pytest.mark.parametrize("networks", [(), ("10.0.0.0/8",)])
async def test_a_private_address_is_asked_only_where_the_installation_names_it(
    forged: ForgedProvider, networks: tuple[str, ...]
) -> None:
    client = OpenIdClient(networks)
    assert "SESTETTO_SIGN_IN_NETWORKS does not allow" in await why(client, forged)
    assert forged.asked.total() == 0
    await client.close()


async def test_redirects_errors_and_endless_answers_are_not_followed(
    client: OpenIdClient, forged: ForgedProvider
) -> None:
    path = "/.well-known/openid-configuration"
    for answer, says in (
        ((302, {"location": "http://169.254.169.254/"}), "redirects"),
        ((500, {}), "answered 500"),
        ((200, {"much": "x" * (transport.LARGEST + 1)}), "too long"),
    ):
        forged.answers[path] = answer
        client.discovery.forget(forged.issuer)
        assert says in await why(client, forged)


async def test_a_provider_that_answers_with_brackets_alone_is_in_trouble_not_we(
    client: OpenIdClient, forged: ForgedProvider
) -> None:
    for path in ("/.well-known/openid-configuration", "/jwks", "/token", "/me"):
        forged.bodies, forged.claims = {path: BRACKETS}, {}
        client.discovery.forget(forged.issuer)
        assert await why(client, forged)
        assert forged.asked[path] == 1
        forged.asked.clear()


async def test_a_token_whose_header_is_brackets_alone_is_refused(client: OpenIdClient, forged: ForgedProvider) -> None:
    forged.id_token = f"{_base64(BRACKETS)}.b.c"
    assert await why(client, forged) == "The ID token is none."


async def test_a_silent_provider_is_left_and_not_asked_again_at_once(
    client: OpenIdClient, forged: ForgedProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "WITHIN", 0.2)
    forged.pause = 0.5
    for _ in range(5):
        assert "did not answer in time" in await why(client, forged)
    assert forged.asked.total() == 1


async def test_the_address_to_sign_in_at_has_all_that_protects_it(client: OpenIdClient, forged: ForgedProvider) -> None:
    provider = lana(forged)
    flow, other = new_flow(provider, "/console"), new_flow(provider, "/console")
    address = await client.address_for(provider, flow, BACK)
    for part in ("response_type=code", "code_challenge_method=S256", f"state={flow.state}", f"nonce={flow.nonce}"):
        assert part in address
    assert flow.verifier not in address
    assert not {flow.state, flow.nonce, flow.verifier} & {other.state, other.nonce, other.verifier}
