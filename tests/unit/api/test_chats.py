"""A gateway opens chats, feeds them, reads the answers; an agent's program answers."""

import asyncio
import uuid

from console.domain.ids import new_cid
from console.proving.clients import Cast
from tests.faults.installation import Inside
from tests.support.eventually import eventually
from tests.unit.api.client import Api


async def test_a_gateway_opens_a_chat_and_reads_anas_answer(crm: Api, cast: Cast) -> None:
    ana = await cast.agent("ana")
    chat = await crm.opens("Where is my parcel?", name="Vera")
    await ana.holds(chat)
    await ana.say(chat, "It arrives at noon.")

    async def answered() -> bool:
        return "It arrives at noon." in (await crm.get(f"/chats/{chat}/facts?public=true")).text

    await eventually(answered, "the answer to be there")
    facts = (await crm.get(f"/chats/{chat}/facts?public=true")).json()
    assert [one["kind"] for one in facts["facts"]] == ["opened", "message", "assigned", "message"]
    assert facts["more"] is False
    later = (await crm.get(f"/chats/{chat}/facts?public=true&after={facts['last']}")).json()
    assert later["facts"] == []
    read = (await crm.get(f"/chats/{chat}")).json()
    assert (read["place"], read["agent"], read["visitor"]["name"], read["channel"]) == ("active", "ana", "Vera", "api")


async def test_the_same_key_gets_the_first_result_and_another_body_is_refused(crm: Api, cast: Cast) -> None:
    await cast.agent("ana")
    chat, key = await crm.opens(), str(uuid.uuid4())
    said = [await crm.post(f"/chats/{chat}/messages", {"text": "Beep", "visitor": "+391234"}, key=key) for _ in "12"]
    assert [one.status_code for one in said] == [201, 201]
    assert said[0].json() == said[1].json()
    other = await crm.post(f"/chats/{chat}/messages", {"text": "Other", "visitor": "+391234"}, key=key)
    assert (other.status_code, other.json()["code"]) == (409, "cid_reused")
    facts = (await crm.get(f"/chats/{chat}/facts")).text
    assert facts.count("Beep") == 1


async def test_an_integration_speaks_as_a_bot_and_the_clock_goes_on(crm: Api, cast: Cast, inside: Inside) -> None:
    ana = await cast.agent("ana")
    chat = await crm.opens()
    await ana.holds(chat)
    due = inside.services.picture.chats[chat].due
    assert due
    assert (await crm.post(f"/chats/{chat}/messages", {"text": "Beep"})).status_code == 201
    await eventually(lambda: "Beep" in str(ana.frames), "Ana to read it")
    assert inside.services.picture.chats[chat].due == due
    assert (await crm.get(f"/chats/{chat}")).json()["due"] == due


async def test_an_integration_labels_notes_transfers_and_ends(crm: Api, cast: Cast, inside: Inside) -> None:
    await cast.agent("ana")
    chat = await crm.opens()
    assert (await crm.post(f"/chats/{chat}/notes", {"text": "From the CRM: a regular"})).status_code == 201
    labels = await crm.post(f"/chats/{chat}/labels", {"tags": ["vip"]})
    assert labels.status_code == 200, labels.text
    assert (await crm.post(f"/chats/{chat}/transfer", {"queue": "billing", "note": "Wants money"})).status_code == 200
    await eventually(lambda: inside.services.picture.chats[chat].queue == "billing", "the chat to move")
    for address, notes in (("facts", ["Wants money"]), ("facts?public=true", [None])):
        facts = (await crm.get(f"/chats/{chat}/{address}")).json()["facts"]
        assert [one.get("note") for one in facts if one["kind"] == "transferred"] == notes
    read = (await crm.get(f"/chats/{chat}")).json()
    assert (read["queue"], read["tags"]) == ("billing", ["vip"])
    assert (await crm.post(f"/chats/{chat}/end")).status_code == 200
    ended = (await crm.get(f"/chats/{chat}/facts")).json()["facts"][-1]
    assert (ended["kind"], ended["why"], ended["author"]["name"]) == ("ended", "integration", "CRM")
    again = await crm.post(f"/chats/{chat}/end")
    assert (again.status_code, again.json()["code"]) == (409, "ended")


async def test_an_integration_corrects_the_language_and_finds_chats_by_it(crm: Api, cast: Cast, inside: Inside) -> None:
    ana = await cast.agent("ana")
    chat = await crm.opens("Buongiorno")
    set_it = await crm.ask("PUT", f"/chats/{chat}/language", json={"language": "it"})
    assert set_it.status_code == 200, set_it.text
    await ana.holds(chat)
    await eventually(lambda: inside.services.picture.chats[chat].language == "it", "the chat to be Italian")
    read = (await crm.get(f"/chats/{chat}")).json()
    assert (read["language"], read["language_by"]) == ("it", "agent")
    assert [one["id"] for one in (await crm.get("/chats?language=it")).json()["chats"]] == [chat]
    assert (await crm.get("/chats?language=de")).json()["chats"] == []
    for wrong in ("Italian", "", "it-IT", 'i"'):
        assert (await crm.ask("PUT", f"/chats/{chat}/language", json={"language": wrong})).status_code == 422
    again = await crm.ask("PUT", f"/chats/{chat}/language", json={"language": "it"})
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_do")


