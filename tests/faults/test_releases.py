"""Two releases side by side during a deploy: the older one shows the newer one's data as far as it can."""

from typing import Any

import msgspec

from console.domain.ids import new_cid
from console.events import Author, Visitor
from console.proving.clients import Cast
from console.proving.clients import RecordingVisitor as Guest
from console.proving.record import read_archive
from console.queue.payloads import MessagePayload, digest, encode
from console.queue.store import Store
from console.queue.workspace import Workspace
from tests.faults.installation import Inside
from tests.support.eventually import eventually


class NewerMessage(MessagePayload):
    """A message of a later release, with more fields."""

    mood: str = "curious"
    seen_on: dict[str, Any] | None = None


class NewerAuthor(Author):
    pronouns: str = "she"


class NewerRelease(Workspace):
    """The next release on the same store. Its messages have more fields."""

    async def says(self, chat: str, visitor: str, text: str) -> int:
        cid = new_cid()
        words = NewerMessage(
            NewerAuthor(visitor, "Vera", pronouns="they"), cid, text, mood="happy", seen_on={"by": [1]}
        )
        who = Visitor(visitor, "Vera")
        return (await self._said("visitor_say", chat, who.id, "newer", cid, digest("say", text), encode(words))).seq


async def chatting(cast: Cast, inside: Inside) -> tuple[Any, Guest, str, NewerRelease]:
    ana = await cast.agent("ana")
    vera = await cast.visitor()
    chat = await vera.opened("Hello")
    await ana.holds(chat)
    store = Store(inside.store_url)
    return ana, vera, chat, NewerRelease(store, inside.workspace)


async def test_an_older_process_shows_a_message_with_new_fields(inside: Inside, cast: Cast) -> None:
    """It does so in the picture, to the visitor, to the agent, in the archive, and after a reload."""
    ana, vera, chat, newer = await chatting(cast, inside)
    visitor = inside.services.picture.chats[chat].visitor
    seq = await newer.says(chat, visitor, "From the next release")
    await eventually(lambda: vera.texts == ["Hello", "From the next release"], "Vera to read it")
    await eventually(lambda: ana.held[chat] == seq, "Ana to get it")
    assert inside.services.picture.chats[chat].seq == seq

    async def archived() -> bool:
        return any(
            b"From the next release" in raw and b'"mood":"happy"' in raw for _, raw in await read_archive(inside)
        )

    await eventually(archived, "the archive to keep it, with what it carries")
    assert await inside.services.archive.set_aside_count() == 0
    vera.facts.clear()
    vera.drop()
    await eventually(lambda: vera.texts == ["Hello", "From the next release"], "Vera to read it anew")
    await newer.store.close()


async def test_an_older_process_shows_a_signal_with_new_fields(inside: Inside, cast: Cast) -> None:
    _, vera, chat, newer = await chatting(cast, inside)
    after = inside.services.picture.chats[chat].last
    signal = {"t": "typing", "chat": chat, "by": "agent", "who": "Ana", "after": after, "device": "phone"}
    await newer.signal(msgspec.json.encode(signal))
    await eventually(lambda: vera.of("typing"), "Vera to see Ana typing")
    await newer.store.close()


async def test_an_unknown_kind_of_fact_is_set_aside(inside: Inside, cast: Cast) -> None:
    _, vera, _, newer = await chatting(cast, inside)
    head = await newer.snapshot()
    moment = int(head.last.split("-")[0]) + 1
    fact = msgspec.json.encode({"kind": "hologram", "at": moment})
    await newer.store.command("XADD", newer.keys.feed, f"{moment}-{head.n + 1}", "f", fact)
    await newer.store.command("HSET", newer.keys.head, "n", head.n + 1, "at", moment)
    await vera.answered(await vera.say("Still here"))
    await eventually(lambda: "Still here" in vera.texts, "the next message")

    async def aside() -> bool:
        return await inside.services.archive.set_aside_count() == 1

    await eventually(aside, "the hologram to be set aside")
    await newer.store.close()
