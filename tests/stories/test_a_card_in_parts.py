"""Vera writes a card number over several messages: once it is complete, no screen and no file has it any more."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from console.archive.database import Database
from console.archive.tables import metadata
from console.domain.card_numbers import MASK
from console.domain.ids import new_cid
from tests.support.eventually import eventually
from tests.support.json_clients import Agent, Frame, Talker, Visitor
from tests.support.server_process import RunningServer

FIRST, SECOND = "my card is 4929 4219", "1234 5608, valid until 12/27"
HIDDEN = (f"my card is {MASK * 4} {MASK * 4}", f"{MASK * 4} 5608, valid until 12/27")


@pytest.fixture
async def ana(server: RunningServer) -> AsyncIterator[Agent]:
    agent = await Agent.comes(server, "ana")
    await agent.is_welcome()
    yield agent
    await agent.leave()


async def redaction(client: Talker, kind: str = "redacted") -> Frame:
    return await eventually(
        lambda: next((fact for fact in client.facts() if fact["kind"] == kind), None), f"to be told {kind}"
    )


async def in_parts(server: RunningServer, ana: Agent) -> Visitor:
    """Vera, whose second message has completed her number."""
    vera = await Visitor.comes(server)
    await vera.opens(FIRST)
    await ana.gets(vera.chat)
    await vera.says(SECOND)
    return vera


async def test_both_screens_show_the_first_part_hidden_at_once(server: RunningServer, ana: Agent) -> None:
    vera = await in_parts(server, ana)
    hers, anas = await redaction(vera), await redaction(ana)
    first = next(fact for fact in vera.facts() if fact.get("text") == FIRST)
    assert (hers["of"], hers["text"]) == (first["seq"], HIDDEN[0])
    assert (anas["of"], anas["fact"]["text"]) == (first["seq"], HIDDEN[0])
    second = await vera.reads(HIDDEN[1])
    assert second["hidden"] is True
    assert second["prev"] == hers["seq"]
    assert (await ana.reads(HIDDEN[1]))["seq"] == second["seq"]


async def test_who_comes_back_never_gets_the_number(server: RunningServer, ana: Agent) -> None:
    vera = await in_parts(server, ana)
    again = await Visitor.comes(server, knows=vera, after=0)
    assert [text for text in again.texts() if MASK in text] == list(HIDDEN)
    assert "4929" not in json.dumps(again.heard)
    sam = await Agent.comes(server, "ana", tab="two", take=True)
    await sam.gets(vera.chat)
    assert "4929" not in json.dumps(sam.heard)


async def test_no_file_has_any_part_of_it_in_the_end(server: RunningServer, ana: Agent) -> None:
    vera = await in_parts(server, ana)
    await vera.command("end")
    await ana.wraps_up(vera.chat)
    await eventually(lambda: not found_in(server.data, "4929 4219", "1234 5608"), "the files to be clean", within=30)
    await eventually(lambda: tables_with(server, HIDDEN[1]), "the archive to have what is left of it")
    assert await tables_with(server, "4929 4219", "1234 5608") == []
    if server.database_url.startswith("sqlite"):
        assert found_in(server.data, HIDDEN[1])


def found_in(folder: Path, *texts: str) -> list[str]:
    """The files that have one of the texts, as it was written or as JSON has it."""
    wanted = [text.encode() for text in texts]
    return [
        str(file.relative_to(folder))
        for file in folder.rglob("*")
        if file.is_file() and any(text in content_of(file) for text in wanted)
    ]


def content_of(file: Path) -> bytes:
    """What is in a file; nothing, if the store has just written it anew under another name."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return b""


async def tables_with(server: RunningServer, *texts: str) -> list[str]:
    """The archive's tables that have one of the texts, on whichever database it is."""
    database = Database(server.database_url)
    async with database.reading() as connection:
        found = {table.name: str((await connection.execute(select(table))).all()) for table in metadata.sorted_tables}
    await database.close()
    return [name for name, rows in found.items() if any(text in rows for text in texts)]


async def test_a_resend_of_either_part_gets_its_first_result(server: RunningServer, ana: Agent) -> None:
    vera = await Visitor.comes(server)
    cids = [new_cid(), new_cid()]
    first = await vera.command("open", text=FIRST, cid=cids[0])
    second = await vera.command("say", text=SECOND, cid=cids[1])
    again = await Visitor.comes(server, knows=vera)
    assert await again.command("say", text=SECOND, cid=cids[1]) == second
    assert (await again.command("open", text=FIRST, cid=cids[0]))["seq"] == first["seq"]
    assert [fact["kind"] for fact in again.facts()].count("redacted") <= 1


