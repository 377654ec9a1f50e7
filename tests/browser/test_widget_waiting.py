"""What the widget says while Vera waits, when nobody takes her chat, and when it is handed over."""

import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from console.domain.directory import Hours, Queue
from tests.browser.widget_people import Ana, Crowd, Vera
from tests.browser.widget_script import CHAT, Scripted, now, pause
from tests.stories.teams import at_work, person, set_up
from tests.support.eventually import eventually
from tests.support.left_messages import left_by
from tests.support.server_process import RunningServer

TARGET = 60_000  # ms: no clock matters here
TOMORROW = datetime.now(UTC) + timedelta(days=1)
SHUT = Hours("UTC", ((TOMORROW.weekday(), TOMORROW.hour * 60, TOMORROW.hour * 60 + 60),))
QUEUES = (
    Queue("small", "Small", target=TARGET, longest=1),
    Queue("night", "Night", target=TARGET, hours=SHUT),
    Queue("second", "Second", target=TARGET),
)
CLOSED = """
new MutationObserver(() => {
  for (const one of document.scripts) if (one.dataset.site) one.dataset.closed = 'hide';
}).observe(document, { childList: true, subtree: true });
"""
CHAT_IN_LINE = {"id": CHAT, "place": "waiting", "last": 2}
TEAM = (person("alice", "small", "night", limit=1), person("paul", "second"))


def asks_for(queue: str) -> str:
    """A page that sends its visitors to a queue, before the script is there."""
    return f"""
    window.sestetto = window.sestetto || function () {{ (sestetto.q = sestetto.q || []).push(arguments); }};
    window.told = [];
    sestetto('set', {{ queue: '{queue}' }});
    sestetto('on', 'error', (detail) => told.push(detail.code));
    """


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    server = RunningServer(tmp_path_factory.mktemp("shop") / "data")
    server.start_and_wait()
    yield server
    server.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def team(shop: RunningServer) -> None:
    await set_up(shop, QUEUES, TEAM)
    for agent in await at_work(shop, "alice", "paul"):
        await agent.leave()


@pytest_asyncio.fixture(loop_scope="session")
async def alice(shop: RunningServer, team: None) -> AsyncIterator[Ana]:
    """She holds one chat at a time."""
    alice = await Ana.at_her_desk(shop, "alice")
    yield alice
    await alice.goes()


async def test_vera_sees_her_place_in_line_and_moves_up(shop: RunningServer, browser: Browser, alice: Ana) -> None:
    first = await Vera.at(shop, browser, script=asks_for("small"))
    await first.starts_with("Me first")
    await first.screen("chat")
    vera = await Vera.at(shop, browser, script=asks_for("small"))
    await vera.starts_with("And me")
    await vera.screen("line")
    await vera.sees("You're next in line.")
    await alice.ends()
    await vera.screen("chat")
    await vera.sees("Alice has joined the chat")
    for visitor in (first, vera):
        assert visitor.complaints == []
        await visitor.leaves()


async def test_a_cut_is_said_at_once_and_so_is_its_end(shop: RunningServer, browser: Browser, alice: Ana) -> None:
    """The browser knows before any ping does; and what is not known any more, the place in line, is not claimed."""
    first = await Vera.at(shop, browser, script=asks_for("small"))
    await first.starts_with("Me first")
    await first.screen("chat")
    vera = await Vera.at(shop, browser, script=asks_for("small"))
    await vera.starts_with("And me")
    await vera.sees("You're next in line.")
    await vera.context.set_offline(True)
    await vera.widget.get_by_text("No connection since").wait_for(timeout=4_000)
    assert not await vera.widget.get_by_text("You're next in line.").is_visible()
    await vera.context.set_offline(False)
    await vera.sees("You're next in line.")
    assert not await vera.widget.get_by_text("No connection since").is_visible()
    for visitor in (first, vera):
        await visitor.leaves()


