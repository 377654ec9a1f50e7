"""Who may use each action: agents, supervisors, admins. A new action fails until it has a row."""

import inspect
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from console import actions
from console.actions import (
    alerts,
    archived_chats,
    audit_log,
    blocks,
    canned_replies,
    chats,
    erasure,
    exports,
    figures,
    files,
    identity_providers,
    imports,
    invitations,
    left_messages,
    mail,
    members,
    on_behalf,
    passwords,
    preferences,
    push,
    queues,
    retention,
    second_factors,
    sessions,
    sites,
    tokens,
    visitors,
    webhooks,
)
from console.archive.audit import AuditFilter
from console.archive.credentials import SignedIn
from console.archive.left_messages import LeftQuery
from console.archive.search import ChatQuery
from console.archive.sign_in_steps import SignInStep
from console.domain.alerts import AlertRule, Destination
from console.domain.blocks import Block
from console.domain.directory import Canned, Member, Queue, Scope, Site
from console.domain.identity_providers import Provider
from console.domain.ids import new_cid
from console.domain.imports import Import, ImportWanted
from console.domain.push import PushKeys
from console.domain.webhooks import WebhookEndpoint, new_secret
from console.errors import BadCommand, BadSettings, NotAllowed, NothingToDo, NotYours
from console.imports.reading import NoRows
from console.protocol import LeaveMessage, Open, VisitorEnd, VisitorSay
from console.services import Services
from tests.support.archive_feed import quick_passwords
from tests.support.authenticator import Phone
from tests.support.page_client import PASSWORD, an_installation

ADMINS = {"ada"}
SUPERVISORS = {"ada", "sam"}
EVERYBODY = {"ada", "sam", "ana"}
RULE = AlertRule("r1", "Late", late=True, destinations=(Destination("d1xx", "json://127.0.0.1:9", "json://…"),))


PROVIDER = Provider("lana", "Lana", "http://127.0.0.1:9", "sestetto", default_role="agent")
INVITED = Member("", "", "eve@example.com")
PHONE = Phone("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")


async def no_bytes() -> AsyncIterator[bytes]:
    yield b""


BODY = files.Body(new_cid(), "a.pdf", 1, "", no_bytes())


class Row(NamedTuple):
    """A verb, who may, and a call of it that whoever may can repeat."""

    verb: str
    whom: set[str]
    call: Callable[[Services, SignedIn], Awaitable[object]]
    case: str = ""


async def remove_a_queue(services: Services, me: SignedIn) -> None:
    await services.stores.queues.put(Queue("spare", "Spare"))
    await queues.remove(services, me.member, "spare")


async def remove_a_site(services: Services, me: SignedIn) -> None:
    await services.stores.sites.put(Site("spare", "Spare", "support", ("https://spare.example",)))
    await sites.remove(services, me.member, "spare")


async def update_ben(services: Services, me: SignedIn) -> None:
    ben = (await services.stores.directory.read()).members["ben"]
    await members.update(services, me.member, replace(ben, limit=ben.limit - 1))


async def make_ben_a_supervisor(services: Services, me: SignedIn) -> None:
    ben = (await services.stores.directory.read()).members["ben"]
    await members.update(services, me.member, replace(ben, role="supervisor"))


async def reactivate_ben(services: Services, me: SignedIn) -> None:
    with suppress(NotYours):
        await services.stores.members.disable("ben")
    await members.reactivate(services, me.member, "ben")


async def a_reply(services: Services, me: SignedIn, scope: Scope) -> Canned:
    owner, title = me.member.id if scope == "member" else "", f"Hello from {me.member.name}"
    reply = Canned(f"r-{me.member.id}", title, "Good day", scope, owner)
    await services.stores.canned.put(reply)
    return reply


async def subscribe_nowhere(services: Services, me: SignedIn) -> None:
    with pytest.raises(BadCommand):
        await push.subscribe(services, me, NOWHERE, browser="", locale="en", always=False, alerts=False)


