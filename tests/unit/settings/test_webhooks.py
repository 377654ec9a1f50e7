"""Ada sends events to another system: adds a webhook, tests it, rotates its secret, and retries what failed."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from console.domain.alert_delivery import Answer
from console.domain.webhooks import WebhookEndpoint, WebhookEvent, new_secret
from console.services import Services
from console.webhooks.client import WebhookClient
from tests.support.webhook_receiver import WebhookReceiver
from tests.unit.settings.forms import faults, posted, saved

AT = "/settings/webhooks"


@pytest.fixture
async def receiver(services: Services) -> AsyncIterator[WebhookReceiver]:
    """An endpoint in a network that the server's admin allows."""
    services.webhook_client = WebhookClient(("127.0.0.0/8",), limit=0.5)
    async with WebhookReceiver() as receiver:
        yield receiver
    await services.webhook_client.close()


async def put(services: Services, receiver: WebhookReceiver) -> str:
    secret = new_secret()
    receiver.secrets = [secret.value]
    await services.webhooks.endpoints.put(WebhookEndpoint("w1", "CRM", receiver.url, ("message.created",), (secret,)))
    return "/settings/webhook/w1"


async def test_ada_makes_a_webhook_and_reads_its_secret(
    services: Services, ada: httpx.AsyncClient, receiver: WebhookReceiver
) -> None:
    fields = {"name": "CRM", "url": receiver.url, "on": "on", "kind.message.created": "on", "kind.chat.ended": "on"}
    page = await saved(ada, f"{AT}/new", **fields)
    (endpoint,) = await services.webhooks.endpoints.read_all()
    assert endpoint.kinds == ("message.created", "chat.ended")
    assert endpoint.secrets[0].value in page
    assert "Webhook added. Give the receiving system its secret, then send a test." in page
    listed = (await ada.get(AT)).text
    assert "CRM" in listed
    assert "s3cr3t" not in listed


async def test_everything_that_is_wrong_is_said_at_once(services: Services, ada: httpx.AsyncClient) -> None:
    answer = await posted(ada, f"{AT}/new", name="", url="ftp://x")
    assert faults(answer.text) == [
        "Enter a name of 1 to 80 characters on one line.",
        "Enter a full address, such as https://ops.example/sestetto.",
        "Choose at least one event.",
    ]
    assert await services.webhooks.endpoints.read_all() == []


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x", "https://localhost/x", "http://169.254.169.254/meta", "http://[::1]:8000/",
        "http://10.0.0.7/", "http://2130706433/",
    ],
)  # fmt: skip
async def test_a_private_address_is_refused_when_it_is_saved(ada: httpx.AsyncClient, url: str) -> None:
    answer = await posted(ada, f"{AT}/new", **{"name": "CRM", "url": url, "on": "on", "kind.chat.ended": "on"})
    assert "SESTETTO_ALERT_NETWORKS" in faults(answer.text)[0]


@pytest.mark.parametrize(
    "url", ["https://ana@evil.example/", "javascript:alert(1)", "https://", "https://x:99999999/", "//x"]
)
async def test_what_is_no_plain_address_is_refused(ada: httpx.AsyncClient, url: str) -> None:
    answer = await posted(ada, f"{AT}/new", **{"name": "CRM", "url": url, "on": "on", "kind.chat.ended": "on"})
    assert faults(answer.text) == ["Enter a full address, such as https://ops.example/sestetto."]


async def test_a_test_is_sent_at_once_and_listed(
    services: Services, ada: httpx.AsyncClient, receiver: WebhookReceiver
) -> None:
    at = await put(services, receiver)
    page = (await posted(ada, at, to=f"{at}/test")).text
    assert "Delivered." in page
    assert receiver.got[0]["type"] == "test"
    receiver.status, receiver.says = 500, "<b>down</b>"
    page = (await posted(ada, at, to=f"{at}/test")).text
    assert "The endpoint did not accept it." in page
    assert "500 &lt;b&gt;down&lt;/b&gt;" in page
    assert len(await services.webhooks.outbox.latest("w1")) == 2


async def test_a_rotated_secret_and_the_one_before_are_both_valid_for_a_day(
    services: Services, ada: httpx.AsyncClient, receiver: WebhookReceiver
) -> None:
    at = await put(services, receiver)
    before = receiver.secrets[0]
    page = await saved(ada, at, to=f"{at}/rotate")
    assert "The previous one stays valid for a day." in page
    endpoint = await services.webhooks.endpoints.read("w1")
    current = endpoint.secrets[0].value
    assert endpoint.valid_secrets(endpoint.secrets[1].until - 1) == (current, before)
    assert endpoint.valid_secrets(endpoint.secrets[1].until) == (current,)
    assert "Delivered." in (await posted(ada, at, to=f"{at}/test")).text
    log = (await ada.get("/settings/changes")).text
    assert "Webhook secret rotated" in log
    assert current not in log
    assert before not in log


async def test_what_was_given_up_is_sent_again_alone_or_with_all_others(
    services: Services, ada: httpx.AsyncClient, receiver: WebhookReceiver
) -> None:
    at = await put(services, receiver)
    outbox = services.webhooks.outbox
    events = [WebhookEvent(f"evt_{n}", "message.created", f"c{n}", "{}", 1) for n in range(3)]
    async with services.database.writing() as connection:
        await connection.run_sync(outbox.put, events)
    claimed, _ = await outbox.claim_of("w1", "me", 9)
    for one in claimed:
        await outbox.record(one, Answer("refused", "no"))
    page = (await ada.get(at)).text
    assert "Send all 3 events again" in page
    await saved(ada, at, to=f"{at}/replay", event=str(claimed[0].id))
    assert await outbox.counts("w1") == (1, 2)
    page = await saved(ada, at, to=f"{at}/replay", event="")
    assert "It will be sent again in a moment." in page
    assert await outbox.counts("w1") == (3, 0)


async def test_a_removed_webhook_takes_its_events_along(
    services: Services, ada: httpx.AsyncClient, receiver: WebhookReceiver
) -> None:
    at = await put(services, receiver)
    async with services.database.writing() as connection:
        event = WebhookEvent("evt_1", "message.created", "c1", "{}", 1)
        await connection.run_sync(services.webhooks.outbox.put, [event])
    page = await saved(ada, at, to=f"{at}/remove")
    assert "No webhooks yet." in page
    assert await services.webhooks.outbox.counts("w1") == (0, 0)
    assert re.search("Webhook removed", (await ada.get("/settings/changes")).text)


async def test_only_admins_see_webhooks(
    services: Services, sam: httpx.AsyncClient, ana: httpx.AsyncClient, receiver: WebhookReceiver
) -> None:
    at = await put(services, receiver)
    for browser in (sam, ana):
        for page in (AT, f"{AT}/new", at):
            assert (await browser.get(page)).status_code == 403
