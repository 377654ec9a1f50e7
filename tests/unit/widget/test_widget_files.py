"""The widget's files: small, careful, translated, and served so that any page may use them."""

import gzip
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace

import brotli
import httpx
import pytest
from babel.messages.extract import extract
from msgspec.structs import replace
from starlette.applications import Starlette

from console.domain.directory import Directory, Hours, Queue, Site
from console.domain.greetings import Greeting
from console.pages import widget
from console.pages.widget import (
    EMOJI,
    FURTHER,
    LAUNCHER,
    LAZY,
    PARTS,
    SHARED,
    WRITING,
    availability_of,
    emoji_name,
    emoji_part,
    folder,
    further,
    further_name,
    imported,
    ink_on,
    language_file,
    languages,
    lazy,
    lazy_name,
    script,
    writing_name,
    writing_part,
)
from console.protocol import Team
from console.views.i18n import FOLDER, read_catalogue

BUDGET = 10_000  # bytes of brotli, script and style together
# Of them 0.2 kB for the message from the line, 0.3 for the earlier chats of who returns, 0.1 for files.
LAZY_BUDGET = 4_750
BUDGETS = {"files": 3_000, "bots": 700, "ending": 1_300, "questions": 1_400, "greetings": 1_200}  # of the further parts
WRITING_BUDGET = 3_000
EMOJI_BUDGET = 18_000  # names and all; for who wants one
FORBIDDEN = (
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "document.write",
    "eval(",
    "Function(",
    "console.",
    ".cookie",
)
NAMES = re.compile(r"\{\w+\}")
NIGHT = Queue("night", "Night", hours=Hours("UTC", tuple((day, 22 * 60, 24 * 60) for day in range(7))))
SITE = Site(
    "shop",
    "The shop",
    "support",
    ("https://shop.example",),
    accent="#ffd400",
    parameters=("campaign",),
    queues=("night",),
)


GREETS = replace(SITE, greetings=(Greeting("hello", ("/shop/*",), 5, {"en": "Need help?", "it": "Serve aiuto?"}),))


def sources() -> dict[str, str]:
    own = {path.name: path for path in sorted(folder().glob("*.js"))}
    shared = {f"text/{path.name}": path for path in sorted((SHARED / "text").glob("*.js"))}
    return {name: path.read_text(encoding="utf-8") for name, path in (own | shared).items()}


def texts() -> Iterator[str]:
    for path in sorted(folder().glob("*.js")):
        with path.open("rb") as file:
            yield from (str(message) for _, message, _, _ in extract("javascript", file, keywords={"t": None}))


@pytest.fixture
def refused() -> list[tuple[str, str, bool]]:
    return []


@pytest.fixture
def directory() -> Directory:
    return Directory(1, {"shop": SITE}, {"support": Queue("support", "Support"), "night": NIGHT})


