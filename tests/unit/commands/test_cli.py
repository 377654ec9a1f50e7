"""The command line as an operator uses it: its results, and one clear line for each error."""

import io
import json
import os
import re
import socket
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import pytest
import redis
from msgspec.structs import replace

import console.app as app_module
from console.archive.database import Database, sqlite_url
from console.archive.stores import Stores
from console.cli import main
from console.config import TABLE, read_settings
from console.domain.directory import Queue, Site
from console.errors import SettingError, Unknown
from console.proving.store_process import SAFE, own_store
from console.queue.embedded import EmbeddedStore
from console.queue.store import Store
from tests.support.command_line import in_a_process, run_command
from tests.support.postgresql import PostgresServer
from tests.support.server_process import free_port

Command = Callable[..., tuple[int, str]]
WEAK = "--appendonly yes --appendfsync everysec"  # it syncs once a second


@pytest.fixture
def sestetto(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Command:
    """Runs a command in an empty folder: `sestetto("member", "list", PORT="9000")` gives exit code and output."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    def command(*words: str, **settings: str) -> tuple[int, str]:
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["sestetto", *words])
            for name, value in settings.items():
                patch.setenv(f"SESTETTO_{name}", value)
            with pytest.raises(SystemExit) as ended:
                main()
        shown = capfd.readouterr()
        code = ended.value.code
        text = f"{code}\n" if isinstance(code, str) else ""
        output = text + shown.out + shown.err
        assert "Traceback" not in output
        return (1 if text else int(code or 0)), output

    return command


def add_ana(sestetto: Command) -> str:
    """Queue support and agent Ana; returns what was said."""
    sestetto("queue", "add", "support")
    Path("password").write_text("correct horse\n")
    code, said = sestetto("member", "add", "ana@x.example", "--name", "Ana", "--password-file", "password")
    assert code == 0, said
    return said


def test_without_a_terminal_a_password_comes_from_a_file(sestetto: Command) -> None:
    add_ana(sestetto)
    for words in (("add", "ben@x.example", "--name", "Ben"), ("password", "ana@x.example")):
        code, said = sestetto("member", *words)
        assert code == 1
        assert "Use --password-file FILE" in said
        assert "Aborted" not in said


def test_without_an_answer_a_question_names_the_option_that_answers_it(
    sestetto: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())  # as in a script
    code, said = sestetto("adopt")
    assert code == 1
    assert "add --yes" in said
    assert "Aborted" not in said
    monkeypatch.setattr(sys, "stdin", io.StringIO("n\n"))
    code, said = sestetto("adopt")
    assert (code, "now belong" in said) == (1, False)


def test_check_in_an_empty_folder_explains_every_setting_and_finds_nothing_wrong(sestetto: Command) -> None:
    code, said = sestetto("check", PORT="0")
    assert code == 0
    assert all(f"SESTETTO_{row.name.upper()}" in said for row in TABLE)
    assert "wrong" not in said
    assert not Path("data").exists()


def test_check_says_which_port_it_found_free(sestetto: Command) -> None:
    port = free_port()
    assert f"127.0.0.1:{port} is free" in sestetto("check", PORT=str(port))[1]
    found = re.search(r"127\.0\.0\.1:(\d+) is free \(SESTETTO_PORT=0", sestetto("check", PORT="0")[1])
    assert found
    assert int(found[1]) > 0


def test_what_adds_something_says_where_it_is_now(sestetto: Command, tmp_path: Path) -> None:
    """Run without the server's settings, it is not where the server looks."""
    here = f"Saved in {tmp_path / 'data' / 'sestetto.db'}."
    assert here in add_ana(sestetto)
    assert here in sestetto("queue", "add", "sales")[1]
    assert here in sestetto("site", "add", "shop", "--origin", "https://shop.example", "--queue", "sales")[1]
    assert here in sestetto("token", "add", "ana@x.example")[1]
    elsewhere = tmp_path / "elsewhere"
    assert f"Saved in {elsewhere / 'sestetto.db'}." in sestetto("queue", "add", "sales", DATA=str(elsewhere))[1]
    assert "Saved" not in sestetto("queue", "list")[1]


def test_check_names_what_is_wrong_and_how_to_mend_it(sestetto: Command) -> None:
    code, said = sestetto("check", PORT="eight", COLOUR="red")
    assert code == 1
    assert "SESTETTO_PORT is eight: enter a port from 0" in said
    assert "The default is 8000." in said
    assert "unset SESTETTO_COLOUR" in said


def test_check_never_prints_a_secret(sestetto: Command) -> None:
    for secret in ("too-short", "long enough to be a secret of forty characters"):
        _, said = sestetto("check", SECRET=secret, PORT="0")
        assert secret not in said
        assert "(hidden)" in said


@pytest.mark.parametrize(
    ("name", "url", "shown"),
    [
        ("STORE", "redis://ada:hush@127.0.0.1:1/0", "redis://ada:***@127.0.0.1:1/0"),
        ("STORE", "redis://:hu/sh@127.0.0.1:1", "redis://:***@127.0.0.1:1"),
        ("STORE", "http://:hush@127.0.0.1", "http://:***@127.0.0.1"),
        ("DATABASE", "postgresql://ada:hush@127.0.0.1:1/x", "postgresql://ada:***@127.0.0.1:1/x"),
        ("DATABASE", "postgresql://ada:hush@127.0.0.1:hush/x", "postgresql://ada:***@127.0.0.1:hush/x"),
    ],
)
def test_check_never_prints_the_password_of_an_address(sestetto: Command, name: str, url: str, shown: str) -> None:
    code, said = sestetto("check", **{name: url}, PORT="0")
    assert code == 1
    assert shown in said
    assert "hush" not in said.replace(shown, "")


def test_check_finds_every_wrong_setting_at_once(sestetto: Command) -> None:
    wrong = {"ORIGIN": "chat.example.com", "TRUSTED_PROXIES": "foo", "LOG": "loud", "HOST": "no.such.host.invalid"}
    code, said = sestetto("check", **wrong, STORE="redis://127.0.0.1:1/0", DATABASE="postgresql://127.0.0.1:1/x")
    assert code == 1
    problems = [line for line in said.splitlines() if line.startswith("wrong")]
    assert len(problems) == 6, said
    for words in (
        "SESTETTO_ORIGIN",
        "SESTETTO_TRUSTED_PROXIES",
        "SESTETTO_LOG",
        "no.such.host",
        "the store",
        "database",
    ):
        assert any(words in line for line in problems), words


def test_check_names_an_address_that_is_not_of_this_machine(sestetto: Command) -> None:
    code, said = sestetto("check", HOST="192.0.2.1", PORT="0")
    assert (code, "192.0.2.1 is not an address of this machine" in said) == (1, True)


def test_check_notes_that_everybody_is_believed(sestetto: Command) -> None:
    code, said = sestetto("check", TRUSTED_PROXIES="*", PORT="0")
    assert (code, "any client can claim any address" in said) == (0, True)


async def test_a_start_without_a_store_does_not_print_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def at_once(_: float) -> None:
        return None

    monkeypatch.setattr(app_module, "asyncio", SimpleNamespace(sleep=at_once))
    database = sqlite_url(tmp_path)
    services = app_module.assemble(
        read_settings({}, store="redis://ada:hush@127.0.0.1:1", database=database), demo=False
    )
    with pytest.raises(SettingError) as problem:
        await app_module.open_up(services)
    await services.database.close()
    assert str(problem.value).startswith("The store at redis://ada:***@127.0.0.1:1 does not respond: Error")


def test_check_says_where_a_value_is_from(sestetto: Command) -> None:
    Path("port").write_text("0")
    _, said = sestetto("check", PORT_FILE="port")
    assert "SESTETTO_PORT_FILE (port)" in said


def test_check_finds_a_store_that_does_not_answer(sestetto: Command) -> None:
    code, said = sestetto("check", STORE="redis://127.0.0.1:1/0", PORT="0")
    assert code == 1
    assert "does not respond" in said


async def test_check_finds_a_store_that_promises_too_little(sestetto: Command, tmp_path: Path) -> None:
    async with own_store(tmp_path / "store", WEAK) as port:
        code, said, _ = await in_a_process("check", STORE=f"redis://127.0.0.1:{port}", PORT="0")
    assert code == 1
    assert "the store has appendfsync everysec" in said


async def test_serve_refuses_a_store_that_promises_too_little(tmp_path: Path) -> None:
    async with own_store(tmp_path / "store", WEAK) as port:
        store = f"redis://127.0.0.1:{port}"
        code, _, said = await in_a_process("serve", STORE=store, PORT="0", DATA=str(tmp_path / "data"))
    assert code == 1
    assert said.strip().splitlines()[-1].startswith("sestetto: the store has appendfsync everysec")
    assert "Traceback" not in said


async def test_check_says_what_serve_says_of_a_database_that_refuses_us(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    given = {"DATABASE": postgres.url("nowhere"), "PORT": "0", "DATA": str(tmp_path / "data")}
    checked, shown, _ = await in_a_process("check", **given)
    code, _, said = await in_a_process("serve", **given)
    assert (checked, code) == (1, 1)
    for lines in (shown, said):
        assert 'The database refuses SESTETTO_DATABASE: database "nowhere" does not exist' in lines


def test_check_says_what_to_do_about_a_file_without_a_value(tmp_path: Path) -> None:
    (tmp_path / "secret").touch()
    code, said, _ = run_command("check", SECRET_FILE=str(tmp_path / "secret"), PORT="0", DATA=str(tmp_path / "data"))
    assert code == 1
    assert f"SESTETTO_SECRET: {tmp_path / 'secret'} is empty" in said
    assert "write the value into that file, or unset SESTETTO_SECRET_FILE" in said


def test_check_names_a_full_disk_alone_and_not_what_follows_from_it(
    sestetto: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda folder: SimpleNamespace(free=5_900_000))
    code, said = sestetto("check", PORT="0")
    assert code == 1
    wrong = [line for line in said.splitlines() if line.startswith("wrong")]
    assert len(wrong) == 1
    assert "is full: 5 MB are free" in wrong[0]


LOCKED = f"{SAFE} --requirepass right --user reader on >reads ~* +@read"


@pytest.mark.parametrize("who", [":wrong@", "", "nobody:right@", "reader:reads@"])
async def test_a_store_that_refuses_us_is_named_at_once(tmp_path: Path, who: str) -> None:
    async with own_store(tmp_path / "store", LOCKED, password="right") as port:
        given = {"STORE": f"redis://{who}127.0.0.1:{port}/0", "PORT": "0", "DATA": str(tmp_path / "data")}
        code, _, said = await in_a_process("serve", **given)
        checked, shown, _ = await in_a_process("check", **given)
    assert (code, checked) == (1, 1)
    last = said.strip().splitlines()[-1]
    assert last.startswith("sestetto: The store at redis://")
    assert "refuses the user or password in SESTETTO_STORE" in last
    assert "refuses the user or password in SESTETTO_STORE" in shown
    assert "Traceback" not in said
    assert "wrong@" not in said + shown


async def test_check_says_that_the_user_of_the_store_may_use_no_channels(tmp_path: Path) -> None:
    narrow = f"{SAFE} --user narrow on >right ~* +@all"
    async with own_store(tmp_path / "store", narrow) as port:
        given = {"STORE": f"redis://narrow:right@127.0.0.1:{port}/0", "PORT": "0", "DATA": str(tmp_path / "data")}
        code, shown, _ = await in_a_process("check", **given)
        assert "may not use channels" in shown
        assert "ACL SETUSER … &{main}:*" in shown
        assert code == 0, "it works without"
        redis.Redis(port=port).acl_setuser("narrow", channels=["{main}:*"])
        _, shown, _ = await in_a_process("check", **given)
        assert "may not use channels" not in shown


async def test_a_server_that_runs_waits_for_a_store_whose_password_changed(tmp_path: Path) -> None:
    async with own_store(tmp_path / "store", LOCKED, password="right") as port:
        url = f"redis://:right@127.0.0.1:{port}/0"
        right = redis.Redis.from_url(url)
        store = Store(url)
        assert await store.command("PING") == b"PONG"
        right.config_set("requirepass", "other")
        right.client_kill_filter(_type="normal", skipme=True)
        for _ in ("the connection is cut", "the next one is refused"):
            with pytest.raises(Unknown):
                await store.command("PING")
        right.config_set("requirepass", "right")
        assert await store.command("PING") == b"PONG"
        await store.close()


def test_check_names_a_database_of_a_newer_release(sestetto: Command) -> None:
    add_ana(sestetto)
    with closing(sqlite3.connect("data/sestetto.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    code, said = sestetto("check", PORT="0")
    assert code == 1
    assert "wrong  The database was migrated by a newer release" in said


def test_check_sees_a_port_that_is_taken(sestetto: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, said = sestetto("check", PORT=str(taken.getsockname()[1]))
    assert code == 0
    assert "is already in use" in said


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_taken_port_is_one_line_that_names_another(sestetto: Command, command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, said = sestetto(command, PORT=str(port))
    assert code == 1
    assert said.strip() == (
        f"sestetto: Port {port} on 127.0.0.1 is already in use. Stop what uses it "
        f"or choose another port, such as SESTETTO_PORT={port + 1}."
    )


def test_a_wrong_setting_stops_every_command_with_one_line(sestetto: Command) -> None:
    for words in (("serve",), ("demo",), ("member", "list")):
        code, said = sestetto(*words, PORT="x")
        assert code == 1
        assert said.strip() == "sestetto: SESTETTO_PORT: enter a port from 0 to 65535"


def test_a_folder_that_cannot_be_used_is_one_line(sestetto: Command) -> None:
    Path("file").write_text("")
    code, said = sestetto("member", "list", DATA="file/data")
    assert code == 1
    assert said.startswith("sestetto: SESTETTO_DATA: cannot create the folder ")
    assert len(said.strip().splitlines()) == 1


def test_a_member_is_added_listed_and_disabled(sestetto: Command) -> None:
    assert "Ana (agent, id " in add_ana(sestetto)
    _, listed = sestetto("member", "list")
    assert "ana@x.example" in listed
    assert "support" in listed
    assert sestetto("member", "disable", "ANA@x.example")[0] == 0
    assert "No members yet." in sestetto("member", "list")[1]


def test_a_deactivated_member_is_reactivated(sestetto: Command) -> None:
    add_ana(sestetto)
    sestetto("member", "disable", "ana@x.example")
    _, listed = sestetto("member", "list", "--all")
    assert listed.splitlines()[1].split()[-1] == "deactivated"
    assert sestetto("member", "enable", "Ana@x.example") == (0, "Ana can sign in again.\n")
    assert "ana@x.example" in sestetto("member", "list")[1]
    code, said = sestetto("member", "enable", "ana@x.example")
    assert (code, "There is no deactivated member ana@x.example" in said) == (1, True)


def test_somebody_new_starts_with_three_chats_at_once(sestetto: Command) -> None:
    add_ana(sestetto)
    assert sestetto("member", "list")[1].splitlines()[1].split()[-1] == "3"


def test_the_version_is_said(sestetto: Command) -> None:
    assert sestetto("--version") == (0, f"sestetto {metadata.version('sestetto')}\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("ana@x.example",), "A member with that e-mail or ID already exists"),
        (("no-address",), "Enter an e-mail address such as"),
        (("ben@x.example", "--queue", "nowhere"), "The queue nowhere does not exist"),
        (("ben@x.example", "--limit", "7"), "Choose a limit from 1 to 6"),
        (("ben@x.example", "--role", "king"), "agent, supervisor or admin"),
    ],
)
def test_a_member_that_cannot_be_is_refused_in_words(sestetto: Command, words: tuple[str, ...], said: str) -> None:
    add_ana(sestetto)
    code, answer = sestetto("member", "add", *words, "--name", "Ben", "--password-file", "password")
    assert code != 0
    assert said in answer


def test_a_password_that_is_too_short_is_refused(sestetto: Command) -> None:
    add_ana(sestetto)
    Path("short").write_text("abc")
    code, said = sestetto("member", "add", "ben@x.example", "--name", "Ben", "--password-file", "short")
    assert code == 1
    assert "8 to 1000 characters" in said


def test_a_forgotten_password_is_given_anew(sestetto: Command) -> None:
    add_ana(sestetto)
    Path("new").write_text("another horse\n")
    said = sestetto("member", "password", "ana@x.example", "--password-file", "new")
    assert said == (0, "Password of Ana changed.\n")
    Path("new").write_text("")
    assert sestetto("member", "password", "ana@x.example", "--password-file", "new")[0] == 1


def test_a_token_is_shown_once_works_and_ends(sestetto: Command, tmp_path: Path) -> None:
    add_ana(sestetto)
    code, said = sestetto("token", "add", "ana@x.example", "--name", "bot")
    bearer = said.strip()
    assert code == 0
    assert bearer.startswith("sst_")
    _, listed = sestetto("token", "list")
    assert "bot" in listed
    assert bearer not in listed
    token_id = listed.splitlines()[1].split()[0]
    assert sestetto("token", "revoke", token_id)[0] == 0
    assert "No tokens" in sestetto("token", "list")[1]
    assert sestetto("token", "revoke", token_id)[0] == 1


async def test_a_queue_takes_a_bot_by_id_or_name_and_no_other(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path))
    await database.migrate()
    stores = Stores(database)
    penny, otto = await stores.integrations.add("Penny"), await stores.integrations.add("Otto")
    await stores.tokens.add_to_integration(penny.id, "live", scopes=["bot"])
    for named in (penny.id, "penny"):
        code, _, said = await in_a_process("queue", "add", "support", "--bot", named, DATA=str(tmp_path))
        assert code == 0, said
        assert (await stores.directory.read()).queues["support"].bot == penny.id
    code, _, said = await in_a_process("queue", "add", "support", "--bot", otto.id, DATA=str(tmp_path))
    assert code == 1
    assert "Otto has no token for answering chats as a bot (scope bot)." in said
    code, _, said = await in_a_process("queue", "add", "support", "--bot", "robin", DATA=str(tmp_path))
    assert code == 1
    assert "There is no integration robin. Choose one of: Otto, Penny" in said
    await database.close()


async def test_a_token_lets_its_member_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(sqlite_url(tmp_path))
    await database.migrate()
    stores = Stores(database)
    ana = await stores.members.add(email="ana@x.example", name="Ana", password="")
    _, bearer, _ = await in_a_process("token", "add", ana.id, DATA=str(tmp_path))
    known = await stores.tokens.holder(bearer.strip())
    assert known is not None
    assert known.member.id == ana.id
    await database.close()


def test_tokens_of_nobody_are_refused(sestetto: Command) -> None:
    assert sestetto("token", "add", "nobody@x.example") == (
        1,
        "sestetto: There is no member nobody@x.example. To see all members: sestetto member list\n",
    )


def test_a_site_needs_a_real_origin_and_a_queue_that_is_there(sestetto: Command) -> None:
    sestetto("queue", "add", "support", "--target", "8.5")
    assert "8.5 s" in sestetto("queue", "list")[1]
    for origin in ("shop.example", "https://shop.example/path", "javascript:alert(1)", "https://user@shop.example"):
        assert sestetto("site", "add", "shop", "--origin", origin, "--queue", "support")[0] == 1
    assert sestetto("site", "add", "shop", "--origin", "https://shop.example", "--queue", "nowhere")[0] == 1
    code, said = sestetto("site", "add", "shop", "--origin", "https://Shop.example:8443/", "--queue", "support")
    assert code == 0
    assert 'data-site="shop"' in said
    assert "https://shop.example:8443" in sestetto("site", "list")[1]


async def test_changing_a_site_leaves_what_is_not_given_as_it_is(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path))
    await database.migrate()
    stores = Stores(database)
    for queue in ("support", "sales"):
        await stores.queues.put(Queue(queue, queue))
    own = {"accent": "#aa0000", "privacy_url": "https://shop.example/privacy"}
    shop = Site("shop", "The shop", "support", ("https://shop.example",), queues=("sales",), **own)
    await stores.sites.put(shop)

    async def change(*options: str) -> Site:
        code, _, said = await in_a_process("site", "add", "shop", *options, DATA=str(tmp_path))
        assert code == 0, said
        return (await stores.directory.read()).sites["shop"]

    assert await change("--queue", "sales", "--typing-preview") == replace(shop, queue="sales", typing_preview=True)
    assert await change("--queue", "support", "--no-typing-preview", "--ask", "none") == replace(shop, queues=())
    await database.close()


def test_a_new_site_says_what_it_needs(sestetto: Command) -> None:
    sestetto("queue", "add", "support")
    assert sestetto("site", "add", "shop", "--queue", "support") == (
        1,
        "sestetto: There is no site shop yet. To add it, give --origin too.\n",
    )
    assert "give --origin and --queue too" in sestetto("site", "add", "shop")[1]


def test_the_line_to_paste_has_the_public_address_if_it_is_set(sestetto: Command) -> None:
    sestetto("queue", "add", "support")
    words = ("site", "add", "shop", "--origin", "https://shop.example", "--queue", "support")
    assert (
        'src="https://chat.example:8443/widget.js" data-site="shop"'
        in sestetto(*words, ORIGIN="https://chat.example:8443")[1]
    )
    assert 'src="https://THIS-SERVER/widget.js" data-site="shop"' in sestetto(*words)[1]


def test_two_tiers_with_hours_and_languages_are_made_by_command(sestetto: Command) -> None:
    add_ana(sestetto)
    assert sestetto("queue", "add", "second", "--name", "Level 2", "--target", "60")[0] == 0
    tier = ("queue", "add", "first", "--name", "Level 1", "--mode", "offer", "--accept", "12", "--language", "en")
    more = ("--zone", "Europe/Paris", "--hours", "mon-fri 9-12:30, 14:00-18:00", "--hours", "sat 10:00-12:00")
    code, said = sestetto(
        *tier, *more, "--overflow-to", "second", "--overflow-after", "45", "--member", "ana@x.example"
    )
    assert code == 0, said
    _, listed = sestetto("queue", "list")
    assert "mon-fri 09:00-12:30, 14:00-18:00; sat 10:00-12:00 (Europe/Paris)" in listed
    assert "second after 45 s" in listed
    assert sestetto("queue", "add", "first", "--target", "8")[0] == 0
    assert "second after 45 s" in sestetto("queue", "list")[1], "what is not given stays"
    assert sestetto("queue", "remove", "second") == (
        1,
        "sestetto: Level 1 overflows to this queue. Change its overflow first.\n",
    )
    assert sestetto("queue", "add", "first", "--overflow-to", "none")[0] == 0
    assert sestetto("queue", "remove", "second")[0] == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--target", "0"), "Enter a target from 1 second to 1 day"),
        (("--mode", "shove"), "Choose a mode: push, offer or pull"),
        (("--mode", "offer", "--accept", "0"), "Enter a time to accept from 3 to 120 seconds"),
        (("--language", "xx"), "“xx” is not a language"),
        (("--zone", "Rome"), "“Rome” is not a time zone"),
        (("--hours", "weekdays 9-18"), '"weekdays 9-18" is not valid. Enter hours such as "mon-fri 09:00-18:00"'),
        (("--hours", "fri 22:00-06:00"), "22:00-06:00 ends before it starts"),
        (("--hours", "mon 9-12", "--hours", "mon-tue 11-15"), "09:00-12:00 and 11:00-15:00 overlap"),
        (("--overflow-to", "support", "--overflow-after", "5"), "overflow in a loop: Support → Support"),
        (("--member", "nobody@x.example"), "There is no member nobody@x.example"),
        (("--phrase", "Un attimo."), '"Un attimo." is not valid. Enter a phrase such as "it: Un attimo, per favore."'),
        (("--phrase", "it: Un attimo."), "Enter at least 2 phrases without {first_name} and {question}"),
    ],
    ids=str,
)
def test_a_queue_that_cannot_be_is_refused_in_words(sestetto: Command, words: tuple[str, ...], said: str) -> None:
    add_ana(sestetto)
    code, answer = sestetto("queue", "add", "support", *words)
    assert code == 1
    assert said in answer
    assert len(answer.strip().splitlines()) == 1


def test_a_queues_phrases_are_set_and_taken_back_by_command(sestetto: Command) -> None:
    add_ana(sestetto)
    said = ("it: Un attimo: guardo.", "it: Guardo subito.", "en: One moment.", "en: Looking.")
    assert sestetto("queue", "add", "support", *(word for one in said for word in ("--phrase", one)))[0] == 0
    with closing(sqlite3.connect("data/sestetto.db")) as database:

        def kept() -> object:
            return json.loads(database.execute("SELECT phrases FROM queues WHERE id = 'support'").fetchone()[0])

        wanted = [
            {"language": "en", "texts": ["One moment.", "Looking."]},
            {"language": "it", "texts": ["Un attimo: guardo.", "Guardo subito."]},
        ]
        assert kept() == wanted
        assert sestetto("queue", "add", "support", "--target", "8")[0] == 0
        assert kept() == wanted, "what is not given stays"
        assert sestetto("queue", "add", "support", "--phrase", "built-in")[0] == 0
        assert kept() == []


def test_a_member_is_changed_by_command(sestetto: Command) -> None:
    add_ana(sestetto)
    words = ("--limit", "3", "--language", "fr", "--language", "en", "--role", "supervisor")
    assert sestetto("member", "change", "ana@x.example", *words) == (0, "Ana updated.\n")
    line = " ".join(sestetto("member", "list")[1].splitlines()[1].split())
    assert line.endswith("Ana ana@x.example supervisor support fr, en 3")
    code, said = sestetto("member", "change", "ana@x.example", "--limit", "7")
    assert (code, "Choose a limit from 1 to 6 chats" in said) == (1, True)
    assert sestetto("member", "change", "ana@x.example", "--language", "any")[0] == 0
    assert " any " in sestetto("member", "list")[1]


def test_slots_for_other_channels_are_given_and_taken_back_by_command(sestetto: Command) -> None:
    add_ana(sestetto)
    with_slots = ("member", "change", "ana@x.example", "--channel-slots")
    assert sestetto(*with_slots, "2", "--limit", "4") == (0, "Ana updated.\n")
    with closing(sqlite3.connect("data/sestetto.db")) as database:

        def kept() -> object:
            return database.execute("SELECT slots, channel_slots FROM members").fetchone()

        assert kept() == (4, 2)
        code, said = sestetto(*with_slots, "3")
        assert (code, "Choose at most 2: there are 6 slots in all" in said) == (1, True)
        assert sestetto(*with_slots, "many")[0] == 2
        assert kept() == (4, 2)
        assert sestetto(*with_slots, "shared")[0] == 0
        assert kept() == (4, None)


def test_the_secret_is_made_once_and_for_its_owner_only(sestetto: Command) -> None:
    sestetto("member", "list")
    first = Path("data/secret").read_text()
    sestetto("member", "list")
    assert Path("data/secret").read_text() == first
    assert Path("data/secret").stat().st_mode & 0o077 == 0
    assert Path("data").stat().st_mode & 0o077 == 0


async def test_a_second_sestetto_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    async with EmbeddedStore(tmp_path / "store"):
        code, _, said = await in_a_process("serve", PORT="0", DATA=str(tmp_path))
    assert code == 1
    assert said.startswith(f"sestetto: Another Sestetto (process {os.getpid()})")
    assert len(said.strip().splitlines()) == 1
