"""Ada imports a file: she sees what fits before anything is written, follows the progress, and downloads what did not
fit.
"""

import asyncio
import json
import re
from html import unescape

import httpx
import pytest

from console.actions import erasure, figures
from console.archive.search import ChatQuery
from console.archive.tables import chats, facts, import_rows, imports, invitations, mails
from console.domain.directory import Site
from console.domain.imports import MOST_BYTES
from console.services import Services
from tests.support.archive_feed import rows
from tests.support.imported import ADA, UPLOAD, imports_all, reads_in, uploads, worked
from tests.support.page_client import browser_of, signed_in_browser, with_mail
from tests.unit.settings.forms import posted

MEMBERS = "email,role,queues,shoe size\nkim@example.com,supervisor,Support,44\nnobody,agent,,\nANA@example.com,,,\n"
REPLIES = "title,text,snippet\nRefund,Of course.,refund\nHours,We open at nine.,\n"
NOON = 1_700_000_000_000  # ms
DAY = 86_400_000


def a_chat(at: int) -> str:
    messages = [
        {"at": at, "text": "Where is my umbrella?"},
        {"at": at + 60_000, "by": "agent", "agent": "Ana", "text": "Shipped"},
    ]
    vera = {"id": "v1", "name": "Vera Zander", "email": "vera@example.com"}
    what = {"queue": "support", "tags": ["parcel"], "rating": 4, "opened": at, "ended": at + 60_000}
    return json.dumps({"id": "old1", "visitor": vera, **what, "messages": messages})


def yesterday(services: Services) -> int:
    return services.workspace.now() - DAY


def plain(page: httpx.Response) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text)))


# --- members --------------------------------------------------------------------------------------


async def test_ada_sees_what_fits_before_anybody_is_invited(services: Services, ada: httpx.AsyncClient) -> None:
    path = await reads_in(ada, MEMBERS, kind="members")
    answer = await ada.get(path)
    assert '<a href="/settings/imports" aria-current="page">' in answer.text
    page = plain(answer)
    assert "2 rows can be imported" in page
    assert "1 row can't be imported. Nothing is imported yet." in page
    assert "Columns that are not imported: shoe_size" in page
    assert "3 Enter an e-mail address such as ana@shop.example." in page
    assert "kim@example.com supervisor support" in page
    assert await rows(services.database, invitations) == []
    assert await rows(services.database, mails) == []


async def test_members_are_invited_and_whoever_is_one_is_known(services: Services, ada: httpx.AsyncClient) -> None:
    done = await imports_all(services, ada, path := await reads_in(ada, MEMBERS, kind="members"))
    assert (done.state, done.added, done.known, done.wrong, done.done) == ("done", 1, 1, 1, 3)
    [row] = await rows(services.database, invitations)
    assert (row["email"], row["role"], row["queues"], row["inviter"]) == (
        "kim@example.com", "supervisor", ["support"], "ada",
    )  # fmt: skip
    page = plain(await ada.get(path))
    assert "There is no mail server, so pass the links on yourself." in page
    links = (await ada.get(f"{path}/links.csv")).text
    [link] = re.findall(r'"kim@example.com","http://chat\.example(/sign-in/invitation/[\w-]{43})"\s', links)
    async with browser_of(services) as kim:
        assert "invites you" in (await kim.get(link)).text
    log = plain(await ada.get("/settings/changes"))
    assert ("Import started" in log, "Import finished" in log, "Member invited" in log) == (True, True, True)


async def test_with_a_mail_server_each_is_sent_a_link_once(services: Services, ada: httpx.AsyncClient) -> None:
    with_mail(services, origin="http://chat.example")
    for added in (1, 0):
        done = await imports_all(services, ada, path := await reads_in(ada, MEMBERS, kind="members"))
        assert (done.added, done.known) == (added, 2 - added)
    [mail] = await rows(services.database, mails)
    assert (mail["to"], mail["kind"]) == ("kim@example.com", "invitation")
    assert "links.csv" not in (await ada.get(path)).text  # they are another import's


async def test_whoever_is_no_longer_an_admin_invites_nobody(services: Services, ada: httpx.AsyncClient) -> None:
    path = await reads_in(ada, MEMBERS, kind="members")
    await posted(ada, path, to=f"{path}/begin")
    await services.stores.members.disable("ada")
    await worked(services)
    assert await rows(services.database, invitations) == []
    [row] = await rows(services.database, imports)
    assert (row["state"], row["says"]) == ("failed", "The person who started it is no longer an admin.")


# --- canned replies -------------------------------------------------------------------------------


