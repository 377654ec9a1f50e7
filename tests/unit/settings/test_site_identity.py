"""Sam gives a site its keys and rules; a secret is shown only once, and failures say what to do."""

import re
from html import unescape

import httpx
import pytest

from console.domain.directory import Queue
from console.domain.identity import ClaimRule
from console.services import Services
from tests.support.identities import EdKey, RsaKey, claims_of, hs256
from tests.unit.settings.forms import SITE, faults, posted, saved

SECRET = re.compile(r'<textarea id="secret"[^>]*>([^<]+)<')
HERE = "/settings/site/the-shop/identity"


def secret_on(page: str) -> str:
    [secret] = SECRET.findall(page)
    return str(secret)


@pytest.fixture
async def shop(services: Services, sam: httpx.AsyncClient) -> None:
    await saved(sam, "/settings/sites/new", **SITE)


async def test_a_secret_is_shown_once_and_kept_out_of_every_other_page(
    services: Services, sam: httpx.AsyncClient, shop: None
) -> None:
    page = await posted(sam, HERE, to=f"{HERE}/key", kid="shop-1")
    secret = secret_on(page.text)
    assert page.headers["cache-control"] == "no-store"
    [key] = services.directory.sites["the-shop"].identity.keys
    assert (key.kid, key.algorithm, key.key) == ("shop-1", "HS256", secret)
    assert len(secret) >= 43
    for path in (HERE, "/settings/site/the-shop", "/settings/sites", "/settings/changes"):
        shown = (await sam.get(path)).text
        assert secret not in shown
    assert "shop-1 (HS256" in (await sam.get("/settings/changes")).text, "the audit log says which key came"
    await saved(sam, "/settings/site/the-shop", **SITE)
    assert services.directory.sites["the-shop"].identity.keys == (key,), "the site's own form leaves keys alone"


async def test_a_pasted_key_says_itself_what_it_is_for_and_goes_when_it_is_removed(
    services: Services, sam: httpx.AsyncClient, shop: None
) -> None:
    ed, rsa = EdKey(), RsaKey()
    await saved(sam, HERE, to=f"{HERE}/key", kid="ed", key=ed.key.key)
    await saved(sam, HERE, to=f"{HERE}/key", key=rsa.key.key.replace("\n", "\r\n"))
    keys = services.directory.sites["the-shop"].identity.keys
    assert [(key.kid, key.algorithm) for key in keys] == [("ed", "EdDSA"), ("the-shop", "RS256")]
    await saved(sam, HERE, to=f"{HERE}/key/remove", kid="ed")
    assert [key.kid for key in services.directory.sites["the-shop"].identity.keys] == ["the-shop"]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"key": "too short"}, "Paste a public key as PEM"),
        ({"key": "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----"}, "Paste a public"),
        ({"kid": "../keys"}, "A key's name has letters"),
        ({"kid": "shop 1' OR 1=1"}, "A key's name has letters"),
    ],
)
async def test_a_key_that_cannot_be_is_refused(
    services: Services, sam: httpx.AsyncClient, shop: None, fields: dict[str, str], sentence: str
) -> None:
    answer = await posted(sam, HERE, to=f"{HERE}/key", **fields)
    assert (answer.status_code, faults(answer.text)[0].startswith(sentence)) == (400, True)
    assert services.directory.sites["the-shop"].identity.keys == ()


async def test_rules_and_what_is_required_are_saved_and_followed_when_a_queue_goes(
    services: Services, sam: httpx.AsyncClient, shop: None
) -> None:
    await services.stores.queues.put(Queue("premium", "Premium"))
    refused = await posted(sam, HERE, enforced="chat")
    assert faults(refused.text) == ["Add a key before it is required."]
    await posted(sam, HERE, to=f"{HERE}/key", kid="shop-1")
    rule = {"field.0": "plan", "value.0": "premium", "queue.0": "premium", "head.0": "60"}
    await saved(sam, HERE, enforced="chat", issuer="https://shop.example", **rule)
    identity = services.directory.sites["the-shop"].identity
    assert (identity.enforced, identity.issuer) == ("chat", "https://shop.example")
    assert identity.rules == (ClaimRule("plan", "premium", "premium", 60_000),)
    answer = await posted(sam, HERE, **{**rule, "queue.0": "nowhere", "head.0": "4000"})
    assert faults(answer.text) == [
        "The queue nowhere does not exist. Choose another one.", "Enter a head start from 0 to 3600 seconds.",
    ]  # fmt: skip
    await services.stores.queues.remove("premium")
    [site] = (await services.stores.directory.read()).sites.values()
    assert site.identity.rules == (ClaimRule("plan", "premium", "", 60_000),)
    await saved(sam, HERE, enforced="")
    assert services.directory.sites["the-shop"].identity.rules == ()


async def test_the_weaker_hash_is_off_until_it_is_allowed_and_off_again(
    services: Services, sam: httpx.AsyncClient, shop: None
) -> None:
    assert services.directory.sites["the-shop"].identity.hash_secret == ""
    page = await posted(sam, HERE, to=f"{HERE}/hash")
    secret = services.directory.sites["the-shop"].identity.hash_secret
    assert secret_on(page.text) == secret != ""
    assert secret not in (await sam.get(HERE)).text + (await sam.get("/settings/changes")).text
    await saved(sam, HERE, to=f"{HERE}/hash", off="on")
    assert services.directory.sites["the-shop"].identity.hash_secret == ""


async def test_what_was_wrong_with_tokens_is_listed_with_what_to_do(
    services: Services, sam: httpx.AsyncClient, shop: None
) -> None:
    for _ in range(3):
        services.refused_identities.note("the-shop", "audience")
    services.refused_identities.note("the-shop", "claims", "Object missing required field `jti`")
    services.refused_identities.note("blog", "expired")
    page = unescape((await sam.get(HERE)).text)
    assert "aud is not this site." in page
    assert "Set aud to the site's key, as in data-site." in page
    assert "3 times" in page
    assert "missing required field `jti`" in page
    assert "The token has expired." not in page
    assert hs256(claims_of()) not in page


async def test_an_agent_sees_and_changes_nothing_of_it(ana: httpx.AsyncClient, shop: None) -> None:
    assert (await ana.get(HERE)).status_code == 403
    assert (await posted(ana, "/settings/password", to=f"{HERE}/key")).status_code == 403
