"""Ana works in six busy panes by keyboard alone, on a whole server; every message reaches the right visitor."""

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from console.domain.directory import Queue
from tests.browser.console_people import Desk, Vera
from tests.stories.teams import at_work, person, set_up
from tests.support.eventually import eventually
from tests.support.server_process import RunningServer

NAMES = ("Giulia", "Marco", "Kim", "Hannah", "Emma", "Luca")
FOCUSED = "document.activeElement.getAttribute('aria-label')"
DESK = Queue("desk", "Desk", target=60_000, wrapup=60_000, reasons=("Parcel", "Refund"), mode="offer", accept=60_000)


@pytest_asyncio.fixture(loop_scope="session")
async def ana(server: RunningServer, browser: Browser) -> AsyncIterator[Desk]:
    desk = await Desk.of(server, browser)
    yield desk
    await desk.goes()
    assert desk.complaints == []


async def crowd(server: RunningServer, page: Page) -> list[Vera]:
    visitors = []
    for name in NAMES:
        visitors.append(await Vera.comes(server, f"{name}'s first question", name=name))
        await expect(page.get_by_label(f"Reply to {name}")).to_be_visible()
    return visitors


async def test_the_most_urgent_key_always_finds_who_has_waited_longest(server: RunningServer, ana: Desk) -> None:
    page = ana.page
    visitors = await crowd(server, page)
    for name in NAMES:  # in the order in which they asked
        await page.keyboard.press("Alt+Digit0")
        assert await page.evaluate(FOCUSED) == f"Reply to {name}"
        await page.keyboard.type(f"First answer to {name}")
        await page.keyboard.press("Enter")
        await expect(page.locator(".talk").get_by_text(f"First answer to {name}")).to_be_visible()
    order = (3, 0, 5, 2, 4, 1)
    for place in order:
        await visitors[place].says(f"{NAMES[place]}'s second question")
        await expect(page.get_by_text(f"{NAMES[place]}'s second question")).to_be_visible()
    for place in order:
        await page.keyboard.press("Alt+KeyJ")
        assert await page.evaluate(FOCUSED) == f"Reply to {NAMES[place]}"
        await page.keyboard.type(f"Second answer to {NAMES[place]}")
        await page.keyboard.press("Enter")
        await expect(page.locator(".talk").get_by_text(f"Second answer to {NAMES[place]}")).to_be_visible()
    for name, vera in zip(NAMES, visitors, strict=True):
        wanted = [f"First answer to {name}", f"Second answer to {name}"]
        await eventually(lambda vera=vera, wanted=wanted: vera.heard() == wanted, f"{name} to hear what is theirs")
        await vera.goes()


async def test_typing_here_and_there_loses_no_character_while_all_six_write(server: RunningServer, ana: Desk) -> None:
    page = ana.page
    visitors = await crowd(server, page)
    done = asyncio.Event()

    async def chatter() -> None:
        number = 0
        while not done.is_set():
            await visitors[number % 6].says(f"line {number}")
            number += 1
            await asyncio.sleep(0.05)

    noise = asyncio.create_task(chatter())
    words = dict.fromkeys(range(1, 7), "")
    for turn in range(24):
        slot = turn * 5 % 6 + 1
        await page.keyboard.press(f"Alt+Digit{slot}")
        word = f"{turn}:abcdefgh "
        await page.keyboard.type(word)
        words[slot] += word
    done.set()
    await noise
    for slot, name in enumerate(NAMES, start=1):
        await expect(page.get_by_label(f"Reply to {name}")).to_have_value(words[slot])
        await page.keyboard.press(f"Alt+Digit{slot}")
        await page.keyboard.press("Enter")
    for slot, vera in enumerate(visitors, start=1):
        await eventually(lambda vera=vera, slot=slot: vera.heard() == [words[slot].strip()], "each to hear their own")
        await vera.goes()


async def test_a_chat_from_the_offer_to_the_last_tag_without_a_mouse(server: RunningServer, browser: Browser) -> None:
    await set_up(server, [DESK], [person("anna", "desk"), person("bruno", "desk")])
    (known,) = await at_work(server, "anna")
    await known.leave()
    anna = await Desk.of(server, browser, "anna")
    page = anna.page
    vera = await Vera.comes(server, "Where is my parcel?", queue="desk")
    await expect(page.locator("#pane-1 header .clock")).to_contain_text("accept")
    await page.keyboard.press("Alt+Digit0")
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Reply to Vera")).to_be_focused()
    await page.keyboard.press("Alt+KeyK")
    await page.keyboard.press("Enter")  # the words are shown before they are sent
    await eventually(lambda: len(vera.heard()) == 1, "Vera to be held")
    assert vera.heard() == ["One moment, please. I'll be back within 2 minutes."]
    await expect(page.locator("#pane-1 header .clock")).to_contain_text("back in")
    await page.keyboard.type("It is at your neighbour's")
    await page.keyboard.press("Enter")
    await expect(page.locator("#pane-1 .log .promise").last).to_have_text("promise kept")
    await page.keyboard.press("Alt+KeyE")
    await expect(page.get_by_text("Wrap-up for Vera: what was it about?")).to_be_visible(timeout=12_000)
    await page.keyboard.press("Alt+Digit1")
    await page.keyboard.press("Space")
    await page.keyboard.press("Tab")
    await page.keyboard.type("neighbour")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await expect(page.locator("#pane-1")).to_have_attribute("data-free", "")
    await expect(page.locator("#strip-slots")).to_have_text("0 / 6")
    await vera.goes()
    await anna.goes()
    assert anna.complaints == []


async def test_a_transfer_takes_draft_and_note_along(server: RunningServer, browser: Browser) -> None:
    ana = await Desk.of(server, browser)
    vera = await Vera.comes(server, "Quando arriva il film?")
    box = ana.page.get_by_label("Reply to Vera")
    await box.focus()
    await ana.page.keyboard.type("Arriva ven")
    ben = await Desk.of(server, browser, "ben")
    await ana.page.keyboard.press("Alt+KeyT")
    await expect(ana.page.get_by_role("option", name="Ben")).to_contain_text("free slots")
    await ana.page.keyboard.type("ben")
    await ana.page.keyboard.press("Enter")
    await ana.page.keyboard.type("She speaks Italian")
    await ana.page.keyboard.press("Enter")
    await expect(ben.page.get_by_label("Reply to Vera")).to_have_value("Arriva ven")
    note = ben.page.locator("#pane-1 .handed")
    await expect(note).to_contain_text("Ana transferred it to Ben")
    await expect(note.locator("blockquote")).to_have_text("She speaks Italian")
    await expect(ana.page.locator("#pane-1 .composer:not([data-ended])")).to_have_count(0)
    await expect(ana.page.locator("#was-1")).to_contain_text("Vera was transferred to Ben.")
    await ben.page.get_by_label("Reply to Vera").focus()
    await ben.page.keyboard.press("End")
    await ben.page.keyboard.type("erdì")
    await ben.page.keyboard.press("Enter")
    await eventually(lambda: vera.heard() == ["Arriva venerdì"], "Vera to hear it from Ben")
    for desk in (ana, ben):
        await desk.goes()
        assert desk.complaints == []
    await vera.goes()