async def test_replies_are_added_once_and_what_has_their_title_is_reported(
    services: Services, ada: httpx.AsyncClient
) -> None:
    done = await imports_all(services, ada, await reads_in(ada, REPLIES, kind="replies"))
    assert (done.added, done.known, done.wrong) == (2, 0, 0)
    again = await imports_all(services, ada, await reads_in(ada, REPLIES, kind="replies"))
    assert (again.added, again.known, again.wrong) == (0, 2, 0)
    other = '{"id": "other", "title": "refund", "text": "No"}'
    taken = await imports_all(services, ada, path := await reads_in(ada, other, kind="replies", format="json"))
    assert (taken.added, taken.wrong) == (0, 1)
    report = (await ada.get(f"{path}/report.csv")).text
    assert report.startswith('\ufeff"Line","Reason"\r\n"1",')
    assert sorted(reply.title for reply in await services.stores.canned.of_team()) == ["Hours", "Refund"]


# --- chats ----------------------------------------------------------------------------------------


async def test_a_past_chat_is_found_read_marked_and_erased_like_any_other(
    services: Services, ada: httpx.AsyncClient
) -> None:
    await services.stores.sites.put(Site("shop", "Shop", "support", ("https://shop.example",)))
    raw = a_chat(yesterday(services))
    done = await imports_all(services, ada, await reads_in(ada, raw, kind="chats", format="json"))
    assert (done.added, done.known, done.wrong) == (1, 0, 0)
    found = await services.search.list_chats(ChatQuery(text="umbrella"), before="", limit=5)
    assert [(one.chat.id, one.chat.imported, one.chat.site) for one in found.chats] == [("old1", "json", "shop")]
    listed = plain(await ada.get("/chats?text=umbrella"))
    assert "Vera Zander" in listed
    assert "imported" in listed
    page = plain(await ada.get("/chats/old1"))
    for words in ("imported", "Where is my umbrella?", "Shipped", "Ana", "parcel", "rated 4 of 5", "vera@example.com"):
        assert words in page
    again = await imports_all(services, ada, await reads_in(ada, raw, kind="chats", format="json"))
    assert (again.added, again.known) == (0, 1)
    assert len(await rows(services.database, facts)) == 6
    await erasure.erase_chat(services, ADA, "old1")
    assert await rows(services.database, chats) == []
    assert "Vera" not in str(await rows(services.database, import_rows))


async def test_visitors_are_found_by_name_and_in_no_list_of_chats(services: Services, ada: httpx.AsyncClient) -> None:
    raw = "name,email,plan\nVera Zander,vera@example.com,gold\n"
    done = await imports_all(services, ada, await reads_in(ada, raw, kind="visitors"))
    assert (done.added, done.wrong) == (1, 0)
    assert "Vera Zander" not in (await ada.get("/chats")).text
    found = await ada.get("/chats?visitor=zander")
    [path] = re.findall(r'href="(/chats/[a-z0-9]+)"', found.text)
    page = plain(await ada.get(path))
    for words in ("Vera Zander", "imported", "vera@example.com", "plan gold"):
        assert words in page
    [row] = await rows(services.database, chats)
    line = await services.visitors.read(row["visitor"])
    assert line is not None
    assert (line.latest.name, line.chats) == ("Vera Zander", 0)
    await erasure.erase_visitor(services, ADA, row["visitor"])
    assert await rows(services.database, chats) == []


async def test_what_data_retention_would_delete_at_once_is_not_imported(
    services: Services, ada: httpx.AsyncClient
) -> None:
    raw = a_chat(NOON)
    page = plain(await ada.get(await reads_in(ada, raw, kind="chats", format="json")))
    assert "The chat is older than data retention keeps chats." in page
    assert "Import them" not in page


async def test_imported_chats_count_in_no_figures_and_go_with_data_retention(
    services: Services, ada: httpx.AsyncClient
) -> None:
    before = await figures.read_queues(services, ADA, minutes=60)
    await imports_all(services, ada, await reads_in(ada, a_chat(yesterday(services)), kind="chats", format="json"))
    assert len(await rows(services.database, chats)) == 1
    assert await figures.read_queues(services, ADA, minutes=60) == before
    await services.history.drop_older_than(services.workspace.now())
    assert await rows(services.database, chats) == []
    assert await rows(services.database, facts) == []


async def test_no_card_number_of_a_file_reaches_the_disk(services: Services, ada: httpx.AsyncClient) -> None:
    raw = a_chat(yesterday(services)).replace("Shipped", "4111 1111 1111 1111").replace("Zander", "4111111111111111")
    path = await reads_in(ada, raw, kind="chats", format="json")
    staged = str(await rows(services.database, import_rows))
    await imports_all(services, ada, path)
    everything = staged + str(await rows(services.database, facts)) + str(await rows(services.database, chats))
    assert "4111" not in everything
    assert "•••• •••• •••• 1111" in everything


