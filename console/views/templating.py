"""Templates: one Jinja environment per language, with texts, dates and numbers of that language.

Synchronous and autoescaped. A fragment is called as a macro of its module
(`environment("it").get_template("fragments/message.html").module.message(…)`), which costs a tenth of rendering a
template.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

import jinja2
from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal, format_percent
from markupsafe import Markup
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse

from console.domain.permissions import may
from console.events import SharedFile
from console.views.assets import static
from console.views.bidi import isolating
from console.views.bundles import scripts
from console.views.channels import channel_name
from console.views.i18n import SOURCE, negotiate, page_texts
from console.views.initials import initials, tone
from console.views.languages import language_name
from console.views.linkify import page_label

TEMPLATES = Path(__file__).parent.parent / "templates"
PICTURE = (240, 160)  # largest size in px of a picture in a log
THEMES = ("auto", "light", "dark")
THEME_COLOURS = {"light": "#ffffff", "dark": "#1c1f24"}  # of the area around an installed console: --surface
THEME_COOKIE = "sestetto_theme"
LOCALE_COOKIE = "sestetto_locale"
# Read at the start: an upgrade replaces these files while this process still runs the code that goes with them.
SOURCES = {
    file.relative_to(TEMPLATES).as_posix(): (file.read_text(encoding="utf-8"), str(file), None)
    for file in TEMPLATES.rglob("*.html")
}
TIME = Markup('<time datetime="{}" data-at="{}" data-style="{}">{}</time>')


@cache
def environment(locale: str = SOURCE) -> jinja2.Environment:
    """Return the environment of one language; cached."""
    made = jinja2.Environment(
        loader=jinja2.FunctionLoader(SOURCES.get),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_translations(page_texts().get(locale), newstyle=True)  # type: ignore[attr-defined]
    for name in ("gettext", "ngettext"):
        made.globals[name] = isolating(made.globals[name])  # type: ignore[arg-type]
    made.globals |= {
        "static": static,
        "scripts": scripts,
        "locale": locale,
        "languages": languages(),
        "themes": THEMES,
        "theme_colours": THEME_COLOURS,
        "may": may,
    }
    made.filters |= _filters(locale)
    return made


def render(
    connection: HTTPConnection,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
    locale: str = "",
) -> HTMLResponse:
    """Render a page in the reader's language and theme. `context` may hold `signed_in` (name, csrf) for the header."""
    language = locale or locale_of(connection)
    page = environment(language).get_template(template)
    values = {"path": connection.url.path, "theme": theme_of(connection), "signed_in": None, **(context or {})}
    return HTMLResponse(page.render(values), status_code=status)


def locale_of(connection: HTTPConnection, preferred: str = "") -> str:
    """Return the language of a request or socket: the cookie's, else `preferred`, else the browser's."""
    available = page_texts().available()
    for choice in (connection.cookies.get(LOCALE_COOKIE, ""), preferred):
        if choice in available:
            return choice
    return negotiate(connection.headers.get("accept-language", ""), available)


def theme_of(connection: HTTPConnection) -> str:
    """Return auto, light or dark from the cookie."""
    theme = connection.cookies.get(THEME_COOKIE, "auto")
    return theme if theme in THEMES else "auto"


@cache
def languages() -> dict[str, str]:
    """Map each language code to the language's own name."""
    return {code: _babel(code).get_language_name(code) or code for code in page_texts().available()}


def duration(ms: int) -> str:
    """Format as `0:42`, `12:05` or `1:02:03`."""
    minutes, seconds = divmod(max(ms, 0) // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def groups(text: str) -> str:
    """Set a long key in groups of four, as people type it."""
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def instant(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def moment(ms: int, pattern: str = "medium", *, locale: str) -> Markup:
    """Render a `<time>` in UTC; the page's script converts it to the reader's time zone and format."""
    when = instant(ms)
    return TIME.format(when.isoformat(), ms, pattern, _in_words(when, pattern, locale))


def _in_words(when: datetime, pattern: str, locale: str) -> str:
    if pattern == "time":  # rendered once per message: Babel would take ten times as long as the rest of the fragment
        return when.strftime("%H:%M:%S")
    if pattern == "hour":
        return when.strftime("%H:%M")
    if pattern == "date":
        return str(format_date(when, locale=_babel(locale)))
    return str(format_datetime(when, pattern, locale=_babel(locale)))


def span(ms: int, *, locale: str) -> str:
    """Format a measured time: `4.1 s` in the language's style; from ten seconds on `42 s`, from a minute on `1:42`."""
    tenths = round(ms / 100)
    if tenths < 100:
        return _tenths(tenths, locale)
    seconds = round(ms / 1000)
    return _seconds(str(seconds), locale) if seconds < 60 else duration(1000 * seconds)


def brief(ms: int, *, locale: str) -> str:
    """Format a configured time: `6 s` or `7.5 s`; from a minute on `1:30`."""
    tenths = round(ms / 100)
    return duration(ms + 500) if tenths >= 600 else _seconds(number(tenths / 10, locale=locale), locale)


def rough(ms: int, *, locale: str) -> str:
    """Format a long time by its largest unit: `3 hours`."""
    return str(format_timedelta(timedelta(milliseconds=ms), locale=_babel(locale)))


@lru_cache(maxsize=4_096)
def _tenths(tenths: int, locale: str) -> str:
    return _seconds(str(format_decimal(tenths / 10, format="0.0", locale=_babel(locale))), locale)


def _seconds(count: str, locale: str) -> str:
    return page_texts().get(locale).gettext("%(time)s s") % {"time": count}


@lru_cache(maxsize=4_096)
def number(value: float, *, locale: str) -> str:
    """Format a number in the language's style. Cached, as Babel takes as long as the rest of a fragment."""
    return str(format_decimal(value, locale=_babel(locale)))


@lru_cache(maxsize=4_096)
def percent(share: float, *, locale: str) -> str:
    return str(format_percent(share, locale=_babel(locale)))


def size_of(count: int, *, locale: str) -> str:
    """Format bytes as `340 kB` or `1.2 MB`."""
    unit, size = ("MB", count / 1_000_000) if count >= 1_000_000 else ("kB", max(count / 1_000, 1))
    return f"{number(round(size, 1 if size < 10 and unit == 'MB' else 0), locale=locale)} {unit}"


def kind_of_file(file: SharedFile) -> str:
    """Return the file name's extension, which fits its content."""
    return file.name.rpartition(".")[2].upper()


def shown_size(file: SharedFile) -> tuple[int, int]:
    """Return width and height of a picture in a log, known before it loads, so that nothing moves when it does."""
    scale = min(1.0, PICTURE[0] / file.width, PICTURE[1] / file.height)
    return max(1, round(file.width * scale)), max(1, round(file.height * scale))


def _filters(locale: str) -> dict[str, Any]:
    return {
        "duration": duration,
        "initials": initials,
        "tone": tone,
        "place": page_label,
        "channel": partial(channel_name, locale=locale),
        "language": partial(language_name, locale=locale),
        "moment": partial(moment, locale=locale),
        "span": partial(span, locale=locale),
        "rough": partial(rough, locale=locale),
        "brief": partial(brief, locale=locale),
        "groups": groups,
        "number": partial(number, locale=locale),
        "bytes": partial(size_of, locale=locale),
        "kind_of_file": kind_of_file,
        "shown_size": shown_size,
        "percent": partial(percent, locale=locale),
    }


def _babel(locale: str) -> Locale:
    try:
        return Locale.parse(locale)
    except (ValueError, UnknownLocaleError):
        return Locale.parse(SOURCE)