NOWHERE = PushKeys("http://127.0.0.1:9/", "", "")
# Port 9 of this machine is private, so nothing is sent.
HOOK = WebhookEndpoint("hook", "CRM", "http://127.0.0.1:9/", ("chat.ended",), (new_secret(),))


async def put_the_hook(services: Services) -> None:
    await services.webhooks.endpoints.put(HOOK)


async def save_a_hook(services: Services, me: SignedIn) -> None:
    with suppress(BadSettings):
        await webhooks.save(services, me.member, replace(HOOK, id=me.member.id, name=me.member.name))


async def rotate_the_hook(services: Services, me: SignedIn) -> None:
    await put_the_hook(services)
    await webhooks.rotate(services, me.member, HOOK.id)


async def try_the_hook(services: Services, me: SignedIn) -> None:
    await put_the_hook(services)
    await webhooks.send_test(services, me.member, HOOK.id)


async def remove_the_hook(services: Services, me: SignedIn) -> None:
    await put_the_hook(services)
    await webhooks.remove(services, me.member, HOOK.id)


async def replay_nothing(services: Services, me: SignedIn) -> None:
    with suppress(NothingToDo):
        await webhooks.replay(services, me.member, HOOK.id)


async def remove_the_rule(services: Services, me: SignedIn) -> None:
    await services.alerts.rules.put(RULE)
    await alerts.remove(services, me.member, RULE.id)


def on_replies(scope: Scope, whom: set[str]) -> list[Row]:
    async def read(services: Services, me: SignedIn) -> None:
        await canned_replies.read(services, me.member, (await a_reply(services, me, scope)).id)

    async def add(services: Services, me: SignedIn) -> None:
        owner = me.member.id if scope == "member" else ""
        reply = Canned(f"new-{me.member.id}", f"Bye from {me.member.name}", "Bye", scope, owner)
        await canned_replies.add(services, me.member, reply)

    async def problems_of(services: Services, me: SignedIn) -> None:
        owner = me.member.id if scope == "member" else ""
        await canned_replies.problems_of(services, me.member, Canned("new", "Bye", "Bye", scope, owner))

    async def update(services: Services, me: SignedIn) -> None:
        reply = await a_reply(services, me, scope)
        await canned_replies.update(services, me.member, replace(reply, title=f"Welcome, says {me.member.name}"))

    async def remove(services: Services, me: SignedIn) -> None:
        await canned_replies.remove(services, me.member, (await a_reply(services, me, scope)).id)

    calls = read, problems_of, add, update, remove
    return [Row(f"canned_replies.{call.__name__}", whom, call, scope) for call in calls]


async def lift_a_block(services: Services, me: SignedIn) -> None:
    await services.stores.blocks.put(Block("visitor", "mallory", until=2_000_000_000_000))
    await blocks.lift(services, me.member, "visitor", "mallory")


async def with_a_factor(services: Services, member: str) -> None:
    """The member has a second factor; its key is the same each time."""
    steps = services.stores.sign_in_steps
    if await services.stores.second_factors.of_member(member) is None:
        step = await steps.read(await steps.add(member, "set-up", secret=PHONE.secret), "set-up")
        await services.stores.second_factors.confirm(step, PHONE.code())


async def set_up_a_factor(services: Services, me: SignedIn) -> None:
    step = await second_factors.begin(services, me, PASSWORD, address="::1")
    await second_factors.read_step(services, me, step.token)
    await second_factors.confirm(services, me, step.token, Phone(step.secret).code())


async def renew_codes(services: Services, me: SignedIn) -> None:
    await with_a_factor(services, me.member.id)
    await second_factors.renew_codes(services, me, PASSWORD, address="::1")


async def remove_own_factor(services: Services, me: SignedIn) -> None:
    await with_a_factor(services, me.member.id)
    await second_factors.remove_own(services, me, PASSWORD, address="::1")


async def reset_bens_factor(services: Services, me: SignedIn) -> None:
    await with_a_factor(services, "ben")
    await second_factors.reset(services, me.member, "ben")


async def begin_a_factor(services: Services, me: SignedIn) -> SignInStep:
    return await second_factors.begin(services, me, PASSWORD, address="::1")


