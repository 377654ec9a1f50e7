"""The visitor's profile beside a pane: loaded on request, and never shown for another visitor."""

from datetime import UTC, datetime

import msgspec
from playwright.async_api import BrowserContext, Locator, Page, expect

from console.events import Author, LanguageSet, Renamed
from console.views.initials import tone
from tests.browser.console_chats import Play
from tests.browser.console_stage import Stage, open_console
from tests.browser.side_scenes import tell_more


def panel(desk: Page, slot: int = 1) -> Locator:
    return desk.locator(f"#context-{slot}")


async def giulia(stage: Stage, desk: Page) -> Locator:
    await stage.play(Play("c1", 1, "Giulia", page="https://shop.example/player", email="giulia@example.it"))
    box = desk.get_by_label("Reply to Giulia")
    await box.focus()
    return box


async def test_a_key_opens_and_closes_it_and_she_types_on(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    assert stage.side.asked == []
    await desk.keyboard.press("Alt+KeyV")
    await expect(panel(desk)).to_contain_text("giulia@example.it")
    await expect(panel(desk)).to_contain_text("Refund · Ben · rated 4 of 5")
    await expect(desk.get_by_role("region", name="About Giulia")).to_be_visible()
    await desk.keyboard.type("Ciao")
    await expect(box).to_have_value("Ciao")
    await desk.keyboard.press("Alt+KeyV")
    await expect(panel(desk)).to_be_hidden()


async def test_its_button_says_whether_it_is_open(stage: Stage, desk: Page) -> None:
    await giulia(stage, desk)
    button = desk.locator("#pane-1").get_by_role("button", name="About the visitor")
    await expect(button).to_have_attribute("aria-expanded", "false")
    await button.click()
    await expect(button).to_have_attribute("aria-expanded", "true")
    await panel(desk).locator(".body").press("Escape")
    await expect(button).to_have_attribute("aria-expanded", "false")
    await expect(button).to_be_focused()


async def test_earlier_chats_open_in_a_tab_of_their_own(stage: Stage, desk: Page) -> None:
    await giulia(stage, desk)
    await desk.keyboard.press("Alt+KeyV")
    link = panel(desk).locator('a[href="/chats/old1"]')
    await link.wait_for()
    assert await link.get_attribute("target") == "_blank"


async def test_a_new_page_of_hers_is_there_by_itself(stage: Stage, desk: Page) -> None:
    await giulia(stage, desk)
    await desk.keyboard.press("Alt+KeyV")
    await panel(desk).get_by_text("Earlier chats").wait_for()
    await tell_more(stage)
    await expect(panel(desk).locator(".known")).to_contain_text("Help: the film does not start")
    await expect(panel(desk)).to_contain_text("gold")


async def test_another_visitor_in_the_pane_closes_it(stage: Stage, desk: Page) -> None:
    await giulia(stage, desk)
    await desk.keyboard.press("Alt+KeyV")
    await panel(desk).get_by_text("Earlier chats").wait_for()
    await stage.leave(1, then=Play("c2", 1, "Marco"))
    await expect(panel(desk)).to_be_hidden()
    await expect(panel(desk)).not_to_contain_text("giulia@example.it")


async def test_an_answer_that_comes_too_late_is_not_shown_to_the_next(stage: Stage, desk: Page) -> None:
    await giulia(stage, desk)
    await desk.evaluate(
        """() => { const real = window.fetch; window.waiting = [];
          window.fetch = (...words) => new Promise(done => window.waiting.push(() => {
            const answer = real(words[0]);
            done(answer);
            return answer;
          })); }"""
    )
    await desk.keyboard.press("Alt+KeyV")
    await expect(panel(desk)).to_contain_text("Loading")
    gone = stage.plays["c1"]
    await stage.leave(1, then=Play("c2", 1, "Marco"))
    stage.plays["c1"] = gone  # so that there is something to tell of her
    await desk.get_by_label("Reply to Marco").focus()
    await desk.keyboard.press("Alt+KeyV")
    await desk.evaluate("window.waiting[1]()")
    await panel(desk).get_by_text("Earlier chats").wait_for()
    await desk.evaluate(
        "window.waiting[0]().then(late => late.clone().text()).then(() => new Promise(requestAnimationFrame))"
    )
    assert stage.side.asked == ["/console/visitor/c2", "/console/visitor/c1"]
    await expect(panel(desk)).not_to_contain_text("giulia@example.it")


async def test_what_cannot_be_read_is_tried_again(stage: Stage, desk: Page) -> None:
    await giulia(stage, desk)
    stage.side.status = 503
    await desk.keyboard.press("Alt+KeyV")
    await expect(panel(desk)).to_contain_text("Can't load visitor details. The chat is not affected.")
    stage.side.status = 200
    await panel(desk).get_by_role("button", name="Try again").click()
    await expect(panel(desk)).to_contain_text("giulia@example.it")
    stage.complaints.clear()  # the browser grumbles about the 503


async def test_it_leaves_the_newest_lines_in_view(stage: Stage, desk: Page) -> None:
    await giulia(stage, desk)
    for number in range(12):
        await stage.show(stage.plays["c1"], stage.plays["c1"].visitor_says(f"line {number}"))
    await desk.locator("#pane-1 .m", has_text="line 11").wait_for()
    await desk.keyboard.press("Alt+KeyV")
    await panel(desk).get_by_text("Earlier chats").wait_for()
    edge = await panel(desk).bounding_box()
    last = await desk.locator("#pane-1 .m").last.bounding_box()
    assert edge is not None
    assert last is not None
    assert last["y"] >= edge["y"] + edge["height"]


async def test_a_free_pane_has_no_such_button(stage: Stage, desk: Page) -> None:
    await giulia(stage, desk)
    await expect(desk.locator("#pane-1 .about")).to_be_visible()
    await expect(desk.locator("#pane-2 .about")).to_be_hidden()


async def test_the_visitors_initials_stand_by_the_name_and_open_it(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c1", 1, "Giulia Rossi"), Play("c2", 2, "محمد علي"))
    marks = desk.locator(".pane:not([data-free]) > header .initials")
    await expect(marks).to_have_text(["GR", "م"])
    assert await marks.first.get_attribute("data-tone") == str(tone("Giulia Rossi"))
    await marks.first.click()
    await expect(panel(desk)).to_be_visible()
    await stage.leave(1, then=Play("c3", 1, "Marco"))
    await expect(marks.first).to_have_text("M")


async def test_the_visitors_local_time_is_told_and_goes_on(stage: Stage, own_context: BrowserContext) -> None:
    desk = await open_console(stage, own_context)
    play = Play("c1", 1, "Giulia")
    play.facts[0] = msgspec.structs.replace(play.facts[0], zone="Asia/Kathmandu")
    await desk.clock.install(time=datetime(2026, 1, 5, 12, 0, tzinfo=UTC))
    await stage.play(play)
    await desk.get_by_label("Reply to Giulia").focus()
    await desk.keyboard.press("Alt+KeyV")
    await expect(panel(desk).locator("[data-zone]")).to_have_text("17:45")
    await expect(panel(desk)).to_contain_text("Kathmandu, Nepal")


async def test_she_gives_the_visitor_a_name_there(stage: Stage, desk: Page) -> None:
    await giulia(stage, desk)
    await desk.keyboard.press("Alt+KeyV")
    await panel(desk).locator("dd", has=desk.get_by_label("Name")).get_by_text("Edit…").click()
    name = panel(desk).get_by_label("Name")
    await expect(name).to_have_value("Giulia")
    await name.fill("Giulia Ferri")
    await name.press("Enter")
    said = (await stage.hears("rename"))[0]
    assert (said["chat"], said["name"]) == ("c1", "Giulia Ferri")
    play = stage.plays["c1"]
    play.line.name = play.line.named = "Giulia Ferri"
    fact = play.add(Renamed, author=Author("ana", "Ana"), cid=said["cid"], name="Giulia Ferri")
    await stage.show(play, fact)
    await expect(desk.locator("#pane-1 h2")).to_have_text("Giulia Ferri")
    await expect(desk.get_by_label("Reply to Giulia Ferri")).to_be_visible()
    await expect(panel(desk).locator(".known bdi", has_text="Giulia Ferri")).to_be_visible()
    await expect(desk.locator("#pane-1 .renamed")).to_contain_text("Ana changed the visitor's name to Giulia Ferri")


async def test_she_sees_whose_word_the_language_is_and_corrects_it(stage: Stage, desk: Page) -> None:
    await giulia(stage, desk)
    play = stage.plays["c1"]
    play.line.language, play.line.language_by = "it", "text"
    await stage.show(play, play.add(LanguageSet, by="text", language="it"))
    await desk.keyboard.press("Alt+KeyV")
    row = panel(desk).locator(".known > div", has_text="Language")
    await expect(row).to_contain_text("Italian from what they write")
    await expect(desk.locator("#pane-1 .language_set")).to_contain_text("writes in this language: Italian")
    await row.get_by_text("Edit…").click()
    await row.get_by_label("Language").select_option("German")
    await row.get_by_role("button", name="Save").click()
    said = (await stage.hears("language"))[0]
    assert (said["chat"], said["language"]) == ("c1", "de")
    play.line.language, play.line.language_by = "de", "agent"
    fact = play.add(LanguageSet, author=Author("ana", "Ana"), cid=said["cid"], by="agent", language="de")
    await stage.show(play, fact)
    await expect(row).to_contain_text("German set by an agent")
    await expect(desk.locator("#pane-1 .who .chip", has_text="DE")).to_be_visible()
    await expect(desk.locator("#pane-1 .language_set")).to_contain_text(["Italian", "Ana set the visitor's language"])
    assert await desk.get_by_label("Reply to Giulia").get_attribute("lang") == "de"


async def test_the_same_name_or_none_is_not_sent(stage: Stage, desk: Page) -> None:
    await giulia(stage, desk)
    await desk.keyboard.press("Alt+KeyV")
    await panel(desk).locator("dd", has=desk.get_by_label("Name")).get_by_text("Edit…").click()
    name = panel(desk).get_by_label("Name")
    await name.fill("   ")
    await name.press("Enter")
    await panel(desk).locator("dd", has=desk.get_by_label("Name")).get_by_text("Edit…").click()
    await name.fill("Giulia")
    await name.press("Enter")
    await expect(name).to_be_hidden()
    assert stage.said("rename") == []
