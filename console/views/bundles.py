"""The scripts of each page, joined: the browser makes one request for about a hundred modules.

Each module becomes a block, in the order in which a browser would run the modules, and a variable holds its exports.
Modules import names or everything (`* as`), without cycles, and export functions, classes and constants.
"""

import os
import re
from functools import cache
from pathlib import PurePosixPath

from markupsafe import Markup

from console.views import assets
from console.views.packed_file import PackedFile, packed

FOLDER = "bundles"
# The modules a page starts with, by the name of its bundle; they run in this order.
PAGES = {
    "board": ("page.js", "board/board.js"),
    "chats": ("page.js", "chats.js"),
    "console": ("page.js", "console/console.js"),
    "continue": ("page.js", "continue.js"),
    "exports": ("page.js", "settings.js", "exports.js"),
    "imports": ("page.js", "settings.js", "imports.js"),
    "left_message": ("page.js", "left_message.js"),
    "notifications": ("page.js", "settings.js", "notifications.js"),
    "offline": ("offline.js",),
    "page": ("page.js",),
    "settings": ("page.js", "settings.js"),
}
SCRIPT = Markup('<script type="module" src="{}"></script>')
IMPORT = re.compile(r'^import (?:\{([^}]*)\}|\* as (\w+)) from "(\.[^"]+)";$', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?function|class|const)", re.MULTILINE)
EXPORTED = re.compile(r"^export (?:(?:async )?function|class|const) (\w+)", re.MULTILINE)
LATER = re.compile(r'\bimport\("(\.[^"]+)"\)')  # a module that is fetched when it is needed
LEFT = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def scripts(page: str) -> Markup:
    """Return the script tag of a page. Raises KeyError if there is no such bundle."""
    return SCRIPT.format(address(page))


def address(page: str) -> str:
    """Return the URL of a bundle in this build. Raises KeyError if there is none."""
    PAGES[page]
    return f"/static/{assets.build()}/{FOLDER}/{page}.js"


@cache
def modules(page: str) -> tuple[str, ...]:
    """Return all modules of a bundle in the order in which they run. Raises KeyError if there is no such bundle."""
    found: dict[str, None] = {}

    def add(name: str, importers: tuple[str, ...]) -> None:
        if name in importers:
            raise ValueError(f"{name} imports itself, by way of {importers[-1]}")
        if name not in found:
            for imported in _imported(name):
                add(imported, (*importers, name))
            found[name] = None

    for entry in PAGES[page]:
        add(entry, ())
    return tuple(found)


@cache
def bundle(page: str) -> PackedFile:
    """Return the script of a page. Raises KeyError if there is no such bundle."""
    names = modules(page)
    parts = [_block(name) for name in names]
    # Lets developers inspect a module in the browser's console: (await import(url))["console/net/socket.js"].
    views = ",\n".join(f'  {_variable(name)} as "{name}"' for name in names)
    return packed("\n".join([*parts, f"export {{\n{views},\n}};\n"]).encode(), "text/javascript")


def is_of_this_build(page: str) -> bool:
    """Whether all modules of a bundle are unchanged since this process started."""
    return all(map(assets.is_of_this_build, modules(page)))


def _block(name: str) -> str:
    """Return the module as a block, which may wait (`await`) like a module."""
    source = _read(name)

    def imports(found: re.Match[str]) -> str:
        names, everything, address = found.groups()
        wanted = everything or "{" + names.replace(" as ", ": ") + "}"
        return f"const {wanted} = {_variable(_resolved(name, address))};"

    def later(found: re.Match[str]) -> str:
        return f'import("{os.path.relpath(_resolved(name, found[1]), FOLDER)}")'

    body = LATER.sub(later, EXPORT.sub("", IMPORT.sub(imports, source)))
    if unknown := LEFT.search(body):
        raise ValueError(f"{name} cannot be joined: {unknown[0]}")
    exported = ", ".join(EXPORTED.findall(source))
    variable = _variable(name)
    return f"// {name}\nlet {variable};\n{{\n{body}{variable} = {{ {exported} }};\n}}"


def _variable(name: str) -> str:
    return "_" + re.sub(r"\W", "_", name.removesuffix(".js"))


def _imported(name: str) -> list[str]:
    return list(dict.fromkeys(_resolved(name, address) for _, _, address in IMPORT.findall(_read(name))))


def _resolved(name: str, address: str) -> str:
    return os.path.normpath(PurePosixPath("/", name).parent / address).lstrip("/")


def _read(name: str) -> str:
    return (assets.STATIC / name).read_text(encoding="utf-8")