async def read_the_step(services: Services, me: SignedIn) -> None:
    await second_factors.read_step(services, me, (await begin_a_factor(services, me)).token)


async def remove_an_integration(services: Services, me: SignedIn) -> None:
    made = await services.stores.integrations.add(f"CRM of {me.member.name}")
    await tokens.remove_integration(services, me.member, made.id)


async def add_to_an_integration(services: Services, me: SignedIn) -> None:
    made = await services.stores.integrations.add(f"CRM of {me.member.name}")
    await tokens.add_to_integration(services, me.member, made.id, "test", ["chats:read"])


async def revoke_a_token(services: Services, me: SignedIn) -> None:
    await services.stores.tokens.add("ben", "bot")
    [token, *_] = await services.stores.tokens.of_member("ben")
    await tokens.revoke(services, me.member, token.id)


def on_behalf_of_nobody(verb: str) -> Row:
    """For all four verbs: an unknown site, or a chat of nobody."""
    where = {"site": "none", "ref": "vera", "channel": "api", "locale": ""}
    calls: dict[str, Callable[[Services, SignedIn], Awaitable[object]]] = {
        "open_chat": lambda s, me: on_behalf.open_chat(s, me.member, Open(new_cid(), "Hello"), **where),
        "leave_message": lambda s, me: on_behalf.leave_message(
            s, me.member, LeaveMessage(new_cid(), "vera@example.com", "Hello"), **where
        ),
        "say": lambda s, me: on_behalf.say(s, me.member, VisitorSay(new_cid(), "Hello"), chat="none", ref="vera"),
        "end": lambda s, me: on_behalf.end(s, me.member, VisitorEnd(new_cid()), chat="none", ref="vera"),
    }
    return Row(f"on_behalf.{verb}", EVERYBODY, lambda s, me: is_not_there(calls[verb](s, me)))


async def is_not_there(work: Awaitable[object]) -> None:
    with pytest.raises(NotYours):
        await work


async def ask_for_a_test_mail(services: Services, me: SignedIn) -> None:
    with pytest.raises(BadSettings, match="no mail server"):
        await mail.send_test(services, me.member, "vera@example.com")


async def answer_no_message(services: Services, me: SignedIn) -> None:
    await is_not_there(left_messages.answer(services, me.member, "none", new_cid(), "Hi", state="done"))


async def tend_no_message(services: Services, me: SignedIn) -> None:
    await is_not_there(left_messages.tend(services, me.member, "none", new_cid(), owner="", state="done"))


async def note_on_no_message(services: Services, me: SignedIn) -> None:
    await is_not_there(left_messages.note(services, me.member, "none", new_cid(), "Hi"))


async def retry_a_mail(services: Services, me: SignedIn) -> None:
    with pytest.raises(NothingToDo):
        await mail.retry(services, me.member, 1)


async def import_nothing(services: Services, me: SignedIn) -> None:
    with pytest.raises(NoRows):
        await imports.read_file(services, me.member, ImportWanted("members", "json", "file"), io.BytesIO(b"[]"))


A_FILE = Import(id="none", kind="members", format="csv", name="", made=1, state="ready")


async def begin_nothing(services: Services, me: SignedIn) -> None:
    with pytest.raises(NothingToDo):
        await imports.begin(services, me.member, "none")


async def cancel_nothing(services: Services, me: SignedIn) -> None:
    with pytest.raises(NothingToDo):
        await imports.cancel(services, me.member, "none")


