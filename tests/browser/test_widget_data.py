"""Any profile that a page sends, in any form, is cut to fit, and the visitor can still write."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from playwright.async_api import Browser

from console.protocol import VisitorFrame
from tests.browser.widget_people import Vera
from tests.browser.widget_script import Scripted
from tests.support.eventually import eventually
from tests.support.server_process import RunningServer

DECODER = msgspec.json.Decoder(VisitorFrame)
EARLY = "window.sestetto = function () { (sestetto.q = sestetto.q || []).push(arguments); };"
ODD = """
const circle = { name: 'round' };
circle.circle = circle;
const set = (fields, more) => sestetto('set', { fields, ...more });
set({ user_id: 42, paid: true, big: 12345678901234567890n, nothing: null, missing: undefined });
set({ plan: { name: 'gold', seats: [1, 2] }, since: new Date(Date.UTC(2026, 0, 2)), list: ['a', 1, null] });
set({ circle, get trap() { throw new Error('no') }, act() {}, sign: Symbol('x'), never: new Date(NaN) });
set({ long: '\\u{1F9F6}'.repeat(600), half: 'wool \\ud83e', ['n'.repeat(70)]: 'a long name' }, { tags: 'vip' });
sestetto('identify', { name: 42, email: ['vera@shop.example'] });
"""
MANY = """
const fields = Array.from({ length: 80 }, (_, number) => ['f' + number, 'x'.repeat(number * 20)]);
sestetto('set', { fields: Object.fromEntries(fields) });
"""
HUGE = """
sestetto('set', { fields: { huge: 'x'.repeat(3e6), one: 1 } });
sestetto('prefill', { name: 'V'.repeat(9999) });
"""
BAD_CALLS = """
sestetto.q = [
  null, 7, [], ['set'], ['set', null], ['on', 'ready', 'no function'], ['identify'], ['hidden'], [{}],
  ['set', { tags: 5, theme: Symbol() }], ['set', { get fields() { throw 1 } }], ['prefill', { name: 'Vera' }],
];
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    server = RunningServer(tmp_path_factory.mktemp("shop") / "data")
    server.start_and_wait()
    yield server
    server.stop()


@pytest.fixture
def server() -> Scripted:
    return Scripted()


async def opened(server: Scripted, shop: RunningServer, browser: Browser, script: str) -> tuple[Vera, dict[str, Any]]:
    """Vera has written on a page that runs this script before ours; the frame is one the server takes."""
    vera = await server.start(shop, browser, script=EARLY + script)
    await vera.opens()
    await vera.page.wait_for_function("() => sestetto.element.shadowRoot.querySelector('summary')")
    await vera.screen("start")
    await vera.widget.get_by_label("Your message").fill("Hello")
    await vera.page.keyboard.press("Enter")
    await eventually(lambda: server.said("open"), "Vera's first message")
    for frame in server.heard:
        DECODER.decode(msgspec.json.encode(frame))
    return vera, server.said("open")[0]


async def test_values_that_are_no_texts_become_texts_and_the_rest_is_left_out(
    server: Scripted, shop: RunningServer, browser: Browser
) -> None:
    vera, frame = await opened(server, shop, browser, ODD)
    fields = frame["fields"]
    assert fields.pop("long") == "\U0001f9f6" * 500
    assert fields == {
        "user_id": "42",
        "paid": "true",
        "big": "12345678901234567890",
        "plan": '{"name":"gold","seats":[1,2]}',
        "since": "2026-01-02T00:00:00.000Z",
        "list": "a, 1",
        "half": "wool \ufffd",
        "n" * 60: "a long name",
        "tags": "vip",
    }
    assert (frame["name"], frame["email"]) == ("42", "vera@shop.example")
    (said,) = vera.complaints
    assert all(name in said for name in ("circle", "trap", "act", "sign", "never", "long"))
    assert "plan" not in said
    await vera.leaves()


@pytest.mark.parametrize(("script", "kept"), [(MANY, "f79"), (HUGE, "one")], ids=["many", "huge"])
async def test_what_is_too_much_gives_way_and_is_said_once(
    server: Scripted, shop: RunningServer, browser: Browser, script: str, kept: str
) -> None:
    vera, frame = await opened(server, shop, browser, script)
    assert kept in frame["fields"]
    assert len(frame["fields"]) <= 50
    assert sum(len(name) + len(value) for name, value in frame["fields"].items()) <= 16 * 1024
    assert len(frame["name"]) <= 120
    assert len(vera.complaints) == 1
    await vera.leaves()


async def test_bad_early_calls_lose_no_later_ones(server: Scripted, shop: RunningServer, browser: Browser) -> None:
    vera, frame = await opened(server, shop, browser, BAD_CALLS)
    assert frame["name"] == "Vera"
    assert frame["fields"] == {"tags": "5"}
    assert vera.complaints
    await vera.leaves()


async def test_a_frame_refused_for_its_size_is_given_up_also_after_a_reload(
    shop: RunningServer, browser: Browser
) -> None:
    vera = await Vera.at(shop, browser)
    await vera.opens()
    await vera.is_connected()
    big = """[JSON.stringify({ t: 'say', cid: 'a'.repeat(22), text: 'x'.repeat(70000) }),
      JSON.stringify({ t: 'open', cid: 'b'.repeat(22), text: 'Odd', fields: { id: 42 } })].join('\\n')"""
    await vera.page.evaluate(f"sessionStorage.setItem('sestetto:demo:outbox', {big})")
    await vera.page.reload()
    await eventually(lambda: outbox_of(vera, ""), "both to be given up")
    await vera.leaves()


async def outbox_of(vera: Vera, text: str) -> bool:
    return (await vera.stored()).get("sestetto:demo:outbox", "") == text


async def test_titles_and_previews_are_cut_between_characters(
    server: Scripted, shop: RunningServer, browser: Browser
) -> None:
    server.welcome["typing_preview"] = True
    vera = await server.start(shop, browser)
    await vera.page.evaluate("document.title = 'x' + '\\u{1F9F6}'.repeat(400)")
    await vera.starts_with("Hello")
    await server.ana_comes()
    await vera.screen("chat")
    assert server.said("open")[0]["page"]["title"] == "x" + "\U0001f9f6" * 299
    await vera.composer.fill("x" + "\U0001f9f6" * 4_500)
    previews = await eventually(lambda: [one for one in server.said("typing") if one["text"]], "the preview")
    assert previews[-1]["text"] == "x" + "\U0001f9f6" * 3_999
    await vera.leaves()


async def test_an_error_that_names_no_command_ends_none(
    server: Scripted, shop: RunningServer, browser: Browser
) -> None:
    vera = await server.start(shop, browser)
    await vera.starts_with("Hello")
    await server.ana_comes()
    await vera.screen("chat")
    server.silent = {"say"}
    await vera.says("On its way")
    await eventually(lambda: server.said("say"), "the message under way")
    server.send("error", code="bad_frame", message="This frame is not part of the protocol.")
    await vera.sees("Sending")
    assert await vera.composer.input_value() == ""
    assert "On its way" in (await vera.stored())["sestetto:demo:outbox"]
    await vera.leaves()
