"""The widget's files: the script, a second one loaded on opening, one file per language, and the availability.

The modules `widget/*.js` are joined at the start, in the order below, into one function scope. A host page makes one
request and gets no global but `sestetto`.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.authentication import admits
from console.domain.directory import Site, led_to
from console.domain.greetings import GreetingShown, shown_in
from console.errors import Refused, every_error
from console.projection.availability import availability, has_room
from console.protocol import Team
from console.views.i18n import NEAREST, SOURCE, page_texts, widget_texts
from console.views.packed_file import PackedFile, packed, send_file

try:
    import minify
except ImportError:  # not available for this platform: the script works unminified, but is larger
    minify = None

HERE = Path(__file__).parent
SHARED = HERE.parent / "static"
# This order compresses best. No module runs code before the last line of the last one.
PARTS = ("storage", "i18n", "visitor", "connection", "chat", "view", "forms", "dom", "log", "page", "widget")
# Fetched when the widget is opened, so that the script every page loads stays small. Until then the chat is plain. This
# order compresses best too.
LAZY = (
    "leave",
    "misses",
    "status",
    "fields",
    "counted",
    "says",
    "menu",
    "guard",
    "proof",
    "extras",
    "past",
    "signals",
)
# The console renders and composes messages with the same modules, which are in its folder.
WRITING = ("text/typed_text", "text/marks", "text/links", "text/rich_text", "writing")
EMOJI = ("text/emoji", "text/emoji_picker")
# Further parts, each fetched when it is needed: files where the site allows them, bots in a chat, the survey after a
# chat, questions before one, and greetings on sites that have any.
FURTHER = {
    "files": ("files",),
    "bots": ("bots",),
    "ending": ("survey", "transcript", "mailing"),
    "questions": ("questions",),
    "greetings": ("greetings",),
}
LAUNCHER = ("Open the chat", "Close the chat", "unread: {unread}")  # shown before the language's file is fetched
DISMISS = "Dismiss"  # so is this, where there are greetings
IMPORT = re.compile(r"^import \{([^}]+)\} from [^;]+;\n", re.MULTILINE)  # on one line or on several
EXPORT = re.compile(r"^export ", re.MULTILINE)
FRESH = 300  # seconds until the script is revalidated, so an update reaches every page within that time
AVAILABLE = 15  # s that an availability may be cached
GREETED = 10  # seconds that the answer whether somebody is free may be used
PUBLIC = {
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    "x-content-type-options": "nosniff",
}


class GreetingsShown(msgspec.Struct, frozen=True):
    """What the site says beside the launcher, and the name of the widget's part that shows it."""

    part: str
    shown: tuple[GreetingShown, ...]


class Availability(msgspec.Struct, omit_defaults=True):
    """What the launcher asks for. The request reveals nothing about the visitor; the response contains the site's
    looks.
    """

    online: bool
    languages: tuple[str, ...]
    back_at: int = 0
    name: str = ""
    accent: str = ""
    on_accent: str = ""
    privacy_url: str = ""
    parameters: tuple[str, ...] = ()
    labels: dict[str, str] = {}
    greetings: GreetingsShown | None = None


class Free(msgspec.Struct):
    """Whether an agent would have a slot for a chat opened now."""

    free: bool


# --- joining modules --------------------------------------------------------------------------


def folder() -> Path:
    """Return `widget/`: next to the package in a checkout, inside it in a wheel."""
    inside = HERE.parent / "widget"
    return inside if inside.is_dir() else HERE.parent.parent / "widget"


def prepare() -> None:
    """Make every file now: an upgrade may replace their sources while this process serves."""
    for make in (script, solver, identity, widget_texts):
        make()
    for name in FURTHER:
        further(name)


@cache
def script() -> PackedFile:
    """Return the whole widget: script and style sheet."""
    return packed(join(folder()).encode(), "text/javascript")


@cache
def lazy() -> PackedFile:
    """Return the part that every open chat needs: a module that gets its imports from the script that loads it."""
    loaded = {name: further_name(name) for name in FURTHER if name != "greetings"} | {"writing": writing_name()}
    return part(LAZY, "later", "".join(f'const {name.upper()}="widget/{file}";' for name, file in loaded.items()))


@cache
def further(name: str) -> PackedFile:
    """Return a further part: a module that the lazy one loads."""
    return part(FURTHER[name], name)


@cache
def writing_part() -> PackedFile:
    """Return the part that renders links and formatting, and helps to write them: a module that the lazy one loads."""
    return part(WRITING, "writing", f'const EMOJIS="widget/{emoji_name()}";')


@cache
def emoji_part() -> PackedFile:
    """Return the emoji and their picker: a module for visitors who open it."""
    return part(EMOJI, "emoji")


