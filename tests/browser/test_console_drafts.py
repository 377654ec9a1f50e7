"""Drafted answers: a grey draft in the pane. One key inserts it into the box, and only Enter sends it."""

from collections.abc import AsyncIterator, Callable

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from console.events import Message
from console.protocol import Drafted
from tests.browser.console_chats import Play
from tests.browser.console_people import Desk, Vera
from tests.browser.console_stage import Stage, open_console
from tests.support.eventually import eventually
from tests.support.model_server import ModelServer
from tests.support.server_process import RunningServer

DRAFT = "It is on its way, {first_name}."
FILLED = "It is on its way, Giulia."


@pytest_asyncio.fixture(loop_scope="session")
async def desk(stage: Stage, context: BrowserContext) -> AsyncIterator[Page]:
    """Ana's console on a server that has a model."""
    stage.model = True
    yield await open_console(stage, context)
    assert stage.complaints == []


async def giulia(stage: Stage, desk: Page, *, draft: str = DRAFT) -> tuple[Play, Locator]:
    """Giulia asked, her composer has the focus, and the draft is there."""
    chat = Play("c1", 1, "Giulia")
    await stage.play(chat)
    await stage.show(chat, chat.visitor_says("Where is my order?", due=60_000))
    box = desk.get_by_label("Reply to Giulia")
    await box.focus()
    await stage.send(Drafted("c1", chat.line.seq, draft))
    await expect(drafted(desk)).to_be_visible()
    return chat, box


def drafted(desk: Page) -> Locator:
    return desk.locator("#pane-1 .drafted button")


async def test_one_key_takes_it_into_the_box_and_enter_sends_it(stage: Stage, desk: Page) -> None:
    _, box = await giulia(stage, desk)
    await expect(drafted(desk)).to_have_text(f"{FILLED} Alt D")
    await expect(box).to_have_value("")
    await box.press("Alt+KeyD")
    await expect(box).to_have_value(FILLED)
    await expect(box).to_be_focused()
    await expect(drafted(desk)).to_have_count(0)
    assert stage.said("say") == []
    await box.press("Enter")
    said = (await stage.hears("say"))[0]
    assert (said["text"], said["chat"], said["drafted"]) == (FILLED, "c1", "taken")


async def test_a_click_takes_it_too_and_the_focus_stays_in_the_box(stage: Stage, desk: Page) -> None:
    _, box = await giulia(stage, desk)
    await drafted(desk).click()
    await expect(box).to_have_value(FILLED)
    await expect(box).to_be_focused()


async def test_what_she_changes_is_marked_edited_across_a_reload(stage: Stage, desk: Page) -> None:
    _, box = await giulia(stage, desk)
    await box.press("Alt+KeyD")
    await box.press_sequentially(" Tomorrow!")
    await desk.reload()
    await expect(box).to_have_value(f"{FILLED} Tomorrow!")
    await box.press("Enter")
    assert (await stage.hears("say"))[0]["drafted"] == "edited"


async def test_an_answer_of_her_own_says_that_there_was_a_draft_and_the_next_one_does_not(
    stage: Stage, desk: Page
) -> None:
    chat, box = await giulia(stage, desk)
    await box.press_sequentially("Which order?")
    await box.press("Enter")
    assert (await stage.hears("say"))[0]["drafted"] == "shown"
    await expect(drafted(desk)).to_have_count(0)
    await stage.show(chat, chat.visitor_says("Number 7", due=60_000))
    await box.press_sequentially("Thank you")
    await box.press("Enter")
    assert "drafted" not in (await stage.hears("say", 2))[1]


async def test_a_draft_that_she_deletes_leaves_no_mark(stage: Stage, desk: Page) -> None:
    _, box = await giulia(stage, desk)
    await box.press("Alt+KeyD")
    await box.fill("")
    await box.press_sequentially("Which order?")
    await box.press("Enter")
    assert "drafted" not in (await stage.hears("say"))[0]


