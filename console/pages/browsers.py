"""Browser and system names from a User-Agent, as people know them."""

import re

# The first match wins: browsers further down also appear in the User-Agent of those above.
BROWSERS = (
    ("Edge", r"Edg(?:e|A|iOS)?/(\d+)"),
    ("Opera", r"OPR/(\d+)"),
    ("Samsung Internet", r"SamsungBrowser/(\d+)"),
    ("Firefox", r"(?:Firefox|FxiOS)/(\d+)"),
    ("Chrome", r"(?:Chrome|CriOS|Chromium)/(\d+)"),
    ("Safari", r"Version/(\d+)[\d.]* (?:Mobile/\S+ )?Safari/"),
)
SYSTEMS = (
    ("Android", r"Android"),
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Windows", r"Windows"),
    ("macOS", r"Macintosh"),
    ("ChromeOS", r"CrOS"),
    ("Linux", r"Linux|X11"),
)
BROWSER_RES = [(name, re.compile(pattern)) for name, pattern in BROWSERS]
SYSTEM_RES = [(name, re.compile(pattern)) for name, pattern in SYSTEMS]


def browser_of(agent_string: str) -> tuple[str, str]:
    """Return (`Firefox 128`, `Windows`) of a User-Agent; empty strings for what is unknown."""
    agent = agent_string[:500]
    browsers = (f"{name} {found[1]}" for name, pattern in BROWSER_RES if (found := pattern.search(agent)))
    systems = (name for name, pattern in SYSTEM_RES if pattern.search(agent))
    return next(browsers, ""), next(systems, "")