async def test_ana_s_program_answers_in_her_chat_and_in_no_other(inside: Inside, cast: Cast, crm: Api) -> None:
    ana = await cast.agent("ana")
    chat = await crm.opens()
    await ana.holds(chat)
    async with Api(inside) as hers, Api(inside) as bens:
        await hers.as_member("ana", "chats:read", "chats:write")
        await bens.as_member("ben", "chats:read", "chats:write")
        assert (await hers.post(f"/chats/{chat}/messages", {"text": "At noon."})).status_code == 201
        await eventually(lambda: not inside.services.picture.chats[chat].due, "the turn to close")
        for answer in (
            await bens.post(f"/chats/{chat}/messages", {"text": "At noon."}),
            await bens.post("/chats/none/messages", {"text": "At noon."}),
            await bens.get(f"/chats/{chat}"),
            await bens.get("/chats/none"),
        ):
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        foreign, none = await bens.get(f"/chats/{chat}/facts"), await bens.get("/chats/none/facts")
        assert {**foreign.json(), "instance": ""} == {**none.json(), "instance": ""}
        assert [one["id"] for one in (await hers.get("/chats")).json()["chats"]] == [chat]
        assert (await bens.get("/chats")).json()["chats"] == []


async def test_the_same_cid_at_the_socket_and_at_the_api_at_once_is_done_once(inside: Inside, cast: Cast) -> None:
    ana = await cast.agent("ana")
    vera = await cast.visitor()
    chat = await vera.opened("Hello")
    await ana.holds(chat)
    cid = new_cid()
    frame = f'{{"t":"say","cid":"{cid}","chat":"{chat}","text":"Once","read":2}}'
    async with Api(inside) as api:
        await api.as_member("ana")
        posts = (api.post(f"/chats/{chat}/messages", {"text": "Once"}, key=cid) for _ in range(3))
        *answers, _, _ = await asyncio.gather(*posts, ana.send_text(frame), ana.send_text(frame))
    acks = await eventually(
        lambda: len(found := [ack for ack in ana.of("ack") if ack["cid"] == cid]) == 2 and found, "both acks"
    )
    assert [one.status_code for one in answers] == [201, 201, 201]
    assert len({one["seq"] for one in (*acks, *(answer.json() for answer in answers))}) == 1
    await eventually(lambda: vera.texts == ["Hello", "Once"], "Vera to read it once")


async def test_nobody_speaks_for_the_visitor_of_another_program(inside: Inside, cast: Cast, crm: Api) -> None:
    await cast.agent("ana")
    chat = await crm.opens(ref="+391234")
    async with Api(inside) as other:
        await other.as_integration("Other")
        answer = await other.post(f"/chats/{chat}/messages", {"text": "I am Vera", "visitor": "+391234"})
        assert answer.status_code == 404
    assert (await crm.post(f"/chats/{chat}/messages", {"text": "I am", "visitor": "+391234"})).status_code == 201


async def test_ended_chats_are_searched_page_by_page(inside: Inside, cast: Cast, crm: Api) -> None:
    await cast.agent("ana")
    for number in range(3):
        chat = await crm.opens(f"Parcel number {number}", ref=f"v{number}", name=f"Vera {number}")
        assert (await crm.post(f"/chats/{chat}/end", {"visitor": f"v{number}"})).status_code == 200

    async def archived() -> bool:
        return len((await crm.get("/chats?state=ended&text=parcel")).json()["chats"]) == 3

    await eventually(archived, "the archive to have them")
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await crm.get(f"/chats?state=ended&text=parcel&limit=2&cursor={cursor}")).json()
        found += [one["excerpt"] for one in page["chats"]]
        cursor = page["next"]
    assert found == ["Parcel number 2", "Parcel number 1", "Parcel number 0"]
    foreign = (await crm.get("/chats?state=ended&text=parcel&limit=2")).json()["next"]
    assert (await crm.get(f"/chats?state=ended&text=other&cursor={foreign}")).status_code == 400
    assert (await crm.get("/chats?cursor=made-up")).status_code == 400
    visitors = (await crm.get("/visitors?text=vera")).json()["visitors"]
    assert {one["name"] for one in visitors} == {"Vera 0", "Vera 1", "Vera 2"}
    one = (await crm.get(f"/visitors/{visitors[0]['id']}")).json()
    assert one["chats"] == 1
    theirs = (await crm.get(f"/visitors/{visitors[0]['id']}/chats")).json()["chats"]
    assert [chat["excerpt"] for chat in theirs] == [None]