async def test_her_own_words_stay_before_it(stage: Stage, desk: Page) -> None:
    _, box = await giulia(stage, desk)
    await box.press_sequentially("Good morning! ")
    await box.press("Alt+KeyD")
    await expect(box).to_have_value(f"Good morning! {FILLED}")
    await box.press("Enter")
    assert (await stage.hears("say"))[0]["drafted"] == "edited"


async def test_a_newer_message_takes_the_draft_away_and_a_late_draft_is_dropped(stage: Stage, desk: Page) -> None:
    chat, _ = await giulia(stage, desk)
    answered = chat.line.seq
    await stage.show(chat, chat.visitor_says("Or is it lost?", due=60_000))
    await expect(drafted(desk)).to_have_count(0)
    await stage.send(Drafted("c1", answered, DRAFT))
    await stage.send(Drafted("c1", chat.line.seq, "It is not lost."))
    await expect(drafted(desk)).to_have_text("It is not lost. Alt D")


async def test_a_first_word_leaves_the_draft_and_an_answer_or_no_reply_takes_it_away(stage: Stage, desk: Page) -> None:
    chat, box = await giulia(stage, desk)
    await box.press("Alt+KeyH")
    assert "drafted" not in (await stage.hears("say"))[0]
    await expect(desk.locator("#pane-1 .m.agent")).to_have_count(1)
    await expect(drafted(desk)).to_have_text(f"{FILLED} Alt D")
    await stage.show(chat, chat.visitor_says("Still there?", due=60_000))
    await expect(drafted(desk)).to_have_count(0)
    await stage.send(Drafted("c1", chat.line.seq, DRAFT))
    await expect(drafted(desk)).to_be_visible()
    await box.press("Alt+KeyO")
    await stage.hears("no_reply")
    await expect(drafted(desk)).to_have_count(0)


async def test_a_promise_of_her_own_words_is_no_answer_without_the_draft(stage: Stage, desk: Page) -> None:
    _, box = await giulia(stage, desk)
    await box.press_sequentially("Let me see.")
    await desk.locator("#pane-1 [data-act=back]").click()
    await desk.locator("#pane-1 [data-act=hold120]").click()
    said = (await stage.hears("say"))[0]
    assert (said["text"], said["promise"], "drafted" in said) == ("Let me see.", 120_000, False)
    await expect(drafted(desk)).to_be_visible()
    await box.press("Alt+KeyD")
    await box.press("Enter")
    assert (await stage.hears("say", 2))[1]["drafted"] == "taken"


async def test_no_draft_can_get_into_a_note_or_another_chat(stage: Stage, desk: Page) -> None:
    _, box = await giulia(stage, desk)
    other = Play("c2", 2, "Marco")
    await stage.play(other)
    await stage.show(other, other.visitor_says("Hi", due=60_000))
    await desk.get_by_label("Reply to Marco").focus()
    await desk.keyboard.press("Alt+KeyD")
    await expect(desk.get_by_label("Reply to Marco")).to_have_value("")
    await box.focus()
    await desk.keyboard.press("Alt+KeyM")
    await expect(drafted(desk)).to_be_hidden()
    await desk.keyboard.press("Alt+KeyD")
    await expect(desk.locator("#box-c1")).to_have_value("")


async def test_a_draft_is_text_whatever_is_in_it(stage: Stage, desk: Page) -> None:
    evil = '<img src=x onerror="document.title = 1"> \u2067{field:card}'
    _, box = await giulia(stage, desk, draft=evil)
    await expect(drafted(desk).locator("img")).to_have_count(0)
    await box.press("Alt+KeyD")
    await expect(box).to_have_value(evil)
    assert await box.evaluate("box => box.value.slice(box.selectionStart, box.selectionEnd)") == "{field:card}"


async def test_only_the_pane_she_is_in_tells_her_screen_reader(stage: Stage, desk: Page) -> None:
    await giulia(stage, desk)
    await expect(desk.locator("#announcer")).to_contain_text("A draft is ready: Alt D")
    await desk.evaluate("document.getElementById('announcer').textContent = ''")
    other = Play("c2", 2, "Marco")
    await stage.play(other)
    await stage.show(other, other.visitor_says("Hi", due=60_000))
    await stage.send(Drafted("c2", other.line.seq, "Hello Marco."))
    await expect(desk.locator("#pane-2 .drafted")).to_be_visible()
    group = desk.get_by_role("group", name="Drafted answer")
    await expect(group).to_have_count(2)
    await desk.get_by_label("Reply to Giulia").press("Alt+KeyM")
    await expect(desk.locator("#announcer")).not_to_contain_text("A draft is ready")