def part(names: Sequence[str], style: str, known: str = "") -> PackedFile:
    """Join modules, with their style sheet, into one that gets its imports from its loader."""
    source = folder()
    modules = [read(SHARED if "/" in name else source, f"{name}.js") for name in names]
    made = [name for module in modules for name in exported(module)]
    given = {"style", *(name for module in modules for name in imported(module))} - set(made)
    body = known + "\n".join(as_part(module) for module in modules)
    head = f"{style_of(source, style)}export default({{{','.join(sorted(given))}}})=>{{style(STYLE);"
    text = f"{head}{body}\nreturn{{{','.join(made)}}}}}"
    return packed(shorten("application/javascript", text).encode(), "text/javascript")


@cache
def solver() -> PackedFile:
    """Return the proof of work: a module that only visitors of a site under attack load."""
    return packed(shorten("application/javascript", read(folder(), "solver.js")).encode(), "text/javascript")


@cache
def identity() -> PackedFile:
    """Return the part that proves who the visitor is: a module that only pages with an identity load."""
    return packed(shorten("application/javascript", read(folder(), "identity.js")).encode(), "text/javascript")


def lazy_name() -> str:
    """Return the second script's name. It contains a tag of the content, so it always matches the script that requests
    it.
    """
    return f"later-{lazy().tag[1:9]}.js"


def further_name(name: str) -> str:
    """The same for a further part."""
    return f"{name}-{further(name).tag[1:9]}.js"


def writing_name() -> str:
    """The same for the writing part."""
    return f"writing-{writing_part().tag[1:9]}.js"


def emoji_name() -> str:
    """The same for the emoji."""
    return f"emoji-{emoji_part().tag[1:9]}.js"


def join(source: Path) -> str:
    """Join the modules into one script in a function scope, with the style sheet as a string; minified if possible."""
    parts = "\n".join(as_part(read(source, f"{name}.js")) for name in PARTS)
    known = f'const LAZY="widget/{lazy_name()}";'
    return (
        shorten("application/javascript", f'(()=>{{"use strict";{style_of(source, "widget")}{known}{parts}}})();')
        + "\n"
    )


def style_of(source: Path, name: str) -> str:
    """Return the style sheet as a constant of the script."""
    return f"const STYLE={msgspec.json.encode(shorten('text/css', read(source, f'{name}.css'))).decode()};"


def read(source: Path, name: str) -> str:
    return (source / name).read_text(encoding="utf-8")


def shorten(media: str, text: str) -> str:
    """Minify, if the minifier is installed."""
    return str(minify.string(media, text)) if minify is not None else text


def as_part(module: str) -> str:
    """Return a module as part of the common scope, without imports and exports."""
    return EXPORT.sub("", IMPORT.sub("", module))


def imported(module: str) -> list[str]:
    return [name for names in IMPORT.findall(module) for name in re.findall(r"\w+", names)]


def exported(module: str) -> list[str]:
    return re.findall(r"^export (?:async )?(?:function|const|class) (\w+)", module, re.MULTILINE)


# --- languages -------------------------------------------------------------------------------


@cache
def languages() -> tuple[str, ...]:
    """Return the languages a browser may request: those of the widget, and others that map to one of them."""
    own = widget_texts().available()
    return (*own, *(one for one, nearest in NEAREST.items() if nearest in own))


@cache
def language_file(language: str) -> PackedFile:
    """Map English texts to translations, as JSON: the widget's catalogue and the server's refusals."""
    language = NEAREST.get(language, language)
    own = widget_texts().catalogue(language, "widget")
    texts = {str(message.id): str(message.string) for message in own if message.id and message.string}
    gettext = page_texts().get(language).gettext
    refusals = [error.message for error in every_error() if issubclass(error, Refused)]
    texts = {**{refusal: gettext(refusal) for refusal in refusals}, **texts}
    return packed(msgspec.json.encode(texts), "application/json")


def launcher_labels(locale: str, *, greets: bool = False) -> dict[str, str]:
    """Return the launcher's labels in a language; empty for English or a language the widget does not have."""
    language = locale.partition("-")[0].lower()
    if language == SOURCE or language not in languages():
        return {}
    texts = msgspec.json.decode(language_file(language).plain, type=dict[str, str])
    return {text: texts[text] for text in (*LAUNCHER, *([DISMISS] if greets else []))}


# --- looks -----------------------------------------------------------------------------------