async def test_a_part_sent_twice_is_not_joined_to_itself(server: RunningServer, ana: Agent) -> None:
    vera, cid = await Visitor.comes(server), new_cid()
    await vera.opens("Hello")
    first = await vera.command("say", text="4242 4242", cid=cid)
    assert await vera.command("say", text="4242 4242", cid=cid) == first
    await vera.says("that is half of it")
    await vera.reads("that is half of it")
    assert [fact for fact in vera.facts() if fact["kind"] == "redacted"] == []
    await vera.says("4242 4242")
    assert (await redaction(vera))["text"] == f"{MASK * 4} {MASK * 4}"


async def test_notes_are_hidden_without_a_trace_for_the_visitor(server: RunningServer, ana: Agent) -> None:
    vera = await Visitor.comes(server)
    await vera.opens("I told you my number on the phone")
    await ana.gets(vera.chat)
    await ana.command("note", chat=vera.chat, text="card 4929 4219")
    await ana.command("note", chat=vera.chat, text="1234 5608")
    told = await redaction(ana, "note_redacted")
    assert told["fact"]["text"] == f"card {MASK * 4} {MASK * 4}"
    await ana.answers(vera.chat, "Yes, I have it")
    answer = await vera.reads("Yes, I have it")
    assert [fact["kind"] for fact in vera.facts() if fact["seq"] > 2] == ["assigned", "message"]
    assert answer["prev"] == max(fact["seq"] for fact in vera.facts() if fact["seq"] < answer["seq"])


async def test_the_number_is_hidden_while_its_end_is_being_typed(server: RunningServer, ana: Agent) -> None:
    vera = await Visitor.comes(server)
    await vera.opens(FIRST)
    await ana.gets(vera.chat)
    await vera.say_frame("typing", text="1234 5608")
    typed = await ana.hears(lambda frame: frame["t"] == "typing" and frame.get("text", "") != "", "what Vera types")
    assert typed["text"] == f"{MASK * 4} 5608"
    assert [fact for fact in ana.facts() if fact["kind"] == "redacted"] == []


async def test_parts_of_two_people_are_two_numbers(server: RunningServer, ana: Agent) -> None:
    vera = await Visitor.comes(server)
    await vera.opens("order 4929 4219")
    await ana.gets(vera.chat)
    await ana.answers(vera.chat, "1234 5608 is its number here")
    await vera.reads("1234 5608 is its number here")
    assert "order 4929 4219" in vera.texts()


START, REST = "it starts with 492", "9 4219 1234 5608"
HIDDEN_START = f"it starts with {MASK * 3}"


async def test_who_repeats_a_part_has_it_hidden_too(server: RunningServer, ana: Agent) -> None:
    """As a first word does that quotes her, and a note; but not another number, whose digits are the same by chance."""
    vera = await Visitor.comes(server)
    await vera.opens(START)
    await ana.gets(vera.chat)
    await ana.answers(vera.chat, f"Hi Vera, “{START}”: I'm on it.")
    await ana.command("note", chat=vera.chat, text=f"“{START}”, for the 492 € that are due")
    await vera.reads(f"Hi Vera, “{START}”: I'm on it.")
    await vera.says(REST)
    await vera.hears(lambda frame: frame.get("kind") == "redacted" and "I'm on it" in frame["text"], "its quote hidden")
    assert (await redaction(ana, "note_redacted"))["fact"]["text"] == f"“{HIDDEN_START}”, for the 492 € that are due"
    again = await Visitor.comes(server, knows=vera, after=0)
    assert again.texts()[1] == f"Hi Vera, “it starts with {MASK * 3}”: I'm on it."
    assert START not in json.dumps(again.heard, ensure_ascii=False)


async def test_a_draft_that_repeats_a_part_has_it_hidden(server: RunningServer, ana: Agent) -> None:
    vera = await Visitor.comes(server)
    await vera.opens(FIRST)
    await ana.gets(vera.chat)
    await ana.say_frame("draft", chat=vera.chat, text="So 4929 4219, not 4929 42195, and")
    await ana.command("note", chat=vera.chat, text="Done after the draft")
    await vera.says(SECOND)
    again = await eventually(lambda: comes_back(server, vera.chat, "and"), "the draft to be kept")
    assert again["draft"] == f"So {MASK * 4} {MASK * 4}, not 4929 42195, and"


