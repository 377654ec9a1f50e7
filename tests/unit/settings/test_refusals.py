"""Over what was refused stands what did not happen: "Not saved" only where something was to be saved."""

import re

import httpx
import pytest

from console.services import Services
from tests.support.page_client import PASSWORD
from tests.unit.settings.forms import QUEUE, SITE, posted, saved

HEADING = re.compile(r'id="faults"[^>]*>\s*<p><b>(.*?)</b></p>', re.DOTALL)
STEP = re.compile(r'name="step" value="([^"]+)"')
OWN = "/settings/second-factor"


@pytest.mark.parametrize(
    ("at", "to", "heading"),
    [
        ("/settings/tokens", "", "Token not created"),
        ("/settings/integrations", "/token", "Token not created"),
        ("/settings/integrations", "", "Integration not added"),
        ("/settings/password", "", "Password not changed"),
        ("/settings/member/ana", "/password", "Password not changed"),
        (OWN, "", "Second factor not set up"),
        (OWN, "/codes", "Recovery codes not renewed"),
        (OWN, "/remove", "Not removed"),
        ("/settings/blocked", "", "Not blocked"),
        ("/settings/members/invite", "", "Not invited"),
        ("/settings/queues/new", "", "Not saved: 1 thing to fix"),
    ],
)
async def test_the_heading_says_what_did_not_happen(
    services: Services, ada: httpx.AsyncClient, at: str, to: str, heading: str
) -> None:
    fields = {"kind": "visitor", "days": "7"} if at.endswith("/blocked") else {}
    fields = {**QUEUE, "name": ""} if at.endswith("/queues/new") else fields
    refused = await posted(ada, at, to=f"{at}{to}", **fields)
    assert (refused.status_code, HEADING.findall(refused.text)) == (400, [heading])


async def test_a_wrong_first_code_says_that_the_second_factor_is_not_set_up(ada: httpx.AsyncClient) -> None:
    step = STEP.findall((await posted(ada, OWN, password=PASSWORD)).text)[0]
    refused = await posted(ada, OWN, to=f"{OWN}/confirm", step=step, code="1")
    assert (refused.status_code, HEADING.findall(refused.text)) == (400, ["Second factor not set up"])


async def test_a_key_that_cannot_be_read_is_not_added(ada: httpx.AsyncClient) -> None:
    page = await saved(ada, "/settings/sites/new", **SITE)
    at = re.findall(r"/settings/site/[\w-]+", page)[0] + "/identity"
    refused = await posted(ada, at, to=f"{at}/key", kid="k1", key="short")
    assert (refused.status_code, HEADING.findall(refused.text)) == (400, ["Key not added"])
