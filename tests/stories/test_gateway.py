"""The gateway in docs/api.md, unchanged: Vera texts, Ana answers, and the answer is sent as a text message."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from console.actions import tokens, webhooks
from console.domain.directory import Member
from console.domain.ids import new_cid
from console.domain.webhooks import WebhookEndpoint
from console.protocol import Take
from console.proving.clients import Cast
from console.queue.embedded import EmbeddedStore
from tests.faults.installation import Inside, installed
from tests.support.alert_receivers import HttpReceiver
from tests.support.eventually import eventually
from tests.support.server_process import free_port

GUIDE = Path(__file__).parents[2] / "docs" / "api.md"
LOOPBACK = ("127.0.0.0/8",)


def example() -> str:
    """The program of the guide."""
    section = GUIDE.read_text(encoding="utf-8").partition("## A gateway for text messages")[2]
    found = re.search(r"```python\n(.*?)```", section, re.DOTALL)
    assert found
    return found[1]


class Phones:
    """The provider of text messages: it brings what people write to the gateway, and what they get is in `got`."""

    def __init__(self, gateway: str, got: list[dict[str, str]]) -> None:
        self.gateway = gateway
        self.got = got
        self._sent = 0

    async def text(self, number: str, text: str) -> None:
        self._sent += 1
        async with httpx.AsyncClient() as http:
            answer = await http.post(f"{self.gateway}/sms", json={"id": self._sent, "from": number, "text": text})
        assert answer.status_code == 204, answer.status_code


@asynccontextmanager
async def gateway(inside: Inside, folder: Path) -> AsyncIterator[Phones]:
    """The example in a process of its own, with a token and a webhook as Ada makes them."""
    services, ada, port = inside.services, member(inside, "ada"), free_port()
    made = await tokens.add_integration(services, ada, "SMS gateway")
    token = await tokens.add_to_integration(services, ada, made.id, "live", ["chats:write"], days=0)
    endpoint = WebhookEndpoint("sms", "SMS gateway", f"http://127.0.0.1:{port}/sestetto", ("message.created",))
    await webhooks.save(services, ada, endpoint)
    secret = (await webhooks.read(services, ada, "sms")).secrets[0].value
    async with HttpReceiver() as provider:
        settings = {
            "URL": f"{inside.url}/api/v1", "TOKEN": token, "SECRET": secret, "PORT": str(port),
            "PROVIDER": f"http://127.0.0.1:{provider.port}/", "STATE": str(folder / "gateway"),
        }  # fmt: skip
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", example(), env={**os.environ, **settings})
        try:
            await eventually(lambda: listens(port), "the gateway to listen", within=20)
            yield Phones(f"http://127.0.0.1:{port}", provider.got)
        finally:
            process.kill()
            await process.wait()


async def listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


def member(inside: Inside, id: str) -> Member:
    return inside.services.directory.members[id]


async def test_vera_texts_and_ana_answers_between_live_chats(
    tmp_path: Path, store: EmbeddedStore, workspace_name: str
) -> None:
    async with (
        installed(tmp_path, store.url, workspace_name, alert_networks=LOOPBACK) as inside,
        Cast(inside) as cast,
        gateway(inside, tmp_path) as phones,
    ):
        ana, chats = await cast.agent("ana"), inside.services.picture.chats
        await phones.text("+393331234567", "Where is my parcel?")
        await eventually(lambda: len(chats) == 1, "the text to be a chat")
        sms = next(iter(chats))
        vito = await cast.visitor("vito")
        live = await vito.opened("Hello")
        await ana.holds(live)
        assert (chats[sms].channel, chats[sms].place) == ("sms", "waiting"), "it waits while Ana gets live chats"
        assert chats[sms].due - chats[sms].turn == 12 * 60_000

        await ana.send(Take(cid=new_cid(), chat=sms))
        await ana.holds(sms)
        await ana.say(sms, "It arrives at noon.")
        answer = {"to": "+393331234567", "text": "It arrives at noon."}
        await eventually(lambda: phones.got == [answer], "the answer to be a text message", within=20)

        await phones.text("+393331234567", "Thank you!")
        await eventually(lambda: "Thank you!" in str(ana.frames), "Ana to read it")
        assert {*chats} == {sms, live}
        assert chats[sms].due - chats[sms].turn == 12 * 60_000
        await ana.end(sms)
        assert phones.got == [answer], "nothing of the live chat was sent, and nothing twice"