async def test_vera_cannot_blank_anas_numbers_by_writing_them_first(server: RunningServer, ana: Agent) -> None:
    """Four short messages are a valid number in the end; Ana's order and gate are not."""
    vera = await Visitor.comes(server)
    await vera.opens("4111")
    await ana.gets(vera.chat)
    await vera.says("1111")
    await ana.answers(vera.chat, "Order 4111 leaves from gate 1111")
    await vera.says("1111")
    await vera.says("1111")
    await eventually(lambda: [fact["kind"] for fact in ana.facts()].count("redacted") == 3, "her parts to be hidden")
    again = await Visitor.comes(server, knows=vera, after=0)
    assert again.texts() == [MASK * 4, MASK * 4, "Order 4111 leaves from gate 1111", MASK * 4, "1111"]


async def test_who_repeats_a_whole_number_part_by_part_has_it_hidden(server: RunningServer, ana: Agent) -> None:
    vera = await Visitor.comes(server)
    await vera.opens("4929")
    await ana.gets(vera.chat)
    await ana.answers(vera.chat, "4929?")
    for part in ("4219", "1234"):
        await vera.says(part)
        await ana.answers(vera.chat, f"{part}?")
    await vera.says("5608")
    await eventually(lambda: [fact["kind"] for fact in ana.facts()].count("redacted") == 6, "all parts to be hidden")
    again = await Visitor.comes(server, knows=vera, after=0)
    assert again.texts() == [MASK * 4, f"{MASK * 4}?"] * 3 + ["5608"]
    blamed = [fact.get("by", "") for fact in ana.facts() if fact["kind"] == "redacted"]
    assert len(set(blamed)) == 2
    assert blamed[0::2] == [""] * 3, "of her own lines nobody is told who hid them"


async def test_a_draft_hides_the_end_of_the_number_that_is_in_an_earlier_answer(
    server: RunningServer, ana: Agent
) -> None:
    vera = await Visitor.comes(server)
    await vera.opens("Which card do you have of mine?")
    await ana.gets(vera.chat)
    await ana.answers(vera.chat, FIRST)
    await ana.say_frame("draft", chat=vera.chat, text="1234 5608")
    await ana.command("note", chat=vera.chat, text="Its end is next")  # done after the draft, which has no answer
    again = await eventually(lambda: comes_back(server, vera.chat, "5608"), "the draft to be kept")
    assert again["draft"] == f"{MASK * 4} 5608"
    assert FIRST in vera.texts()


async def comes_back(server: RunningServer, chat: str, draft: str) -> Frame | None:
    """The chat as Ana's next console is told of it, if its draft is there."""
    console = await Agent.comes(server, "ana", tab=new_cid(), take=True)
    held = next(one for one in (await console.is_welcome())["chats"] if one["id"] == chat)
    await console.leave()
    return held if draft in held.get("draft", "") else None


async def test_a_rating_that_completes_the_number_hides_it_in_the_chat(server: RunningServer, ana: Agent) -> None:
    vera = await Visitor.comes(server)
    await vera.opens(FIRST)
    await ana.gets(vera.chat)
    await ana.answers(vera.chat, "I can't take it here")
    await vera.reads("I can't take it here")
    await vera.command("rate", score=1, comment="1234 5608 is what you need")
    assert (await redaction(vera))["text"] == HIDDEN[0]
    rated = await ana.is_told("rated")
    assert rated["comment"] == f"{MASK * 4} 5608 is what you need"


async def test_a_note_of_a_transfer_that_completes_the_number_hides_it(server: RunningServer, ana: Agent) -> None:
    vera = await Visitor.comes(server)
    await vera.opens("I told you my number on the phone")
    await ana.gets(vera.chat)
    await ana.command("note", chat=vera.chat, text=FIRST)
    sam = await Agent.comes(server, "ben")
    await sam.is_welcome()
    await ana.command("transfer", chat=vera.chat, agent="ben", note="1234 5608, please charge it")
    held = await sam.gets(vera.chat)
    texts = json.dumps(held["facts"], ensure_ascii=False)
    assert HIDDEN[0] in texts
    assert f"{MASK * 4} 5608, please charge it" in texts
    assert "4929" not in texts
    assert [fact for fact in vera.facts() if fact["kind"] == "redacted"] == []
    await sam.leave()


async def test_a_number_over_the_end_of_a_chat_is_hidden_when_it_is_reopened(server: RunningServer, ana: Agent) -> None:
    vera = await Visitor.comes(server)
    await vera.opens(FIRST)
    await ana.gets(vera.chat)
    await vera.command("end")
    await ana.wraps_up(vera.chat)
    await vera.says(SECOND)
    assert (await redaction(vera))["text"] == HIDDEN[0]
    assert (await vera.reads(HIDDEN[1]))["hidden"] is True
