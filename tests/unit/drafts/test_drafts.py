"""A failing model costs only the draft: against a real server that streams, stalls, fails and lies."""

import asyncio
import json
import socket
import ssl
from pathlib import Path

import pytest
import structlog

from console.domain.model_url import model_address
from console.drafts.circuit import FAILURES, FIRST_PAUSE
from console.drafts.client import ModelClient, Patience
from console.drafts.drafts import AT_ONCE, Drafts
from console.drafts.prompt import Spoken, prompts_for
from tests.support import model_server as manners
from tests.support.certificates import make_authority, make_certificate
from tests.support.eventually import eventually
from tests.support.model_server import Manner, ModelServer

SHORT = Patience(connect=2.0, silence=0.2, total=0.6)
ASKED = prompts_for([Spoken("visitor", "Where is my order?")])


class Clock:
    """Time that a test sets."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def drafts_of(model: ModelServer, *, patience: Patience = SHORT, clock: Clock | None = None) -> Drafts:
    return Drafts(model.url, "sk-hush-hush", "sage", patience=patience, clock=clock or Clock())


def counted(drafts: Drafts) -> dict[str, int]:
    """What became of the requests."""
    costs = drafts.costs()
    assert costs is not None
    return {result: times for result, times in costs.results.items() if times}


@pytest.mark.parametrize("manner", [manners.streams, manners.answers_whole])
async def test_a_draft_is_the_models_text_however_it_comes(manner: Manner) -> None:
    async with ModelServer("Certo! È in viaggio, arriva domani.", manner) as model:
        drafts = drafts_of(model)
        assert await drafts.ask(ASKED) == "Certo! È in viaggio, arriva domani."
        assert counted(drafts) == {"drafted": 1}
        (asked,) = model.asked
        assert (asked["model"], asked["stream"]) == ("sage", True)
        assert [one["role"] for one in asked["messages"]] == ["system", "user"]
        assert model.heads[0].startswith("POST /v1/chat/completions HTTP/1.1\r\n")
        assert "Authorization: Bearer sk-hush-hush\r\n" in model.heads[0]


@pytest.mark.parametrize(
    ("manner", "reason"),
    [
        (manners.is_silent, "slow"),
        (manners.stalls, "slow"),
        (manners.trickles, "slow"),
        (manners.informs_without_end, "slow"),
        (manners.never_ends, "too_long"),
        (manners.sends_one_long_line, "unreadable"),
        (manners.sends_headers_without_end, "unreadable"),
        (manners.closes_midway, "cut_off"),
        (manners.ends_midway, "cut_off"),
        (manners.closes_at_once, "cut_off"),
        (manners.speaks_no_http, "unreadable"),
        (manners.redirects, "redirected"),
        (manners.answers_html, "not_an_api"),
        (manners.packs_a_bomb, "not_an_api"),
        (manners.fails(401), "refused"),
        (manners.fails(404), "unknown"),
        (manners.fails(429), "limited"),
        (manners.fails(500), "failed"),
        (manners.fails(204), "failed"),
        (manners.says("[1, 2]"), "unreadable"),
        (manners.says("{}"), "unreadable"),
        (manners.says('{"choices": []}'), "unreadable"),
        (manners.says('{"choices": "many"}'), "unreadable"),
        (manners.says('{"choices": [{"message": {"content": 7}}]}'), "unreadable"),
        (manners.says("[" * 100_000), "unreadable"),
        (manners.says('{"error": {"message": "overloaded"}}'), "failed"),
        (manners.says("data: nonsense\n\n", "text/event-stream"), "unreadable"),
        (manners.says('data: {"error": "overloaded"}\n\n', "text/event-stream"), "failed"),
        (manners.says("data: \udcff\n\n", "text/event-stream"), "unreadable"),
        (manners.says('{"choices": [{"message": {"content": "And"}, "finish_reason": "length"}]}'), "too_long"),
        (manners.says('{"choices": [{"message": {"content": "And"}, "finish_reason": "content_filter"}]}'), "cut_off"),
        (manners.says(json.dumps({"choices": [{"message": {"content": "a" * 4_001}}]})), "too_long"),
    ],
)
async def test_an_endpoint_that_fails_or_lies_costs_only_the_draft(manner: Manner, reason: str) -> None:
    async with ModelServer(manner=manner) as model:
        drafts = drafts_of(model)
        assert await drafts.ask(ASKED) == ""
        assert counted(drafts) == {reason: 1}
        assert len(model.asked) == 1
        await eventually(lambda: not model.going, "the connection to be closed")


async def test_nobody_listening_costs_only_the_draft() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens there
        drafts = Drafts(f"http://127.0.0.1:{taken.getsockname()[1]}", "", "sage")
        assert await drafts.ask(ASKED) == ""
        assert counted(drafts) == {"unreachable": 1}


async def test_a_model_with_nothing_to_say_has_not_failed() -> None:
    async with ModelServer(manner=manners.says('{"choices": [{"message": {"content": " \\n"}}]}')) as model:
        drafts = drafts_of(model)
        for _ in range(FAILURES + 1):
            assert await drafts.ask(ASKED) == ""
        assert counted(drafts) == {"empty": FAILURES + 1}


async def test_without_a_url_nothing_is_asked() -> None:
    drafts = Drafts("", "", "")
    assert not drafts.on
    assert await drafts.ask(ASKED) == ""
    assert drafts.costs() is None


async def test_after_failures_in_a_row_it_is_left_alone_and_tried_once_again() -> None:
    clock = Clock()
    async with ModelServer(manner=manners.fails(500)) as model:
        drafts = drafts_of(model, clock=clock)
        with structlog.testing.capture_logs() as lines:
            for _ in range(FAILURES + 2):
                assert await drafts.ask(ASKED) == ""
        assert len(model.asked) == FAILURES
        assert counted(drafts) == {"failed": FAILURES, "paused": 2}
        assert [line["event"] for line in lines] == ["drafts.failed"] * FAILURES + ["drafts.paused"]
        assert (lines[-1]["reason"], lines[-1]["status"], lines[-1]["pause"]) == ("failed", 500, FIRST_PAUSE)
        assert "sk-hush-hush" not in str(lines)
        clock.now += FIRST_PAUSE + 1
        model.manner = manners.waits
        first, second = (asyncio.create_task(drafts.ask(ASKED)) for _ in range(2))
        assert await second == ""  # the first is still being tried
        model.go_on.set()
        with structlog.testing.capture_logs() as lines:
            assert await first == model.text
        assert [line["event"] for line in lines] == ["drafts.resumed"]
        assert await drafts.ask(ASKED) == model.text


async def test_requests_that_fail_together_make_one_pause() -> None:
    async with ModelServer(manner=manners.fails(500)) as model:
        drafts = drafts_of(model)
        assert set(await asyncio.gather(*(drafts.ask(ASKED) for _ in range(AT_ONCE)))) == {""}
        assert counted(drafts) == {"failed": AT_ONCE}
        costs = drafts.costs()
        assert costs is not None
        assert costs.paused == FIRST_PAUSE


async def test_a_draft_that_is_given_up_during_a_pause_does_not_end_it() -> None:
    async with ModelServer(manner=manners.waits) as model:
        drafts = drafts_of(model, patience=Patience())
        early = asyncio.create_task(drafts.ask(ASKED))
        await model.is_asked()
        model.manner = manners.fails(500)
        for _ in range(FAILURES):
            await drafts.ask(ASKED)
        early.cancel()
        await eventually(early.done, "the early one to be given up")
        assert await drafts.ask(ASKED) == ""
        assert counted(drafts) == {"failed": FAILURES, "cancelled": 1, "paused": 1}


async def test_each_pause_is_longer_until_an_answer_comes() -> None:
    clock = Clock()
    async with ModelServer(manner=manners.fails(500)) as model:
        drafts = drafts_of(model, clock=clock)
        for _ in range(FAILURES):
            await drafts.ask(ASKED)
        clock.now += FIRST_PAUSE + 1
        await drafts.ask(ASKED)
        clock.now += FIRST_PAUSE + 1
        await drafts.ask(ASKED)
        assert counted(drafts) == {"failed": FAILURES + 1, "paused": 1}
        clock.now += FIRST_PAUSE
        model.manner = manners.streams
        assert await drafts.ask(ASKED) == model.text


async def test_it_stays_away_for_as_long_as_it_is_asked_to() -> None:
    clock = Clock()
    async with ModelServer(manner=manners.fails(429, "90")) as model:
        drafts = drafts_of(model, clock=clock)
        await drafts.ask(ASKED)
        clock.now += 89
        await drafts.ask(ASKED)
        assert len(model.asked) == 1
        clock.now += 2
        await drafts.ask(ASKED)
        assert len(model.asked) == 2


@pytest.mark.parametrize("retry_after", ["Fri, 31 Dec 2027 23:59:59 GMT", "-5", "9" * 400, "²"])
async def test_nonsense_about_when_to_come_back_is_harmless(retry_after: str) -> None:
    clock = Clock()
    async with ModelServer(manner=manners.fails(429, retry_after.encode().decode("latin-1"))) as model:
        drafts = drafts_of(model, clock=clock)
        await drafts.ask(ASKED)
        clock.now += 601
        model.manner = manners.streams
        assert await drafts.ask(ASKED) == model.text


async def test_a_draft_that_nobody_wants_any_more_is_hung_up_on() -> None:
    async with ModelServer(manner=manners.waits) as model:
        drafts = drafts_of(model, patience=Patience())
        asking = asyncio.create_task(drafts.ask(ASKED))
        await model.is_asked()
        asking.cancel()
        await eventually(lambda: model.closed == 1, "the model to be left")
        assert counted(drafts) == {"cancelled": 1}


async def test_only_some_are_asked_at_a_time_and_the_others_wait() -> None:
    async with ModelServer(manner=manners.waits) as model:
        drafts = drafts_of(model, patience=Patience())
        asking = [asyncio.create_task(drafts.ask(ASKED)) for _ in range(AT_ONCE + 3)]
        await model.is_asked(AT_ONCE)
        model.go_on.set()
        assert await asyncio.gather(*asking) == [model.text] * (AT_ONCE + 3)
        assert model.most == AT_ONCE


async def test_a_key_goes_over_tls_only_to_whom_the_machine_trusts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = make_authority(tmp_path)
    model = ModelServer()
    model.tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    model.tls.load_cert_chain(*make_certificate(tmp_path, "localhost", authority))
    async with model:
        url = f"https://localhost:{model.port}/v1"
        stranger = Drafts(url, "sk-hush-hush", "sage", patience=SHORT)
        assert await stranger.ask(ASKED) == ""
        assert counted(stranger) == {"unreachable": 1}
        assert model.heads == []
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        assert await Drafts(url, "sk-hush-hush", "sage").ask(ASKED) == model.text


async def test_a_private_name_that_leads_into_the_internet_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in ("1.1.1.1", "10.1.2.3")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    plain = ModelClient(model_address("http://models.internal/v1"), "sk-hush-hush", SHORT)
    assert await plain.addresses() == ["10.1.2.3"]
    encrypted = ModelClient(model_address("https://models.internal/v1"), "sk-hush-hush", SHORT)
    assert await encrypted.addresses() == ["1.1.1.1", "10.1.2.3"]