async def test_drafts_are_switched_off_from_the_palette_and_nothing_is_asked_any_more(stage: Stage, desk: Page) -> None:
    _, box = await giulia(stage, desk)
    assert [frame["on"] for frame in await stage.hears("drafting")] == [True]
    await box.press("Control+k")
    await desk.keyboard.type("drafted answers on or off")
    await desk.keyboard.press("Enter")
    await expect(drafted(desk)).to_have_count(0)
    await expect(desk.locator("#announcer")).to_contain_text("Drafted answers are off")
    assert [frame["on"] for frame in await stage.hears("drafting", 2)] == [True, False]
    await stage.send(Drafted("c1", 99, DRAFT))
    await desk.reload()
    await expect(desk.get_by_label("Reply to Giulia")).to_be_visible()
    await stage.hears("hello", 2)
    await expect(drafted(desk)).to_have_count(0)
    assert len(stage.said("drafting")) == 2


async def test_its_key_is_in_the_help_and_can_be_changed_or_switched_off(stage: Stage, desk: Page) -> None:
    _, box = await giulia(stage, desk)
    await desk.keyboard.press("F1")
    row = desk.locator("#key-rows tr", has_text="Insert the drafted answer")
    await row.get_by_role("button").click()
    await desk.keyboard.press("Alt+KeyZ")
    await desk.keyboard.press("Escape")
    await expect(drafted(desk)).to_have_text(f"{FILLED} Alt Z")
    await box.focus()
    await box.press("Alt+KeyZ")
    await expect(box).to_have_value(FILLED)


async def test_without_a_model_there_is_no_key_for_it_and_nothing_is_asked(
    stage: Stage, context: BrowserContext
) -> None:
    page = await open_console(stage, context)
    await page.keyboard.press("F1")
    await expect(page.locator("#key-rows tr", has_text="End the chat")).to_have_count(1)
    await expect(page.locator("#key-rows tr", has_text="drafted")).to_have_count(0)
    assert stage.said("drafting") == []


async def test_the_log_says_which_answers_came_from_a_draft(stage: Stage, desk: Page) -> None:
    chat, _ = await giulia(stage, desk)
    for text, how in (("One", "taken"), ("Two", "edited"), ("Three", "shown")):
        said = chat.ana_says(text)
        assert isinstance(said, Message)
        said.drafted = how
        await stage.show(chat, said)
    lines = desk.locator("#pane-1 .talk .m.agent")
    await expect(lines).to_have_count(3)
    assert ["from a draft" in one for one in await lines.all_inner_texts()] == [True, True, False]
    assert "from a draft, edited" in await lines.nth(1).inner_text()


async def test_on_a_whole_server_a_model_drafts_ana_sends_and_vera_sees_an_answer_like_any_other(
    start_server: Callable[..., RunningServer], browser: Browser
) -> None:
    async with ModelServer("Your film starts at nine, {first_name}.") as model:
        server = start_server(**model.settings)
        ana = await Desk.of(server, browser)
        vera = await Vera.comes(server, "When does it start?")
        box = ana.page.get_by_label("Reply to Vera")
        await expect(drafted(ana.page)).to_have_text("Your film starts at nine, Vera. Alt D")
        await box.press("Alt+KeyD")
        await box.press("Enter")
        await eventually(lambda: vera.heard() == ["Your film starts at nine, Vera."], "Vera to hear it")
        await expect(ana.page.locator("#pane-1 .talk .m.agent")).to_contain_text("from a draft")
        assert "draft" not in str(vera.frames)
        assert "Vera" not in str(model.asked)
        await vera.goes()
        await ana.goes()
        assert ana.complaints == []
