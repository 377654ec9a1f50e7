"""The team's switch for suggested replies."""

import httpx

from console.drafts.drafts import Drafts
from console.services import Services
from tests.unit.settings.forms import saved


async def test_a_supervisor_switches_them_off_for_every_console(services: Services, sam: httpx.AsyncClient) -> None:
    assert "data-no-suggestions" not in (await sam.get("/console")).text
    assert "Saved. It applies now." in await saved(sam, "/settings/suggestions", drafts="on")
    assert services.directory.suggestions is False
    assert "data-no-suggestions" in (await sam.get("/console")).text
    latest = (await services.stores.audit.read())[0]
    assert (latest.name, latest.what, latest.after) == ("Sam", "Suggested replies changed", {"suggested": False})
    await saved(sam, "/settings/suggestions", suggested="on", drafts="on")
    assert (await services.stores.directory.read()).suggestions is True


async def test_a_supervisor_switches_drafts_off_for_every_console(services: Services, sam: httpx.AsyncClient) -> None:
    assert "data-drafts" not in (await sam.get("/console")).text  # this server has no model
    services.drafts = Drafts("http://127.0.0.1:1/v1", "", "sage")
    assert "data-drafts" in (await sam.get("/console")).text
    await saved(sam, "/settings/suggestions", suggested="on")
    assert (services.directory.suggestions, services.directory.drafts) == (True, False)
    assert "data-drafts" not in (await sam.get("/console")).text
    latest = (await services.stores.audit.read())[0]
    assert (latest.name, latest.what, latest.after) == ("Sam", "Suggested replies changed", {"drafts": False})
    await saved(sam, "/settings/suggestions", suggested="on", drafts="on")
    assert (await services.stores.directory.read()).drafts is True
