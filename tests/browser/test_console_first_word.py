"""First words by one key, the target of the most urgent key, and answers that were prepared ahead."""

from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page, expect

from console.protocol import Typing
from tests.browser.console_chats import Play
from tests.browser.console_stage import Stage, open_console

FIRST = "One moment, please. I'll be back within 30 seconds."
SECOND = "I'm looking into it. You'll hear from me within 30 seconds."


async def asking(stage: Stage, chat: str, slot: int, name: str, *, due: int = 6_000, locale: str = "") -> Play:
    play = Play(chat, slot, name, locale=locale)
    play.visitor_says("Hello?", due=due)
    await stage.play(play)
    return play


async def test_one_key_gives_the_first_word_and_keeps_what_is_typed(stage: Stage, desk: Page) -> None:
    await asking(stage, "c1", 1, "Giulia")
    box = desk.get_by_label("Reply to Giulia")
    await box.press_sequentially("It was sent yest")
    await box.press("Alt+KeyH")
    said = (await stage.hears("say"))[0]
    assert (said["text"], said["promise"], said["chat"]) == (FIRST, 30_000, "c1")
    await expect(box).to_have_value("It was sent yest")
    await expect(box).to_be_focused()


async def test_the_next_first_word_of_a_chat_is_another_one(stage: Stage, desk: Page) -> None:
    play = await asking(stage, "c1", 1, "Giulia")
    await stage.show(play, play.ana_promises(FIRST, 30_000))
    await stage.show(play, play.visitor_says("Are you there?", due=30_000))
    await desk.get_by_label("Reply to Giulia").press("Alt+KeyH")
    assert (await stage.hears("say"))[0]["text"] == SECOND


@pytest_asyncio.fixture(loop_scope="session")
async def patient(stage: Stage, own_context: BrowserContext) -> AsyncIterator[Page]:
    """Ana's console, whose clock the test moves."""
    desk = await open_console(stage, own_context)
    await desk.clock.install()
    yield desk
    assert stage.complaints == []


async def gives_another(stage: Stage, desk: Page, key: str) -> dict[str, Any]:
    """One more first word, when the key is no longer taken for a slip."""
    before = len(stage.said("say"))
    await desk.clock.fast_forward(2_000)
    await desk.keyboard.press(f"Alt+{key}")
    return (await stage.hears("say", before + 1))[-1]


async def test_no_first_word_is_the_same_as_the_one_before_it_whatever_it_promises(stage: Stage, patient: Page) -> None:
    await asking(stage, "c1", 1, "Giulia")
    await patient.get_by_label("Reply to Giulia").focus()
    said: list[str] = []
    for key in ("KeyK", "KeyK", "KeyH", "KeyK", "KeyH", "KeyH"):
        said.append((await gives_another(stage, patient, key))["text"])
    assert all(one != following for one, following in pairwise(said)), said


async def sales_asks(stage: Stage, chat: str, slot: int, name: str, text: str) -> Play:
    play = Play(chat, slot, name, queue="sales")
    play.visitor_says(text, due=6_000)
    await stage.play(play)
    return play


async def test_the_queues_own_phrases_name_the_visitor_and_what_was_asked(stage: Stage, patient: Page) -> None:
    play = await sales_asks(stage, "c1", 1, "Giulia Rossi", "Is the blue one in stock?")
    await patient.get_by_label("Reply to Giulia Rossi").focus()
    said: list[str] = []
    for _ in range(4):
        word = await gives_another(stage, patient, "KeyH")
        said.append(word["text"])
        await stage.show(play, play.visitor_says("And the red one?", due=30_000))
        await expect(patient.locator('#pane-1 .m[data-by="visitor"]')).to_have_count(len(said) + 1)
    assert said == [
        "Hi Giulia, “Is the blue one in stock?”: I'm on it.",
        "Ana here, one second.",
        "Let me look.",
        "Hi Giulia, “And the red one?”: I'm on it.",
    ]


async def test_a_phrase_whose_placeholder_is_unknown_is_left_out(stage: Stage, desk: Page) -> None:
    """A stranger has no name; two lines, a long message and what may be a card number are not repeated."""
    texts = ("Hello?", "Two\nlines", "A long story " * 10, "Card 4111 1111")
    for slot, text in enumerate(texts, start=1):
        await sales_asks(stage, f"c{slot}", slot, "" if slot == 1 else f"Giulia {slot}", text)
    await desk.locator("#pane-4 .composer textarea").press("Alt+Shift+KeyH")
    said = await stage.hears("say", len(texts))
    assert {one["text"] for one in said} == {"Ana here, one second."}


async def test_longer_promises_keep_phrases_that_name_their_time(stage: Stage, desk: Page) -> None:
    await sales_asks(stage, "c1", 1, "Giulia", "Is it in stock?")
    await desk.get_by_label("Reply to Giulia").press("Alt+KeyK")
    assert (await stage.hears("say"))[0]["text"] == "One moment, please. I'll be back within 2 minutes."


