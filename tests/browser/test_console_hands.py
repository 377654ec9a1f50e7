"""Chats that are offered, taken and transferred on Ana's screen; no key acts on the wrong chat."""

import re

import pytest
from playwright.async_api import Page, expect

from console.protocol import ColleagueThere, InvitedTo, Moved, WatchDrawn, Went
from tests.browser.console_chats import Play, colleagues, now
from tests.browser.console_stage import Stage
from tests.support.eventually import eventually


def offered(chat: str = "c1", slot: int = 1, name: str = "Hannah", *, within: int = 60_000) -> Play:
    play = Play(chat, slot, name, place="offered", until=now() + within)
    play.visitor_says("Hallo?")
    return play


# --- offers ----------------------------------------------------------------------------------------


async def test_an_offer_shows_what_it_is_about_its_clock_and_two_buttons(stage: Stage, desk: Page) -> None:
    await stage.play(offered(within=50_000))
    pane = desk.locator("#pane-1")
    await expect(pane.get_by_text("Hallo?")).to_be_visible()
    await expect(pane.locator("header .clock")).to_have_text(re.compile(r"accept (4\d|5[01])"))
    await expect(pane.get_by_role("group", name="Hannah was offered to you")).to_be_visible()
    await expect(pane.get_by_role("textbox")).to_have_count(0)
    said = re.compile(r"Pane 1, Hannah: offered to you, (4\d|5[01]) seconds to accept")
    await expect(desk.locator("#announcer")).to_contain_text(said)


async def test_enter_on_accept_takes_it_and_the_next_key_goes_to_its_composer(stage: Stage, desk: Page) -> None:
    await stage.play(offered())
    await expect(desk.get_by_role("button", name="Accept Enter")).to_be_visible()
    await desk.keyboard.press("Alt+Digit1")
    await expect(desk.get_by_role("button", name="Accept Enter")).to_be_focused()
    await desk.keyboard.press("Enter")
    assert (await stage.hears("accept"))[0]["chat"] == "c1"
    await expect(desk.get_by_label("Reply to Hannah")).to_be_focused()
    await desk.keyboard.type("Guten Tag")
    await expect(desk.get_by_label("Reply to Hannah")).to_have_value("Guten Tag")


async def test_a_held_enter_accepts_once_and_sends_nothing(stage: Stage, desk: Page) -> None:
    await stage.play(offered())
    await desk.get_by_role("button", name="Accept Enter").focus()
    for _ in range(4):
        await desk.keyboard.down("Enter")
    await expect(desk.get_by_label("Reply to Hannah")).to_be_focused()
    await desk.keyboard.down("Enter")
    await desk.keyboard.up("Enter")
    assert len(stage.said("accept")) == 1
    assert stage.said("say") == []


async def test_declining_by_key_lets_it_go(stage: Stage, desk: Page) -> None:
    await stage.play(offered())
    await expect(desk.get_by_role("button", name="Accept Enter")).to_be_visible()
    await desk.keyboard.press("Alt+Digit1")
    await desk.keyboard.press("Alt+KeyX")
    assert (await stage.hears("decline"))[0]["chat"] == "c1"
    await expect(desk.locator("#pane-1 .offered:not([data-ended])")).to_have_count(0)


async def test_keys_on_an_expired_offer_do_nothing(stage: Stage, desk: Page) -> None:
    await stage.play(offered())
    await desk.get_by_role("button", name="Accept Enter").focus()
    await stage.leave(1, then=offered("c2", 1, "Marco"))
    ghost = desk.locator("#pane-1 .offered[data-ended]")
    await expect(ghost).to_contain_text("The offer for Hannah has ended.")
    await desk.keyboard.press("Enter")
    assert stage.said("accept") == []
    await desk.locator("#strip-status").focus()
    await desk.keyboard.press("Alt+Digit1")
    await desk.keyboard.press("Enter")
    assert [one["chat"] for one in await stage.hears("accept")] == ["c2"]
    await expect(ghost).to_have_count(0)