async def test_place_and_expected_wait_follow_what_the_server_says(shop: RunningServer, browser: Browser) -> None:
    server = Scripted()
    vera = await server.start(shop, browser)
    await vera.starts_with("How long?")
    await vera.screen("line")
    server.send("line", position=3, wait=142)
    await vera.sees("You're number 3 in line. Expected wait: about 2 min.")
    server.send("line", position=1, wait=38)
    await vera.sees("You're next in line. Expected wait: about 40 s.")
    server.send("team", online=False, back_at=now() + 86_400_000)
    await vera.sees("We're offline. We're back: ")
    await vera.context.close()


async def test_a_full_queue_keeps_the_text_and_takes_a_message(
    shop: RunningServer, browser: Browser, alice: Ana
) -> None:
    crowd = Crowd()
    await crowd.come(shop, 2, queue="small")
    vera = await Vera.at(shop, browser, script=asks_for("small"))
    await vera.starts_with("Is there room for me?")
    await vera.screen("full")
    await vera.sees("The queue is full. Try again later or leave a message.")
    assert await vera.widget.get_by_label("Your message").input_value() == "Is there room for me?"
    await vera.widget.get_by_role("button", name="Try again").click()
    await vera.screen("start")
    assert await vera.widget.get_by_label("Your message").input_value() == "Is there room for me?"
    await vera.widget.get_by_role("button", name="Start the chat").click()
    await vera.screen("full")
    await vera.widget.get_by_label("Your e-mail address").fill("vera@example.com")
    await vera.widget.get_by_role("button", name="Leave a message").click()
    await vera.sees("We'll reply to vera@example.com.")
    assert vera.complaints == []
    await vera.leaves()
    await crowd.go()


async def test_when_the_last_agent_goes_vera_leaves_her_address_in_line(
    shop: RunningServer, browser: Browser, team: None
) -> None:
    alice = await Ana.at_her_desk(shop, "alice")
    first = await Vera.at(shop, browser, script=asks_for("small"))
    await first.starts_with("Me first")
    await first.screen("chat")
    vera = await Vera.at(shop, browser, script=asks_for("small"))
    await vera.starts_with("My parcel is lost")
    await vera.sees("You're next in line.")
    leaves = vera.widget.get_by_role("button", name="Leave a message")
    assert await leaves.count() == 0
    await alice.goes()
    await vera.sees("We're offline")
    await vera.composer.fill("Its number is 12")
    await vera.widget.get_by_label("Your e-mail address").fill("vera@example.com")
    await leaves.click()
    await vera.sees("We'll reply to vera@example.com.")
    message = ["My parcel is lost", "Its number is 12"]
    await eventually(lambda: filed(shop, "vera@example.com", message), "her message in the archive")
    assert vera.complaints == []
    for visitor in (first, vera):
        await visitor.leaves()


async def filed(shop: RunningServer, email: str, message: list[str]) -> bool:
    return message in await left_by(shop, email)


async def test_a_half_typed_address_stays_over_a_cut(shop: RunningServer, browser: Browser) -> None:
    server = Scripted()
    vera = await server.start(shop, browser)
    await vera.starts_with("Anybody?")
    server.send("line", position=1, wait=-1, can_leave=True)
    await vera.widget.get_by_label("Your e-mail address").fill("vera@exam")
    server.send("welcome", token="t", epoch="e", now=now(), build="b", **server.welcome, chat=CHAT_IN_LINE, facts=[])
    server.send("line", position=2, wait=-1, can_leave=True)
    await vera.sees("You're number 2 in line.")
    assert await vera.widget.get_by_label("Your e-mail address").input_value() == "vera@exam"
    server.fact("assigned", name="Ana")
    await vera.screen("chat")
    assert await vera.widget.get_by_label("Your e-mail address").count() == 0
    await vera.context.close()


