"""Chats by mail and text message: they have their own targets, are taken rather than assigned, and never end for
silence.
"""

import pytest
from msgspec.structs import replace

from console.domain.channels import ChannelRule
from console.domain.directory import Member, Queue
from console.domain.ids import new_cid, new_id
from console.errors import NoSlot, NothingToDo
from console.events import Visitor
from console.projection.channel_figures import channel_figures
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


# --- slots of their own --------------------------------------------------------------------------


def apart(name: str, limit: int, channels: int | None) -> Member:
    return replace(member(name, "sales", limit=limit), channel_slots=channels)


async def free_of(shift: Shift, agent: str) -> tuple[int, int]:
    """Slots for live chats, and for others: as facts and snapshot agree."""
    found = (await shift.picture()).agents[agent]
    return found.free_slots, found.free_channel_slots


async def test_mails_have_slots_of_their_own_and_cost_no_live_chat_one(shift: Shift) -> None:
    await shift.configures([SALES], [apart("ana", 1, 2)])
    first, second = await sends(shift, "vera", "email"), await sends(shift, "vito", "sms")
    for chat in (first, second):
        await shift.takes("ana", chat)
    assert await free_of(shift, "ana") == (1, 0)
    live = await shift.opens("vala")
    assert await shift.holder(live) == "ana"
    assert [fact.aside for fact in await shift.facts("assigned")] == [True, True, False]
    assert len({*await shift.held("ana")}) == 3


async def test_live_chats_leave_the_slots_for_mails_free(shift: Shift) -> None:
    await shift.configures([SALES], [apart("ana", 1, 1)])
    await shift.opens("vera")
    waiting = await shift.opens("vito")
    assert await place(shift, waiting) == "waiting"
    mail = await sends(shift, "vala", "email")
    await shift.takes("ana", mail)
    assert await shift.holder(mail) == "ana"


async def test_a_full_channel_refuses_the_next_mail_whoever_asks(shift: Shift) -> None:
    await shift.configures([SALES], [apart("ana", 2, 1), apart("ben", 2, 0)])
    await shift.online("ben")
    held, mail = await sends(shift, "vera", "email"), await sends(shift, "vito", "email")
    await shift.takes("ana", held)
    for ask in (
        lambda: shift.takes("ana", mail),
        lambda: shift.takes("ben", mail),
        lambda: shift.hands_over("ana", held, to="ben"),
        lambda: shift.workspace.take_over(shift.author("ben"), held, new_cid()),
        lambda: shift.workspace.move(shift.author("sam"), mail, new_cid(), to="ben"),
    ):
        with pytest.raises(NoSlot):
            await ask()
    assert (await shift.holder(held), await place(shift, mail)) == ("ana", "waiting")


async def test_take_next_skips_what_there_is_no_slot_for(shift: Shift) -> None:
    await shift.configures([replace(SALES, mode="pull")], [apart("ana", 1, 1)])
    mails = [await sends(shift, name, "sms") for name in ("vera", "vito")]
    live = [await shift.opens(name) for name in ("vala", "vega")]
    taken = [(await shift.takes("ana")).chat for _ in range(2)]
    assert len({*taken} & {*mails}) == len({*taken} & {*live}) == 1
    with pytest.raises(NothingToDo):
        await shift.takes("ana")
    await shift.ends("ana", next(chat for chat in taken if chat in mails))
    assert (await shift.takes("ana")).chat in mails


async def test_a_channel_that_is_assigned_uses_the_live_slots(shift: Shift) -> None:
    rules = (ChannelRule("sms", 0, True),)
    await shift.configures([replace(SALES, channels=rules)], [apart("ana", 1, 0)])
    sms = await sends(shift, "vera", "sms")
    assert (await shift.holder(sms), await free_of(shift, "ana")) == ("ana", (0, 0))


async def test_what_is_held_when_the_slots_change_is_kept_and_counted(shift: Shift) -> None:
    await shift.configures([SALES], [apart("ana", 3, None)])
    mails = [await sends(shift, name, "email") for name in ("vera", "vito", "vala")]
    for mail in mails:
        await shift.takes("ana", mail)
    await shift.configures([SALES], [apart("ana", 3, 1)])
    assert await free_of(shift, "ana") == (1, 0), "two of three mails stand in live slots"
    await shift.ends("ana", mails[0])
    await shift.ends("ana", mails[1])
    assert await free_of(shift, "ana") == (3, 0)
    await shift.configures([SALES], [apart("ana", 3, None)])
    assert await free_of(shift, "ana") == (2, 2)


async def test_who_gives_a_mail_away_has_its_slot_again(shift: Shift) -> None:
    await shift.configures([SALES], [apart("ana", 1, 1), apart("ben", 1, 1)])
    await shift.online("ben")
    mail = await sends(shift, "vera", "email")
    await shift.takes("ana", mail)
    await shift.hands_over("ana", mail, to="ben")
    assert (await free_of(shift, "ana"), await free_of(shift, "ben")) == ((1, 1), (1, 0))
    await shift.hands_over("ben", mail, queue="sales")
    assert await place(shift, mail) == "waiting"
    assert await free_of(shift, "ben") == (1, 1)


# --- figures -------------------------------------------------------------------------------------


async def test_mails_have_figures_of_their_own_beside_the_live_chats(shift: Shift) -> None:
    rules = (ChannelRule("sms", 2_000), ChannelRule("other", 60_000))
    await shift.configures([replace(SALES, channels=rules)], [member("ana", "sales")])
    live, sms, fax = await shift.opens("vito"), await sends(shift, "vera", "sms"), await sends(shift, "vala", "fax")
    await shift.takes("ana", sms)
    await shift.passes(3)
    for chat in (live, sms):
        await shift.answers("ana", chat)
    picture = await shift.picture()
    chats = list(picture.chats.values())
    found = channel_figures(chats, picture.queue("sales").figures.today(shift.workspace.now()))
    shown = {one.channel: (one.open, one.waiting, one.oldest, one.words, one.answers) for one in found}
    assert shown == {
        "live": (1, 0, 0, (1, 1), (1, 1)),
        "sms": (1, 0, 0, (0, 1), (0, 1)),
        "other": (1, 1, picture.chats[fax].since, (0, 0), (0, 0)),
    }
    assert all(one.first == pytest.approx(3_000, rel=0.05) for one in found[:2])


async def test_a_workspace_of_live_chats_alone_has_no_channels(shift: Shift) -> None:
    await shift.configures([SALES], [member("ana", "sales")])
    await shift.answers("ana", await shift.opens("vito"))
    picture = await shift.picture()
    figures = picture.queue("sales").figures.today(shift.workspace.now())
    assert channel_figures(list(picture.chats.values()), figures) == ()
    assert figures.live().of("r").n == 1