TABLE = [
    Row("queues.save", SUPERVISORS, lambda s, me: queues.save(s, me.member, Queue("tier-2", "Tier 2"), ["ana"])),
    Row("queues.read_bots", SUPERVISORS, lambda s, me: queues.read_bots(s, me.member)),
    Row("queues.problems_of_bot", SUPERVISORS, lambda s, me: queues.problems_of_bot(s, me.member, Queue("q", "Q"))),
    Row("queues.remove", SUPERVISORS, remove_a_queue),
    Row(
        "sites.save", SUPERVISORS, lambda s, me: sites.save(s, me.member, Site("a", "A", "support", ("https://a.eu",)))
    ),
    Row("sites.remove", SUPERVISORS, remove_a_site),
    Row("members.add", ADMINS, lambda s, me: members.add(s, me.member, Member("", "Kim", "kim@example.com"), PASSWORD)),
    Row(
        "members.problems_of",
        ADMINS,
        lambda s, me: members.problems_of(s, me.member, Member("", "Kim", "kim@example.com"), PASSWORD),
    ),
    Row("members.update", SUPERVISORS, update_ben),
    Row("members.update", ADMINS, make_ben_a_supervisor, "role"),
    Row("members.deactivate", ADMINS, lambda s, me: members.deactivate(s, me.member, "ben")),
    Row("members.reactivate", ADMINS, reactivate_ben),
    Row("passwords.reset", ADMINS, lambda s, me: passwords.reset(s, me.member, "ben", PASSWORD)),
    Row(
        "passwords.change_own", EVERYBODY, lambda s, me: passwords.change_own(s, me, PASSWORD, PASSWORD, address="::1")
    ),
    Row("second_factors.read_own", EVERYBODY, second_factors.read_own),
    Row("second_factors.begin", EVERYBODY, begin_a_factor),
    Row("second_factors.read_step", EVERYBODY, read_the_step),
    Row("second_factors.confirm", EVERYBODY, set_up_a_factor),
    Row("second_factors.renew_codes", EVERYBODY, renew_codes),
    Row("second_factors.remove_own", EVERYBODY, remove_own_factor),
    Row("second_factors.reset", ADMINS, reset_bens_factor),
    Row("second_factors.holders", ADMINS, lambda s, me: second_factors.holders(s, me.member)),
    Row("second_factors.lacking", ADMINS, lambda s, me: second_factors.lacking(s, me.member, "everybody")),
    Row("second_factors.require_for", ADMINS, lambda s, me: second_factors.require_for(s, me, "nobody")),
    Row("invitations.invite", ADMINS, lambda s, me: invitations.invite(s, me.member, INVITED, "http://chat.example")),
    Row("invitations.read_pending", ADMINS, lambda s, me: invitations.read_pending(s, me.member)),
    Row("invitations.problems_of", ADMINS, lambda s, me: invitations.problems_of(s, me.member, INVITED)),
    Row("invitations.revoke", ADMINS, lambda s, me: is_not_there(invitations.revoke(s, me.member, "none"))),
    Row("identity_providers.read_all", ADMINS, lambda s, me: identity_providers.read_all(s, me.member)),
    Row("identity_providers.read", ADMINS, lambda s, me: identity_providers.read(s, me.member, PROVIDER.id)),
    Row("identity_providers.problems_of", ADMINS, lambda s, me: identity_providers.problems_of(s, me.member, PROVIDER)),
    Row("identity_providers.save", ADMINS, lambda s, me: identity_providers.save(s, me.member, PROVIDER)),
    Row("identity_providers.remove", ADMINS, lambda s, me: identity_providers.remove(s, me.member, PROVIDER.id)),
    Row(
        "identity_providers.test",
        ADMINS,
        lambda s, me: identity_providers.test(s, me.member, PROVIDER.id, redirect="http://127.0.0.1/"),
    ),
    Row("identity_providers.set_passwords", ADMINS, lambda s, me: identity_providers.set_passwords(s, me, on=True)),
    Row("push.read_own", EVERYBODY, push.read_own),
    Row("push.subscribe", EVERYBODY, subscribe_nowhere),
    Row("push.renew", EVERYBODY, lambda s, me: push.renew(s, me, "", NOWHERE)),
    Row(
        "push.set_options",
        EVERYBODY,
        lambda s, me: is_not_there(push.set_options(s, me, "none", always=True, alerts=True)),
    ),
    Row("push.remove", EVERYBODY, lambda s, me: is_not_there(push.remove(s, me, "none"))),
    Row("push.send_test", EVERYBODY, lambda s, me: is_not_there(push.send_test(s, me, "none"))),
    Row("push.shows_words", EVERYBODY, lambda s, me: push.shows_words(s, me.member)),
    Row("push.set_words", ADMINS, lambda s, me: push.set_words(s, me.member, shown=me.member.id == "ada")),
    Row("sessions.sign_out", EVERYBODY, sessions.sign_out),
    Row("sessions.read_own", EVERYBODY, sessions.read_own),
    Row("sessions.end_own", EVERYBODY, lambda s, me: is_not_there(sessions.end_own(s, me, "none"))),
    Row("sessions.end_others", EVERYBODY, sessions.end_others),
    *on_replies("member", EVERYBODY),
    *on_replies("shared", SUPERVISORS),
    Row(
        "preferences.set_away_reasons",
        SUPERVISORS,
        lambda s, me: preferences.set_away_reasons(s, me.member, (me.member.name,)),
    ),
    Row("preferences.set_watch_shown", ADMINS, lambda s, me: preferences.set_watch_shown(s, me.member, shown=False)),
    Row(
        "preferences.set_suggestions",
        SUPERVISORS,
        lambda s, me: preferences.set_suggestions(s, me.member, on=False, drafts=False),
    ),
    Row("preferences.set_breathers", SUPERVISORS, lambda s, me: preferences.set_breathers(s, me.member, 5)),
    Row("mail.read", ADMINS, lambda s, me: mail.read(s, me.member)),
    Row("mail.read_aside", ADMINS, lambda s, me: is_not_there(mail.read_aside(s, me.member, 1))),
    Row("mail.send_test", ADMINS, ask_for_a_test_mail),
    Row("mail.retry", ADMINS, retry_a_mail),
    Row("blocks.block", SUPERVISORS, lambda s, me: blocks.block(s, me.member, "address", "192.0.2.7", days=1)),
    Row("blocks.lift", SUPERVISORS, lift_a_block),
    Row(
        "blocks.block_visitor",
        EVERYBODY,
        lambda s, me: is_not_there(blocks.block_visitor(s, me.member, "none", "visitor", days=1)),
    ),
    Row("erasure.erase_chat", ADMINS, lambda s, me: is_not_there(erasure.erase_chat(s, me.member, "none"))),
    Row("erasure.erase_visitor", ADMINS, lambda s, me: is_not_there(erasure.erase_visitor(s, me.member, "none"))),
    Row("retention.set_days", SUPERVISORS, lambda s, me: retention.set_days(s, me.member, 30, sure=False)),
    Row("retention.set_audit_days", SUPERVISORS, lambda s, me: retention.set_audit_days(s, me.member, 400, 40)),
    Row("alerts.read_all", SUPERVISORS, lambda s, me: alerts.read_all(s, me.member)),
    Row("alerts.read", SUPERVISORS, lambda s, me: alerts.read(s, me.member, RULE.id)),
    Row("alerts.save", SUPERVISORS, lambda s, me: alerts.save(s, me.member, replace(RULE, name=me.member.name), ())),
    Row("alerts.send_test", SUPERVISORS, lambda s, me: alerts.send_test(s, me.member, RULE.id)),
    Row("alerts.remove", SUPERVISORS, remove_the_rule),
    Row("exports.ask", ADMINS, lambda s, me: exports.ask(s, me.member)),
    Row("exports.read_all", ADMINS, lambda s, me: exports.read_all(s, me.member)),
    Row("exports.remove", ADMINS, lambda s, me: exports.remove(s, me.member, "none")),
    Row("exports.fetch", ADMINS, lambda s, me: is_not_there(exports.fetch(s, me.member, "none"))),
    Row("webhooks.read_all", ADMINS, lambda s, me: webhooks.read_all(s, me.member)),
    Row("webhooks.read", ADMINS, lambda s, me: is_not_there(webhooks.read(s, me.member, "none"))),
    Row("webhooks.deliveries", ADMINS, lambda s, me: webhooks.deliveries(s, me.member, HOOK.id)),
    Row("webhooks.save", ADMINS, save_a_hook),
    Row("webhooks.rotate", ADMINS, rotate_the_hook),
    Row("webhooks.send_test", ADMINS, try_the_hook),
    Row("webhooks.remove", ADMINS, remove_the_hook),
    Row("webhooks.replay", ADMINS, replay_nothing),
    Row("imports.read_file", ADMINS, import_nothing),
    Row("imports.read_all", ADMINS, lambda s, me: imports.read_all(s, me.member)),
    Row("imports.read", ADMINS, lambda s, me: is_not_there(imports.read(s, me.member, "none"))),
    Row("imports.preview", ADMINS, lambda s, me: imports.preview(s, me.member, A_FILE)),
    Row("imports.has_links", ADMINS, lambda s, me: imports.has_links(s, me.member, A_FILE)),
    Row("imports.begin", ADMINS, begin_nothing),
    Row("imports.cancel", ADMINS, cancel_nothing),
    Row("imports.report", ADMINS, lambda s, me: is_not_there(imports.report(s, me.member, "none"))),
    Row("imports.links", ADMINS, lambda s, me: is_not_there(imports.links(s, me.member, "none"))),
    Row("audit_log.read", SUPERVISORS, lambda s, me: audit_log.read(s, me.member, AuditFilter(), None, 10)),
    Row("audit_log.people", SUPERVISORS, lambda s, me: audit_log.people(s, me.member)),
    Row("audit_log.heads", SUPERVISORS, lambda s, me: audit_log.heads(s, me.member)),
    Row("audit_log.visitors_of", SUPERVISORS, lambda s, me: audit_log.visitors_of(s, me.member, {"none"})),
    Row("tokens.read_own", EVERYBODY, lambda s, me: tokens.read_own(s, me.member)),
    Row("tokens.add_own", EVERYBODY, lambda s, me: tokens.add_own(s, me.member, "bot", ["chats:read"])),
    Row("tokens.revoke_own", EVERYBODY, lambda s, me: is_not_there(tokens.revoke_own(s, me.member, "none"))),
    Row("tokens.read_of_members", ADMINS, lambda s, me: tokens.read_of_members(s, me.member)),
    Row("tokens.revoke", ADMINS, revoke_a_token),
    Row("tokens.read_integrations", ADMINS, lambda s, me: tokens.read_integrations(s, me.member)),
    Row("tokens.add_integration", ADMINS, lambda s, me: tokens.add_integration(s, me.member, me.member.name)),
    Row("tokens.remove_integration", ADMINS, remove_an_integration),
    Row("tokens.add_to_integration", ADMINS, add_to_an_integration),
    *map(on_behalf_of_nobody, ("open_chat", "leave_message", "say", "end")),
    Row(
        "chats.find_open",
        EVERYBODY,
        lambda s, me: chats.find_open(s, me.member, chats.OpenChatFilter(), after=None, limit=5),
    ),
    Row("chats.read", EVERYBODY, lambda s, me: is_not_there(chats.read(s, me.member, "none"))),
    Row(
        "chats.read_facts",
        EVERYBODY,
        lambda s, me: is_not_there(chats.read_facts(s, me.member, "none", after=0, limit=5, public=False)),
    ),
    Row("queues.read_all", EVERYBODY, lambda s, me: queues.read_all(s, me.member)),
    Row("sites.read_all", SUPERVISORS, lambda s, me: sites.read_all(s, me.member)),
    Row("members.read_all", SUPERVISORS, lambda s, me: members.read_all(s, me.member)),
    Row("members.read", SUPERVISORS, lambda s, me: members.read(s, me.member, "ben")),
    Row("members.read", EVERYBODY, lambda s, me: members.read(s, me.member, me.member.id), "oneself"),
    Row("canned_replies.read_all", EVERYBODY, lambda s, me: canned_replies.read_all(s, me.member)),
    Row("canned_replies.find", EVERYBODY, lambda s, me: canned_replies.find(s, me.member, "none")),
    Row("figures.read_queues", SUPERVISORS, lambda s, me: figures.read_queues(s, me.member, minutes=15)),
    Row("figures.read_members", SUPERVISORS, lambda s, me: figures.read_members(s, me.member)),
    Row("visitors.read", EVERYBODY, lambda s, me: is_not_there(visitors.read(s, me.member, "none"))),
    Row("visitors.read_chats", EVERYBODY, lambda s, me: is_not_there(visitors.read_chats(s, me.member, "none"))),
    Row("visitors.search", EVERYBODY, lambda s, me: visitors.search(s, me.member, ChatQuery(), before="", limit=5)),
    Row(
        "archived_chats.find",
        EVERYBODY,
        lambda s, me: archived_chats.find(s, me.member, ChatQuery(), before="", limit=5),
    ),
    Row(
        "archived_chats.export_list",
        EVERYBODY,
        lambda s, me: archived_chats.export_list(s, me.member, ChatQuery(), format="CSV"),
    ),
    Row(
        "archived_chats.export",
        EVERYBODY,
        lambda s, me: is_not_there(archived_chats.export(s, me.member, "none", format="text", notes=False)),
    ),
    Row("archived_chats.read", EVERYBODY, lambda s, me: is_not_there(archived_chats.read(s, me.member, "none"))),
    Row("archived_chats.may_read", EVERYBODY, lambda s, me: archived_chats.may_read(s, me.member, "none")),
    Row(
        "files.send_as_member",
        EVERYBODY,
        lambda s, me: is_not_there(files.send_as_member(s, me.member, "none", BODY)),
    ),
    Row(
        "files.fetch_as_member",
        EVERYBODY,
        lambda s, me: is_not_there(files.fetch_as_member(s, me.member, "none", "none")),
    ),
    Row(
        "left_messages.find",
        EVERYBODY,
        lambda s, me: left_messages.find(s, me.member, LeftQuery(), offset=0, limit=1),
    ),
    Row("left_messages.read", EVERYBODY, lambda s, me: is_not_there(left_messages.read(s, me.member, "none"))),
    Row("left_messages.answer", EVERYBODY, answer_no_message),
    Row("left_messages.tend", EVERYBODY, tend_no_message),
    Row("left_messages.note", EVERYBODY, note_on_no_message),
    Row(
        "archived_chats.handle",
        EVERYBODY,
        lambda s, me: is_not_there(archived_chats.handle(s, me.member, "none", new_cid())),
    ),
]


