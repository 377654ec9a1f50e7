"""People without access: foreign pages, missing or ended credentials, other people's chats, hostile texts."""

from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from structlog.testing import capture_logs

from console.domain.ids import new_cid, new_id
from console.protocol import Open, Page, SetProfile
from console.proving.clients import Cast
from console.proving.record import read_feed
from tests.faults.installation import Inside
from tests.faults.journal import promises_kept
from tests.faults.raw_socket import RawSocket
from tests.faults.test_costs import console_of
from tests.support.eventually import eventually


def foreign(url: str) -> Iterator[str]:
    """Yield origins that are similar to the site's, but not allowed."""
    host, _, port = url.removeprefix("http://").partition(":")
    yield ""
    yield "null"
    yield "https://evil.example"
    yield f"https://{host}:{port}"
    yield f"http://{host}"
    yield f"http://{host}:{int(port) + 1}"
    yield f"http://{host}:{port}.evil.example"
    yield f"http://{host}.evil.example:{port}"
    yield f"http://evil{host}:{port}"
    yield f"http://evil.example/{host}:{port}"
    yield f"http://{host}:{port}@evil.example"
    yield f"http://{host}:{port}/"
    yield f"{url} {url}"


async def test_a_foreign_page_is_refused_before_the_upgrade(inside: Inside) -> None:
    for origin in foreign(inside.url):
        async with await RawSocket.open(f"{inside.url}/ws/visitor?site=demo", {"Origin": origin}) as socket:
            assert socket.status == 403, origin


async def test_an_unknown_site_or_subprotocol_gets_the_same_refusal(inside: Inside) -> None:
    for path, tongue in [("?site=other", "sestetto.v1"), ("", "sestetto.v1"), ("?site=demo", "sestetto.v9")]:
        address = f"{inside.url}/ws/visitor{path}"
        async with await RawSocket.open(address, {"Origin": inside.url}, subprotocol=tongue) as socket:
            assert socket.status == 403


async def refused_agent(inside: Inside, headers: dict[str, str], tongue: str = "sestetto.v1") -> None:
    """Check that the agent's socket is refused, or closes with 4401, without a frame of data."""
    async with await RawSocket.open(f"{inside.url}/ws/agent", headers, subprotocol=tongue) as socket:
        if socket.status == 101:
            socket.say('{"t":"hello","tab":"one"}')
            assert await socket.closed() == 4401, headers
            assert socket.frames == []
        else:
            assert socket.status == 403


async def test_without_good_credentials_an_agents_socket_says_nothing(inside: Inside) -> None:
    bearer = await inside.bearer("ana")
    await refused_agent(inside, {})
    await refused_agent(inside, {"Authorization": "Bearer sst_nobody"})
    await refused_agent(inside, {"Authorization": f"Basic {bearer}"})
    await refused_agent(inside, {"Authorization": f"Bearer {bearer[:-1]}"})
    await refused_agent(inside, {"Cookie": "sestetto_session=nobody", "Origin": inside.url}, "sestetto.v1.html")
    async with inside.stores() as stores:
        (token,) = await stores.tokens.of_member("ana")
        await stores.tokens.revoke(token.id)
    await refused_agent(inside, {"Authorization": f"Bearer {bearer}"})


async def test_an_agents_cookie_does_not_work_on_a_foreign_page(inside: Inside) -> None:
    async with inside.stores() as stores:
        cookie = await stores.one_clicks.use(await stores.one_clicks.add("ana"))
    for origin in foreign(inside.url):
        headers = {"Cookie": f"sestetto_session={cookie}", "Origin": origin}
        async with await RawSocket.open(f"{inside.url}/ws/agent", headers, subprotocol="sestetto.v1.html") as socket:
            assert socket.status == 403, origin


async def test_credentials_that_end_between_the_upgrade_and_the_hello_say_nothing(inside: Inside) -> None:
    headers = {"Authorization": f"Bearer {await inside.bearer('ana')}"}
    async with await RawSocket.open(f"{inside.url}/ws/agent", headers) as socket, inside.stores() as stores:
        (token,) = await stores.tokens.of_member("ana")
        await inside.services.workspace.revoke("ana", f"token:{token.id}")
        await stores.tokens.revoke(token.id)
        socket.say('{"t":"hello","tab":"one"}')
        assert await socket.closed() == 4401
        assert socket.frames == []


async def test_revoked_credentials_silence_an_open_socket_within_two_seconds(inside: Inside, cast: Cast) -> None:
    ana = await cast.agent("ana")
    vera = await cast.visitor()
    chat = await vera.opened("Hello")
    await ana.holds(chat)
    async with inside.stores() as stores:
        (token,) = await stores.tokens.of_member("ana")
        await inside.services.workspace.revoke("ana", f"token:{token.id}")
        await eventually(lambda: ana.closes == [4401], "the socket to be closed", within=2)
        await stores.tokens.revoke(token.id)
    heard = len(ana.frames)
    await vera.answered(await vera.say("Can you hear me?"))
    assert len(ana.frames) == heard
    cast.journal.view("ana", chat, staff=True).whole = False
    await promises_kept(inside, cast.journal)