async def test_a_pane_that_becomes_an_offer_leaves_a_begun_sentence_where_it_is(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c1", 1, "Giulia"))
    await desk.get_by_label("Reply to Giulia").press_sequentially("Your code is 12")
    await stage.leave(1, then=offered("c2", 1, "Marco"))
    await expect(desk.get_by_role("group", name="Marco was offered to you")).to_be_visible()
    await desk.keyboard.type("34")
    await desk.keyboard.press("Enter")
    ghost = desk.locator("#pane-1 .composer[data-ended]").get_by_role("textbox")
    await expect(ghost).to_have_value("Your code is 12")
    await expect(ghost).to_be_focused()
    assert stage.said("say") == stage.said("accept") == []


async def test_an_accept_that_is_refused_says_why_and_may_be_pressed_again(stage: Stage, desk: Page) -> None:
    stage.refusals["accept"] = "no_slot"
    await stage.play(offered())
    await desk.get_by_role("button", name="Accept Enter").click()
    await expect(desk.locator("#pane-1 .refused")).to_have_text("There is no free slot for this chat.")
    stage.refusals.clear()
    await desk.get_by_role("button", name="Accept Enter").click()
    assert len(await stage.hears("accept", 2)) == 2


# --- take next -------------------------------------------------------------------------------------


async def test_a_free_pane_says_who_waits_and_takes_the_next_by_key(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c1", 1, "Giulia"))
    stage.waiting, stage.next_due = 3, now() + 40_000
    await stage.push(stage.strip())
    pane = desk.locator("#pane-2")
    await expect(pane.get_by_text("3 waiting, first due in")).to_be_visible()
    await desk.get_by_label("Reply to Giulia").press_sequentially("half a ")
    await desk.keyboard.press("Alt+KeyN")
    assert "chat" not in (await stage.hears("take"))[0]
    await stage.play(Play("c2", 2, "Marco"))
    await expect(desk.get_by_label("Reply to Marco")).to_be_visible()
    await desk.keyboard.type("sentence")
    await expect(desk.get_by_label("Reply to Giulia")).to_have_value("half a sentence")
    await expect(desk.get_by_label("Reply to Marco")).to_have_value("")


async def test_an_overdue_waiting_chat_shows_as_late(stage: Stage, desk: Page) -> None:
    stage.waiting, stage.next_due = 2, now() - 61_000
    await stage.push(stage.strip())
    pane = desk.locator("#pane-1")
    await expect(pane.get_by_text(re.compile(r"^2 waiting, first late by 1:0\d$"))).to_be_visible()
    stage.waiting, stage.next_due = 1, now() - 300_000
    await stage.push(stage.strip())
    await expect(pane.get_by_text(re.compile(r"^1 waiting, late by 5:0\d$"))).to_be_visible()


async def test_take_next_moves_the_focus_to_the_new_chat(stage: Stage, desk: Page) -> None:
    stage.waiting, stage.next_due = 1, now() + 40_000
    await stage.push(stage.strip())
    take = desk.get_by_role("button", name="Take next")
    await expect(take).to_be_visible()
    await desk.keyboard.press("Alt+Digit1")
    await expect(take).to_be_focused()
    await desk.keyboard.press("Enter")
    await stage.hears("take")
    await stage.play(Play("c1", 1, "Marco"))
    await expect(desk.get_by_label("Reply to Marco")).to_be_focused()


async def test_a_chat_that_comes_by_itself_never_takes_the_focus_from_take_next(stage: Stage, desk: Page) -> None:
    stage.waiting, stage.next_due = 1, now() + 40_000
    await stage.push(stage.strip())
    await desk.get_by_role("button", name="Take next").focus()
    await stage.play(Play("c1", 1, "Marco"))
    await expect(desk.get_by_label("Reply to Marco")).to_be_visible()
    await desk.keyboard.type("hello")
    await desk.keyboard.press("Enter")
    await expect(desk.get_by_label("Reply to Marco")).to_have_value("")
    assert stage.said("say") == stage.said("take") == []


async def test_when_there_is_nothing_to_take_the_button_works_again(stage: Stage, desk: Page) -> None:
    stage.refusals["take"] = "nothing_to_do"
    stage.waiting, stage.next_due = 1, now() + 40_000
    await stage.push(stage.strip())
    await desk.get_by_role("button", name="Take next").click()
    await stage.hears("take")
    await expect(desk.get_by_role("button", name="Take next")).to_have_attribute("aria-disabled", "false")


async def test_with_all_slots_in_use_nothing_is_offered_to_take(stage: Stage, desk: Page) -> None:
    stage.limit = 1
    stage.waiting, stage.next_due = 3, now() + 40_000
    await stage.play(Play("c1", 1, "Giulia"))
    await stage.push(stage.strip())
    await expect(desk.locator("#pane-2").get_by_text("Not in use. Your chat limit is lower.")).to_be_visible()
    await expect(desk.get_by_role("button", name="Take next")).to_have_count(0)


# --- handing over ----------------------------------------------------------------------------------


async def test_a_chat_is_transferred_by_keyboard_with_draft_and_note(stage: Stage, desk: Page) -> None:
    stage.colleagues = colleagues(Ben=2, Carla=6, Dan=0)
    await stage.play(Play("c1", 1, "Giulia"))
    await desk.get_by_label("Reply to Giulia").press_sequentially("Il film")
    await desk.keyboard.press("Alt+KeyT")
    panel = desk.get_by_role("group", name="Transfer the chat with Giulia")
    await expect(panel.get_by_text("Your unsent text is passed on as a draft.")).to_be_visible()
    await desk.keyboard.type("car")
    await expect(panel.get_by_role("option", name="Carla")).to_have_attribute("aria-selected", "true")
    await desk.keyboard.press("Enter")
    await desk.keyboard.type("She waits for the film")
    await desk.keyboard.press("Enter")
    handed = (await stage.hears("transfer"))[0]
    assert (handed["chat"], handed["agent"], handed["note"]) == ("c1", "carla", "She waits for the film")
    order = [frame["t"] for frame in stage.heard if frame["t"] in ("draft", "transfer")]
    assert (order[0], order[-1]) == ("draft", "transfer"), "the draft is there before the chat goes"
    assert stage.said("draft")[-1]["text"] == "Il film"
    await expect(panel).to_be_hidden()
    await expect(desk.locator("#was-1")).to_contain_text("Giulia was transferred to Carla.")


@pytest.mark.parametrize(("channel", "takes"), [("web", "Carla"), ("sms", "Ben")])
async def test_who_has_a_slot_for_such_a_chat_can_be_chosen(stage: Stage, desk: Page, channel: str, takes: str) -> None:
    stage.colleagues = colleagues(Ben=2, Carla=1)
    ben, carla = stage.colleagues.agents
    ben.free, ben.free_aside, carla.free_aside = 0, 1, 0
    await stage.play(Play("c1", 1, "Giulia", channel=channel))
    await desk.get_by_label("Reply to Giulia").focus()
    await desk.keyboard.press("Alt+KeyT")
    panel = desk.get_by_role("group", name="Transfer the chat with Giulia")
    for name in ("Ben", "Carla"):
        off = "false" if name == takes else "true"
        await expect(panel.get_by_role("option", name=name)).to_have_attribute("aria-disabled", off)


async def test_a_bot_gets_no_draft_and_the_unsent_text_stays(stage: Stage, desk: Page) -> None:
    stage.colleagues = colleagues(Ben=2, Robin=3)
    stage.colleagues.agents[1].bot = True
    stage.answering = False
    await stage.play(Play("c1", 1, "Giulia"))
    await desk.get_by_label("Reply to Giulia").press_sequentially("Il film")
    await desk.keyboard.press("Alt+KeyT")
    panel = desk.get_by_role("group", name="Transfer the chat with Giulia")
    await expect(panel.get_by_text("Your unsent text is passed on as a draft.")).to_be_visible()
    await desk.keyboard.type("rob")
    await expect(panel.get_by_text("Bots don't get your draft. Your unsent text stays here")).to_be_visible()
    await desk.keyboard.press("Enter")
    await desk.keyboard.press("Enter")
    assert (await stage.hears("transfer"))[0]["agent"] == "robin"
    await stage.leave(1, then=Play("c2", 1, "Marco"))
    await expect(desk.locator("#announcer")).to_contain_text("Marco")
    await expect(desk.locator("#announcer")).not_to_contain_text("draft")
    ghost = desk.locator("#pane-1 .composer[data-ended]")
    await expect(ghost.get_by_role("textbox")).to_have_value("Il film")
    await expect(ghost).to_contain_text("Not sent to Giulia")
    await ghost.get_by_role("button", name="Discard").click()
    await expect(ghost).to_have_count(0)


async def test_without_unsent_text_no_draft_is_told_of(stage: Stage, desk: Page) -> None:
    stage.colleagues = colleagues(Ben=2)
    stage.answering = False
    await stage.play(Play("c1", 1, "Giulia"))
    await desk.get_by_label("Reply to Giulia").focus()
    await hand_to_ben(desk)
    await stage.hears("transfer")
    await stage.leave(1, then=Play("c2", 1, "Marco"))
    await expect(desk.locator("#announcer")).to_contain_text("Marco")
    await expect(desk.locator("#announcer")).not_to_contain_text("draft")


async def test_who_speaks_the_visitors_language_comes_first_among_those_with_a_slot(stage: Stage, desk: Page) -> None:
    there = colleagues(Ann=1, Ben=2, Carla=1, Dan=0)
    for one, spoken in zip(there.agents, (["en"], [], ["de", "it"], ["it"]), strict=True):
        one.languages = spoken
    stage.colleagues = there
    play = Play("c1", 1, "Giulia")
    play.line.locale, play.line.language, play.line.language_by = "en-GB", "it", "text"
    await stage.play(play)
    await desk.get_by_label("Reply to Giulia").focus()
    await desk.keyboard.press("Alt+KeyT")
    people = desk.get_by_role("group", name="Transfer the chat with Giulia").locator("[data-kind=agent]")
    await expect(people).to_have_text([re.compile(one) for one in ("Ben", "Carla.*DE, IT", "Ann.*EN", "Dan.*IT")])


async def test_what_is_typed_after_handing_over_reaches_nobody(stage: Stage, desk: Page) -> None:
    stage.colleagues = colleagues(Ben=2)
    stage.answering = False
    await stage.play(Play("c1", 1, "Giulia"))
    await desk.get_by_label("Reply to Giulia").press_sequentially("Il film")
    await hand_to_ben(desk)
    await desk.keyboard.type(" and more")
    await desk.keyboard.press("Enter")
    assert stage.said("say") == []
    await stage.leave(1, then=Play("c2", 1, "Marco"))
    await expect(desk.locator("#announcer")).to_contain_text("was transferred to Ben with your draft")
    await expect(desk.locator("#pane-1 .composer")).to_have_count(1)
    await desk.keyboard.type("x")
    await expect(desk.get_by_label("Reply to Marco")).to_have_value("")


async def test_whoever_can_take_a_chat_stands_first(stage: Stage, desk: Page) -> None:
    stage.colleagues = colleagues(Ann=0, Ben=2, Carla=1)
    stage.colleagues.agents[:0] = [ColleagueThere("abe", "Abe"), ColleagueThere("ada", "Ada", "online", "", 0)]
    stage.colleagues.agents.append(ColleagueThere("eve", "Eve", "online", breather=True))
    await stage.play(Play("c1", 1, "Giulia"))
    await desk.get_by_label("Reply to Giulia").focus()
    await desk.keyboard.press("Alt+KeyT")
    rows = desk.locator('.choices [data-kind="agent"]')
    await expect(rows.locator("bdi")).to_have_text(["Ben", "Carla", "Ada", "Eve", "Ann", "Abe"])
    await expect(rows.locator(".quiet")).to_have_text(
        [
            "Online, free slots: 2",
            "Online, free slots: 1",
            "Online, no free slot",
            "Taking a breather",
            "Away: Lunch",
            "Offline",
        ]
    )


async def hand_to_ben(desk: Page) -> None:
    await desk.keyboard.press("Alt+KeyT")
    await expect(desk.get_by_role("option", name="Ben")).to_be_visible()
    await desk.keyboard.type("ben")
    await desk.keyboard.press("Enter")
    await desk.keyboard.press("Enter")


async def test_a_transfer_stands_in_its_pane_and_leaves_clock_last_words_and_the_others(
    stage: Stage, desk: Page
) -> None:
    stage.colleagues = colleagues(Ben=2, Carla=6, Dan=0)
    giulia, marco = Play("c1", 1, "Giulia"), Play("c2", 2, "Marco")
    giulia.visitor_says("Where is my order?", due=50_000)
    await stage.play(giulia, marco)
    others = "[...document.querySelectorAll('.pane:not(#pane-1), .mini')].map((one) => one.getBoundingClientRect().y)"
    before = await desk.evaluate(others)
    await desk.get_by_label("Reply to Giulia").focus()
    await desk.keyboard.press("Alt+KeyT")
    panel = desk.locator("#pane-1").get_by_role("group", name="Transfer the chat with Giulia")
    await expect(panel.get_by_role("combobox")).to_be_focused()
    assert await desk.evaluate("document.querySelector('dialog:modal')") is None
    await expect(desk.locator("#pane-1 header .clock")).to_be_in_viewport(ratio=1)
    box, log = await desk.locator("#m-c1-3").bounding_box(), await desk.locator("#pane-1 .scroll").bounding_box()
    assert box
    assert log
    assert log["y"] <= box["y"]
    assert box["y"] + box["height"] <= log["y"] + log["height"]
    assert await desk.evaluate(others) == before
    await desk.get_by_label("Reply to Marco").fill("You are next")
    await desk.keyboard.press("Alt+KeyT")
    await expect(desk.locator(".handover")).to_have_count(2)
    await desk.keyboard.press("Escape")
    await expect(desk.get_by_label("Reply to Marco")).to_be_focused()
    await expect(panel).to_be_visible()


async def test_a_transfer_by_mouse_takes_three_clicks(stage: Stage, desk: Page) -> None:
    stage.colleagues = colleagues(Ben=2)
    await stage.play(Play("c1", 1, "Giulia"))
    pane = desk.locator("#pane-1")
    await pane.get_by_role("button", name="Transfer").click()
    await pane.get_by_role("option", name="Billing").click()
    await expect(pane.get_by_label("Note for the next agent")).to_be_focused()
    await pane.get_by_role("button", name="Transfer Enter").click()
    assert (await stage.hears("transfer"))[0]["queue"] == "billing"


async def test_after_a_transfer_a_word_says_where_the_chat_went_also_over_the_next_one(
    stage: Stage, desk: Page
) -> None:
    await stage.play(Play("c1", 1, "Giulia"))
    await stage.leave(1, moved=Moved("c1", queue="Billing"))
    await expect(desk.locator("#was-1")).to_have_text("Giulia was transferred to Billing, next in line. View chat")
    await stage.play(Play("c2", 1, "Marco"))
    await stage.leave(1, then=Play("c3", 1, "Vera"), moved=Moved("c2", agent="Carla"))
    word = desk.locator("#pane-1 .moved")
    await expect(word).to_have_text("Marco was transferred to Carla. View chat")
    await expect(desk.locator("#announcer")).to_contain_text("Marco was transferred to Carla")
    await expect(desk.get_by_label("Reply to Vera")).to_be_visible()
    await expect(word).to_be_hidden(timeout=25_000)


async def test_after_a_take_over_the_agent_is_told_by_whom(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c1", 1, "Giulia"), Play("c2", 2, "Marco"))
    await stage.leave(1, moved=Moved("c1", by="Sam", agent="Sam"))
    await expect(desk.locator("#was-1")).to_contain_text("Sam took over the chat with Giulia.")
    await expect(desk.locator("#announcer")).to_contain_text("Sam took over the chat with Giulia")
    await stage.leave(2, moved=Moved("c2", by="Sam", queue="Billing"))
    await expect(desk.locator("#was-2")).to_contain_text("Sam transferred Marco to Billing, next in line.")


async def test_a_chat_that_ends_under_an_open_transfer_leaves_one_line(stage: Stage, desk: Page) -> None:
    stage.colleagues = colleagues(Ben=2)
    await stage.play(Play("c1", 1, "Giulia"))
    await desk.get_by_label("Reply to Giulia").focus()
    await desk.keyboard.press("Alt+KeyT")
    await expect(desk.get_by_role("option", name="Ben")).to_be_visible()
    await stage.leave(1, then=Play("c2", 1, "Marco"))
    ghost = desk.locator("#pane-1 .handover[data-ended]")
    await expect(ghost).to_have_text(re.compile("The chat with Giulia is no longer yours."))
    await expect(desk.get_by_role("option", name="Ben")).to_be_hidden()
    await desk.keyboard.type("ben")
    await desk.keyboard.press("Enter")
    assert stage.said("transfer") == []
    await expect(desk.get_by_label("Reply to Marco")).to_have_value("")
    await desk.keyboard.press("Alt+Digit1")
    await expect(ghost).to_have_count(0)


async def test_a_refused_transfer_gives_the_composer_back(stage: Stage, desk: Page) -> None:
    stage.colleagues = colleagues(Ben=2)
    stage.refusals["transfer"] = "not_there"
    await stage.play(Play("c1", 1, "Giulia"))
    box = desk.get_by_label("Reply to Giulia")
    await box.press_sequentially("Il film")
    await hand_to_ben(desk)
    await expect(desk.locator("#pane-1 .refused")).to_have_text("That colleague is not online right now.")
    await expect(box).to_be_focused()
    await desk.keyboard.type(" riparte")
    await expect(box).to_have_value("Il film riparte")


async def test_unavailable_colleagues_cannot_be_chosen(stage: Stage, desk: Page) -> None:
    stage.colleagues = colleagues(Ben=2, Dan=0)
    await stage.play(Play("c1", 1, "Giulia"))
    await desk.get_by_label("Reply to Giulia").focus()
    await desk.keyboard.press("Alt+KeyT")
    dan = desk.locator(".choices").get_by_role("option", name="Dan")
    await expect(dan).to_contain_text("Away: Lunch")
    await dan.click(force=True)
    await expect(dan).to_have_attribute("aria-selected", "false")
    names = await desk.locator(".choices bdi").all_inner_texts()
    await stage.send(colleagues(Eve=3, Dan=1, Ben=0))
    await expect(desk.get_by_role("option", name="Eve")).to_be_visible()
    assert await desk.locator(".choices bdi").all_inner_texts() == [*names, "Eve"]
    await dan.click()
    await expect(dan).to_have_attribute("aria-selected", "true")
    await desk.keyboard.press("Escape")
    assert (await stage.hears("colleagues", 2))[-1]["on"] is False
    await expect(desk.get_by_label("Reply to Giulia")).to_be_focused()


async def test_a_colleague_is_invited_and_only_people_are_listed(stage: Stage, desk: Page) -> None:
    stage.colleagues = colleagues(Ben=2, Dan=0)
    await stage.play(Play("c1", 1, "Giulia"))
    await desk.get_by_label("Reply to Giulia").focus()
    await desk.keyboard.press("Alt+KeyI")
    await expect(desk.get_by_role("group", name="Invite a colleague").get_by_role("option")).to_have_count(2)
    await desk.keyboard.press("ArrowDown")
    await desk.keyboard.press("Enter")
    invited = (await stage.hears("invite"))[0]
    assert (invited["chat"], invited["agent"]) == ("c1", "ben")
    await expect(desk.locator("#announcer")).to_contain_text("Ben was invited to the chat with Giulia")


async def test_a_draft_that_came_with_the_chat_stands_in_its_composer(stage: Stage, desk: Page) -> None:
    play = Play("c1", 1, "Giulia")
    stage.plays["c1"] = play
    await stage.push(stage.pane(1), drafts={"c1": "Ana had begun"})
    await expect(desk.get_by_label("Reply to Giulia")).to_have_value("Ana had begun")


# --- what went meanwhile, and looking on ----------------------------------------------------------------


async def test_after_a_reconnect_it_is_said_where_the_chats_went(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c1", 1, "Giulia"), Play("c2", 2, "Marco"))
    await expect(desk.get_by_label("Reply to Marco")).to_be_visible()
    stage.plays.clear()
    stage.went = [Went("c1", "Giulia", "active", now(), "Ben"), Went("c2", "", "ended", now(), "", "v-4f2")]
    await stage.close(1012)
    hello = (await stage.hears("hello", 2))[-1]
    assert hello["have"] == {"c1": 2, "c2": 2}
    went = desk.get_by_role("region", name="While you were away")
    await expect(went).to_contain_text("Giulia's chat went to Ben at")
    await expect(went).to_contain_text("Visitor 4f2's chat ended at")
    await went.get_by_role("button", name="Close").click()
    await expect(went).to_be_hidden()


async def test_six_chats_that_went_are_all_seen_without_scrolling(stage: Stage, desk: Page) -> None:
    stage.went = [Went(f"c{n}", "Giulia", "active", now(), "Ben") for n in range(6)]
    await stage.close(1012)
    await expect(desk.locator("#went-list li")).to_have_count(6)
    assert await desk.locator("#went-list").evaluate("(list) => list.scrollHeight - list.clientHeight") == 0


async def test_a_reload_tells_the_server_which_chats_were_there(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c1", 1, "Giulia"))
    await expect(desk.get_by_label("Reply to Giulia")).to_be_visible()
    await desk.reload()
    assert (await stage.hears("hello", 2))[-1]["have"] == {"c1": 2}


async def test_an_invited_colleague_watches_beside_their_panes(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c1", 1, "Giulia"))
    stage.invited = [InvitedTo("c9", "Vera", "support", "Ben")]
    await stage.push(stage.strip())
    await expect(desk.locator("#announcer")).to_contain_text("Ben invites you to watch: Vera")
    await desk.get_by_label("Reply to Giulia").press_sequentially("half")
    await desk.keyboard.press("Alt+KeyW")
    assert (await stage.hears("watch"))[0]["chat"] == "c9"
    panel = desk.get_by_role("complementary", name="Watching: Vera")
    await expect(panel.get_by_role("textbox", name="Internal note for whoever answers Vera")).to_be_focused()
    log = (
        '<ol class="log" id="watch-log" data-chat="c9"><li class="m visitor" data-seq="2"><p>Where is it?</p></li></ol>'
    )
    await stage.send(WatchDrawn("c9", 5, log, whole=True))
    await expect(panel.get_by_text("Where is it?")).to_be_visible()
    await expect(desk.locator("#pane-1")).to_be_visible()
    await desk.keyboard.type("Offer a refund")
    await desk.keyboard.press("Enter")
    assert (await stage.hears("whisper"))[0]["text"] == "Offer a refund"
    await expect(panel.get_by_text("Whisper sent")).to_be_visible()
    await desk.keyboard.press("Alt+KeyW")
    await expect(panel).to_be_hidden()
    assert (await stage.hears("watch", 2))[-1]["on"] is False
    await desk.keyboard.type(" a word")
    assert await desk.get_by_label("Reply to Giulia").input_value() == "half a word"


async def test_names_stay_whole_in_the_narrow_panes_beside_a_watched_chat(stage: Stage, desk: Page) -> None:
    await desk.set_viewport_size({"width": 1120, "height": 768})
    await stage.play(Play("c1", 1, "Giulia Rossi"))
    stage.invited = [InvitedTo("c9", "Vera", "support", "Ben")]
    await stage.push(stage.strip())
    await expect(desk.locator("#announcer")).to_contain_text("Ben invites you to watch: Vera")
    await desk.keyboard.press("Alt+KeyW")
    await expect(desk.get_by_role("complementary", name="Watching: Vera")).to_be_visible()
    assert await desk.locator("#who-1 h2").evaluate("(name) => name.scrollWidth <= name.clientWidth")


async def test_a_watched_chat_stands_beside_the_panes_and_moves_none_of_them_down(stage: Stage, desk: Page) -> None:
    tops = "[...document.querySelectorAll('.pane')].map((pane) => pane.getBoundingClientRect().top)"
    before = await desk.evaluate(tops)
    stage.invited = [InvitedTo("c9", "Vera", "support", "Ben")]
    await stage.push(stage.strip())
    await expect(desk.locator("#announcer")).to_contain_text("Ben invites you to watch: Vera")
    await desk.keyboard.press("Alt+KeyW")
    await expect(desk.get_by_role("complementary", name="Watching: Vera")).to_be_visible()
    assert await desk.evaluate(tops) == before
    await desk.set_viewport_size({"width": 700, "height": 768})
    assert await desk.evaluate(
        "document.querySelector('#watch').getBoundingClientRect().bottom"
        " <= document.querySelector('#pane-1').getBoundingClientRect().top"
    ), "on a narrow screen it stands before them"


async def test_a_whisper_is_announced_and_the_header_shows_watchers(stage: Stage, desk: Page) -> None:
    play = Play("c1", 1, "Giulia")
    await stage.play(play)
    play.line.watchers = ["sam"]
    await stage.push(stage.views.header(play.line, locale="en", now=now()))
    await expect(desk.locator("#who-1")).to_contain_text("watched by Sam")
    await stage.show(play, play.sam_whispers("Offer the refund"))
    await expect(desk.locator("#announcer")).to_contain_text("Pane 1, Giulia: Sam whispers")
    await expect(desk.locator("#log-c1 .whisper")).to_contain_text("Internal whisper")


async def test_a_lost_connection_hands_over_once_it_is_back(stage: Stage, desk: Page) -> None:
    stage.colleagues = colleagues(Ben=2)
    await stage.play(Play("c1", 1, "Giulia"))
    await desk.get_by_label("Reply to Giulia").press_sequentially("Il film")
    await desk.keyboard.press("Alt+KeyT")
    await expect(desk.get_by_role("option", name="Ben")).to_be_visible()
    stage.refusing = True
    await stage.close(1012)
    await desk.keyboard.type("ben")
    await desk.keyboard.press("Enter")
    await desk.keyboard.press("Enter")
    stage.refusing = False
    await stage.hears("transfer")
    order = [frame["t"] for frame in stage.heard if frame["t"] in ("draft", "transfer")]
    assert (order[0], order[-1]) == ("draft", "transfer"), "the draft is there before the chat goes"
    await eventually(lambda: not stage.plays, "the chat to go")