@pytest.mark.parametrize(("code", "told"), [("nothing_to_do", 0), ("bad_text", 1)])
async def test_a_refused_address_is_told_unless_somebody_has_come(
    shop: RunningServer, browser: Browser, code: str, told: int
) -> None:
    server = Scripted()
    server.refusals["leave_message"] = code
    vera = await server.start(shop, browser)
    await vera.starts_with("Anybody?")
    server.send("line", position=1, wait=-1, can_leave=True)
    await vera.widget.get_by_label("Your e-mail address").fill("vera@example")
    await vera.widget.get_by_role("button", name="Leave a message").click()
    await eventually(lambda: server.said("leave_message"), "her address to go")
    server.fact("message", by="visitor", cid="x", text="Still here")
    await vera.sees("Still here")
    assert await vera.widget.get_by_text(f"Refused: {code}.").count() == told
    await vera.context.close()


async def test_after_hours_the_widget_says_when_the_team_is_back(
    shop: RunningServer, browser: Browser, alice: Ana
) -> None:
    vera = await Vera.at(shop, browser, script=asks_for("night"), timezone_id="UTC")
    await vera.opens()
    await vera.screen("away")
    await vera.sees(f"We're back: {await opening(vera, 'en-GB')}")  # the page says "en", her browser which
    await vera.page.evaluate("sestetto('set', { locale: 'it' })")
    await vera.sees(f"Torniamo: {await opening(vera, 'it')}")
    assert vera.complaints == []
    await vera.leaves()


async def opening(vera: Vera, locale: str) -> str:
    """When the night's queue opens, as the browser says it."""
    at = TOMORROW.replace(minute=0, second=0, microsecond=0).timestamp() * 1000
    words = "{ weekday: 'long', hour: 'numeric', minute: '2-digit' }"
    said: str = await vera.page.evaluate(f"new Date({at}).toLocaleString('{locale}', {words})")
    return said


async def test_a_site_may_hide_the_launcher_while_it_is_closed(
    shop: RunningServer, browser: Browser, alice: Ana
) -> None:
    closed = await Vera.at(shop, browser, script=asks_for("night") + CLOSED)
    await closed.page.wait_for_load_state("networkidle")
    assert not await closed.launcher.is_visible()
    taken = await Vera.at(shop, browser, script=asks_for("small") + CLOSED)
    await taken.launcher.wait_for()
    for visitor in (closed, taken):
        await visitor.leaves()


async def test_a_page_sends_partners_to_another_queue(shop: RunningServer, browser: Browser, team: None) -> None:
    paul = await Ana.at_her_desk(shop, "paul")
    vera = await Vera.at(shop, browser, script=asks_for("second"))
    await vera.starts_with("From a partner")
    await vera.screen("chat")
    await eventually(lambda: paul.heard() == ["From a partner"])
    await vera.leaves()
    await paul.goes()


async def test_a_queue_that_is_not_there_is_the_pages_error_and_not_veras(
    shop: RunningServer, browser: Browser
) -> None:
    ana = await Ana.at_her_desk(shop)
    vera = await Vera.at(shop, browser, script=asks_for("no-such-queue"))
    await vera.starts_with("Anybody?")
    await vera.screen("chat")
    await eventually(lambda: ana.heard() == ["Anybody?"])
    await eventually(lambda: vera.page.evaluate("told.length"), "the page to be told")
    assert await vera.page.evaluate("told") == ["no_queue"]
    await vera.leaves()
    await ana.goes()


async def test_a_handed_on_visitor_is_told_so(shop: RunningServer, browser: Browser, alice: Ana) -> None:
    paul = await Ana.at_her_desk(shop, "paul")
    vera = await Vera.at(shop, browser, script=asks_for("small"))
    await vera.starts_with("A hard one")
    await vera.screen("chat")
    await alice.hands_on(queue="second")
    await vera.sees("Connecting you to a colleague.")
    await vera.sees("Paul has joined the chat")
    assert await vera.widget.locator("h2").inner_text() == "Paul"
    await paul.says("I know this one")
    await vera.sees("I know this one")
    await vera.leaves()
    await paul.goes()