async def test_a_disabled_member_is_silent_within_two_seconds_on_every_socket(inside: Inside, cast: Cast) -> None:
    ana = await cast.agent("ana")
    async with console_of(inside, "ben") as frames:
        vera = await cast.visitor()
        chat = await vera.opened("Hello")
        for member in ("ana", "ben"):
            await inside.services.workspace.revoke(member, "")
            async with inside.stores() as stores:
                await stores.members.disable(member)
        await eventually(lambda: ana.closes == [4401], "ana's socket to be closed", within=2)
        await eventually(lambda: len(inside.services.hub.everyone()) == 1, "ben's to be closed", within=2)
        heard = len(frames)
        await vera.answered(await vera.say("Anybody?"))
        assert len(frames) == heard
    cast.journal.view("ana", chat, staff=True).whole = False
    await promises_kept(inside, cast.journal)


async def test_somebody_elses_chat_is_answered_like_one_that_does_not_exist(inside: Inside, cast: Cast) -> None:
    ana, ben = await cast.agent("ana"), await cast.agent("ben")
    vera = await cast.visitor()
    chat = await vera.opened("For one of you only")
    await eventually(lambda: chat in {*ana.held, *ben.held}, "somebody to hold it")
    other = ben if chat in ana.held else ana
    for kind in ('"t":"say","text":"Hi","read":1', '"t":"note","text":"Hi"', '"t":"end"', '"t":"no_reply"'):
        answers = []
        for wanted in (chat, new_id()):
            other.frames.clear()
            await other.send_text(f'{{"cid":"{new_cid()}","chat":"{wanted}",{kind}}}')
            nack = (await eventually(lambda: other.of("nack"), "a refusal"))[0]
            answers.append({name: nack[name] for name in ("code", "message", "final")})
        assert answers[0] == answers[1], kind
    await promises_kept(inside, cast.journal)


async def test_a_command_of_staff_from_a_visitor_is_refused_and_told(inside: Inside, cast: Cast) -> None:
    await cast.agent("ana")
    vera = await cast.visitor()
    chat = await vera.opened("Hello")
    tried = ("note", "status", "label", "whisper", "take_over", "hand_over")
    with capture_logs() as lines:
        for kind in (*tried, "__class__", "say"):
            await vera.send_text(f'{{"t":"{kind}","cid":"{new_cid()}","chat":"{chat}","text":"Hi"}}')
        nacks = await eventually(lambda: len(found := vera.of("nack")) == 8 and found, "all to be refused")
    assert {nack["code"] for nack in nacks} == {"bad_frame"}
    refused = [line for line in lines if line["event"] == "security.refused"]
    assert [line["what"] for line in refused] == list(tried)
    assert {(line["address"], len(line["request"])) for line in refused} == {("127.0.0.1", 12)}


async def test_a_supervisors_command_from_an_agent_is_refused_and_told(inside: Inside, cast: Cast) -> None:
    ana = await cast.agent("ana")
    with capture_logs() as lines:
        await ana.send_text(f'{{"t":"take_over","cid":"{new_cid()}","chat":"{new_id()}"}}')
        assert (await eventually(lambda: ana.of("nack"), "a refusal"))[0]["code"] == "bad_frame"
    refused = [line for line in lines if line["event"] == "security.refused"]
    assert [(line["member"], line["what"]) for line in refused] == [("ana", "take_over")]


async def test_a_visitor_who_names_anothers_chat_is_shown_nothing_of_it(inside: Inside, cast: Cast) -> None:
    await cast.agent("ana")
    vera = await cast.visitor()
    chat = await vera.opened("My secret is a swordfish")
    async with await RawSocket.open(f"{inside.url}/ws/visitor?site=demo", {"Origin": inside.url}) as thief:
        thief.say(f'{{"t":"hello","chat":"{chat}","after":0}}')
        welcome = await thief.until("welcome")
        assert "chat" not in welcome
        for frame in ('{"t":"history","before":100}', f'{{"t":"say","cid":"{new_cid()}","text":"Hi"}}'):
            thief.say(frame)
        assert (await thief.until("error"))["code"] == (await thief.until("nack"))["code"] == "no_chat"
        assert not any(b"swordfish" in frame.payload for frame in thief.frames)
        for token in (vera.token[:-1], vera.token[::-1], "x" * 500):
            async with await RawSocket.open(f"{inside.url}/ws/visitor?site=demo", {"Origin": inside.url}) as forger:
                forger.say(f'{{"t":"hello","token":"{token}","chat":"{chat}"}}')
                assert "chat" not in await forger.until("welcome")
    await promises_kept(inside, cast.journal)