# --- its course -----------------------------------------------------------------------------------


async def test_ada_stops_an_import_and_what_is_imported_by_then_stays(
    services: Services, ada: httpx.AsyncClient
) -> None:
    raw = "title,text\n" + "".join(f"Reply {number},Text\n" for number in range(60))
    path = await reads_in(ada, raw, kind="replies")
    await posted(ada, path, to=f"{path}/begin")
    await worked(services, steps=1)
    page = await ada.get(path)
    assert "data-under-way" in page.text
    assert 'max="60" value="25"' in page.text
    assert (await posted(ada, path, to=f"{path}/cancel")).status_code == 303
    await worked(services)
    assert len(await services.stores.canned.of_team()) == 25
    assert await rows(services.database, import_rows) == []
    assert "cancelled" in (await ada.get("/settings/imports")).text
    assert not await services.imports.begin(path.rpartition("/")[2])


async def test_two_presses_begin_it_once(services: Services, ada: httpx.AsyncClient) -> None:
    path = await reads_in(ada, REPLIES, kind="replies")
    answers = await asyncio.gather(*(posted(ada, path, to=f"{path}/begin") for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [303, 409]


async def test_old_imports_and_files_that_nobody_imported_are_forgotten(
    services: Services, ada: httpx.AsyncClient
) -> None:
    await imports_all(services, ada, await reads_in(ada, MEMBERS, kind="members"))
    await reads_in(ada, REPLIES, kind="replies")
    clock = services.imports.clock
    for days, left in ((2, ["done"]), (31, [])):
        services.imports.clock = lambda days=days: clock() + days * DAY  # type: ignore[misc]
        await services.imports.drop_old()
        assert [row["state"] for row in await rows(services.database, imports)] == left
    assert await rows(services.database, import_rows) == []


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "kind", "format", "status"),
    [
        ("", "members", "csv", 400),
        ("name\nAna\n", "members", "csv", 400),
        ("email\n", "members", "csv", 400),
        ("[]", "chats", "json", 400),
        ("x", "kings", "csv", 400),
        ("x", "members", "xlsx", 400),
    ],
)
async def test_a_file_that_is_none_is_refused_and_leaves_nothing(
    services: Services, ada: httpx.AsyncClient, raw: str, kind: str, format: str, status: int
) -> None:
    answer = await uploads(ada, raw, kind=kind, format=format)
    assert (answer.status_code, bool(answer.json()["message"])) == (status, True)
    assert await rows(services.database, imports) == []


async def test_a_file_that_is_too_large_is_refused_before_it_comes(ada: httpx.AsyncClient) -> None:
    page = (await ada.get("/settings/imports")).text
    headers = {"x-csrf": page.partition('data-csrf="')[2].partition('"')[0], "content-length": str(MOST_BYTES + 1)}
    answer = await ada.post(f"{UPLOAD}?kind=members&format=csv", content=b"x", headers=headers)
    assert answer.status_code == 413


async def test_only_admins_import_and_only_from_our_own_pages(
    services: Services, ada: httpx.AsyncClient, sam: httpx.AsyncClient
) -> None:
    path = await reads_in(ada, REPLIES, kind="replies")
    for address in ("/settings/imports", path, f"{path}/report.csv", f"{path}/links.csv"):
        assert (await sam.get(address)).status_code == 403
    assert (await posted(sam, "/settings/away", to=f"{path}/begin")).status_code == 403
    assert (await uploads(sam, REPLIES, kind="replies", csrf="x")).status_code == 403
    assert (await uploads(ada, REPLIES, kind="replies", csrf="x")).status_code == 403
    async with browser_of(services) as nobody:
        assert (await uploads(nobody, REPLIES, kind="replies", csrf="x")).status_code == 401
    async with signed_in_browser(services, "sam") as again:
        own = (await again.get("/settings/away")).text.partition('name="csrf" value="')[2].partition('"')[0]
        assert (await uploads(again, REPLIES, kind="replies", csrf=own)).status_code == 403
    assert len(await rows(services.database, imports)) == 1
    assert (await ada.get("/settings/import/none")).status_code == 404


async def test_what_a_file_says_is_text_on_every_page(services: Services, ada: httpx.AsyncClient) -> None:
    nasty = '"><img src=x onerror=alert(1)>{{7*7}}'
    raw = json.dumps({"title": "T", "text": "hi", "scope": "queue", "owner": nasty})
    path = (await uploads(ada, raw, kind="replies", format="json", name=nasty)).json()["address"]
    for page in (await ada.get(path), await ada.get("/settings/imports")):
        assert "<img" not in page.text
        assert "&lt;img src=x onerror=alert(1)&gt;{{7*7}}" in page.text