def verbs() -> Iterator[str]:
    """Every public coroutine of the modules that have one with `by`: who is asking."""
    for info in iter_modules(actions.__path__):
        module = import_module(f"{actions.__name__}.{info.name}")
        public = {
            name: one
            for name, one in inspect.getmembers(module, inspect.iscoroutinefunction)
            if one.__module__ == module.__name__ and not name.startswith("_")
        }
        if any("by" in inspect.signature(one).parameters for one in public.values()):
            yield from (f"{info.name}.{name}" for name in public)


@pytest.fixture
async def services(
    tmp_path: Path, store_url: str, workspace_name: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Services]:
    quick_passwords(monkeypatch)
    async with an_installation(tmp_path, store_url, workspace_name) as services:
        for id, role in (("ada", "admin"), ("ben", "agent")):
            await services.stores.members.add(
                id=id,
                email=f"{id}@example.com",
                name=id.title(),
                password=PASSWORD,
                role=role,
                queues=("support",),  # type: ignore[arg-type]
            )
        await services.alerts.rules.put(RULE)
        await services.stores.providers.put(PROVIDER)
        await services.go_live(await services.stores.directory.read())
        yield services
        await services.couriers.close()
        await services.openid.close()


def test_every_verb_is_in_the_table() -> None:
    assert set(verbs()) == {row.verb for row in TABLE}


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.verb} {row.case}".strip())
async def test_a_verb_is_refused_without_the_right(services: Services, row: Row) -> None:
    for id in ("ana", "sam", "ada"):
        me = SignedIn((await services.stores.directory.read()).members[id], f"session-of-{id}", "csrf")
        if id in row.whom:
            await row.call(services, me)
            continue
        with pytest.raises(NotAllowed):
            await row.call(services, me)
