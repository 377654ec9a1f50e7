"""Fifteen languages, and a remote team that transfers chats and asks colleagues without leaving the tool."""

from console.domain.directory import Queue
from tests.stories.teams import at_work, person, set_up
from tests.support.json_clients import Visitor
from tests.support.server_process import RunningServer

LANGUAGES = ("en", "da", "de", "es", "fi", "fr", "it", "ja", "nl", "no", "pl", "pt", "ru", "sv", "zh")
REVIEWS = Queue("reviews", "Reviews", languages=LANGUAGES)
DESIGN, FINANCE = Queue("design", "Design"), Queue("finance", "Finance")
TEAM = [person("emma", "design"), person("omar", "finance"), person("lea", "design", limit=1)]


async def asks(server: RunningServer, text: str, queue: str, locale: str = "en") -> Visitor:
    visitor = await Visitor.comes(server)
    await visitor.command("set", locale=locale, name="Giulia", email="giulia@studio.example")
    await visitor.opens(text, queue=queue, name="Giulia", email="giulia@studio.example")
    return visitor


async def test_every_language_has_its_own_lane(server: RunningServer) -> None:
    alone = ("da", "ja", "pt", "en")
    people = [person(f"agent-{tag}", "reviews", languages=(tag,), limit=2) for tag in alone]
    polyglot = person("vera-all", "reviews", languages=[tag for tag in LANGUAGES if tag not in alone])
    await set_up(server, [REVIEWS], [*people, polyglot])
    agents = dict(zip(alone, await at_work(server, *(one.id for one in people)), strict=True))
    for locale, tag in (("pt-BR", "pt"), ("ja", "ja"), ("da-DK", "da"), ("ko-KR", "en")):
        visitor = await asks(server, "?", "reviews", locale)
        await agents[tag].gets(visitor.chat)


async def test_a_chat_is_transferred_with_note_and_draft(server: RunningServer) -> None:
    await set_up(server, [DESIGN, FINANCE], TEAM)
    emma, omar = await at_work(server, "emma", "omar")
    giulia = await asks(server, "I was charged twice", "design")
    held = await emma.gets(giulia.chat)
    assert (held["name"], held["email"]) == ("Giulia", "giulia@studio.example")
    await emma.say_frame("draft", chat=giulia.chat, text="The second charge")
    note = "Two charges on the 3rd, please refund one."
    answer = await emma.command("transfer", chat=giulia.chat, queue="finance", note=note)
    assert answer["t"] == "ack"
    got = await omar.gets(giulia.chat)
    assert got["draft"] == "The second charge"
    assert next(fact["note"] for fact in got["facts"] if fact["kind"] == "transferred") == note
    assert "note" not in await giulia.is_told("transferred"), "what is for staff never reaches the visitor"
    await omar.answers(giulia.chat, "Refunded.")
    await giulia.reads("Refunded.")


async def test_an_invited_colleague_watches_and_whispers(server: RunningServer) -> None:
    await set_up(server, [DESIGN, FINANCE], TEAM)
    emma, omar = await at_work(server, "emma", "omar")
    giulia = await asks(server, "Is there an invoice?", "design")
    await emma.gets(giulia.chat)
    refused = await omar.command("whisper", chat=giulia.chat, text="Not yet")
    assert refused["t"] == "nack", "nobody looks on uninvited"
    await emma.command("invite", chat=giulia.chat, agent="omar")
    await omar.say_frame("watch", chat=giulia.chat)
    assert (await omar.command("whisper", chat=giulia.chat, text="It is number 88213"))["t"] == "ack"
    note = await emma.is_told("note")
    assert (note["text"], note["whisper"]) == ("It is number 88213", True)
    await emma.answers(giulia.chat, "Number 88213")
    await giulia.reads("Number 88213")
    assert "88213" not in "".join(text for text in giulia.texts() if text != "Number 88213")


async def test_a_colleague_without_a_free_slot_gets_no_transfer(server: RunningServer) -> None:
    await set_up(server, [DESIGN, FINANCE], TEAM)
    lea, emma = await at_work(server, "lea", "emma")
    first = await asks(server, "One", "design")
    second = await asks(server, "Two", "design")
    names = {visitor: (await visitor.is_told("assigned"))["name"] for visitor in (first, second)}
    emmas = next(visitor for visitor, name in names.items() if name == "Emma")
    leas = next(visitor for visitor, name in names.items() if name == "Lea")
    await emma.gets(emmas.chat)
    await lea.gets(leas.chat)
    assert (await emma.command("transfer", chat=emmas.chat, agent="lea"))["code"] == "no_slot"
    await lea.command("end", chat=leas.chat)
    assert (await emma.command("transfer", chat=emmas.chat, agent="lea"))["t"] == "ack"
    await lea.gets(emmas.chat)
