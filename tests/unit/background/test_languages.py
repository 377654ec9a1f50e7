"""The languages that visitors write in, recognized by the models themselves: rarely, bounded, delaying no message."""

import asyncio
import sys
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import cast

import pytest
import pytest_asyncio
from msgspec.structs import replace

from console.background import languages
from console.background.languages import ATTEMPTS, WAITING, Languages
from console.events import Author, Ended, Message
from console.languages.recognizer import Recognizer, RecognizerAway
from console.services import Services
from tests.support.queue_shift import SALES, Shift, member, opened

TEXTS = {
    "bg": "Добър ден, къде е моята поръчка? Чакам я от две седмици.",
    "cs": "Dobrý den, kde je prosím moje objednávka? Čekám na ni už dva týdny.",
    "da": "Hej, hvor er min pakke blevet af? Jeg har ventet på den i to uger og har ikke fået noget svar.",
    "de": "Guten Tag, wo ist meine Bestellung? Ich warte seit zwei Wochen darauf.",
    "en": "Hello, where is my order? I have been waiting for it for two weeks now.",
    "es": "Hola, ¿dónde está mi pedido? Llevo dos semanas esperándolo.",
    "fi": "Hei, missä tilaukseni on? Olen odottanut sitä jo kaksi viikkoa.",
    "fr": "Bonjour, où est ma commande ? Je l'attends depuis deux semaines.",
    "it": "Buongiorno, dov'è il mio ordine? Lo aspetto da due settimane.",
    "ja": "こんにちは、注文した商品はどこにありますか", "ko": "안녕하세요, 제 주문은 어디에 있습니까?",
    "nb": "Hei, hvor har det blitt av pakken min? Jeg har ikke hørt noe fra dere, og har ventet i to uker nå.",
    "nl": "Goedendag, waar blijft mijn bestelling? Ik wacht er al twee weken op.",
    "pl": "Dzień dobry, gdzie jest moje zamówienie? Czekam na nie od dwóch tygodni.",
    "pt": "Olá, onde está a minha encomenda? Estou à espera dela há duas semanas.",
}  # fmt: skip


PAIR = ("en", "it")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def recognizer() -> AsyncIterator[Recognizer]:
    recognizer = Recognizer()
    yield recognizer
    await recognizer.stop()


class Desk:
    """A workspace with a queue in English and Italian, and its language recognition."""

    def __init__(self, shift: Shift, recognizer: Recognizer) -> None:
        self.shift = shift
        self.leads = True
        self.parts = SimpleNamespace(workspace=shift.workspace, picture=None, directory=None)
        self.languages = Languages(cast(Services, self.parts), lambda: self.leads, recognizer=recognizer)
        self.read = 0

    async def begins(self, *spoken: str) -> None:
        queue = replace(SALES, languages=spoken)
        await self.shift.configures([queue], [member("ana", "sales", languages=("en",), limit=1)])
        await self.shift.workspace.tick("test")
        await self.shift.online("ana")
        self.parts.directory = SimpleNamespace(queues={"sales": queue}, members={})

    async def heeds(self) -> None:
        """What the feed says since."""
        entries = await self.shift.entries()
        self.parts.picture = await self.shift.picture()
        for entry in entries[self.read :]:
            self.languages.on_fact(entry.fact)
        self.read = len(entries)

    @property
    def due(self) -> int:
        return self.languages._due.qsize()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def of_two() -> AsyncIterator[Recognizer]:
    """For English and Italian alone: two models are loaded in a second, fifteen in ten."""
    recognizer = Recognizer()
    yield recognizer
    await recognizer.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def desk(
    store_url: str, workspace_name: str, of_two: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Desk]:
    monkeypatch.setattr(languages, "languages", dict)
    async with opened(store_url, workspace_name) as workspace:
        desk = Desk(Shift(workspace), of_two)
        await desk.begins("en", "it")
        yield desk


@pytest.mark.asyncio(loop_scope="module")
async def test_first_words_in_all_languages_of_the_product_are_recognized(recognizer: Recognizer) -> None:
    found = {code: await recognizer.ask(text, set(TEXTS)) for code, text in TEXTS.items()}
    assert {code: language for code, (language, _) in found.items()} == {code: code for code in TEXTS}
    unsure = {code: round(likely, 2) for code, (_, likely) in found.items() if likely < languages.SURE}
    assert not unsure


@pytest.mark.asyncio(loop_scope="module")
async def test_what_says_nothing_is_not_taken_for_a_language(recognizer: Recognizer) -> None:
    for text in ("12345 67890", "ok ok ok ok ok ok", "😀😀😀", "SKU-4711 XL/42", ""):
        _, likely = await recognizer.ask(text, set(TEXTS))
        assert likely < languages.SURE, text


