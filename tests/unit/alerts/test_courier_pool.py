"""The sending process delivers to a real receiver and a real mail server, and only to permitted addresses."""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from console.alerts.courier_pool import Couriers
from console.domain.alert_delivery import AlertMessage
from tests.support.alert_receivers import HttpReceiver, MailReceiver
from tests.support.eventually import eventually
from tests.support.server_process import free_port

HERE = ("127.0.0.1",)
LATE = AlertMessage(
    "Support: 1 answer is late", "Since 10:02\n\n• Vera: waits", "<p>Since 10:02</p><ul><li>Vera: waits</li></ul>"
)


@pytest.fixture
async def couriers() -> AsyncIterator[Couriers]:
    """They may reach this machine, as a setting would allow."""
    made = Couriers(HERE)
    yield made
    await made.close()


@pytest.fixture
async def careful() -> AsyncIterator[Couriers]:
    """As they are by default."""
    made = Couriers()
    yield made
    await made.close()


@pytest.fixture
async def chatops() -> AsyncIterator[HttpReceiver]:
    async with HttpReceiver() as receiver:
        yield receiver


@pytest.fixture
async def mail() -> AsyncIterator[MailReceiver]:
    async with MailReceiver() as receiver:
        yield receiver


async def test_a_message_reaches_chat_ops(couriers: Couriers, chatops: HttpReceiver) -> None:
    answer = await couriers.send(chatops.url, LATE)
    assert (answer.code, answer.shown) == ("sent", f"json://127.0.0.1:{chatops.port}/…")
    assert chatops.got[0]["title"] == "Support: 1 answer is late"
    assert chatops.got[0]["message"] == "Since 10:02\n\n• Vera: waits"


async def test_a_message_reaches_a_mailbox_as_text_and_as_html(couriers: Couriers, mail: MailReceiver) -> None:
    answer = await couriers.send(mail.url, LATE)
    assert (answer.code, answer.shown) == ("sent", "mailto: team@shop.example")
    (got,) = mail.got
    assert got["Subject"] == "Support: 1 answer is late"
    assert "<li>Vera: waits</li>" in got.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert "Vera: waits" in got.get_body(("plain",)).get_content()  # type: ignore[union-attr]


async def test_an_address_check_sends_nothing(couriers: Couriers, chatops: HttpReceiver, mail: MailReceiver) -> None:
    assert (await couriers.check(chatops.url)).code == "fine"
    assert (await couriers.check(mail.url)).code == "fine"
    assert (chatops.lines, mail.got) == ([], [])


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "localhost.", "0x7f000001", "2130706433", "017700000001", "[::1]", "[::ffff:127.0.0.1]"],
)
async def test_this_machine_is_refused_at_save_and_at_send_in_every_disguise(
    careful: Couriers, chatops: HttpReceiver, host: str
) -> None:
    url = f"json://{host}:{chatops.port}/hook"
    for answer in (await careful.check(url), await careful.send(url, LATE)):
        assert answer.code in ("refused", "bad"), answer
    assert chatops.lines == []


@pytest.mark.parametrize(
    "url",
    [
        "json://10.0.0.1/",
        "json://169.254.169.254/latest/meta-data/",
        "jsons://192.168.1.1/",
        "mailto://u:p@10.0.0.1?from=a@b.example&to=c@d.example",
        "mailto://u:p@shop.example?smtp=127.0.0.1&from=a@b.example&to=c@d.example",
        "gotify://localhost/tokentoken",
        "mmost://127.0.0.1/tokentokentokentokentokento",
        "rsyslog://127.0.0.1",
        "matrix://u:p@127.0.0.1/#room",
    ],
)
async def test_private_hosts_are_refused_whatever_the_service(careful: Couriers, url: str) -> None:
    assert (await careful.check(url)).code == "refused"
    assert (await careful.send(url, LATE)).code == "refused"


async def test_only_the_named_network_is_open(couriers: Couriers) -> None:
    assert (await couriers.send("json://10.0.0.1/", LATE)).code == "refused"
    assert (await couriers.send("json://127.0.0.2/", LATE)).code == "refused"


@pytest.mark.parametrize("asked", ["", "?redirect=yes"])
async def test_a_redirect_is_not_followed_wherever_it_leads(
    couriers: Couriers, chatops: HttpReceiver, asked: str
) -> None:
    async with HttpReceiver() as other:
        chatops.status, chatops.location = 307, f"http://127.0.0.1:{other.port}/metadata"
        answer = await couriers.send(chatops.url + asked, LATE)
        assert answer.code == "redirected"
        assert other.lines == []