async def test_the_menu_shows_the_queues_phrase_before_it_is_sent(stage: Stage, desk: Page) -> None:
    await sales_asks(stage, "c1", 1, "Giulia", "Is it in stock?")
    await desk.locator("#pane-1").get_by_role("button", name="Back in…").click()
    words = desk.locator('#pane-1 [data-words="30"]')
    await expect(words).to_have_text("Hi Giulia, “Is it in stock?”: I'm on it.")
    await desk.locator('#pane-1 [data-act="hold30"]').click()
    assert (await stage.hears("say"))[0]["text"] == "Hi Giulia, “Is it in stock?”: I'm on it."


async def test_the_key_pressed_twice_in_haste_gives_one_first_word(stage: Stage, desk: Page) -> None:
    await asking(stage, "c1", 1, "Giulia")
    box = desk.get_by_label("Reply to Giulia")
    await box.press("Alt+KeyH")
    await box.press("Alt+KeyH")
    await box.press_sequentially("It was sent yesterday")
    await box.press("Enter")
    said = await stage.hears("say", 2)
    assert [one["text"] for one in said] == [FIRST, "It was sent yesterday"]


async def test_one_key_gives_it_to_everybody_who_waits_and_moves_nothing(stage: Stage, desk: Page) -> None:
    await asking(stage, "c1", 1, "Giulia", locale="it")
    await asking(stage, "c2", 2, "Marco")
    answered = await asking(stage, "c3", 3, "Noor")
    await stage.show(answered, answered.ana_promises(FIRST, 30_000))
    await stage.play(Play("c4", 4, "Emma"))  # nobody waits there
    box = desk.get_by_label("Reply to Marco")
    await box.press_sequentially("half a sent")
    await box.press("Alt+Shift+KeyH")
    said = await stage.hears("say", 2)
    assert {(one["chat"], one["text"], one["promise"]) for one in said} == {
        ("c1", "Un momento, per favore. Torno entro 30 secondi.", 30_000),
        ("c2", FIRST, 30_000),
    }
    await expect(box).to_be_focused()
    await expect(box).to_have_value("half a sent")
    await expect(desk.locator("#announcer")).to_contain_text("First word sent to 2 visitors")
    await box.press("Alt+Shift+KeyH")
    await box.press("Alt+KeyO")  # something that is heard afterwards
    assert len(stage.said("say")) == 2, "nobody gets two first words for one question"


@pytest.mark.parametrize("way", ["mouse", "keyboard"])
async def test_the_menu_of_promises_has_the_first_word_to_all_with_its_key(stage: Stage, desk: Page, way: str) -> None:
    await asking(stage, "c1", 1, "Giulia", locale="it")
    await asking(stage, "c2", 2, "Marco")
    box = desk.get_by_label("Reply to Marco")
    await box.press_sequentially("half a sent")
    menu = desk.locator("#pane-2").get_by_role("button", name="Back in…")
    to_all = desk.locator("#pane-2").get_by_role("button", name="First word to everyone waiting for one Alt Shift H")
    await (menu.click() if way == "mouse" else menu.press("Enter"))
    if way == "mouse":
        await to_all.click()
    else:
        await desk.keyboard.press("ArrowUp")
        await expect(to_all).to_be_focused()
        await desk.keyboard.press("Enter")
    assert {(one["chat"], one["promise"]) for one in await stage.hears("say", 2)} == {("c1", 30_000), ("c2", 30_000)}
    await expect(box).to_be_focused()
    await expect(box).to_have_value("half a sent")
    await expect(desk.locator("#pane-1[data-kind=promise]")).to_be_visible()
    await menu.click()
    await expect(to_all).to_be_disabled()


async def test_most_urgent_goes_to_who_had_no_first_word_before_a_promise_due_sooner(stage: Stage, desk: Page) -> None:
    promised = await asking(stage, "c1", 1, "Giulia")
    await stage.show(promised, promised.ana_promises(FIRST, 2_000))
    await asking(stage, "c2", 2, "Marco", due=6_000)
    await expect(desk.locator("#pane-1[data-kind=promise]")).to_be_visible()
    await expect(desk.locator("#pane-2[data-kind=turn]")).to_be_visible()
    await desk.keyboard.press("Alt+KeyJ")
    await expect(desk.get_by_label("Reply to Marco")).to_be_focused()


async def test_of_promises_most_urgent_goes_to_the_one_due_first(stage: Stage, desk: Page) -> None:
    for chat, slot, name, within in (("c1", 1, "Giulia", 60_000), ("c2", 2, "Marco", 30_000)):
        play = await asking(stage, chat, slot, name)
        await stage.show(play, play.ana_promises(FIRST, within))
    await expect(desk.locator("#pane-2[data-kind=promise]")).to_be_visible()
    await desk.keyboard.press("Alt+KeyJ")
    await expect(desk.get_by_label("Reply to Marco")).to_be_focused()


