"""Holding replies, their clocks, and the key that jumps to the next deadline."""

import re
from itertools import pairwise

import pytest
from playwright.async_api import Page, expect

from console.protocol import Nack
from tests.browser.console_chats import Play, colleagues, now
from tests.browser.console_stage import Stage
from tests.support.eventually import eventually

# Each state of the first pane's clock, however short it lasts.
STATES = """() => {
  const clock = document.querySelector("#pane-1 header .clock");
  window.states = [clock.dataset.state];
  new MutationObserver(() => {
    if (clock.dataset.state !== window.states.at(-1)) window.states.push(clock.dataset.state);
  }).observe(clock, { attributeFilter: ["data-state"] });
}"""


async def test_what_is_typed_goes_out_as_a_promise(stage: Stage, desk: Page) -> None:
    chat = Play("c1", 1, "Giulia")
    chat.visitor_says("Where is it?", due=60_000)
    await stage.play(chat)
    await desk.get_by_label("Reply to Giulia").fill("I'll ask the warehouse")
    await desk.get_by_role("button", name="Back in…").click()
    await desk.get_by_role("button", name="Send and promise to be back within 2 minutes").click()
    said = (await stage.hears("say"))[0]
    assert (said["text"], said["promise"], said["read"]) == ("I'll ask the warehouse", 120_000, 3)
    clock = desk.locator("#pane-1 header .clock")
    await expect(clock).to_have_attribute("data-kind", "promise")
    await expect(clock).to_contain_text("back in")
    await expect(desk.locator("#log-c1 .promise")).to_have_text("promised to be back within 2:00")
    await expect(desk.get_by_label("Reply to Giulia")).to_have_value("")


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "One moment, please. I'll be back within 30 seconds."),
        ("it-IT", "Un momento, per favore. Torno entro 30 secondi."),
        ("pl", "Proszę o chwilę cierpliwości. Wrócę w ciągu 30 sekund."),
        ("ko", "잠시만 기다려 주세요. 30초 안에 돌아오겠습니다."),
        ("tr", "One moment, please. I'll be back within 30 seconds."),
    ],
)
async def test_nothing_typed_promises_in_the_visitors_own_words(
    stage: Stage, desk: Page, locale: str, text: str
) -> None:
    await stage.play(Play("c1", 1, "Giulia", locale=locale))
    await desk.get_by_label("Reply to Giulia").focus()
    await desk.get_by_role("button", name="Back in…").press("Enter")
    await expect(desk.locator("#pane-1 [data-act=hold30] .said")).to_have_text(text)
    assert stage.said("say") == []  # first it says what would be said
    await desk.keyboard.press("Enter")
    said = (await stage.hears("say"))[0]
    assert (said["text"], said["promise"]) == (text, 30_000)
    await expect(desk.get_by_label("Reply to Giulia")).to_be_focused()


