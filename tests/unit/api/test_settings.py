"""Ada's program reads and changes members, queues, sites and canned replies; Sam's reads figures."""

import uuid

from msgspec.structs import replace

from console.domain.identity import SiteIdentity
from console.proving.clients import Cast
from tests.faults.installation import Inside
from tests.support.eventually import eventually
from tests.unit.api.client import Api


async def test_a_queue_is_put_read_and_removed(crm: Api) -> None:
    body = {"name": "Night", "target": 9_000, "members": ["ana"], "hours": {"week": [[0, 60, 120]]}}
    made = await crm.ask("PUT", "/queues/night", json=body)
    assert made.status_code == 200, made.text
    read = await crm.get("/queues/night")
    assert read.json() == made.json()
    assert (read.json()["target"], read.json()["members"], read.json()["goal"]) == (9_000, ["ana"], 90)
    assert "night" in [one["id"] for one in (await crm.get("/queues")).json()["queues"]]
    again = await crm.ask("PUT", "/queues/night", json={"name": "Night", "target": 8_000})
    assert again.json()["members"] == ["ana"]
    assert (await crm.ask("DELETE", "/queues/night")).status_code == 204
    assert (await crm.get("/queues/night")).status_code == 404
    assert (await crm.ask("DELETE", "/queues/night")).status_code == 404


async def test_what_is_wrong_with_a_queue_is_said_beside_its_field(crm: Api) -> None:
    answer = await crm.ask("PUT", "/queues/night", json={"name": "Night", "target": 1, "goal": 500})
    assert (answer.status_code, answer.json()["code"]) == (400, "settings")
    assert {one["at"] for one in answer.json()["errors"]} >= {"$.target", "$.goal"}
    unknown = await crm.ask("PUT", "/queues/night", json={"name": "Night", "colour": "red"})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "invalid")
    within = await crm.ask("PUT", "/queues/night", json={"name": "Night", "hours": {"zone": "UTC", "colour": "red"}})
    assert within.json()["errors"][0]["at"] == "$.hours.colour"


async def test_a_queue_takes_only_a_bot_that_may_answer(crm: Api, inside: Inside) -> None:
    stores, body = inside.services.stores, {"name": "Night", "members": ["ana"]}
    says = f"There is no integration “nope”. Enter the ID of one that may answer chats: CRM ({crm.holder})."
    nobody = await crm.ask("PUT", "/queues/night", json={**body, "bot": "nope"})
    assert (nobody.status_code, nobody.json()["errors"]) == (400, [{"at": "$.bot", "detail": says}])
    robin = await stores.integrations.add("Robin")
    scopeless = await crm.ask("PUT", "/queues/night", json={**body, "bot": robin.id, "goal": 500})
    wrong = {one["at"]: one["detail"] for one in scopeless.json()["errors"]}
    assert set(wrong) == {"$.bot", "$.goal"}
    assert wrong["$.bot"].startswith("Robin has no token for answering chats as a bot (scope bot).")
    await stores.tokens.add_to_integration(robin.id, "over", scopes=["bot"], expires=stores.clock() - 1)
    assert (await crm.ask("PUT", "/queues/night", json={**body, "bot": robin.id})).status_code == 400
    await stores.tokens.add_to_integration(robin.id, "live", scopes=["bot"])
    made = await crm.ask("PUT", "/queues/night", json={**body, "bot": robin.id})
    assert (made.status_code, made.json()["bot"]) == (200, robin.id)
    await stores.integrations.remove(robin.id)
    assert (await crm.get("/queues/night")).json()["bot"] == ""
    gone = await crm.ask("PUT", "/queues/night", json={**body, "bot": robin.id})
    assert (gone.status_code, gone.json()["errors"][0]["at"]) == (400, "$.bot")


async def test_a_change_that_somebody_overtook_is_refused(crm: Api) -> None:
    for path, body in (
        ("/queues/support", {"name": "Support", "target": 7_000}),
        ("/sites/demo", None),
        ("/canned-replies/demo-wash", {"title": "Wool", "text": "By hand", "scope": "queue", "owner": "support"}),
    ):
        read = await crm.get(path)
        change = body or {name: value for name, value in read.json().items() if name != "key"}
        headers = {"if-match": read.headers["etag"]}
        changed = await crm.ask(
            "PUT", path, json={**change, "accent": "#112233"} if body is None else change, headers=headers
        )
        assert changed.status_code == 200, changed.text
        assert changed.headers["etag"] == (await crm.get(path)).headers["etag"]
        late = await crm.ask("PUT", path, json=change, headers=headers)
        assert (late.status_code, late.json()["code"]) == (412, "overtaken"), path
    none = await crm.ask("PUT", "/queues/none", json={"name": "None"}, headers={"if-match": "*"})
    assert none.status_code == 412
    ben = await crm.get("/members/ben")
    headers = {"if-match": ben.headers["etag"]}
    assert (await crm.ask("PATCH", "/members/ben", json={"limit": 2}, headers=headers)).status_code == 200
    assert (await crm.ask("PATCH", "/members/ben", json={"limit": 4}, headers=headers)).status_code == 412


async def test_the_keys_of_a_site_are_neither_told_nor_lost(crm: Api, inside: Inside) -> None:
    site = (await inside.services.stores.directory.read()).sites["demo"]
    identity = SiteIdentity(issuer="https://shop.example", hash_secret="only the console knows this one, really")
    await inside.services.stores.sites.put(replace(site, identity=identity))
    read = await crm.get("/sites/demo")
    assert "only the console" not in read.text
    body = {name: value for name, value in read.json().items() if name != "key"}
    put = await crm.ask("PUT", "/sites/demo", json={**body, "accent": "#112233"})
    assert put.status_code == 200, put.text
    now = (await inside.services.stores.directory.read()).sites["demo"]
    assert (now.accent, now.identity) == ("#112233", identity)


