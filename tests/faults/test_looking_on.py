"""What happens to a chat while somebody starts to watch it."""

import pytest

from console.domain.ids import new_cid
from console.protocol import AgentEnd, Invite, Label, Whisper
from console.proving.clients import Cast, RecordingAgent
from console.queue.results import ChatSnapshot
from tests.faults.installation import Inside
from tests.support.board_client import Board
from tests.support.eventually import eventually


async def over(ana: RecordingAgent, chat: str) -> None:
    """End the chat and its wrap-up."""
    await ana.answered(await ana.give(AgentEnd(cid=new_cid(), chat=chat)))
    await ana.answered(await ana.give(Label(cid=new_cid(), chat=chat, done=True)))


@pytest.mark.parametrize("heard", [True, False], ids=["the feed was quicker", "the feed was slower"])
async def test_a_chat_that_ends_meanwhile_is_not_watched(
    inside: Inside, cast: Cast, monkeypatch: pytest.MonkeyPatch, heard: bool
) -> None:
    services = inside.services
    ana, vera = await cast.agent("ana"), await cast.visitor()
    chat = await vera.opened("Hello")
    await ana.holds(chat)
    sam = await Board.comes(inside)  # type: ignore[arg-type]
    await sam.is_welcome()
    read, known = services.workspace.read_chat, services.picture.chats

    async def ends_first(chat: str) -> tuple[ChatSnapshot, int]:
        await over(ana, chat)
        if heard:
            await eventually(lambda: chat not in known, "the feed to tell it")
        return await read(chat)

    monkeypatch.setattr(services.workspace, "read_chat", ends_first)
    await sam.say_frame("watch", chat=chat)
    assert (await sam.hears("unwatched"))["why"] == "ended"
    await eventually(lambda: chat not in known, "the feed to tell it")
    await sam.say_frame("ping", at=1)
    await sam.hears("pong")
    assert len([frame for frame in sam.heard if frame["t"] == "unwatched"]) == 1
    assert services.hub.listeners(f"chat:{chat}") == ()
    assert sam.closed is None


async def test_whispering_needs_the_right_even_in_an_unknown_chat(inside: Inside, cast: Cast) -> None:
    ana, vera = await cast.agent("ana"), await cast.visitor()
    chat = await vera.opened("Hello")
    await ana.holds(chat)
    ben = await cast.agent("ben")
    inside.services.picture.chats.clear()
    refused = await ben.answered(await ben.give(Whisper(cid=new_cid(), chat=chat, text="psst")))
    assert (refused.outcome, ben.of("nack")[-1]["code"]) == ("refused", "not_found")
    await ana.answered(await ana.give(Invite(cid=new_cid(), chat=chat, agent="ben")))
    whispered = await ben.answered(await ben.give(Whisper(cid=new_cid(), chat=chat, text="A second parcel")))
    assert whispered.outcome == "acked"
    log = (await inside.services.workspace.read_chat(chat))[0].log
    assert not [raw for raw in log if b"psst" in raw]


async def test_a_whisper_sent_again_after_the_end_gets_its_first_result(inside: Inside, cast: Cast) -> None:
    ana, vera = await cast.agent("ana"), await cast.visitor()
    chat = await vera.opened("Hello")
    await ana.holds(chat)
    ben = await cast.agent("ben")
    await ana.answered(await ana.give(Invite(cid=new_cid(), chat=chat, agent="ben")))
    whisper = Whisper(cid=new_cid(), chat=chat, text="A second parcel")
    first = await ben.answered(await ben.give(whisper))
    await over(ana, chat)
    await eventually(lambda: chat not in inside.services.picture.chats, "the feed to tell the end")
    again = await ben.answered(await ben.give(whisper))
    assert (again.outcome, again.seq) == ("acked", first.seq)
