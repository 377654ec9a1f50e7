"""Host pages that carry the widget, made with common libraries, which are installed from npm."""

import fcntl
import subprocess
import tempfile
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from tests.support.credentials import allow_origin
from tests.support.eventually import eventually
from tests.support.server_process import RunningServer

TOP = Path(__file__).parents[2]
LIBRARIES = TOP / "node_modules"
TURBO = "/lib/@hotwired/turbo/dist/turbo.es2017-umd.js"
HTMX_2 = "/lib/htmx.org/dist/htmx.min.js"
HTMX_4 = "/vendor/htmx.min.js"
BOOTSTRAP = "/lib/bootstrap/dist/js/bootstrap.bundle.min.js"
REACT = ("/lib/react/umd/react.development.js", "/lib/react-dom/umd/react-dom.development.js")

FIELDS = '<input id="search" placeholder="Search" autocomplete="off"><p>{words}</p>'
LINKS = '<nav><a href="one">One</a> <a href="two">Two</a> <a href="three">Three</a></nav>'
MODAL = """
<link rel="stylesheet" href="/lib/bootstrap/dist/css/bootstrap.min.css">
<div class="modal" id="modal" tabindex="-1" role="dialog" aria-modal="true">
<div class="modal-dialog"><div class="modal-content"><h2>Our newsletter</h2><input id="newsletter" autocomplete="off">
<button data-bs-dismiss="modal">Close</button></div></div></div>
"""
# A portal with the trap that its libraries make: whatever is focused outside gives the focus back, at once.
PORTAL = """
<div id="app"></div>
<script>
const { createElement: e, useState, useEffect, useRef } = React;
function Modal() {
  const box = useRef(null);
  useEffect(() => {
    const field = box.current.querySelector('input');
    const trap = (event) => { if (!box.current.contains(event.target)) field.focus(); };
    const gone = (event) => { if (event.relatedTarget && !box.current.contains(event.relatedTarget)) field.focus(); };
    const keys = (event) => { event.preventDefault(); window.keys = (window.keys || 0) + 1; };
    const lock = (event) => { if (!box.current.contains(event.target)) event.preventDefault(); };
    document.addEventListener('focusin', trap, true);
    document.addEventListener('focusout', gone, true);
    document.addEventListener('keydown', keys, true);
    document.addEventListener('wheel', lock, { passive: false });
    field.focus();
  }, []);
  const dialog = e('div', { role: 'dialog', 'aria-modal': true, ref: box }, e('input', { id: 'newsletter' }));
  return ReactDOM.createPortal(dialog, document.body);
}
function App() {
  const [shown, show] = useState(false);
  window.show = () => show(true);
  return e('main', null, e('h1', null, 'A page of React'), shown && e(Modal));
}
ReactDOM.createRoot(document.getElementById('app')).render(e(App));
</script>
"""


def install() -> None:
    """What package.json lists, once for all workers."""
    with (Path(tempfile.gettempdir()) / f"sestetto-npm-{abs(hash(str(TOP)))}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.run([TOP / "tools" / "javascript", "true"], check=True, capture_output=True)


async def put_on_the_list(server: RunningServer, origin: str) -> None:
    """Pages of this origin may have the demo's widget, as the server knows by now."""

    async def listed() -> bool:
        address = f"{server.url}/widget/availability?site=demo"
        async with httpx.AsyncClient() as client:
            return (await client.get(address, headers={"origin": origin})).status_code == 200

    if not await listed():
        await allow_origin(server, origin)
        await eventually(listed, "the website to be on the list")


class HostPages:
    """`/KIND/NAME` is a page of that kind; `widget` is the line of script that its owner has copied into it."""

    def __init__(self) -> None:
        self.widget = ""
        files = [
            Mount("/lib", StaticFiles(directory=LIBRARIES, check_dir=False)),
            Mount("/vendor", StaticFiles(directory=TOP / "console" / "static" / "vendor")),
        ]
        self.app = Starlette(routes=[*files, Route("/{kind}/{name}", self.page)])

    def carries(self, server_url: str, *, key: str = "demo", more: str = "") -> None:
        self.widget = f'<script async src="{server_url}/widget.js" data-site="{key}" {more}></script>'

    async def page(self, request: Request) -> HTMLResponse:
        kind, name = request.path_params["kind"], request.path_params["name"]
        head, body, attributes = self.parts(kind)
        scripts = "".join(f'<script src="{address}"></script>' for address in head)
        meta = '<meta name="turbo-refresh-method" content="morph"><meta name="turbo-refresh-scroll" content="preserve">'
        language = request.query_params.get("lang", "en")
        text = FIELDS.format(words="Wool. " * 400)
        return HTMLResponse(
            f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{name}</title>{meta}{scripts}'
            f"</head><body {attributes}><h1>{name}</h1>{LINKS}{text}{body}{self.widget}</body></html>"
        )

    def parts(self, kind: str) -> tuple[tuple[str, ...], str, str]:
        """Scripts, body and the body's attributes of a kind of page."""
        match kind:
            case "turbo":
                return (TURBO,), "", ""
            case "htmx2":
                return (HTMX_2,), "", 'hx-boost="true"'
            case "htmx4":
                return (HTMX_4,), "", 'hx-boost="true" hx-boost:inherited="true"'
            case "bootstrap":
                return (BOOTSTRAP,), MODAL, ""
            case "react":
                return REACT, PORTAL, ""
            case _:
                return (), "", ""