def ink_on(accent: str) -> str:
    """Return black or white, whichever reads better on `#rrggbb`; empty for anything else."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", accent):
        return ""
    red, green, blue = (_linear(int(accent[start : start + 2], 16) / 255) for start in (1, 3, 5))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "#ffffff" if 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 else "#000000"


def _linear(share: float) -> float:
    return float(share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4)


def availability_of(site: Site, team: Team, locale: str = "") -> Availability:
    ink = ink_on(site.accent)
    greetings = shown_in(site.greetings, locale, site.locale)
    return Availability(
        online=team.online,
        back_at=team.back_at,
        languages=languages(),
        name=site.name,
        accent=site.accent if ink else "",
        on_accent=ink,
        privacy_url=site.privacy_url,
        parameters=site.parameters,
        labels=launcher_labels(locale, greets=bool(greetings)),
        greetings=GreetingsShown(f"widget/{further_name('greetings')}", greetings) if greetings else None,
    )


# --- endpoints -------------------------------------------------------------------------------


async def widget_script(request: Request) -> Response:
    return send(request, script(), f"public, max-age={FRESH}, stale-while-revalidate=86400")


async def widget_lazy(request: Request) -> Response:
    """Serve the second script. Another release's is not available here; an open page works without it."""
    if request.path_params["tag"] != lazy_name()[6:-3]:
        return Response(status_code=404, headers=PUBLIC)
    return send(request, lazy(), "public, max-age=31536000, immutable")


async def widget_further(request: Request) -> Response:
    name, tag = request.path_params["part"], request.path_params["tag"]
    if name not in FURTHER or f"{name}-{tag}.js" != further_name(name):
        return Response(status_code=404, headers=PUBLIC)
    return send(request, further(name), "public, max-age=31536000, immutable")


async def widget_writing(request: Request) -> Response:
    if request.path_params["tag"] != writing_name()[8:-3]:
        return Response(status_code=404, headers=PUBLIC)
    return send(request, writing_part(), "public, max-age=31536000, immutable")


async def widget_emoji(request: Request) -> Response:
    if request.path_params["tag"] != emoji_name()[6:-3]:
        return Response(status_code=404, headers=PUBLIC)
    return send(request, emoji_part(), "public, max-age=31536000, immutable")


async def widget_solver(request: Request) -> Response:
    return send(request, solver(), f"public, max-age={FRESH}, stale-while-revalidate=86400")


async def widget_identity(request: Request) -> Response:
    return send(request, identity(), f"public, max-age={FRESH}, stale-while-revalidate=86400")


async def widget_language(request: Request) -> Response:
    language = request.path_params["language"]
    if language == SOURCE or language not in languages():
        return Response(status_code=404, headers=PUBLIC)
    return send(request, language_file(language), f"public, max-age={FRESH}, stale-while-revalidate=86400")


async def widget_availability(request: Request) -> Response:
    return _answer(request, AVAILABLE, _availability)


async def widget_free(request: Request) -> Response:
    """Answer whether a greeting may be shown: a page asks once, at the moment it would show one."""
    return _answer(request, GREETED, _free)


def _answer(request: Request, seconds: int, say: Callable[[Request, Site, str], msgspec.Struct]) -> Response:
    """Answer pages of the site about its queue, or the queue they ask for; browsers and caches keep the answer for a
    while.
    """
    services = request.app.state.services
    site = services.directory.sites.get(request.query_params.get("site", ""))
    headers = PUBLIC | {"cache-control": f"public, max-age={seconds}", "vary": "origin"}
    # requests from the site's own server have no Origin
    refused = "origin" in request.headers and not admits(request, site)
    if site is None or refused:
        return Response(status_code=403 if site else 404, headers=headers | {"cache-control": "no-store"})
    asked = request.query_params.get("queue", "")
    queue = asked if asked in led_to(services.directory, site) else site.queue
    return Response(msgspec.json.encode(say(request, site, queue)), media_type="application/json", headers=headers)


def _availability(request: Request, site: Site, queue: str) -> Availability:
    services = request.app.state.services
    team = availability(services.picture, services.directory.queues, queue, services.workspace.now())
    return availability_of(site, team, request.query_params.get("locale", ""))


def _free(request: Request, site: Site, queue: str) -> Free:
    services = request.app.state.services
    return Free(has_room(services.picture, services.directory.queues, queue, services.workspace.now()))


def send(request: Request, file: PackedFile, caching: str) -> Response:
    """Send a file to any page of any website."""
    return send_file(request, file, PUBLIC | {"cache-control": caching})


routes = [
    Route("/widget.js", widget_script),
    Route("/widget/availability", widget_availability),
    Route("/widget/free", widget_free),
    Route("/widget/{language:str}.json", widget_language),
    Route("/widget/solver.js", widget_solver),
    Route("/widget/identity.js", widget_identity),
    Route("/widget/later-{tag:str}.js", widget_lazy),
    Route("/widget/writing-{tag:str}.js", widget_writing),
    Route("/widget/emoji-{tag:str}.js", widget_emoji),
    Route("/widget/{part:str}-{tag:str}.js", widget_further),
]