REBINDING = """
import socket, sys
from console.alerts.courier import Courier
from console.domain.alert_delivery import AlertMessage, Parcel

found = [sys.argv[1], "127.0.0.1", "127.0.0.1"]
socket.getaddrinfo = lambda host, port, *_, **__: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (found.pop(0), port))]
courier = Courier([], 10.0)
sys.addaudithook(courier.guard)
courier.guard.on = True
message = AlertMessage("a", "b", "c")
for dry_run in (True, False):
    print(courier.carry(Parcel("json://rebinding.example/hook", message, dry_run)).code)
"""


def test_a_name_that_means_this_machine_the_next_moment_is_refused_then() -> None:
    words = [sys.executable, "-c", REBINDING, "93.184.216.34"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["fine", "refused"]


async def test_an_unknown_host_is_reported(careful: Couriers) -> None:
    assert (await careful.check("json://nowhere.invalid/")).code == "unknown_host"


@pytest.mark.parametrize("url", ["nonsense://x", "json://", "slack://x", "mqtt://127.0.0.1/topic"])
async def test_an_address_no_service_accepts_is_reported(careful: Couriers, url: str) -> None:
    assert (await careful.check(url)).code == "bad"


async def test_a_file_of_the_server_goes_nowhere(careful: Couriers, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text('{"text": "{{app_body}} hush-hush"}')
    answer = await careful.check(f"discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js?template={secret}")
    assert answer.code == "failed"
    assert "hush-hush" not in answer.detail


async def test_the_far_ends_response_is_stored_without_secrets(couriers: Couriers, chatops: HttpReceiver) -> None:
    chatops.status = 500
    answer = await couriers.send(chatops.url + "?+Authorization=Bearer%20hunter2", LATE)
    assert answer.code == "failed"
    assert "error=500" in answer.detail
    assert "s3cr3t" not in str(answer)
    assert "hunter2" not in str(answer)


async def test_a_refused_connection_and_a_refused_recipient_are_named(couriers: Couriers, mail: MailReceiver) -> None:
    assert "Connection refused" in (await couriers.send(f"json://127.0.0.1:{free_port()}/", LATE)).detail
    mail.refuses = True
    answer = await couriers.send(mail.url, LATE)
    assert (answer.code, "550" in answer.detail) == ("failed", True)


async def test_a_dead_endpoint_delays_only_its_own_messages(chatops: HttpReceiver) -> None:
    couriers = Couriers(HERE, limit=6.0)
    async with HttpReceiver() as dead:
        dead.dead = True
        waiting = asyncio.create_task(couriers.send(dead.url, LATE))
        await eventually(lambda: dead.lines, "the dead end to be reached")
        assert (await couriers.send(chatops.url, LATE)).code == "sent"
        assert not waiting.done()
        assert (await waiting).code == "slow"
    assert (await couriers.send(chatops.url, LATE)).code == "sent", "the killed process is replaced"
    await couriers.close()


async def test_a_killed_courier_is_reported_and_replaced(couriers: Couriers, chatops: HttpReceiver) -> None:
    chatops.dead = True
    waiting = asyncio.create_task(couriers.send(chatops.url, LATE))
    await eventually(lambda: chatops.lines, "the receiver to be reached")
    for process in list(couriers._all):
        process.kill()
    assert (await waiting).code == "failed"
    chatops.dead = False
    assert (await couriers.send(chatops.url, LATE)).code == "sent"


async def test_no_courier_outlives_its_parent_or_knows_its_secrets(
    couriers: Couriers, chatops: HttpReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SESTETTO_SECRET", "hush-hush" * 4)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert (await couriers.send(chatops.url, LATE)).code == "sent", "no proxy of the environment comes between"
    (process,) = couriers._all
    about = Path(f"/proc/{process.pid}")
    assert b"hush-hush" not in (about / "environ").read_bytes()
    assert b"s3cr3t" not in (about / "cmdline").read_bytes()
    await couriers.close()
    assert process.returncode is not None, "close waits for the end"


async def test_many_at_once_take_turns(couriers: Couriers, chatops: HttpReceiver) -> None:
    started = time.monotonic()
    answers = await asyncio.gather(*(couriers.send(chatops.url, LATE) for _ in range(12)))
    assert {answer.code for answer in answers} == {"sent"}
    assert len(couriers._all) <= 4
    assert time.monotonic() - started < 15