async def test_a_promise_counts_down_and_is_kept(shop: RunningServer, browser: Browser, alice: Ana) -> None:
    vera = await Vera.at(shop, browser, script=asks_for("small"))
    await vera.starts_with("Where is my parcel?")
    await vera.screen("chat")
    await alice.promises("I ask the carrier", 120_000)
    timer = vera.widget.get_by_role("timer")
    await eventually(lambda: reads(vera, r"Alice will be back in (2:00|1:5\d)"), "the countdown")
    before = await timer.inner_text()
    await eventually(lambda: other(vera, before), "the countdown to go on")
    await vera.page.reload()
    await eventually(lambda: reads(vera, r"Alice will be back in 1:[345]\d"), "the countdown after a reload")
    await alice.says("It comes tomorrow")
    await vera.sees("Alice is back, as promised")
    await timer.wait_for(state="hidden")
    await vera.leaves()


async def reads(vera: Vera, pattern: str) -> bool:
    return bool(re.fullmatch(pattern, await vera.widget.get_by_role("timer").inner_text()))


async def other(vera: Vera, text: str) -> bool:
    return await vera.widget.get_by_role("timer").inner_text() != text


async def test_a_promise_that_is_over_is_said_and_so_is_the_late_answer(shop: RunningServer, browser: Browser) -> None:
    server = Scripted()
    vera = await server.start(shop, browser)
    await vera.starts_with("Where is my parcel?")
    await server.ana_comes()
    server.ana_says("One moment", promise=now() + 4_000)
    await vera.sees("Ana will be back in 0:0")
    await vera.sees("Ana is running late.")
    assert not await vera.widget.get_by_role("timer").is_visible()
    server.ana_says("Here I am", promised="broken")
    await vera.sees("Ana is back, later than promised")
    assert await vera.widget.get_by_text("Ana is running late.").count() == 0
    await vera.context.close()


async def test_typed_text_leaves_only_after_it_was_said(shop: RunningServer, browser: Browser) -> None:
    server = Scripted(typing_preview=True, privacy_url=f"{shop.url}/privacy")
    vera = await server.start(shop, browser)
    await vera.starts_with("Hello")
    await server.ana_comes()
    await vera.sees("We can see your message as you type.")
    assert await vera.widget.locator(".preview a").get_attribute("href") == f"{shop.url}/privacy"
    described = await vera.composer.evaluate(
        "box => box.getRootNode().getElementById(box.getAttribute('aria-describedby')).textContent"
    )
    assert described.startswith("We can see your message"), "whoever comes into the field hears it first"
    assert server.said("typing") == []
    await vera.composer.press_sequentially("I wonder")
    await eventually(lambda: [frame for frame in server.said("typing") if frame["text"]], "the preview")
    server.fact("ended", why="agent")
    server.fact("rated", score=5)
    await vera.screen("ended")
    assert not await vera.widget.locator(".preview").is_visible()
    before = len(server.heard)
    await vera.composer.press_sequentially(" still")
    await pause()
    assert [frame for frame in server.heard[before:] if frame["t"] == "typing"] == [], "over is over"
    await vera.context.close()


async def test_without_the_sites_wish_no_typed_text_leaves(shop: RunningServer, browser: Browser) -> None:
    server = Scripted()
    vera = await server.start(shop, browser)
    await vera.starts_with("Hello")
    await server.ana_comes()
    await vera.screen("chat")
    await vera.composer.press_sequentially("My secret")
    await eventually(lambda: server.said("typing"), "the signal that she types")
    assert {frame.get("text", "") for frame in server.said("typing")} == {""}
    assert await vera.widget.locator(".preview").count() == 0
    assert await vera.composer.get_attribute("aria-describedby") is None
    await vera.context.close()