async def test_what_is_known_is_not_sent_again(crm: Api) -> None:
    read = await crm.get("/queues")
    again = await crm.get("/queues", headers={"if-none-match": read.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = await crm.ask("HEAD", "/queues")
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", read.headers["etag"])
    assert head.headers["content-length"] == str(len(read.content))


async def test_a_member_is_added_once_changed_deactivated_and_back(crm: Api) -> None:
    key, body = str(uuid.uuid4()), {"email": "kim@example.com", "name": "Kim", "queues": ["support"]}
    added = [await crm.post("/members", body, key=key) for _ in "12"]
    assert [one.status_code for one in added] == [201, 201], added[1].text
    kim = added[0].json()["id"]
    assert added[1].json()["id"] == kim
    taken = await crm.post("/members", body)
    assert (taken.status_code, taken.json()["errors"][0]["at"]) == (400, "$.email")
    changed = (await crm.ask("PATCH", f"/members/{kim}", json={"role": "supervisor", "limit": 2})).json()
    assert (changed["role"], changed["limit"], changed["name"], changed["queues"]) == (
        "supervisor",
        2,
        "Kim",
        ["support"],
    )
    assert changed["channel_slots"] is None
    apart = (await crm.ask("PATCH", f"/members/{kim}", json={"channel_slots": 3})).json()
    assert (apart["limit"], apart["channel_slots"]) == (2, 3)
    assert (await crm.ask("PATCH", f"/members/{kim}", json={"name": "Kim"})).json()["channel_slots"] == 3
    too_many = await crm.ask("PATCH", f"/members/{kim}", json={"channel_slots": 5})
    assert (too_many.status_code, too_many.json()["errors"][0]["at"]) == (400, "$.channel_slots")
    shared = await crm.ask("PATCH", f"/members/{kim}", json={"channel_slots": None})
    assert shared.json()["channel_slots"] is None
    assert (await crm.post(f"/members/{kim}/deactivate")).status_code == 204
    assert (await crm.get(f"/members/{kim}")).status_code == 404
    back = await crm.post(f"/members/{kim}/reactivate")
    assert (back.status_code, back.json()["id"]) == (200, kim)


async def test_sam_s_program_sets_a_status_and_reads_figures(inside: Inside, cast: Cast) -> None:
    ana = await cast.agent("ana")
    async with Api(inside) as sams:
        await sams.as_member("sam")
        set_ = await sams.ask("PUT", "/members/ana/status", json={"status": "away", "reason": "Training"})
        assert set_.status_code == 204, set_.text
        await eventually(lambda: inside.services.picture.agents["ana"].status == "away", "Ana to be away")
        read = (await sams.get("/members/ana")).json()
        assert (read["status"], read["reason"], read["connected"]) == ("away", "Training", True)
        await ana.status("online")
        figures = (await sams.get("/figures/queues?minutes=15")).json()
        support = next(one for one in figures["queues"] if one["queue"] == "support")
        assert (support["waiting"], support["opened"], support["oldest"]) == (0, 0, None)
        assert support["channels"] == [], "all chats are live"
        members = (await sams.get("/figures/members")).json()["members"]
        assert {one["member"] for one in members} >= {"ana", "ben", "sam", "ada"}


async def test_figures_count_what_happens(crm: Api, cast: Cast) -> None:
    ana = await cast.agent("ana")
    chat = await crm.opens()
    await ana.holds(chat)
    await ana.say(chat, "At noon.")

    async def counted() -> bool:
        found = (await crm.get("/figures/queues")).json()["queues"]
        support = next(one for one in found if one["queue"] == "support")
        return (support["opened"], support["first_words"]) == (1, {"count": 1, "all": 1})

    await eventually(counted, "the answer to be counted")
    await crm.opens(ref="+391235", channel="sms")

    async def apart() -> bool:
        found = (await crm.get("/figures/queues")).json()["queues"]
        channels = next(one["channels"] for one in found if one["queue"] == "support")
        return [(one["channel"], one["waiting"], one["answers"]["all"]) for one in channels] == [
            ("live", 0, 1),
            ("sms", 1, 0),
        ]

    await eventually(apart, "the text message to be counted for its channel")
    members = (await crm.get("/figures/members")).json()["members"]
    assert next(one for one in members if one["member"] == "ana")["answers"] == 1


async def test_ana_s_own_replies_are_hers(inside: Inside, crm: Api) -> None:
    async with Api(inside) as hers:
        await hers.as_member("ana")
        mine = {"title": "Bye", "text": "Bye, {visitor}", "scope": "member"}
        assert (await hers.ask("PUT", "/canned-replies/ana-bye", json=mine)).status_code == 200
        assert "ana-bye" in (await hers.get("/canned-replies")).text
        shared = await hers.ask("PUT", "/canned-replies/all", json={**mine, "scope": "shared"})
        assert (shared.status_code, shared.json()["code"]) == (403, "not_allowed")
        assert '"ana-bye"' not in (await crm.get("/canned-replies")).text
        for answer in (
            await crm.get("/canned-replies/ana-bye"),
            await crm.ask("PUT", "/canned-replies/ana-bye", json={**mine, "scope": "shared"}),
            await crm.ask("DELETE", "/canned-replies/ana-bye"),
        ):
            assert answer.status_code == 404, answer.text
        assert (await hers.ask("DELETE", "/canned-replies/ana-bye")).status_code == 204
