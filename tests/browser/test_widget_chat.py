"""The widget on the demo shop with a whole server and an agent."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.widget_people import Ana, Vera
from tests.support.eventually import eventually
from tests.support.server_process import RunningServer


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One server for the module: each test brings its own visitor."""
    server = RunningServer(tmp_path_factory.mktemp("shop") / "data")
    server.start_and_wait()
    yield server
    server.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def ana(shop: RunningServer) -> AsyncIterator[Ana]:
    ana = await Ana.at_her_desk(shop)
    yield ana
    await ana.goes()


@pytest_asyncio.fixture(loop_scope="session")
async def vera(shop: RunningServer, browser: Browser, ana: Ana) -> AsyncIterator[Vera]:
    vera = await Vera.at(shop, browser)
    yield vera
    await vera.leaves()
    assert vera.complaints == []


async def test_vera_asks_and_ana_answers(vera: Vera, ana: Ana) -> None:
    await vera.starts_with("Does merino felt?", name="Vera")
    await vera.screen("chat")
    await vera.sees("Ana has joined the chat")
    await eventually(lambda: ana.heard() == ["Does merino felt?"])
    await ana.says("A little, in the first wash.")
    await vera.sees("A little, in the first wash.")
    await vera.says("Thanks!")
    await eventually(lambda: ana.heard() == ["Does merino felt?", "Thanks!"])
    await vera.sees("Sent")
    assert await vera.reads() == ["Does merino felt?", "A little, in the first wash.", "Thanks!"]
    assert await vera.widget.locator("h2").inner_text() == "Ana"
    seen = await eventually(lambda: [frame for frame in vera.sent if frame["t"] == "seen"], "Vera to have seen it")
    assert len(seen) == 1, "Ana wrote one message; of her own nobody has to be told that she has seen them"


async def test_vera_sees_that_her_card_number_was_hidden(vera: Vera, ana: Ana) -> None:
    await vera.starts_with("My card is 4929 4219 1234 5608")
    await vera.sees("We hid a card number.")
    await eventually_reads(vera, ["My card is •••• •••• •••• 5608"])


async def test_vera_sees_all_parts_of_her_card_number_hidden(vera: Vera, ana: Ana) -> None:
    await vera.starts_with("My card is 4929 4219")
    await eventually_reads(vera, ["My card is 4929 4219"])
    await eventually(lambda: ana.heard() == ["My card is 4929 4219"])
    await vera.says("1234 5608")
    await eventually_reads(vera, ["My card is •••• ••••", "•••• 5608"])
    await vera.sees("We hid a card number.")
    assert await vera.widget.locator(".said", has_text="We hid").count() == 1
    await vera.page.reload()
    await eventually_reads(vera, ["My card is •••• ••••", "•••• 5608"])
    await vera.sees("We hid a card number.")


async def eventually_reads(vera: Vera, texts: list[str]) -> None:
    async def shown() -> bool:
        return await vera.reads() == texts

    await eventually(shown, f"Vera to read {texts}")


async def test_nothing_is_kept_or_dialled_before_the_first_opening(vera: Vera) -> None:
    await vera.page.reload(wait_until="networkidle")
    assert await vera.stored() == {}
    assert vera.sockets == []
    await vera.opens()
    await eventually(lambda: len(vera.sockets) == 1)
    assert await vera.context.cookies() == []


async def test_a_visitor_who_reloads_sees_the_reply_sent_meanwhile(vera: Vera, ana: Ana, shop: RunningServer) -> None:
    await vera.starts_with("Are you there?")
    await vera.screen("chat")
    await vera.page.goto("about:blank")
    await ana.says("Here I am.")
    await vera.goes_to(shop, "/delivery")
    await vera.sees("Here I am.")
    assert await vera.reads() == ["Are you there?", "Here I am."]