@pytest.mark.asyncio(loop_scope="module")
async def test_vera_writes_italian_with_an_english_browser_and_the_chat_says_so(desk: Desk) -> None:
    chat = await desk.shift.opens("vera", TEXTS["it"], locale="en")
    await desk.heeds()
    await desk.languages._next()
    assert await desk.shift.field(chat, "tongue") == "it"


@pytest.mark.asyncio(loop_scope="module")
async def test_who_writes_what_the_browser_said_changes_nothing(desk: Desk) -> None:
    chat = await desk.shift.opens("vera", TEXTS["en"], locale="en")
    await desk.heeds()
    await desk.languages._next()
    assert "language_set" not in await desk.shift.kinds(chat)


@pytest.mark.asyncio(loop_scope="module")
async def test_the_address_of_a_page_is_in_no_language(desk: Desk) -> None:
    await desk.shift.opens("vera", "https://shop.example/where-is-my-order/of-last-week ana@shop.example", locale="it")
    await desk.heeds()
    assert desk.due == 0


@pytest.mark.asyncio(loop_scope="module")
async def test_too_few_letters_are_not_looked_at_until_more_have_come(desk: Desk) -> None:
    chat = await desk.shift.opens("vera", "Ciao 12345!", locale="en")
    await desk.heeds()
    assert desk.due == 0
    await desk.shift.writes("vera", chat, "dov'è il mio ordine?")
    await desk.heeds()
    assert desk.due == 1


@pytest.mark.asyncio(loop_scope="module")
async def test_a_chat_is_looked_at_a_few_times_at_most(desk: Desk) -> None:
    chat = await desk.shift.opens("vera", TEXTS["en"], locale="en")
    attempts = 0
    for _ in range(ATTEMPTS + 2):
        await desk.shift.writes("vera", chat, TEXTS["en"])
        await desk.heeds()
        while desk.due:
            attempts += 1
            await desk.languages._next()
    assert attempts == ATTEMPTS


@pytest.mark.asyncio(loop_scope="module")
async def test_an_agents_word_is_not_even_looked_at(desk: Desk) -> None:
    chat = await desk.shift.opens("vera", TEXTS["it"], locale="en")
    await desk.shift.workspace.set_language(desk.shift.author("ana"), desk.shift.fences["ana"], chat, "x" * 22, "de")
    await desk.heeds()
    await desk.languages._next()
    assert await desk.shift.field(chat, "tongue") == "de"


@pytest.mark.asyncio(loop_scope="module")
async def test_a_workspace_without_languages_loads_no_models(desk: Desk) -> None:
    await desk.begins()
    idle = Recognizer()
    desk.languages.recognizer = idle
    await desk.shift.opens("vera", TEXTS["it"], locale="en")
    await desk.heeds()
    assert desk.due == 0
    assert idle._process is None
    assert "lingua" not in sys.modules, "the models are another process's"


@pytest.mark.asyncio(loop_scope="module")
async def test_only_the_leading_process_looks(desk: Desk) -> None:
    desk.leads = False
    await desk.shift.opens("vera", TEXTS["it"], locale="en")
    await desk.heeds()
    assert desk.due == 0


@pytest.mark.asyncio(loop_scope="module")
async def test_a_crowd_fills_no_memory(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(languages, "CHATS", 300)
    said = Message(at=1, chat="", seq=2, prev=1, by="visitor", author=Author("v"), cid="", text="word " * 2_000)
    for number in range(400):
        desk.languages.on_fact(replace(said, chat=f"c{number}"))
    assert desk.due == WAITING
    assert len(desk.languages._written) == 300
    assert max(len(one.text) for one in desk.languages._written.values()) == languages.LONGEST
    desk.languages.on_fact(Ended(at=2, chat="c399", seq=3, prev=2, why="visitor"))
    assert "c399" not in desk.languages._written


@pytest.mark.asyncio(loop_scope="module")
async def test_the_loop_goes_on_while_the_models_are_loaded(desk: Desk) -> None:
    fresh, turns = Recognizer(), 0
    asked = asyncio.create_task(fresh.ask(TEXTS["it"], PAIR))
    while not asked.done():
        turns += 1
        await asyncio.sleep(0.01)
    assert turns > 1
    assert (await asked)[0] == "it"
    process = fresh._process
    assert process is not None
    process.kill()
    await process.wait()
    with pytest.raises(RecognizerAway):
        await fresh.ask(TEXTS["it"], PAIR)
    assert (await fresh.ask(TEXTS["it"], PAIR))[0] == "it", "the next one starts another process"
    await fresh.stop()