async def test_escape_leaves_the_menu_of_promises_and_sends_nothing(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c1", 1, "Giulia"))
    await desk.get_by_role("button", name="Back in…").press("Enter")
    choices = desk.locator("#pane-1 .back button")
    await expect(choices.nth(0)).to_be_focused()
    await desk.keyboard.press("ArrowDown")
    await expect(choices.nth(1)).to_be_focused()
    await desk.keyboard.press("Escape")
    await expect(desk.locator("#pane-1 .back")).to_be_hidden()
    await expect(desk.get_by_label("Reply to Giulia")).to_be_focused()
    assert stage.said("say") == []


async def test_a_promise_runs_out_and_is_broken_in_shape_words_and_sound(stage: Stage, desk: Page) -> None:
    await desk.evaluate(
        "window.sounds = []; document.addEventListener('sestetto:sound', e => window.sounds.push(e.detail.name))"
    )
    chat = Play("c1", 1, "Giulia")
    chat.ana_promises("One moment", 6_000)
    await desk.evaluate(STATES)
    await stage.play(chat)
    clock = desk.locator("#pane-1 header .clock")
    await expect(clock).to_have_text(re.compile(r"^not back \+\d+$"), timeout=15_000)
    assert await desk.evaluate("window.states") == ["none", "fine", "soon", "late"]
    await expect(desk.locator("#announcer")).to_contain_text("Pane 1, Giulia: promise broken")
    assert (await desk.evaluate("window.sounds"))[:3] == ["chat", "soon", "late"]
    await expect(desk).to_have_title("(1 late) Console · Sestetto")


async def test_what_is_late_for_minutes_says_so_in_minutes(stage: Stage, desk: Page) -> None:
    for slot in range(1, 7):
        chat = Play(f"c{slot}", slot, f"Visitor {slot}")
        chat.visitor_says("Anybody there?", due=-1_025_000)
        await stage.play(chat)
    await expect(desk.locator("#pane-1 header .clock")).to_have_text(re.compile(r"late \+17:[01]\d"))
    small = desk.locator(".mini .clock")
    await expect(small.first).to_have_text(re.compile(r"^17:[01]\d$"))
    await expect(desk.locator(".mini .words").first).to_have_text(re.compile(r"^Pane 1: Visitor 1, late by 17:[01]\d$"))
    boxes = [await small.nth(number).bounding_box() for number in range(6)]
    edges = [(box["x"], box["x"] + box["width"]) for box in boxes if box]
    assert all(left < right for (_, left), (right, _) in pairwise(edges))  # none touches the next


async def test_the_digits_of_a_clock_keep_off_its_ring_and_edge(stage: Stage, desk: Page) -> None:
    for slot, due in enumerate((95_000, 3_590_000, 48_000, 4_000, -70_000, -4_000), 1):
        chat = Play(f"c{slot}", slot, f"Visitor {slot}")
        chat.visitor_says("Anybody there?", due=due)
        await stage.play(chat)
    await expect(desk.locator("#pane-1 header .clock")).to_have_text(re.compile(r"^1:[23]\d$"))
    await expect(desk.locator("#pane-6 header .clock")).to_have_attribute("data-state", "late")
    outside = """clocks => clocks.filter((clock) => {
      const [box, digits] = [clock, clock.firstElementChild].map((one) => one.getBoundingClientRect());
      const ring = getComputedStyle(clock, '::after');
      const edge = ring.content !== 'none' && ring.position === 'absolute' ? 4 : 1;
      return digits.left < box.left + edge || digits.right > box.right - edge;
    }).map((clock) => clock.textContent)"""
    assert await desk.locator(".pane header .clock").evaluate_all(outside) == []
    assert await desk.locator(".mini .clock").evaluate_all(outside) == []


async def test_a_panes_clock_counts_in_minutes_and_seconds_from_a_minute_on(stage: Stage, desk: Page) -> None:
    giulia, marco = Play("c1", 1, "Giulia"), Play("c2", 2, "Marco")
    giulia.visitor_says("Where is it?", due=95_000)
    marco.visitor_says("Hello?", due=40_000)
    await stage.play(giulia, marco)
    await expect(desk.locator("#pane-1 header .clock")).to_have_text(re.compile(r"^1:[23]\d$"))
    await expect(desk.locator("#pane-2 header .clock")).to_have_text(re.compile(r"^[34]\d$"))


async def test_a_note_that_is_being_typed_is_never_what_is_promised(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c1", 1, "Giulia"))
    await desk.get_by_label("Reply to Giulia").focus()
    await desk.keyboard.press("Alt+KeyM")
    await desk.keyboard.type("for staff")
    await desk.keyboard.press("Alt+KeyH")
    await expect(desk.get_by_label("Internal note: Giulia can't see it")).to_have_value("for staff")
    assert (await stage.hears("say"))[0]["text"] == "One moment, please. I'll be back within 30 seconds."


async def test_the_first_key_of_an_answer_is_told_with_it(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c1", 1, "Giulia"))
    box = desk.get_by_label("Reply to Giulia")
    before = now()
    await box.press_sequentially("o")
    typed = now()
    await desk.wait_for_timeout(300)
    await box.press_sequentially("k")
    await box.press("Enter")
    began = (await stage.hears("say"))[0]["began"]
    assert before - 100 <= began <= typed + 100
    await box.press_sequentially("x")
    await box.press("Backspace")
    again = now()
    await box.press_sequentially("second")
    await box.press("Enter")
    assert (await stage.hears("say", 2))[1]["began"] >= again - 100


async def test_a_draft_from_elsewhere_has_no_first_key(stage: Stage, desk: Page) -> None:
    stage.plays["c1"] = Play("c1", 1, "Giulia")
    await stage.push(stage.pane(1), drafts={"c1": "Ana had begun"})
    await desk.get_by_label("Reply to Giulia").press("Enter")
    assert "began" not in (await stage.hears("say"))[0]


def scene(**ends: int) -> list[Play]:
    """Chats that run out in so many ms: `turn`, `promise`, `offer`, `wrapup`, in panes 1 to 4."""
    turn = Play("c1", 1, "Turn")
    turn.visitor_says("?", due=ends["turn"])
    promise = Play("c2", 2, "Promise")
    promise.ana_promises("One moment", ends["promise"])
    offer = Play("c3", 3, "Offer", place="offered", until=now() + ends["offer"])
    wrapup = Play("c4", 4, "Wrapup")
    wrapup.visitor_ends(wrapup=ends["wrapup"])
    return [turn, promise, offer, wrapup]


@pytest.mark.parametrize(
    ("ends", "pane"),
    [
        ({"turn": 50_000, "promise": 60_000, "offer": 70_000, "wrapup": 40_000}, 1),
        ({"turn": 60_000, "promise": 50_000, "offer": 70_000, "wrapup": 40_000}, 1),
        ({"turn": 60_000, "promise": 70_000, "offer": 50_000, "wrapup": 40_000}, 3),
        ({"turn": -9_000, "promise": -8_000, "offer": 30_000, "wrapup": 40_000}, 1),
        ({"turn": -8_000, "promise": -9_000, "offer": 30_000, "wrapup": 40_000}, 1),
    ],
    ids=["turn", "turn before a promise", "offer", "late turn", "late turn before a broken promise"],
)
async def test_the_most_urgent_key_finds_what_runs_out_first(
    stage: Stage, desk: Page, ends: dict[str, int], pane: int
) -> None:
    await stage.play(*scene(**ends))
    await expect(desk.locator("#pane-4[data-place=wrapup]")).to_be_visible()
    await desk.keyboard.press("Alt+Digit0")
    await expect(desk.locator(f"#pane-{pane}")).to_have_attribute("data-open", "")
    assert await desk.evaluate("document.activeElement.closest('.pane').dataset.slot") == str(pane)


async def test_with_only_a_wrap_up_left_the_key_goes_there(stage: Stage, desk: Page) -> None:
    await stage.play(scene(turn=1, promise=1, offer=1, wrapup=60_000)[3])
    await desk.locator('#pane-4[data-place="wrapup"][data-state]').wait_for()
    await desk.keyboard.press("Alt+Digit0")
    await expect(desk.locator("#pane-4").get_by_role("radio").first).to_be_focused()


async def test_not_a_character_is_lost_while_the_key_goes_to_and_fro(stage: Stage, desk: Page) -> None:
    """Three visitors write in turn; whoever is the most urgent gets the next word, whole."""
    plays = [Play(f"c{slot}", slot, name) for slot, name in ((1, "Giulia"), (2, "Marco"), (3, "Kim"))]
    await stage.play(*plays)
    words: dict[int, str] = {1: "", 2: "", 3: ""}
    for turn in range(12):
        slot = turn * 2 % 3 + 1
        play = plays[slot - 1]
        await stage.show(play, play.visitor_says(f"Question {turn}", due=-1_000 * (turn + 1)))
        await expect(desk.locator(f"#m-c{slot}-{play.line.seq}")).to_be_visible()
        await desk.keyboard.press("Alt+Digit0")
        word = f"answer{turn} "
        await desk.keyboard.type(word)
        words[slot] += word
        for other in plays:
            other.due = 0
        await stage.push("", due={play.line.id: 0 for play in plays})
    for slot, name in ((1, "Giulia"), (2, "Marco"), (3, "Kim")):
        await expect(desk.get_by_label(f"Reply to {name}")).to_have_value(words[slot])


async def test_the_most_urgent_key_does_not_come_back_to_who_was_just_answered(stage: Stage, desk: Page) -> None:
    """The server's word is still on its way: the next visitor gets the next answer."""
    giulia, marco = Play("c1", 1, "Giulia"), Play("c2", 2, "Marco")
    giulia.visitor_says("Hello?", due=-9_000)
    marco.visitor_says("Anybody?", due=-3_000)
    await stage.play(giulia, marco)
    await expect(desk.locator("#pane-2")).to_have_attribute("data-state", "late")
    stage.answering = False
    for text in ("To Giulia", "To Marco"):
        await desk.keyboard.press("Alt+Digit0")
        await desk.keyboard.type(text)
        await desk.keyboard.press("Enter")
    first, _ = said = await stage.hears("say", 2)
    assert [(frame["chat"], frame["text"]) for frame in said] == [("c1", "To Giulia"), ("c2", "To Marco")]
    await desk.locator("#pane-1 .index").focus()
    await desk.keyboard.press("Alt+Digit0")  # everybody has an answer on its way
    await expect(desk.locator("#pane-1 .index")).to_be_focused()
    await stage.send(Nack(first["cid"], "not_yours", "No.", final=True))
    await expect(desk.locator("#pane-1 .refused")).to_be_visible()
    await desk.keyboard.press("Alt+Digit0")
    await expect(desk.get_by_label("Reply to Giulia")).to_be_focused()


@pytest.mark.parametrize("how", ["end", "transfer", "accept"])
async def test_nor_to_what_is_ended_transferred_or_accepted_already(stage: Stage, desk: Page, how: str) -> None:
    """On a slow line, too: the next press is for the next visitor."""
    place = {"place": "offered", "until": now() + 9_000} if how == "accept" else {}
    first = Play("c1", 1, "Giulia", **place)
    second = Play("c2", 2, "Marco")
    first.visitor_says("Hello?", due=20_000)
    second.visitor_says("Anybody?", due=40_000)
    await stage.play(first, second)
    await expect(desk.locator("#pane-2")).to_have_attribute("data-state", re.compile("."))
    stage.answering = False
    await desk.locator("#pane-2 .index").focus()
    await desk.keyboard.press("Alt+Digit0")
    if how == "end":
        await eventually(lambda: desk.evaluate("performance.now() > 1500"), "the composer to take presses")
        await desk.locator("#pane-1 [data-act=end]").click()
    elif how == "accept":
        await desk.keyboard.press("Enter")
    else:
        stage.colleagues = colleagues(Ben=2)
        await desk.keyboard.press("Alt+KeyT")
        await desk.locator("#pane-1").get_by_role("option", name="Billing").click()
        await desk.locator("#pane-1").get_by_role("button", name="Transfer Enter").click()
    command = (await stage.hears(how))[0]
    await desk.keyboard.press("Alt+Digit0")
    await expect(desk.get_by_label("Reply to Marco")).to_be_focused()
    await stage.send(Nack(command["cid"], "not_there", "No.", final=True))

    async def returns() -> bool:
        await desk.keyboard.press("Alt+Digit0")
        return bool(await desk.evaluate("document.activeElement.closest('.pane')?.dataset.slot === '1'"))

    await eventually(returns, "the key to come back after the refusal")


async def test_the_most_urgent_key_prefers_who_is_there(stage: Stage, desk: Page) -> None:
    left = Play("c1", 1, "Giulia", here=False, left=now() - 60_000)
    left.visitor_says("Hello?", due=-9_000)
    there = Play("c2", 2, "Marco")
    there.visitor_says("Anybody?", due=40_000)
    await stage.play(left, there)
    await expect(desk.locator("#pane-2")).to_have_attribute("data-state", "fine")
    await desk.keyboard.press("Alt+Digit0")
    await expect(desk.get_by_label("Reply to Marco")).to_be_focused()
    await desk.keyboard.type("Yes")
    await desk.keyboard.press("Enter")
    await stage.hears("say")
    await desk.keyboard.press("Alt+Digit0")
    await expect(desk.get_by_label("Reply to Giulia")).to_be_focused()
