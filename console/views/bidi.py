"""Names and texts in right-to-left scripts inside our own sentences."""

import unicodedata
from collections.abc import Callable
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

ISOLATE, END = "\u2068", "\u2069"  # first strong isolate, pop directional isolate


def isolated(value: Any) -> Any:
    """Isolate a right-to-left text. Otherwise it would move a number or bracket that follows it to its other side."""
    if not isinstance(value, str) or isinstance(value, Markup) or value.isascii():
        return value
    backwards = any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in value)
    return f"{ISOLATE}{value}{END}" if backwards else value


def isolating(gettext: Callable[..., str]) -> Callable[..., str]:
    """Return this gettext with every value that is filled into the template isolated."""

    @pass_context
    def filled(context: Context, /, *texts: Any, **values: Any) -> str:
        return gettext(context, *texts, **{name: isolated(value) for name, value in values.items()})

    return filled