async def test_with_no_clock_running_most_urgent_goes_to_who_is_typing(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c1", 1, "Giulia"), Play("c2", 2, "Marco"), Play("c3", 3, "Noor"))
    await stage.send(Typing("visitor", 9, "c2", "my parc"))
    await stage.send(Typing("visitor", 9, "c3", "hello"))
    await stage.send(Typing("visitor", 9, "c2", "my parcel"))
    await expect(desk.locator("#pane-3 .typing")).to_be_visible()
    await desk.keyboard.press("Alt+KeyJ")
    await expect(desk.get_by_label("Reply to Marco")).to_be_focused()


async def test_enter_goes_on_to_the_next_urgent_chat_only_if_she_wants_it(stage: Stage, desk: Page) -> None:
    await asking(stage, "c1", 1, "Giulia")
    await asking(stage, "c2", 2, "Marco", due=60_000)
    box = desk.get_by_label("Reply to Giulia")
    await box.press_sequentially("Yes")
    await box.press("Enter")
    await stage.hears("say")
    await expect(box).to_be_focused()
    await desk.keyboard.press("Control+KeyK")
    await desk.keyboard.type("after enter")
    await desk.keyboard.press("Enter")
    await expect(desk.locator("#announcer")).to_contain_text("Enter now takes you to the next urgent chat")
    await box.press_sequentially("And no")
    await box.press("Enter")
    await stage.hears("say", 2)
    await expect(desk.get_by_label("Reply to Marco")).to_be_focused()


async def test_a_message_that_turned_out_otherwise_marks_the_prepared_answer(stage: Stage, desk: Page) -> None:
    play = Play("c1", 1, "Giulia")
    await stage.play(play)
    await stage.send(Typing("visitor", 9, "c1", "please cancel my order"))
    box = desk.get_by_label("Reply to Giulia")
    await box.press_sequentially("Cancelled!")
    await stage.show(play, play.visitor_says("Oh wait, the parcel has just arrived", due=6_000))
    mark = desk.locator("#pane-1 .refused")
    await expect(mark).to_have_text("Giulia's message differs from the preview. Read it before you send.")
    await expect(box).to_have_value("Cancelled!")
    assert stage.said("say") == []


async def test_a_message_that_goes_on_as_the_preview_began_marks_nothing(stage: Stage, desk: Page) -> None:
    play = Play("c1", 1, "Giulia")
    await stage.play(play)
    await stage.send(Typing("visitor", 9, "c1", "please cancel my ord"))
    box = desk.get_by_label("Reply to Giulia")
    await box.press_sequentially("Done.")
    await stage.show(play, play.visitor_says("Please cancel my order 4711", due=6_000))
    await expect(desk.locator("#pane-1 .m[data-by=visitor]")).to_have_count(1)
    await expect(desk.locator("#pane-1 .refused")).to_be_hidden()
    await box.press("Enter")
    assert (await stage.hears("say"))[0]["text"] == "Done."


async def test_the_preview_of_an_earlier_chat_marks_nothing_in_the_next(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c1", 1, "Giulia"))
    await stage.send(Typing("visitor", 9, "c1", "please cancel my order"))
    await expect(desk.locator("#pane-1 .typing")).to_be_visible()
    marco = Play("c2", 1, "Marco")
    await stage.leave(1, then=marco)
    await desk.get_by_label("Reply to Marco").press_sequentially("Welcome!")
    await stage.show(marco, marco.visitor_says("Where is the parcel", due=6_000))
    await expect(desk.locator("#pane-1 .m[data-by=visitor]")).to_have_count(1)
    await expect(desk.locator("#pane-1 .refused")).to_be_hidden()


async def test_an_automatic_first_word_says_so_in_the_log_and_the_next_one_differs(stage: Stage, desk: Page) -> None:
    play = await asking(stage, "c1", 1, "Giulia")
    box = desk.get_by_label("Reply to Giulia")
    await box.press_sequentially("It was se")
    await stage.show(play, play.gets_an_automatic_word(SECOND))
    line = desk.locator("#pane-1 .m.agent")
    await expect(line.locator(".automatic")).to_have_text("automatic first word")
    await expect(line).to_contain_text("promised to be back within 0:30")
    await expect(desk.locator("#pane-1[data-kind=promise]")).to_be_visible()
    await expect(box).to_have_value("It was se")
    await expect(box).to_be_focused()
    await box.press("Alt+KeyH")
    assert (await stage.hears("say"))[0]["text"] != SECOND


async def test_a_text_begun_right_after_an_answer_is_told_of_at_once(stage: Stage, desk: Page) -> None:
    """So that no first word is given to a visitor whom she is already writing to."""
    await asking(stage, "c1", 1, "Giulia")
    box = desk.get_by_label("Reply to Giulia")
    await box.press_sequentially("Yes")
    await box.press("Enter")
    await box.press_sequentially("And")
    await stage.hears("typing", 2)