@pytest.fixture
def client(refused: list[tuple[str, str, bool]], directory: Directory) -> httpx.AsyncClient:
    app = Starlette(routes=widget.routes)
    picture = SimpleNamespace(online=lambda queue: queue == "support", bots={})
    clock = SimpleNamespace(now=lambda: int(datetime(2026, 3, 4, 12, tzinfo=UTC).timestamp() * 1000))
    noted = SimpleNamespace(note=lambda site, origin, known: refused.append((site, origin, known)))
    app.state.services = SimpleNamespace(
        directory=directory,
        picture=picture,
        workspace=clock,
        refused_origins=noted,
        settings=SimpleNamespace(origin="https://chat.example"),
        demo=False,
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://testserver")


def test_script_and_style_together_stay_within_ten_kilobytes() -> None:
    assert len(brotli.compress(script().plain, quality=11)) <= BUDGET


def test_what_is_fetched_on_opening_is_small_too() -> None:
    assert len(brotli.compress(lazy().plain, quality=11)) <= LAZY_BUDGET


@pytest.mark.parametrize("name", FURTHER)
def test_a_further_part_is_small_and_has_its_own_file(name: str) -> None:
    assert len(brotli.compress(further(name).plain, quality=11)) <= BUDGETS[name]
    assert further_name(name) not in script().plain.decode(), "pages that do not need it never fetch it"
    asks = lazy().plain.decode() if name != "greetings" else availability_of(GREETS, Team(True)).greetings.part
    assert further_name(name) in asks


@pytest.mark.parametrize("name", FURTHER)
def test_a_further_part_imports_nothing_but_what_it_is_handed(name: str) -> None:
    source = "widget.js" if name == "greetings" else "extras.js"
    handed = re.search(r"part\s*\.default\(\{(.+?)\}\)", sources()[source], re.DOTALL)
    assert handed
    wanted = {given for part in FURTHER[name] for given in imported(sources()[f"{part}.js"])}
    assert wanted | {"style"} <= set(re.findall(r"\w+", handed[1]))


def test_the_part_for_what_is_written_is_small_and_emoji_are_fetched_when_somebody_wants_one() -> None:
    assert len(brotli.compress(writing_part().plain, quality=11)) <= WRITING_BUDGET
    assert len(brotli.compress(emoji_part().plain, quality=11)) <= EMOJI_BUDGET
    assert writing_name() in lazy().plain.decode()
    assert emoji_name() in writing_part().plain.decode()
    assert "grinning face" not in (script().plain + lazy().plain + writing_part().plain).decode()


def test_every_file_of_the_widget_is_in_the_script_or_fetched_lazy() -> None:
    alone = {"solver.js", "identity.js"}  # for sites under attack, and pages that sign who their visitors are
    further = [name for names in FURTHER.values() for name in names]
    assert {f"{name}.js" for name in (*PARTS, *LAZY, *WRITING, *EMOJI, *further)} | alone == set(sources())


def test_the_lazy_part_imports_nothing_but_what_the_script_hands_it() -> None:
    handed = re.search(r"\.default\(\{\s+(.+?),?\s+\}\)", sources()["forms.js"], re.DOTALL)
    assert handed
    wanted = {name for part in LAZY for name in imported(sources()[f"{part}.js"])}
    assert wanted
    assert wanted | {"style"} == set(re.split(r",\s+", handed[1]))


async def test_what_proves_an_identity_is_served_to_any_page_and_is_small(client: httpx.AsyncClient) -> None:
    answer = await client.get("/widget/identity.js")
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert len(brotli.compress(answer.content, quality=11)) <= 1_000


async def test_the_proof_of_work_is_served_to_any_page(client: httpx.AsyncClient) -> None:
    answer = await client.get("/widget/solver.js")
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert len(brotli.compress(answer.content, quality=11)) <= 800


@pytest.mark.parametrize(
    "parts", [PARTS, LAZY, WRITING, EMOJI, *FURTHER.values()], ids=["script", "lazy", "writing", "emoji", *FURTHER]
)
def test_no_two_modules_that_are_joined_give_the_same_name(parts: tuple[str, ...]) -> None:
    given = re.compile(r"^(?:export )?(?:async )?(?:function|const|class|let) (\w+)", re.MULTILINE)
    names = [name for part in parts for name in given.findall(sources()[f"{part}.js"])]
    assert [name for name in names if names.count(name) > 1] == []


@pytest.mark.parametrize("word", FORBIDDEN)
def test_the_widget_never_uses(word: str) -> None:
    assert [name for name, text in sources().items() if word in text] == []


def test_the_script_is_one_statement_with_nothing_global() -> None:
    plain = script().plain.decode()
    assert plain.startswith("(()=>{")
    assert plain.endswith("})()\n")
    assert "/**" not in plain
    assert "import " not in plain


def test_every_text_of_the_widget_has_its_italian() -> None:
    italian = {message.id: message.string for message in read_catalogue(FOLDER / "it" / "widget.po") if message.id}
    assert set(texts()) == set(italian)
    for english, said in italian.items():
        assert said
        assert set(NAMES.findall(str(english))) == set(NAMES.findall(str(said)))


def test_no_text_hides_from_the_catalogue_in_a_condition_or_a_template() -> None:
    for name, text in sources().items():
        calls = re.findall(r"(?<![\w.])t\((?!\w+\)|notice)([^\"\s])", text.replace("export function t(", ""))
        assert calls == [], name


def test_the_language_file_speaks_for_the_server_too() -> None:
    said = json.loads(language_file("it").plain)
    assert said["Send"] == "Invia"
    assert said["The chat has ended."] != "The chat has ended."
    assert {"en", "it", "pl", "ar", "nb", "no"} <= {*languages()}
    assert language_file("no") == language_file("nb")


async def test_the_script_is_served_to_any_page_and_asked_about_by_its_tag(client: httpx.AsyncClient) -> None:
    answer = await client.get("/widget.js")
    assert answer.content == script().plain
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["content-type"].startswith("text/javascript")
    again = await client.get("/widget.js", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (await client.get("/widget.js", headers={"accept-encoding": "identity"})).content == script().plain
    assert gzip.decompress(script().packed) == script().plain


async def test_what_comes_later_fits_the_script_that_asks_for_it(client: httpx.AsyncClient) -> None:
    assert lazy_name() in script().plain.decode()
    answer = await client.get(f"/widget/{lazy_name()}")
    assert answer.content == lazy().plain
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["access-control-allow-origin"] == "*"
    assert (await client.get("/widget/later-00000000.js")).status_code == 404
    for name, part in ((writing_name(), writing_part()), (emoji_name(), emoji_part())):
        answer = await client.get(f"/widget/{name}")
        assert (answer.content, answer.headers["access-control-allow-origin"]) == (part.plain, "*")
        assert "immutable" in answer.headers["cache-control"]
        assert (await client.get(f"/widget/{name.partition('-')[0]}-00000000.js")).status_code == 404
    files = await client.get(f"/widget/{further_name('files')}")
    assert (files.content, files.headers["access-control-allow-origin"]) == (further("files").plain, "*")
    for other in ("files-00000000", "nothing-00000000", "../files-00000000", "files"):
        assert (await client.get(f"/widget/{other}.js")).status_code == 404


async def test_availability_says_who_is_there_and_how_the_site_looks(client: httpx.AsyncClient) -> None:
    answer = await client.get("/widget/availability?site=shop")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "max-age" in answer.headers["cache-control"]
    assert answer.json() == {
        "online": True,
        "languages": [*languages()],
        "name": "The shop",
        "accent": "#ffd400",
        "on_accent": "#000000",
        "parameters": ["campaign"],
    }


async def test_availability_is_told_of_the_queue_the_page_asks_about(client: httpx.AsyncClient) -> None:
    night = (await client.get("/widget/availability?site=shop&queue=night")).json()
    opening = datetime(2026, 3, 4, 22, tzinfo=UTC)
    assert (night["online"], night["back_at"]) == (False, opening.timestamp() * 1000)
    assert (await client.get("/widget/availability?site=shop&queue=unknown")).json()["online"] is True


async def test_a_page_that_is_not_on_the_list_is_told_and_noted(
    client: httpx.AsyncClient, refused: list[tuple[str, str, bool]]
) -> None:
    for page in ("https://shop.example", "https://chat.example"):
        answer = await client.get("/widget/availability?site=shop", headers={"origin": page})
        assert (answer.status_code, answer.headers["vary"]) == (200, "origin")
    assert refused == []
    pages = (
        ("shop", "https://old.example", 403),
        ("shop", "http://testserver", 403),  # what Host says is not believed where the address is set
        ("shpo", "https://shop.example", 404),
    )
    for site, page, status in pages:
        answer = await client.get(f"/widget/availability?site={site}", headers={"origin": page})
        assert (answer.status_code, answer.content) == (status, b"")
        assert (answer.headers["access-control-allow-origin"], answer.headers["cache-control"]) == ("*", "no-store")
    assert refused == [
        ("shop", "https://old.example", True),
        ("shop", "http://testserver", True),
        ("shpo", "https://shop.example", False),
    ]


async def test_the_launcher_hears_its_labels_in_the_language_of_the_page(client: httpx.AsyncClient) -> None:
    labels = (await client.get("/widget/availability?site=shop&locale=it-IT")).json()["labels"]
    assert labels["Open the chat"] == "Apri la chat"
    assert set(labels) == set(LAUNCHER) <= set(texts())
    assert "labels" not in (await client.get("/widget/availability?site=shop&locale=en-GB")).json()
    assert "labels" not in (await client.get("/widget/availability?site=shop&locale=../it")).json()


async def test_only_sites_with_greetings_say_so(client: httpx.AsyncClient, directory: Directory) -> None:
    assert "greetings" not in (await client.get("/widget/availability?site=shop")).json()
    directory.sites["shop"] = GREETS
    answer = (await client.get("/widget/availability?site=shop&locale=it")).json()
    assert answer["greetings"] == {
        "part": f"widget/{further_name('greetings')}",
        "shown": [{"id": "hello.it", "text": "Serve aiuto?", "after": 5, "pages": ["/shop/*"]}],
    }
    assert answer["labels"]["Dismiss"], "said before the language's file is fetched"


MISSING = ("/widget/free?site=other", "/widget/availability?site=other", "/widget/availability", "/widget/xx.json")


@pytest.mark.parametrize("path", MISSING)
async def test_what_does_not_exist_is_a_plain_404(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.content) == (404, b"")
    assert answer.headers["access-control-allow-origin"] == "*"


def test_an_accent_that_is_no_colour_is_left_out() -> None:
    odd = Site("shop", "The shop", "support", accent="red;} body {display:none")
    assert availability_of(odd, Team(True)).accent == ""
    assert ink_on("#1f5f8b") == "#ffffff"