async def test_both_tabs_of_a_visitor_show_the_whole_chat(vera: Vera, ana: Ana, shop: RunningServer) -> None:
    other = await vera.another_tab(shop)
    await vera.starts_with("One of two tabs")
    await vera.screen("chat")
    await other.opens()
    await other.sees("One of two tabs")
    await other.says("And the other")
    await vera.sees("And the other")
    await ana.says("Both heard")
    for tab in (vera, other):
        await tab.sees("Both heard")
        assert await tab.reads() == ["One of two tabs", "And the other", "Both heard"]


async def test_an_answer_to_a_closed_widget_counts_on_launcher_and_title(vera: Vera, ana: Ana) -> None:
    await vera.starts_with("I look elsewhere")
    await vera.screen("chat")
    await vera.page.keyboard.press("Escape")
    await vera.panel.wait_for(state="detached")
    await ana.says("One")
    await ana.says("Two")
    await vera.sees("2")
    await eventually(lambda: title_is(vera, "(2) Lana, the wool shop"), "the count in the title")
    await vera.opens()
    await vera.sees("Two")
    await eventually(lambda: title_is(vera, "Lana, the wool shop"))


async def title_is(vera: Vera, title: str) -> bool:
    return await vera.page.title() == title


async def test_each_sees_that_the_other_types(vera: Vera, ana: Ana) -> None:
    await vera.starts_with("Hm")
    await vera.screen("chat")
    await vera.sees("We can see your message as you type.")
    await vera.composer.press_sequentially("I wonder")
    await eventually(lambda: any(frame.get("text") for frame in ana.of("typing")), "the preview")
    await ana.starts_typing()
    await vera.sees("Ana is typing…")


async def test_after_the_end_vera_rates_and_writing_reopens(vera: Vera, ana: Ana) -> None:
    await vera.starts_with("A short one")
    await vera.screen("chat")
    await ana.says("Bye")
    await vera.sees("Bye")
    await ana.ends()
    await vera.screen("ended")
    await vera.widget.locator(".scores label").nth(3).click()
    await vera.widget.get_by_label("Your comment").fill("Quick")
    await vera.widget.locator(".survey .main").click()
    await vera.sees("Thank you!")
    assert await vera.widget.locator(".survey").count() == 0
    await vera.says("One more thing")
    await vera.screen("chat")
    await eventually(lambda: "One more thing" in ana.heard())


async def test_vera_ends_the_chat_and_is_forgotten_here(vera: Vera, ana: Ana) -> None:
    await vera.starts_with("Forget me")
    await vera.screen("chat")
    await vera.picks("End and forget me on this device")
    await vera.screen("start")
    assert [slot for slot in await vera.stored() if not slot.endswith(":open")] == []
    assert await vera.reads() == []
    await eventually(lambda: ended(ana), "Ana to see the end")


def ended(ana: Ana) -> bool:
    facts = [frame["fact"]["kind"] for frame in ana.of("fact")]
    return "ended" in facts or bool(ana.of("released"))


async def test_the_transcript_can_be_kept(vera: Vera, ana: Ana) -> None:
    await vera.context.grant_permissions(["clipboard-read"])
    await vera.starts_with("For the record")
    await vera.screen("chat")
    await ana.says("Recorded")
    await vera.sees("Recorded")
    await vera.picks("Copy transcript")
    await vera.sees("Transcript copied.")
    copied = await vera.page.evaluate("navigator.clipboard.readText()")
    assert "You: For the record" in copied
    assert "Ana: Recorded" in copied


async def test_markup_is_text_and_only_web_addresses_are_links(vera: Vera, ana: Ana) -> None:
    hostile = "<img src=x onerror=alert(1)> javascript:alert(1) data:text/html,x https://example.com/a?b=c."
    await vera.starts_with(hostile)
    await vera.screen("chat")
    await ana.says(hostile)
    await eventually(lambda: vera_reads(vera, [hostile, hostile]))
    links = await vera.widget.locator(".bubble a").evaluate_all("all => all.map(one => one.href)")
    assert links == ["https://example.com/a?b=c"] * 2
    assert await vera.widget.locator(".bubble img").count() == 0


