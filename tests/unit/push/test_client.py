"""One push to a real service on loopback: signed, encrypted, and only to allowed addresses."""

from collections.abc import AsyncIterator

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from console.domain.push import PushDevice, PushKeys, is_usable
from console.push.client import Push, PushClient, topic_of
from console.push.encryption import LONGEST, encrypt
from console.push.vapid import Vapid, contact_of
from tests.support.push_service import PushService, bytes_of, text_of

LOOPBACK = ("127.0.0.0/8",)
VAPID = Vapid("a secret", "mailto:help@lana.example")
HELLO = Push(b'{"title":"Hello"}', "chat1", "high", 60)


@pytest.fixture
async def service() -> AsyncIterator[PushService]:
    async with PushService(VAPID.public) as service:
        yield service


@pytest.fixture
async def client() -> AsyncIterator[PushClient]:
    client = PushClient(VAPID, LOOPBACK, limit=0.5)
    yield client
    await client.close()


def device_at(keys: PushKeys) -> PushDevice:
    return PushDevice("d1", "ana", "s1", **msgspec.structs.asdict(keys), key=VAPID.public)


def test_the_example_of_the_rfc_comes_out_the_same() -> None:
    """RFC 8291, section 5 and appendix A."""
    sender = ec.derive_private_key(
        int.from_bytes(bytes_of("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")), ec.SECP256R1()
    )
    body = encrypt(
        b"When I grow up, I want to be a watermelon",
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg",
        sender=sender,
        salt=bytes_of("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert text_of(body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A"
        "_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_a_text_that_fills_a_push_fits_and_one_more_byte_does_not(service: PushService) -> None:
    phone = service.subscribed("phone")
    assert phone.decrypt(encrypt(b"x" * LONGEST, phone.keys.p256dh, phone.keys.auth)) == b"x" * LONGEST
    with pytest.raises(ValueError, match="too long"):
        encrypt(b"x" * (LONGEST + 1), phone.keys.p256dh, phone.keys.auth)


async def test_a_phone_gets_what_only_it_can_read(service: PushService, client: PushClient) -> None:
    phone = service.subscribed("phone")
    answer, _ = await client.send(device_at(phone.keys), HELLO)
    assert answer.sent
    [got] = phone.got
    assert got.notice == {"title": "Hello"}
    assert (got.headers["ttl"], got.headers["urgency"]) == ("60", "high")
    assert got.headers["topic"] == topic_of("chat1") != topic_of("chat2")
    assert len(got.headers["topic"]) == 32


async def test_a_key_that_was_not_subscribed_with_is_refused(service: PushService, client: PushClient) -> None:
    service.key = Vapid("another secret", "mailto:help@lana.example").public
    answer, _ = await client.send(device_at(service.subscribed("phone").keys), HELLO)
    assert (answer.code, answer.final) == ("refused", True)


@pytest.mark.parametrize(
    ("status", "code", "final"),
    [(404, "gone", True), (410, "gone", True), (413, "bad", True), (301, "bad", True), (500, "failed", False)],
)
async def test_each_refusal_has_its_consequence(
    service: PushService, client: PushClient, status: int, code: str, final: bool
) -> None:
    service.status = status
    answer, _ = await client.send(device_at(service.subscribed("phone").keys), HELLO)
    assert (answer.code, answer.final) == (code, final)


async def test_a_busy_service_says_when_to_come_again(service: PushService, client: PushClient) -> None:
    service.status, service.retry_after = 429, "7"
    answer, again = await client.send(device_at(service.subscribed("phone").keys), HELLO)
    assert (answer.code, answer.final, again) == ("busy", False, 7_000)
    service.retry_after = "Wed, 21 Oct 2026 07:28:00 GMT"
    assert (await client.send(device_at(service.subscribed("phone").keys), HELLO))[1] == 0


async def test_a_dead_service_does_not_hold_up(service: PushService, client: PushClient) -> None:
    service.dead = True
    answer, _ = await client.send(device_at(service.subscribed("phone").keys), HELLO)
    assert answer.code == "slow"


async def test_no_private_address_is_asked_unless_it_was_allowed(service: PushService) -> None:
    careful = PushClient(VAPID)
    phone = service.subscribed("phone")
    answer, _ = await careful.send(device_at(phone.keys), HELLO)
    assert (answer.code, answer.final) == ("refused", True)
    assert not await careful.may_reach(phone.keys.endpoint)
    assert not await careful.may_reach("http://169.254.169.254/latest")
    assert service.asked == 0
    await careful.close()


def test_only_what_can_be_a_subscription_is_taken(service: PushService) -> None:
    good = service.subscribed("phone").keys
    assert is_usable(good)
    wrong = (
        {"endpoint": "ftp://push.example/1"},
        {"endpoint": "https://ana@push.example/1"},
        {"endpoint": "https:///1"},
        {"endpoint": "https://push.example/" + "x" * 2_000},
        {"endpoint": "https://push.example/ 1"},
        {"endpoint": "https://push.example:0/1"},
        {"p256dh": good.p256dh[:-4]},
        {"p256dh": "!"},
        {"auth": good.auth + "AA"},
    )
    assert [one for one in wrong if is_usable(msgspec.structs.replace(good, **one))] == []


def test_every_process_has_the_same_key_and_another_secret_another() -> None:
    assert Vapid("a secret", "x").public == VAPID.public != Vapid("another", "x").public
    assert len(bytes_of(VAPID.public)) == 65


def test_a_push_service_is_told_whom_to_write_to() -> None:
    assert contact_of("https://chat.example", "help@lana.example") == "mailto:help@lana.example"
    assert contact_of("https://chat.example", "") == "https://chat.example"
    assert contact_of("http://127.0.0.1:8000", "").startswith("mailto:")
