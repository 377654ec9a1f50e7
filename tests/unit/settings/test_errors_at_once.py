"""A form shows all errors in one round, each beside its field: fix them all, and the next save works."""

import re

import httpx
import pytest

from console.domain.alerts import AlertRule
from console.domain.directory import Canned, Queue
from console.services import Services
from tests.support.alert_detector import to
from tests.unit.settings.forms import CSRF, QUEUE, SEEN, SITE, faults, posted, saved

STALE = (
    "This was changed after you opened it, by someone else or by you in another tab. Save again to replace the change."
)
LINKED = re.compile(r'<li><a href="#([^"]*)">')
BESIDE = re.compile(r'class="fault" id="([^"]*)-fault"')


async def overtaken(browser: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    """The form, sent with the stamp of an older one."""
    page = (await browser.get(path)).text
    csrf = re.findall(r'<main.*?name="csrf" value="([^"]*)"', page, re.DOTALL)[0]
    return await browser.post(path, data={"csrf": csrf, "seen": "older", **fields})


def beside(page: httpx.Response) -> list[str]:
    """The fields with an error; each stands beside its field and leads there from the top."""
    assert page.status_code == 400
    found = LINKED.findall(page.text)
    assert set(found) == set(BESIDE.findall(page.text)), "what is linked on top stands beside its field"
    for field in found:
        assert f'id="{field}"' in page.text, f"#{field} leads nowhere"
    return found


async def test_a_new_member_is_told_everything_in_one_round(ada: httpx.AsyncClient) -> None:
    fields = {"name": "", "email": "ana@example.com", "password": "short", "limit": "seven", "languages": "Klingonese"}
    answer = await posted(ada, "/settings/members/new", **fields, **{"role": "king", "queue.nowhere": "on"})
    assert sorted(beside(answer)) == ["email", "languages", "limit", "name", "password", "queues", "role"]
    answer = await posted(ada, "/settings/members/new", name="", email="ben", password="", role="agent", limit="6")
    assert faults(answer.text) == [
        "Enter a first password so they can sign in.",
        "Enter an e-mail address such as ana@shop.example.",
        "Enter a name of up to 120 characters.",
    ]


async def test_an_easy_password_is_told_together_with_the_rest(ada: httpx.AsyncClient) -> None:
    fields = {"name": "Ben", "email": "ana@example.com", "password": "password1", "role": "agent", "limit": "6"}
    assert beside(await posted(ada, "/settings/members/new", **fields)) == ["email", "password"]


async def test_what_a_member_takes_from_a_queue_is_told_with_their_own_errors(
    services: Services, sam: httpx.AsyncClient
) -> None:
    await saved(sam, "/settings/queues/new", **QUEUE)
    answer = await overtaken(sam, "/settings/member/ana", **{"name": "", "limit": "x", "queue.support": "on"})
    assert faults(answer.text)[0] == STALE
    assert beside(answer) == ["limit", "name", "queues"]
    assert "Choose at least one member for Level 1." in faults(answer.text)


async def test_what_only_follows_from_an_own_error_is_not_told(services: Services, sam: httpx.AsyncClient) -> None:
    await saved(sam, "/settings/queues/new", **{**QUEUE, "languages": "fr"})
    fields = {"name": "Ana", "limit": "6", "queue.support": "on", "queue.level-1": "on"}
    answer = await posted(sam, "/settings/member/ana", **fields, languages="Frensh")
    assert faults(answer.text) == ["“frensh” is not a language. Use names or codes such as English or fr."]


async def test_both_of_ones_own_passwords_are_looked_at(ana: httpx.AsyncClient) -> None:
    answer = await posted(ana, "/settings/password", current="a guess of mine", password="short")
    assert beside(answer) == ["current", "password"]
    answer = await posted(ana, "/settings/password", current="a guess of mine", password="")
    assert faults(answer.text) == ["The current password is wrong.", "Enter a new password."]


async def test_a_site_that_somebody_else_changed_says_the_rest_too(sam: httpx.AsyncClient) -> None:
    await saved(sam, "/settings/sites/new", **SITE)
    fields = {**SITE, "queue": "", "origins": "shop", "privacy_url": "x", "accent": "red", "typing_preview": "on"}
    answer = await overtaken(sam, "/settings/site/the-shop", **fields)
    assert faults(answer.text)[0] == STALE
    assert beside(answer) == ["queue", "origins", "privacy_url", "accent"]


async def test_a_queue_that_never_opens_is_told_with_the_rest(services: Services, sam: httpx.AsyncClient) -> None:
    await saved(sam, "/settings/queues/new", **QUEUE)
    fields = {**QUEUE, "when": "hours", "target": "soon", "zone": "Rome", "holidays": "Christmas", "reasons": "A\na"}
    answer = await overtaken(sam, "/settings/queue/level-1", **fields)
    assert faults(answer.text)[0] == STALE
    assert sorted(beside(answer)) == ["holidays", "reasons", "target", "week0", "zone"]


async def test_a_reply_says_what_is_wrong_with_title_text_and_queue(services: Services, sam: httpx.AsyncClient) -> None:
    await services.stores.queues.put(Queue("gone", "Gone"))
    await services.stores.canned.put(Canned("c1", "Hello", "Good day", "shared"))
    await services.stores.queues.remove("gone")
    answer = await overtaken(sam, "/settings/reply/c1", title="", text="{vistor}", **{"for": "queue:gone"})
    assert faults(answer.text)[0] == STALE
    assert sorted(beside(answer)) == ["for", "text", "title"]


async def test_an_alert_says_everything_about_numbers_addresses_and_name(
    services: Services, sam: httpx.AsyncClient
) -> None:
    fields = {"name": "", "line": "many", "quiet": "0", "locale": "tlh", "queue.nowhere": "on"}
    addresses = "hello\njson://10.0.0.1/\nsyslog://local"
    answer = await posted(sam, "/settings/alerts/new", **fields, add=addresses)
    assert sorted(beside(answer)) == ["add", "add", "add", "line", "locale", "name", "queues", "quiet"]
    assert await services.alerts.rules.read_all() == []


async def test_an_alert_without_anything_says_so_at_once(sam: httpx.AsyncClient) -> None:
    answer = await posted(sam, "/settings/alerts/new", name="", locale="en", quiet="5")
    assert sorted(beside(answer)) == ["destinations", "kinds", "name"]


async def test_an_alert_that_was_changed_meanwhile_says_the_rest_too(
    services: Services, sam: httpx.AsyncClient
) -> None:
    await services.alerts.rules.put(AlertRule("a1", "Partners", late=True, destinations=to("json://hooks.invalid/x")))
    answer = await overtaken(sam, "/settings/alert/a1", name="", locale="en", quiet="5")
    assert faults(answer.text)[0] == STALE
    assert sorted(beside(answer)) == ["destinations", "kinds", "name"]


async def test_away_reasons_that_were_changed_meanwhile_are_looked_at_too(sam: httpx.AsyncClient) -> None:
    answer = await overtaken(sam, "/settings/away", away_reasons="Lunch\nlunch")
    assert faults(answer.text) == [STALE, "lunch is listed twice. Remove one."]


@pytest.mark.parametrize(
    ("page", "fields"),
    [
        ("", SITE),
        ("/questions", {"text.0": "What is it about?", "kind.0": "text"}),
        ("/greetings", {"text.0": "Hello!", "after.0": "5"}),
        ("/mail", {"subject.en": "Your case"}),
    ],
)
async def test_what_somebody_else_changed_in_a_site_is_told_once_and_the_next_save_replaces_it(
    page: str, fields: dict[str, str], services: Services, sam: httpx.AsyncClient, ada: httpx.AsyncClient
) -> None:
    await saved(sam, "/settings/sites/new", **SITE)
    path = f"/settings/site/the-shop{page}"
    shown = (await sam.get(path)).text
    hidden = {"csrf": CSRF.findall(shown)[0], "seen": SEEN.findall(shown)[0]}
    theirs = {name: "Ada's" if name in ("name", "text.0", "subject.en") else value for name, value in fields.items()}
    await saved(ada, path, **theirs)
    before = services.directory.sites["the-shop"]
    if page:  # a preview is not the second save
        preview = await sam.post(path, data={**hidden, **fields, "preview": "1", "do": "preview"})
        hidden["seen"] = SEEN.findall(preview.text)[0]
    answer = await sam.post(path, data={**hidden, **fields})
    assert faults(answer.text) == [STALE]
    assert services.directory.sites["the-shop"] == before
    again = {**hidden, "seen": SEEN.findall(answer.text)[0], **fields}
    assert (await sam.post(path, data=again)).status_code == 303
    assert services.directory.sites["the-shop"] != before


async def test_a_site_is_not_changed_for_its_own_form_by_its_questions(sam: httpx.AsyncClient) -> None:
    await saved(sam, "/settings/sites/new", **SITE)
    shown = (await sam.get("/settings/site/the-shop")).text
    hidden = {"csrf": CSRF.findall(shown)[0], "seen": SEEN.findall(shown)[0]}
    await saved(sam, "/settings/site/the-shop/questions", **{"text.0": "What is it about?", "kind.0": "text"})
    assert (await sam.post("/settings/site/the-shop", data={**hidden, **SITE})).status_code == 303


async def test_no_page_sends_a_password_back(services: Services, ada: httpx.AsyncClient) -> None:
    fields = {"name": "", "email": "ben", "password": "hush hush hush", "role": "agent", "limit": "6"}
    assert "hush hush hush" not in (await posted(ada, "/settings/members/new", **fields)).text
    own = await posted(ada, "/settings/password", current="hush hush hush", password="mum's the word")
    assert "hush hush hush" not in own.text
    assert "the word" not in own.text


async def test_a_saved_site_shows_the_line_for_its_pages(sam: httpx.AsyncClient) -> None:
    page = await saved(sam, "/settings/sites/new", **SITE)
    assert "<bdi>The shop</bdi> saved. It applies now." in page
    assert 'data-site="the-shop"' in page
    assert 'data-copies="snippet"' in page
    page = await saved(sam, "/settings/site/the-shop", **SITE)
    assert "<bdi>The shop</bdi> saved. It applies now." in page
