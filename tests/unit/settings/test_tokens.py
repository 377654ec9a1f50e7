"""Ana creates and revokes her tokens, Ada those of integrations; each is shown once."""

import re

import httpx
from msgspec.structs import replace

from console.archive.audit import AuditFilter
from console.domain.directory import Queue
from console.services import Services
from tests.unit.settings.forms import faults, posted, saved

MADE = re.compile(r'<code class="secret"[^>]*>(sst_[\w-]+)</code>')
TOKEN = re.compile(r'name="token" value="([^"]+)"')
INTEGRATION = re.compile(r'name="integration" value="([^"]+)"')
AT, OF_ALL = "/settings/tokens", "/settings/integrations"


async def made_by(browser: httpx.AsyncClient, path: str = AT, *, to: str = "", **fields: str) -> str:
    answer = await posted(browser, path, to=to, **fields)
    assert answer.status_code == 200
    [bearer] = MADE.findall(answer.text)
    return str(bearer)


async def test_ana_makes_a_token_that_is_shown_once(services: Services, ana: httpx.AsyncClient) -> None:
    bearer = await made_by(ana, name="Nightly export", days="30", **{"scope.chats:read": "on"})
    held = await services.stores.tokens.find(bearer)
    assert held is not None
    assert held.member is not None
    assert (held.member.id, held.scopes) == ("ana", {"chats:read"})
    assert held.expires > services.workspace.now()
    page = (await ana.get(AT)).text
    assert bearer not in page
    assert bearer[:8] in page
    assert "Nightly export" in page
    line = (await services.stores.audit.read(AuditFilter("changes")))[0]
    assert (line.what, line.member, line.target) == ("Token added", "ana", "member:ana")
    assert line.after == {"token": f"Nightly export {bearer[:8]}…", "scopes": ["chats:read"], "days": 30}


async def test_ana_revokes_her_token(services: Services, ana: httpx.AsyncClient) -> None:
    bearer = await made_by(ana, name="Bot", **{"scope.socket": "on"})
    assert await services.stores.tokens.holder(bearer) is not None
    [token] = TOKEN.findall((await ana.get(AT)).text)
    assert "Token revoked." in await saved(ana, AT, to=f"{AT}/revoke", token=token)
    assert await services.stores.tokens.find(bearer) is None
    assert (await services.stores.audit.read(AuditFilter("changes")))[0].what == "Token revoked"


async def test_a_token_needs_a_name_a_scope_and_a_sensible_end(ana: httpx.AsyncClient) -> None:
    answer = await posted(ana, AT, name=" ", days="1000")
    assert answer.status_code == 400
    assert faults(answer.text) == [
        "Say what the token is for, in at most 60 characters.",
        "Choose what the token may do.",
        "Enter a number of days from 1 to 366, or leave it empty.",
    ]
    strange = await posted(ana, AT, name="Bot", days="soon", **{"scope.everything": "on"})
    assert faults(strange.text) == ["“soon” is not a whole number of 0 or more. Enter a value such as 90."]


async def test_nobody_revokes_somebody_elses(services: Services, ana: httpx.AsyncClient) -> None:
    bearer = await services.stores.tokens.add("sam", "hers")
    [token] = await services.stores.tokens.of_member("sam")
    assert (await posted(ana, AT, to=f"{AT}/revoke", token=token.id)).status_code == 404
    assert await services.stores.tokens.find(bearer) is not None


async def test_ada_adds_an_integration_with_a_token_and_removes_it(services: Services, ada: httpx.AsyncClient) -> None:
    page = await saved(ada, OF_ALL, name="SMS gateway")
    [integration, *_] = INTEGRATION.findall(page)
    fields = {"integration": integration, "token_name": "Production", "scope.chats:write": "on"}
    bearer = await made_by(ada, OF_ALL, to=f"{OF_ALL}/token", **fields)
    held = await services.stores.tokens.find(bearer)
    assert held is not None
    assert held.integration is not None
    assert (held.integration.name, held.scopes) == ("SMS gateway", {"chats:write"})
    refused = await posted(ada, OF_ALL, to=f"{OF_ALL}/token", **{**fields, "scope.socket": "on"})
    assert faults(refused.text) == ["Choose what the token may do."]
    twice = await posted(ada, OF_ALL, name="sms GATEWAY")
    assert faults(twice.text) == ["An integration with that name already exists."]
    assert "Integration removed" in await saved(ada, OF_ALL, to=f"{OF_ALL}/remove", integration=integration)
    assert await services.stores.tokens.find(bearer) is None
    lines = [line.what for line in await services.stores.audit.read(AuditFilter("changes"))][:4]
    assert lines[:3] == ["Integration removed", "Token added", "Integration added"]


