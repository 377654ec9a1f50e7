"""Alerts reach people away from their screens: chat-ops before a promise breaks, mail when nobody is there."""

from collections.abc import AsyncIterator, Callable

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from console.archive.alert_incidents import NAME
from console.archive.tables import cursors
from console.domain.alerts import AlertRule
from console.domain.directory import Queue
from tests.stories.teams import at_work, person, set_up
from tests.support.alert_detector import alerts_of, to
from tests.support.alert_receivers import HttpReceiver, MailReceiver
from tests.support.eventually import eventually
from tests.support.json_clients import Agent, Visitor
from tests.support.server_process import RunningServer

LEVEL_2 = Queue("l2", "Level 2", target=20_000)
PAUL = person("paul", "l2")


@pytest.fixture
def server(start_server: Callable[..., RunningServer]) -> RunningServer:
    """An installation whose chat-ops and mail server are on its own machine."""
    return start_server(alert_networks="127.0.0.1", origin="https://chat.example")


@pytest.fixture
async def chatops() -> AsyncIterator[HttpReceiver]:
    async with HttpReceiver() as receiver:
        yield receiver


async def has_rule(server: RunningServer, rule: AlertRule) -> None:
    async with alerts_of(server.database_url) as alerts:
        await alerts.rules.put(rule)


async def follows(server: RunningServer) -> bool:
    async with alerts_of(server.database_url) as alerts, alerts.outbox.database.reading() as connection:
        return bool((await connection.execute(select(cursors).where(cursors.c.consumer == NAME))).all())


async def test_chat_ops_is_notified_of_an_answer_due_soon(server: RunningServer, chatops: HttpReceiver) -> None:
    await set_up(server, [LEVEL_2], [PAUL])
    (paul,) = await at_work(server, "paul")
    rule = AlertRule("r", "Partners", ("l2",), due_soon=16_000, late=True, destinations=to(chatops.url))
    await has_rule(server, rule)
    partner = await Visitor.comes(server)
    await partner.opens("Our channel is down", queue="l2", name="Lumière Films")
    await paul.gets(partner.chat)
    first = await eventually(lambda: chatops.got and chatops.got[0], "the alert", within=20)
    assert first["title"] == "Level 2: 1 answer is due soon"
    for part in ("Lumière Films: waiting since", "with Paul", "https://chat.example/board", "Alert: Partners."):
        assert part in first["message"]
    await paul.answers(partner.chat, "We are on it")
    answer = await paul.reads("We are on it")
    assert answer["turn"].get("late", False) is False, "it came in time, for somebody was told"
    assert len(chatops.got) == 1


async def test_ten_late_answers_are_one_message_and_one_more_when_it_is_over(
    server: RunningServer, chatops: HttpReceiver
) -> None:
    ana = await Agent.comes(server, "ana")
    await ana.is_welcome()
    await has_rule(server, AlertRule("r", "Late", late=True, destinations=to(chatops.url), quiet=10_000))
    visitors = [await Visitor.comes(server) for _ in range(5)]
    for visitor in visitors:
        await visitor.opens("Hello?")
        await ana.gets(visitor.chat)
    await eventually(lambda: len([fact for fact in ana.facts() if fact["kind"] == "late"]) == 5, "all to be late")
    for visitor in visitors:
        await ana.answers(visitor.chat, "Sorry for the wait")
    await eventually(lambda: len(chatops.got) == 2, "the end", within=40)
    assert chatops.subjects[1] == "Resolved: Support, answers were late"
    assert "5 answers were late." in chatops.got[1]["message"]


async def test_a_supervisor_gets_a_mail_when_nobody_is_there(server: RunningServer) -> None:
    async with MailReceiver() as mail:
        rule = AlertRule("r", "Nessuno", ("support",), nobody=1_000, destinations=to(mail.url), locale="it")
        await has_rule(server, rule)
        got = await eventually(lambda: mail.got and mail.got[0], "the mail", within=20)
        assert got["Subject"] == "Support: nessuno è online"
        assert "Avviso: Nessuno." in got.get_body(("html",)).get_content()  # type: ignore[union-attr]


async def test_too_many_waiting_chats_are_reported(server: RunningServer, chatops: HttpReceiver) -> None:
    ana = await Agent.comes(server, "ana")
    await ana.is_welcome()
    await has_rule(server, AlertRule("r", "Line", line=1, destinations=to(chatops.url)))
    for number in range(8):
        visitor = await Visitor.comes(server)
        await visitor.opens("Hello", name=f"Visitor {number}")
        if number < 6:
            await ana.gets(visitor.chat)
    await eventually(lambda: chatops.subjects == ["Support: 2 chats waiting"], "the alert", within=20)


async def test_a_message_left_while_nobody_is_online_is_reported_at_once(
    server: RunningServer, chatops: HttpReceiver
) -> None:
    await has_rule(server, AlertRule("r", "Messages", left=True, came=True, destinations=to(chatops.url)))
    await eventually(lambda: follows(server), "the alert to apply")
    vera = await Visitor.comes(server)
    left = await vera.command("leave_message", email="vera@example.org", text="Call me back", name="Vera")
    assert left["t"] == "ack"
    got = await eventually(lambda: chatops.got and chatops.got[0], "the alert", within=20)
    assert (got["title"], got["type"]) == ("Support: 1 message left", "info")
    assert "Vera: left a message at" in got["message"]
    ana = await Agent.comes(server, "ana")
    await ana.is_welcome()
    vito = await Visitor.comes(server)
    await vito.opens("Hello", name="Vito")
    await eventually(lambda: len(chatops.got) == 2, "the new chat", within=20)
    assert chatops.subjects[1] == "Support: 1 new chat"


async def test_a_private_host_is_refused_where_nothing_allows_it(
    start_server: Callable[..., RunningServer], chatops: HttpReceiver
) -> None:
    server = start_server()
    await has_rule(server, AlertRule("r", "Nobody", nobody=0, destinations=to(chatops.url)))

    async def refused() -> bool:
        async with alerts_of(server.database_url) as alerts:
            return [line.code for line in await alerts.outbox.latest("r")][:1] == ["refused"]

    await eventually(refused, "the refusal", within=20)
    assert chatops.lines == []
    assert "s3cr3t" not in server.log


async def test_what_a_visitor_calls_herself_stays_a_name(server: RunningServer, chatops: HttpReceiver) -> None:
    ana = await Agent.comes(server, "ana")
    await ana.is_welcome()
    async with MailReceiver() as mail:
        rule = AlertRule("r", "Late", late=True, destinations=to(chatops.url, mail.url))
        await has_rule(server, replace(rule, line=0))
        vera = await Visitor.comes(server)
        await vera.opens("Hi", name="<img src=x onerror=alert(1)> @everyone [x](https://evil.example)")
        await ana.gets(vera.chat)
        await eventually(lambda: chatops.got and mail.got, "both", within=30)
        html = mail.got[0].get_body(("html",)).get_content()  # type: ignore[union-attr]
        assert "<img" not in html
        for text in (html, chatops.got[0]["message"]):
            assert "@everyone" not in text
            assert "https://evil" not in text