async def vera_reads(vera: Vera, bubbles: list[str]) -> bool:
    return await vera.reads() == bubbles


async def test_enter_that_ends_a_composition_sends_nothing(vera: Vera, ana: Ana) -> None:
    await vera.starts_with("Konnichiwa")
    await vera.screen("chat")
    await vera.composer.fill("にほん")
    for event in ("{isComposing: true}", "{keyCode: 229}"):
        await vera.composer.evaluate(
            f"box => box.dispatchEvent(new KeyboardEvent('keydown', {{key: 'Enter', bubbles: true, ...{event}}}))"
        )
    await vera.composer.press("Shift+Enter")
    assert await vera.composer.input_value() == "にほん\n"
    await vera.composer.press("Enter")
    await eventually(lambda: ana.heard() == ["Konnichiwa", "にほん"])


async def test_a_text_over_the_limit_stays_with_its_writer(vera: Vera, ana: Ana) -> None:
    await vera.starts_with("Long")
    await vera.screen("chat")
    await vera.says("x" * 4_001)
    await vera.sees("4001 of 4000 characters")
    assert len(await vera.composer.input_value()) == 4_001
    await vera.says("x" * 4_000)
    await eventually(lambda: ana.heard() == ["Long", "x" * 4_000])


async def test_the_address_travels_without_query_and_fragment(vera: Vera, ana: Ana, shop: RunningServer) -> None:
    await vera.goes_to(shop, "/delivery?card=4111#secret")
    await vera.starts_with("Where am I?")
    await vera.screen("chat")
    (told,) = await eventually(lambda: ana.of("assigned"), "Ana to get the chat")
    assert told["chat"]["page"] == f"{shop.url}/delivery"


async def test_nobody_there_ends_in_a_message_left(shop: RunningServer, browser: Browser) -> None:
    vera = await Vera.at(shop, browser)
    await vera.opens()
    await vera.screen("away")
    await vera.widget.get_by_label("Your e-mail address").fill("vera@example.com")
    await vera.widget.get_by_label("Your message").fill("Please call back")
    await vera.widget.get_by_role("button", name="Leave a message").click()
    await vera.sees("We'll reply to vera@example.com.")
    await vera.page.reload()
    await vera.opens()
    await vera.screen("away")
    assert vera.complaints == []
    await vera.leaves()


async def test_the_form_follows_the_team_and_keeps_the_text(shop: RunningServer, browser: Browser) -> None:
    vera = await Vera.at(shop, browser)
    await vera.opens()
    await vera.screen("away")
    await vera.widget.get_by_label("Your message").fill("I was writing this")
    ana = await Ana.at_her_desk(shop)
    await vera.screen("start")
    assert await vera.widget.get_by_label("Your message").input_value() == "I was writing this"
    await ana.goes()
    await vera.leaves()


async def test_what_is_written_while_the_server_is_away_arrives_once(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    server = RunningServer(tmp_path_factory.mktemp("away") / "data")
    await server.start()
    ana = await Ana.at_her_desk(server)
    vera = await Vera.at(server, browser)
    await vera.starts_with("Before")
    await vera.screen("chat")
    server.kill()
    await vera.says("During")
    await vera.says("During, too")
    await vera.sees("No connection since")
    assert await vera.widget.locator(".pending").count() == 2
    await server.start()
    again = await Ana.at_her_desk(server)
    await eventually(lambda: no_pending(vera), "the outbox to empty", within=20)
    assert await vera.reads() == ["Before", "During", "During, too"]
    await eventually(lambda: again.heard()[-2:] == ["During", "During, too"])
    await vera.leaves()
    await ana.goes()
    await again.goes()
    server.stop()


async def no_pending(vera: Vera) -> bool:
    return await vera.widget.locator(".pending").count() == 0