async def test_a_note_leaves_no_trace_on_a_visitors_wire(inside: Inside, cast: Cast) -> None:
    ana = await cast.agent("ana")
    vera = await cast.visitor()
    chat = await vera.opened("Hello")
    await ana.holds(chat)
    await ana.answered(await ana.note(chat, "PRIVATE: difficult customer"))
    await ana.answered(await ana.say(chat, "Good morning"))
    await eventually(lambda: vera.texts[-1] == "Good morning", "the answer")
    vera.drop()
    await vera.back()
    await vera.send_text('{"t":"history","before":100}')
    await eventually(lambda: vera.of("history"), "the history")
    tab = await cast.visitor("vera's other tab", token=vera.token)
    seen = repr([vera.frames, tab.frames])
    assert "Good morning" in seen
    assert "PRIVATE" not in seen
    assert "note" not in {fact["kind"] for frame in [*vera.frames, *tab.frames] for fact in frame.get("facts", [frame]) if "kind" in fact}  # fmt: skip # noqa: E501
    await promises_kept(inside, cast.journal)


# --- hostile texts --------------------------------------------------------------------------------------

HOSTILE = (
    '<script>alert("own")</script>',
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)' x='",
    "{{7*7}} {% raw %} ${7*7} #{7*7}",
    "{{constructor.constructor('x')()}}",
    '<div hx-get="/chats" hx-trigger="load">x</div>',
    '<div hx-swap-oob="true" id="strip-status">x</div>',
    "</textarea></li></ol></hx-upsert><hx-partial hx-target='#pane-1'>x</hx-partial>",
    "<a id=config name=config href=javascript:alert(1)>x</a>",
    "javascript:alert(1) data:text/html,<b>x</b> vbscript:x JaVaScRiPt:alert(1)",
    "<svg/onload=alert(1)><math><mtext><iframe srcdoc=x>",
    "&lt;b&gt; &#60;b&#62; \u202e\u200b",
)


class Elements(HTMLParser):
    """Collects the elements of fragments with the names of their attributes, and the schemes of links."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: set[tuple[str, str]] = set()
        self.schemes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {(tag, name) for name, _ in attrs} | {(tag, "")}
        self.schemes |= {(value or "").partition(":")[0] for name, value in attrs if name in ("href", "src", "action")}


async def drawn(inside: Inside, cast: Cast, name: str, texts: list[str]) -> str:
    """Return all fragments that a console gets about a visitor with these texts in every field."""
    async with console_of(inside, "ana") as frames:
        visitor = await cast.visitor(name)
        for number, text in enumerate(texts):
            page = Page(url=f"{inside.url}/{text}?q={text}", title=text, referrer=f"{inside.url}/{text}")
            new = {text[:60]: f"{text} {number}"}  # a known value would make no fact
            command = SetProfile(cid=new_cid(), name=text, email=text, fields=new, page=page)
            opening = Open(cid=new_cid(), text=text, name=text, email=text, fields={text[:60]: text}, page=page)
            for frame in (opening, command):
                await visitor.answered(await visitor.give(frame))
        await visitor.answered(await visitor.end())
        last = (await read_feed(inside))[-1][0]
        await eventually(lambda: frames[-1].get("n", 0) >= last or None, "everything to be drawn")
        return "".join(frame.get("content", "") for frame in frames)


async def test_whatever_a_visitor_writes_draws_no_element_and_no_attribute_of_its_own(
    inside: Inside, cast: Cast
) -> None:
    """Hostile texts in every field render exactly the same elements as harmless ones."""
    harmless = Elements(await drawn(inside, cast, "vera", ["Hello there"] * len(HOSTILE)))
    hostile = Elements(await drawn(inside, cast, "mallory", list(HOSTILE)))
    assert hostile.found - harmless.found == set()
    assert hostile.schemes <= harmless.schemes | {"http", "https"}
    assert not {tag for tag, _ in hostile.found} & {"script", "img", "iframe", "svg", "math", "a"} - {"a"}
    await promises_kept(inside, cast.journal)


@pytest.mark.parametrize("header", ["User-Agent", "Referer"])
async def test_hostile_headers_draw_nothing_either(inside: Inside, cast: Cast, header: str) -> None:
    harmless = Elements(await drawn(inside, cast, "vera", ["Hello"]))
    async with console_of(inside, "ana") as frames:
        for text in HOSTILE[:4]:
            headers = {"Origin": inside.url, header: text}
            async with await RawSocket.open(f"{inside.url}/ws/visitor?site=demo", headers) as socket:
                socket.say('{"t":"hello"}')
                await socket.until("welcome")
                socket.say(f'{{"t":"open","cid":"{new_cid()}","text":"Hello"}}')
                await socket.until("ack")
                socket.say(f'{{"t":"end","cid":"{new_cid()}"}}')
                await socket.until("ack")
        last = (await read_feed(inside))[-1][0]
        await eventually(lambda: frames[-1].get("n", 0) >= last, "everything to be drawn")
        content = "".join(frame.get("content", "") for frame in frames)
    assert Elements(content).found - harmless.found == set()
