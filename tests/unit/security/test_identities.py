"""A signed identity is valid if the site's own key signed it for this site, now; others are refused with a reason."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.identity import IdentityKey, SiteIdentity, person_id
from console.domain.identity_problems import PROBLEMS
from console.errors import BadIdentity
from console.security.identities import LEEWAY, LIFE, algorithm_of, check_hash, check_token
from tests.support.identities import (
    SECRET,
    SHARED,
    EdKey,
    RsaKey,
    claims_of,
    hash_of,
    hs256,
    joined,
    part,
    token_of,
    with_signature,
)

NOW = 1_800_000_000
ED, RSA = EdKey(), RsaKey()
IDENTITY = SiteIdentity(keys=(SHARED, ED.key, RSA.key))


def claims(**more: Any) -> dict[str, Any]:
    return claims_of(now=NOW, **more)


def why_not(token: str, identity: SiteIdentity = IDENTITY) -> str:
    with pytest.raises(BadIdentity) as refused:
        check_token(identity, "demo", token, NOW * 1_000)
    assert refused.value.reason in PROBLEMS, "whoever runs the site reads what to do"
    return refused.value.reason


@pytest.mark.parametrize("sign", [hs256, ED.sign, RSA.sign], ids=["HS256", "EdDSA", "RS256"])
def test_each_kind_of_key_vouches_for_vera(sign: Callable[..., str]) -> None:
    told = claims(name="Vera", email="vera@shop.example", fields={"plan": "premium", "orders": 7, "vip": True})
    checked = check_token(IDENTITY, "demo", sign(told), NOW * 1_000)
    person = checked.person
    assert (person.external, person.name, person.email) == ("42", "Vera", "vera@shop.example")
    assert person.fields == {"plan": "premium", "orders": "7", "vip": "true"}
    assert person.proven == ["name", "email", "field:plan", "field:orders", "field:vip"]
    assert checked.jti == told["jti"]
    assert checked.until > told["exp"] * 1_000, "it is remembered for as long as it could be used"


def test_ed25519_is_another_name_for_the_same() -> None:
    assert check_token(IDENTITY, "demo", ED.sign(claims(), alg="Ed25519"), NOW * 1_000).person.external == "42"


def test_a_token_without_a_signature_is_none() -> None:
    for alg in ("none", "None", "NONE", ""):
        unsigned = joined({"alg": alg, "kid": SHARED.kid}, claims()) + "."
        assert why_not(unsigned) == "algorithm"
    assert why_not(joined({"alg": "HS256", "kid": SHARED.kid}, claims()) + ".") == "signature"


def test_the_public_key_is_no_secret_that_signs() -> None:
    """The well-known confusion: HS256 with the text of the RSA key, which everybody may know."""
    for key in (RSA.key, ED.key):
        for secret in (key.key, key.key + "\n"):
            for alg in ("HS256", "HS384", "HS512"):
                text = joined({"alg": alg, "kid": key.kid}, claims())
                digest = getattr(hashlib, f"sha{alg[2:]}")
                forged = with_signature(text, hmac.new(secret.encode(), text.encode(), digest).digest())
                assert why_not(forged) == "algorithm"


def test_the_algorithm_is_the_keys_and_not_the_tokens() -> None:
    assert why_not(RSA.sign(claims(), alg="RS512")) == "algorithm"
    assert why_not(RSA.sign(claims(), kid=ED.key.kid, alg="EdDSA")) == "signature"
    assert why_not(hs256(claims(), kid=RSA.key.kid)) == "algorithm"


@pytest.mark.parametrize(
    "kid", ["", "../../../dev/null", "/dev/null", "shop-1' OR '1'='1", "shop-1\0", "SHOP-1", "shop-1 ", "http://x/k"]
)
def test_a_kid_is_a_name_on_the_sites_list_or_nothing(kid: str) -> None:
    assert why_not(hs256(claims(), kid=kid)) == ("unknown_key" if kid else "no_kid")


@pytest.mark.parametrize("kid", [7, None, ["shop-1"], {"shop-1": 1}, True])
def test_a_kid_of_another_type_is_no_kid(kid: object) -> None:
    assert why_not(hs256(claims(), kid=kid)) == "malformed"


def test_a_header_brings_no_key_of_its_own() -> None:
    other = RsaKey("other")
    assert why_not(other.sign(claims(), kid="other", jku="https://evil.example/keys", jwk={"kty": "RSA"})) == (
        "unknown_key"
    )
    assert why_not(other.sign(claims(), kid=RSA.key.kid, x5u="https://evil.example", x5c=["MIIB"])) == "signature"
    assert why_not(hs256(claims(), crit=["exp"])) == "malformed"
    assert why_not(hs256(claims(), b64=False, crit=["b64"])) == "malformed"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"aud": "blog"}, "audience"),
        ({"aud": ["blog", "shop"]}, "audience"),
        ({"aud": None}, "claims"),
        ({"exp": None}, "claims"),
        ({"exp": "soon"}, "claims"),
        ({"exp": NOW - LEEWAY}, "expired"),
        ({"exp": NOW + LIFE + LEEWAY + 1}, "too_long"),
        ({"exp": NOW * 1_000}, "too_long"),
        ({"exp": 1e308}, "too_long"),
        ({"iat": NOW + LEEWAY + 1}, "not_yet"),
        ({"nbf": NOW + LEEWAY + 1}, "not_yet"),
        ({"jti": None}, "claims"),
        ({"jti": ""}, "jti"),
        ({"jti": "x" * 201}, "jti"),
        ({"sub": None}, "claims"),
        ({"sub": 42}, "claims"),
        ({"sub": ""}, "subject"),
        ({"sub": "x" * 201}, "subject"),
        ({"sub": "42\u202e"}, "subject"),
        ({"sub": "42\0"}, "subject"),
        ({"sub": " 42"}, "subject"),
        ({"fields": {"plan": ["premium"]}}, "claims"),
        ({"fields": {f"f{n}": "x" for n in range(31)}}, "fields"),
        ({"fields": {"long": "x" * 501}}, "fields"),
        ({"fields": {f"f{n}": "x" * 400 for n in range(11)}}, "fields"),
        ({"email": "v" * 255}, "fields"),
    ],
)
def test_every_claim_is_checked(changed: dict[str, Any], reason: str) -> None:
    assert why_not(hs256(claims(**changed))) == reason


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": NOW - LEEWAY + 1},
        {"exp": NOW + LIFE + LEEWAY},
        {"iat": NOW + LEEWAY, "nbf": NOW + LEEWAY},
        {"aud": ["blog", "demo"]},
        {"iat": None},
    ],
)
def test_clocks_may_differ_by_half_a_minute(changed: dict[str, Any]) -> None:
    assert check_token(IDENTITY, "demo", hs256(claims(**changed)), NOW * 1_000).person.external == "42"


def test_the_issuer_counts_where_the_site_names_one() -> None:
    strict = SiteIdentity(keys=(SHARED,), issuer="https://shop.example")
    assert why_not(hs256(claims()), strict) == "issuer"
    assert why_not(hs256(claims(iss="https://shop.example/")), strict) == "issuer"
    assert check_token(strict, "demo", hs256(claims(iss="https://shop.example")), NOW * 1_000).person.external == "42"


def test_a_removed_key_vouches_for_nobody_and_a_new_one_of_its_name_is_another() -> None:
    token = ED.sign(claims())
    rotated = SiteIdentity(keys=(SHARED,))
    assert why_not(token, rotated) == "unknown_key"
    person = check_token(IDENTITY, "demo", token, NOW * 1_000).person
    assert IDENTITY.trusts(person.by)
    assert not rotated.trusts(person.by)
    assert not SiteIdentity(keys=(EdKey("ed-1").key,)).trusts(person.by)


def test_during_a_rotation_both_keys_hold() -> None:
    other = EdKey("ed-2")
    both = SiteIdentity(keys=(ED.key, other.key))
    for key in (ED, other):
        assert check_token(both, "demo", key.sign(claims()), NOW * 1_000).person.external == "42"


@pytest.mark.parametrize(
    "token",
    ["", ".", "..", "...", "a.b.c", "eyJhbGciOiJIUzI1NiJ9", "ä.ö.ü", "\0.\0.\0", part({}) + "..", part([]) + "..",
     part("HS256") + "..", "e30=.e30=.e30=", "!!!!.e30.e30", "?" * 8_000],
)  # fmt: skip
def test_nonsense_is_no_token(token: str) -> None:
    assert why_not(token) in ("malformed", "no_kid")


def test_huge_tokens_and_bombs_cost_nothing() -> None:
    """Bounded before anything is decoded: all of them together in the time of a blink, on any machine."""
    nested = base64.urlsafe_b64encode(b'{"a":' * 1_000 + b"1" + b"}" * 1_000).decode().rstrip("=")
    bombs = [
        "x" * 8_001,
        f"{nested}.{nested}.e30",
        f"{part({'alg': 'HS256', 'kid': SHARED.kid})}.{nested}.e30",
        with_signature("[" * 3_000 + ".e30", b""),
        f"{'A' * 1_001}.e30.e30",
    ]
    started = time.process_time()
    for _ in range(100):
        for bomb in bombs:
            assert why_not(bomb) in ("too_large", "malformed", "signature")
    assert time.process_time() - started < 5


@pytest.mark.parametrize("depth", [50, 400])
def test_a_bomb_that_is_signed_is_refused_all_the_same(depth: int) -> None:
    for text in ('{"fields":' * depth + "{}" + "}" * depth, "[" * depth + "]" * depth, "7", '"x"', "", "\xff"):
        body = base64.urlsafe_b64encode(text.encode("latin-1")).decode().rstrip("=")
        signed = f"{part({'alg': 'HS256', 'kid': SHARED.kid})}.{body}"
        signature = hmac.new(SECRET.encode(), signed.encode(), hashlib.sha256).digest()
        assert why_not(with_signature(signed, signature)) == "claims"


def test_what_is_signed_is_cleaned_like_what_is_typed() -> None:
    told = claims(name="Vera\u202e\n4111 1111 1111 1111", fields={"card": "4111-1111-1111-1111", " plan ": "a\0b"})
    person = check_token(IDENTITY, "demo", hs256(told), NOW * 1_000).person
    assert "4111" not in person.name + "".join(person.fields.values())
    assert "\n" not in person.name
    assert person.fields["plan"] == "ab"


def test_a_change_of_one_letter_breaks_the_signature() -> None:
    head, body, signature = token_of("42", now=NOW).split(".")
    told = json.loads(base64.urlsafe_b64decode(body + "=="))
    assert why_not(f"{head}.{part({**told, 'sub': '43'})}.{signature}") == "signature"
    assert why_not(f"{head}.{body}.{signature[:-4]}AAAA") == "signature"


@given(st.text(max_size=300))
def test_no_text_at_all_passes_or_breaks_anything(text: str) -> None:
    assert why_not(text) in PROBLEMS


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_two_people_or_two_sites_are_never_one_visitor(one: str, site: str, other: str, there: str) -> None:
    assert (person_id(site, one) == person_id(there, other)) == ((site, one) == (there, other))


def test_a_hash_of_the_id_is_taken_only_where_it_is_allowed() -> None:
    allowed = SiteIdentity(hash_secret=SECRET)
    checked = check_hash(allowed, "42", hash_of("42"))
    assert (checked.person.external, checked.person.hashed, checked.jti) == ("42", True, "")
    assert check_hash(allowed, "42", hash_of("42").upper()).person.external == "42"
    for identity, user, given_hash, reason in (
        (IDENTITY, "42", hash_of("42"), "hash_off"),
        (allowed, "43", hash_of("42"), "hash"),
        (allowed, "42", "", "hash"),
        (allowed, "42", "ü" * 64, "hash"),
        (allowed, "", hash_of(""), "subject"),
        (allowed, "42\0", hash_of("42\0"), "subject"),
    ):
        with pytest.raises(BadIdentity) as refused:
            check_hash(identity, user, given_hash)
        assert refused.value.reason == reason


def test_a_key_that_is_entered_says_itself_what_it_is_for() -> None:
    assert algorithm_of(ED.key.key) == "EdDSA"
    assert algorithm_of(RSA.key.key) == "RS256"
    assert algorithm_of(SECRET) == "HS256"
    assert algorithm_of("short") is None
    assert algorithm_of(RsaKey("weak", 1_024).key.key) is None
    assert algorithm_of("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----") is None
    assert algorithm_of("-----BEGIN PUBLIC KEY-----\nnonsense\n-----END PUBLIC KEY-----") is None


def test_no_secret_is_in_what_may_be_shown_of_a_key() -> None:
    for key in IDENTITY.keys:
        assert key.key not in key.public + key.mark
        assert key.kid in key.public


def test_two_keys_of_one_name_are_told_apart() -> None:
    assert IdentityKey("a", "HS256", "x" * 40).mark != IdentityKey("a", "HS256", "y" * 40).mark