async def test_a_removed_bot_leaves_its_queues_to_people(services: Services, ada: httpx.AsyncClient) -> None:
    robin = await services.stores.integrations.add("Robin")
    await services.stores.tokens.add_to_integration(robin.id, "live", scopes=["bot"])
    support = (await services.stores.directory.read()).queues["support"]
    other = Queue("sales", "Sales")
    for queue in (replace(support, bot=robin.id), replace(other, bot=robin.id), Queue("billing", "Billing")):
        await services.go_live(await services.stores.queues.put(queue))
    page = (await ada.get(OF_ALL)).text
    queues = "<bdi>Sales</bdi>, <bdi>Support</bdi>"
    assert f"Answers first in: {queues}</p>" in page
    assert f"People then answer all chats in: {queues}</p>" in page
    assert page.count("The bot needs this token. To replace it, create the new one first.") == 1
    await saved(ada, OF_ALL, to=f"{OF_ALL}/remove", integration=robin.id)
    stands = await services.stores.directory.read()
    assert {queue.bot for queue in stands.queues.values()} == {""}
    assert {queue.bot for queue in services.directory.queues.values()} == {""}, "it applies at once"
    assert not await services.workspace.configure(stands), "live state has it too"
    lines = (await services.stores.audit.read(AuditFilter("changes")))[:3]
    assert lines[0].what == "Integration removed"
    assert {(line.what, line.target) for line in lines[1:]} == {
        ("Queue changed", "queue:support"),
        ("Queue changed", "queue:sales"),
    }
    log = (await ada.get("/settings/changes")).text
    assert "Integration removed: <bdi>Robin</bdi>" in log
    assert log.count('<del><span class="vh">before: </span><bdi>Robin</bdi></del>') == 3, "no id where a name belongs"
    assert robin.id not in log.replace(f'<option value="{robin.id}">Robin</option>', "")


async def test_a_bot_without_its_token_is_told_to_be_silent(services: Services, ada: httpx.AsyncClient) -> None:
    robin = await services.stores.integrations.add("Robin")
    await services.stores.tokens.add_to_integration(robin.id, "live", scopes=["bot"])
    support = (await services.stores.directory.read()).queues["support"]
    await services.stores.queues.put(replace(support, bot=robin.id))
    [token] = (await services.stores.tokens.of_integrations())[robin.id]
    page = await saved(ada, OF_ALL, to=f"{OF_ALL}/revoke", token=token.id)
    assert "Until it has one, people get all chats." in page
    assert (await services.stores.directory.read()).queues["support"].bot == robin.id, "a new token, and it is back"
    await services.stores.tokens.add_to_integration(robin.id, "new", scopes=["bot"])
    await services.stores.tokens.add_to_integration(robin.id, "spare", scopes=["bot"])
    page = (await ada.get(OF_ALL)).text
    assert "Until it has one, people get all chats." not in page
    assert "The bot needs this token." not in page, "there is another one"


async def test_ada_sees_and_revokes_anas_token(services: Services, ada: httpx.AsyncClient) -> None:
    bearer = await services.stores.tokens.add("ana", "left behind")
    page = (await ada.get(OF_ALL)).text
    assert "left behind" in page
    [token] = TOKEN.findall(page)
    assert "Token revoked." in await saved(ada, OF_ALL, to=f"{OF_ALL}/revoke", token=token)
    assert await services.stores.tokens.find(bearer) is None


async def test_agents_and_supervisors_have_no_integrations(ana: httpx.AsyncClient, sam: httpx.AsyncClient) -> None:
    for browser in (ana, sam):
        assert (await browser.get(OF_ALL)).status_code == 403
        assert (await posted(browser, OF_ALL, to=OF_ALL, name="Mine")).status_code == 403
