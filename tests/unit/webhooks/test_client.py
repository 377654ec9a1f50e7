"""One event to one endpoint: signed with every valid secret, and never to a private address that is not allowed."""

from collections.abc import AsyncIterator

import httpx
import pytest

from console.domain.webhooks import new_secret
from console.webhooks.client import WebhookClient
from tests.support.webhook_receiver import WebhookReceiver

HERE = ("127.0.0.0/8",)


@pytest.fixture
async def client() -> AsyncIterator[WebhookClient]:
    client = WebhookClient(HERE, limit=0.5)
    yield client
    await client.close()


async def test_a_receiver_verifies_an_event_with_any_valid_secret(client: WebhookClient) -> None:
    current, before = new_secret().value, new_secret().value
    for known in (current, before):
        async with WebhookReceiver([known]) as receiver:
            answer = await client.post(receiver.url, "evt_1", '{"type":"test"}', [current, before])
            assert (answer.code, receiver.ids, receiver.got) == ("sent", ["evt_1"], [{"type": "test"}])


async def test_an_event_signed_with_another_secret_is_not_taken(client: WebhookClient) -> None:
    async with WebhookReceiver([new_secret().value]) as receiver:
        answer = await client.post(receiver.url, "evt_1", "{}", [new_secret().value])
        assert (answer.code, answer.detail, receiver.got) == ("failed", "401", [])


@pytest.mark.parametrize(
    ("status", "code", "detail"),
    [
        (204, "sent", ""),
        (500, "failed", "500 no"),
        (429, "failed", "429 no"),
        (410, "gone", "no"),
        (302, "redirected", "302"),
    ],
)
async def test_an_answer_is_understood(client: WebhookClient, status: int, code: str, detail: str) -> None:
    async with WebhookReceiver() as receiver:
        receiver.status, receiver.says, receiver.location = status, "" if status == 204 else "no", "http://127.0.0.1:1/"
        answer = await client.post(receiver.url, "evt_1", "{}", [new_secret().value])
        assert (answer.code, answer.detail) == (code, detail)
        assert receiver.asked == 1


async def test_an_endpoint_that_never_answers_is_slow_and_a_closed_port_is_away(client: WebhookClient) -> None:
    async with WebhookReceiver() as receiver:
        receiver.dead = True
        assert (await client.post(receiver.url, "evt_1", "{}", [])).code == "slow"
        await receiver.leave()
        assert (await client.post(receiver.url, "evt_1", "{}", [])).code == "away"


async def test_an_endless_answer_is_cut_off(client: WebhookClient) -> None:
    async with WebhookReceiver() as receiver:
        receiver.status, receiver.says = 500, "x" * 1_000_000
        answer = await client.post(receiver.url, "evt_1", "{}", [])
        assert (answer.code, len(answer.detail)) == ("failed", 204)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",
        "169.254.169.254",
        "10.1.2.3",
        "2130706433",
        "0x7f.1",
    ],
)
async def test_private_and_disguised_addresses_are_refused_before_anything_is_sent(host: str) -> None:
    async with WebhookReceiver() as receiver:
        client = WebhookClient(limit=0.5)
        url = f"http://{host}:{receiver.port}/"
        assert (await client.check(url)).code in ("refused", "unknown_host")
        assert (await client.post(url, "evt_1", "{}", [])).code in ("refused", "away")
        assert receiver.asked == 0
        await client.close()


async def test_a_name_that_leads_home_a_moment_later_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the address that is connected to which is checked, at every event."""
    async with WebhookReceiver() as receiver:
        client = WebhookClient(limit=0.5)

        async def resolved(url: httpx.URL) -> str:
            return "93.184.215.14"

        monkeypatch.setattr(client._transport, "address_of", resolved)
        assert (await client.check(f"http://rebinding.example:{receiver.port}/")).code == "fine"
        monkeypatch.undo()
        answer = await client.post(f"http://localhost:{receiver.port}/", "evt_1", "{}", [])
        assert (answer.code, receiver.asked) == ("refused", 0)
        await client.close()


async def test_a_public_address_is_only_asked_with_tls() -> None:
    client = WebhookClient(limit=0.5)
    plain, secure = await client.check("http://192.0.9.1/"), await client.check("https://192.0.9.1/")
    assert (plain.code, plain.detail, secure.code) == ("refused", "192.0.9.1 has to be asked with https", "fine")
    await client.close()
