"""The simulated crowd on a real server: visitors come while an agent is there, chat, and leave."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import msgspec
import pytest

from console.archive.database import Database
from console.archive.tables import facts
from console.demo.agent import Colleague
from console.demo.pace import Pace
from console.demo.scripts import ANSWERS, HOLDING, PEOPLE, STILL_THERE, Person
from console.demo.seed import QUEUES
from console.demo.simulation import Crowd
from console.demo.socket_client import SocketClient, SocketClosed
from console.demo.visitor import visit
from console.demo.visitor_client import VisitorTab
from console.protocol import MAX_TEXT, Page
from tests.support.archive_feed import rows
from tests.support.credentials import bearer_of, stores_of
from tests.support.eventually import eventually
from tests.support.json_clients import Agent
from tests.support.server_process import RunningServer

HURRY = 40.0  # times human pace


@pytest.fixture
def pace() -> Pace:
    return Pace(speed=HURRY, seed=6)


@asynccontextmanager
async def at_work(server: RunningServer, member: str, pace: Pace, **more: Any) -> AsyncIterator[None]:
    """The member answers by themselves meanwhile, and leaves it to the visitor to end a chat."""
    colleague = Colleague(server.url, await bearer_of(server, member), pace, patience=100_000, **more)
    task = asyncio.create_task(colleague.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def tab(server: RunningServer, pace: Pace) -> Iterator[Callable[[], VisitorTab]]:
    """Tabs of the demo shop, kept connected until the test ends."""
    running: list[asyncio.Task[None]] = []

    def open_tab() -> VisitorTab:
        new = VisitorTab(server.url, "demo", "en", Page(url=f"{server.url}/"), pace)
        running.append(asyncio.create_task(new.run()))
        return new

    yield open_tab
    for task in running:
        task.cancel()


def test_everybody_speaks_a_language_that_somebody_answers() -> None:
    for person in PEOPLE:
        assert person.locale in ANSWERS
        assert person.locale in STILL_THERE
        assert person.locale in HOLDING
        assert len(person.says) >= 2
        assert all(0 < len(line) <= MAX_TEXT for line in person.says)
    assert {person.locale for person in PEOPLE} == {"en", "it", "fr", "es", "de", "pt", "ko", "ja", "ar"}


async def test_vera_asks_and_a_simulated_colleague_answers(
    server: RunningServer, pace: Pace, tab: Callable[[], VisitorTab]
) -> None:
    async with at_work(server, "ana", pace):
        vera = tab()
        await eventually(lambda: vera.online, "the team to be there")
        await vera.open("Where is my parcel?", name="Vera", queue="support")
        assert await vera.wait_for_agent(0, patience=400)
        first = vera.heard_seq
        assert vera.heard == ANSWERS["en"][0]
        await vera.say("Thank you!")
        assert await vera.wait_for_agent(first, patience=400)
        await vera.end()
        await eventually(lambda: vera.ended, "the end")


async def test_vera_says_it_once_though_the_server_dies_in_between(
    server: RunningServer, pace: Pace, tab: Callable[[], VisitorTab]
) -> None:
    async with at_work(server, "ana", pace):
        vera = tab()
        await eventually(lambda: vera.online, "the team to be there")
        await vera.open("First", name="Vera", queue="support")
        assert await vera.wait_for_agent(0, patience=400)
        heard = vera.heard_seq
        server.kill()
        await vera.say("Second, while nobody listens")
        await server.start()
        assert await vera.wait_for_agent(heard, patience=800)
        assert vera.texts.count("Second, while nobody listens") == 1


async def test_a_simulated_visitor_talks_to_the_end_and_leaves(server: RunningServer, pace: Pace) -> None:
    person = Person("Vera", "en", "billing", ("One?", "Two?", "Three, thanks."))
    async with at_work(server, "ana", pace), asyncio.timeout(30):
        await visit(person, url=server.url, site="demo", pace=pace)


async def test_visitors_come_only_while_an_agent_is_online(server: RunningServer, pace: Pace) -> None:
    online = False
    crowd = Crowd(server.url, "demo", 3, lambda: online, lambda: True, pace)
    task = asyncio.create_task(crowd.run())
    await asyncio.sleep(0.2)
    assert crowd.came == 0
    async with at_work(server, "ana", pace), at_work(server, "ben", pace):
        online = True
        most = 0

        def enough() -> bool:
            nonlocal most
            most = max(most, crowd.present)
            return crowd.came >= 6

        await eventually(enough, "six visitors to have come", within=30)
        assert most <= 3
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert crowd.present == 0


class Recorded(Pace):
    """Notes the gaps between visitors instead of waiting; ends with the twelfth."""

    def __init__(self) -> None:
        super().__init__()
        self.gaps: list[float] = []
        self.looks = 0

    async def pause(self, shortest: float, longest: float) -> None:
        if longest == shortest:
            self.looks += 1
            await asyncio.sleep(0)
        elif longest != shortest * 1.3:  # a visitor's own pause
            await super().pause(shortest, longest)
        else:
            self.gaps.append(shortest)
            await (asyncio.Event().wait() if len(self.gaps) == 12 else asyncio.sleep(0))


@asynccontextmanager
async def nobodys_crowd(
    pace: Recorded, answered: Callable[[], bool], **given: Callable[[], int]
) -> AsyncIterator[None]:
    """A crowd of a hundred whose visitors reach no server."""
    crowd = Crowd("http://127.0.0.1:9", "demo", 100, lambda: True, answered, pace, **given)
    task = asyncio.create_task(crowd.run())
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_visitors_come_one_by_one_until_the_first_answer() -> None:
    """Ana looks around: no wall of late chats, and the crowd speeds up only once she has answered."""
    pace = Recorded()
    async with nobodys_crowd(pace, lambda: len(pace.gaps) >= 3):
        await eventually(lambda: len(pace.gaps) == 12, "twelve visitors")
    assert pace.gaps == [15, 15, 15, 10, 10, 10, 9, 8, 7, 6, 5, 4]


async def test_no_more_than_three_come_until_the_first_answer() -> None:
    """Also when some have given up: their chats are still in her panes, and late."""
    pace, answered = Recorded(), False
    async with nobodys_crowd(pace, lambda: answered, chats=lambda: len(pace.gaps)):
        await eventually(lambda: pace.looks > 100, "more to have come")
        assert len(pace.gaps) == 3
        answered = True
        await eventually(lambda: len(pace.gaps) == 12, "the rest")


@pytest.mark.parametrize(("language", "theirs"), [("ko", 1), ("it", 2), ("en", 3)])
def test_the_first_visitors_write_in_the_language_of_whoever_looks(language: str, theirs: int) -> None:
    answered = False
    crowd = Crowd(
        "http://127.0.0.1:9", "demo", 9, lambda: True, lambda: answered, Pace(seed=6), language=lambda: language
    )
    first = [crowd._next() for _ in range(theirs + 1)]
    assert [person.locale for person in first[:theirs]] == [language] * theirs
    assert first[theirs].locale != language
    answered = True
    rest = [crowd._next() for _ in range(len(PEOPLE) - theirs - 1)]
    assert {*first, *rest} == set(PEOPLE), "everybody once per round, as before"


async def test_the_demos_crowd_hears_the_language_of_the_first_console(
    start_server: Callable[..., RunningServer],
) -> None:
    """The real command: whoever opens the console in Korean gets a chat in Korean first."""
    server = start_server(crowd=1)
    headers = {"accept-language": "ko-KR,en;q=0.5", "authorization": f"Bearer {await bearer_of(server, 'ana')}"}
    async with httpx.AsyncClient(headers=headers) as browser:
        assert (await browser.get(f"{server.url}/console")).status_code == 200
    ana = await Agent.comes(server, "ana")
    await ana.is_welcome()
    (opened, *_) = await eventually(lambda: archived(server, "opened"), "the first chat", within=30)
    assert opened["locale"] == "ko"


async def test_a_simulated_colleague_accepts_what_is_offered_and_wraps_it_up(
    server: RunningServer, pace: Pace, tab: Callable[[], VisitorTab]
) -> None:
    await sets(server, mode="offer", wrapup=60_000, reasons=("Parcel",))
    async with at_work(server, "ana", pace, reasons={"support": ("Parcel",)}):
        vera = tab()
        await eventually(lambda: vera.online, "the team to be there")
        await vera.open("Where is my parcel?", name="Vera", queue="support")
        assert await vera.wait_for_agent(0, patience=2_000), "one who declines is asked again after a minute"
        await vera.end()
        (labelled,) = await eventually(lambda: archived(server, "labelled"), "the reason in the archive")
        assert labelled["reason"] == "Parcel"
        await eventually(lambda: archived(server, "wrapped"), "the end of the wrap-up")


async def test_the_demos_own_colleague_frees_each_slot_with_one_of_the_queues_reasons(
    start_server: Callable[..., RunningServer], pace: Pace
) -> None:
    server = start_server(agents=1)
    vera = VisitorTab(server.url, "demo", "en", Page(url=f"{server.url}/"), pace)
    task = asyncio.create_task(vera.run())
    await eventually(lambda: vera.online, "the team to be there")
    await vera.open("Where is my parcel?", name="Vera", queue="billing")
    assert await vera.wait_for_agent(0, patience=2_000)
    await vera.end()
    (wrapped,) = await eventually(lambda: archived(server, "wrapped"), "the end of the wrap-up", within=20)
    (labelled,) = await archived(server, "labelled")
    task.cancel()
    (billing,) = (queue for queue in QUEUES if queue.id == "billing")
    assert labelled["reason"] in billing.reasons
    assert wrapped["why"] == "done"


async def test_a_simulated_colleague_who_holds_is_back(
    server: RunningServer, pace: Pace, tab: Callable[[], VisitorTab], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.demo.agent.HOLDS", 1)
    async with at_work(server, "ana", pace):
        vera = tab()
        await eventually(lambda: vera.online, "the team to be there")
        await vera.open("Where is my parcel?", name="Vera", queue="support")
        await eventually(lambda: vera.promised, "a promise")
        assert vera.heard == HOLDING["en"]
        await eventually(lambda: vera.heard == ANSWERS["en"][0], "the answer")
        assert not vera.promised


async def test_a_simulated_visitor_at_a_full_queue_leaves_a_message(
    server: RunningServer, pace: Pace, tab: Callable[[], VisitorTab], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.demo.visitor.JUST_LEAVES", 1_000_000)
    await sets(server, mode="pull", longest=1)
    async with at_work(server, "ana", pace):
        vera = tab()
        await eventually(lambda: vera.online, "the team to be there")
        await vera.open("First in line", name="Vera", queue="support")
        await eventually(lambda: vera.texts, "her place in line")
        person = Person("Kim", "en", "support", ("One?", "Two?"))
        async with asyncio.timeout(30):
            await visit(person, url=server.url, site="demo", pace=pace)
        ended = await eventually(lambda: archived(server, "ended"), "the message")
        assert [fact["why"] for fact in ended] == ["message_left"]


async def sets(server: RunningServer, **settings: Any) -> None:
    """The support queue's settings; the server reads them as it starts."""
    async with stores_of(server) as stores:
        queue = (await stores.directory.read()).queues["support"]
        await stores.queues.put(msgspec.structs.replace(queue, **settings))
    server.stop()
    await server.start()


async def archived(server: RunningServer, kind: str) -> list[dict[str, Any]]:
    """The facts of that kind which have reached the archive."""
    database = Database(server.database_url)
    try:
        found = await rows(database, facts, "n")
    finally:
        await database.close()
    return [msgspec.json.decode(row["raw"]) for row in found if row["kind"] == kind]


async def test_a_refused_tab_gives_up(server: RunningServer, pace: Pace) -> None:
    tab = VisitorTab(server.url, "no-such-site", "en", Page(), pace)
    async with asyncio.timeout(10):
        await tab.run()
    assert tab.ended


async def test_the_client_knows_how_a_socket_was_refused(server: RunningServer) -> None:
    async def stay() -> None:
        socket = await SocketClient.open(f"{server.socket_url}/ws/agent", subprotocol="sestetto.v1", bearer="sst_wrong")
        await socket.receive()

    with pytest.raises(SocketClosed) as refused:
        await stay()
    assert refused.value.code == 4401
