"""Chats by mail and text message: targets of their own, taken rather than assigned, and never ended for silence."""

from msgspec.structs import replace

from console.domain.channels import ChannelRule
from console.domain.directory import Queue
from console.domain.ids import new_cid, new_id
from console.events import Visitor
from console.queue.payloads import VisitorProfile
from tests.support.queue_shift import SALES, Shift, member

MINUTE, HOUR = 60_000, 3_600_000
LIVE = Queue("sales", "Sales", ask=20_000, end=40_000)


async def sends(shift: Shift, visitor: str, channel: str, queue: str = "sales") -> str:
    said = await shift.workspace.open(
        new_id(), connection="", queue=queue, language="", site="shop", channel=channel, cid=new_cid(),
        profile=VisitorProfile(Visitor(visitor, visitor.title())), text="Where is my parcel?",
    )  # fmt: skip
    return said.chat


async def place(shift: Shift, chat: str) -> str:
    return await shift.field(chat, "place")


async def test_a_text_message_waits_to_be_taken_while_a_live_chat_is_assigned(shift: Shift) -> None:
    sms = await sends(shift, "vera", "sms")
    assert (await shift.field(sms, "stuck"), await place(shift, sms)) == ("pull", "waiting")
    web = await shift.opens("vito")
    assert (await place(shift, web), await place(shift, sms)) == ("active", "waiting")
    await shift.takes("ana", sms)
    assert await shift.holder(sms) == "ana"


async def test_the_last_free_slot_is_kept_for_a_live_chat(shift: Shift) -> None:
    await shift.configures([SALES], [member("ana", "sales", limit=1), member("ben", limit=1)])
    mail = await sends(shift, "vera", "email")
    web = await shift.opens("vito")
    assert (await shift.holder(web), await place(shift, mail)) == ("ana", "waiting")
    await shift.ends("ana", web)
    assert await place(shift, mail) == "waiting", "a freed slot does not pull it either"


async def test_each_channel_has_its_target(shift: Shift) -> None:
    rules = (ChannelRule("sms", 5 * MINUTE), ChannelRule("other", 2 * HOUR))
    await shift.configures([replace(SALES, channels=rules)], [member("ana", "sales"), member("ben", "sales")])
    told = {}
    for channel in ("web", "api", "email", "sms", "phone", "fax"):
        chat = await sends(shift, f"v-{channel}", channel)
        told[channel] = int(await shift.field(chat, "due")) - int(await shift.field(chat, "turn"))
    assert told == {
        "web": 6_000, "api": 6_000, "email": 9 * HOUR, "sms": 5 * MINUTE, "phone": 12 * MINUTE, "fax": 2 * HOUR,
    }  # fmt: skip


async def test_who_takes_a_mail_has_its_whole_target_and_the_next_question_has_it_again(shift: Shift) -> None:
    mail = await sends(shift, "vera", "email")
    await shift.takes("ana", mail)
    await shift.draws("ana", mail)
    await shift.passes(10)
    assert await shift.field(mail, "late") == "0"
    await shift.answers("ana", mail)
    again = await shift.writes("vera", mail, "And the invoice?")
    assert int(await shift.field(mail, "due")) == again.at + 9 * HOUR
    assert "late" not in await shift.kinds(mail)


async def test_a_channel_can_be_assigned_like_live_chats(shift: Shift) -> None:
    mail = await sends(shift, "vera", "email")
    sms = await sends(shift, "vito", "sms")
    rules = (ChannelRule("sms", 0, True),)
    await shift.configures([replace(SALES, channels=rules)], [member("ana", "sales"), member("ben", "sales")])
    assert (await place(shift, sms), await place(shift, mail)) == ("active", "waiting")
    await shift.configures([replace(SALES, channels=rules, mode="pull")], [member("ana", "sales")])
    assert await place(shift, await sends(shift, "vala", "sms")) == "waiting", "where agents take all chats, these too"


async def test_nobody_who_writes_by_mail_is_asked_or_dropped(shift: Shift) -> None:
    await shift.configures([LIVE], [member("ana", "sales"), member("ben", "sales")])
    mail, web = await sends(shift, "vera", "email"), await shift.opens("vito")
    await shift.takes("ana", mail)
    for chat in (mail, web):
        await shift.draws(await shift.holder(chat), chat)
        await shift.answers(await shift.holder(chat), chat)
    await shift.passes(45)
    assert {"asked", "ended"} <= {*await shift.kinds(web)}
    assert {"asked", "ended"} & {*await shift.kinds(mail)} == set()
    await shift.ends("ana", mail)
    assert await place(shift, mail) == "ended"


async def test_a_mail_that_waits_is_not_abandoned_when_its_sender_closes_the_browser(shift: Shift) -> None:
    mail = await sends(shift, "vera", "email")
    await shift.workspace.visitor_say(mail, Visitor("vera"), "vera-1", new_cid(), "And?")
    await shift.workspace.depart(mail, "vera-1")
    await shift.passes(70)
    assert await place(shift, mail) == "waiting"
