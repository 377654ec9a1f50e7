"""Several workspaces in one file: what is read, what workspaces may not share, and refusals that say how to fix it."""

from pathlib import Path

import pytest

from console.config import TABLE
from console.errors import SettingError
from console.workspaces.declared import Installation, one_workspace, read_installation
from console.workspaces.hosts import asked_host

BOTH = '[acme]\norigin = "https://chat.acme.example"\n[globex]\norigin = "https://chat.globex.example"\n'


def read(folder: Path, text: str = BOTH, **environment: str) -> Installation:
    file = folder / "workspaces.toml"
    file.write_text(text)
    given = {f"SESTETTO_{name}": value for name, value in environment.items()}
    return read_installation({"SESTETTO_WORKSPACES": str(file), "SESTETTO_DATA": str(folder), **given})


def test_without_a_file_there_is_one_workspace_as_ever(tmp_path: Path) -> None:
    installation = read_installation({"SESTETTO_DATA": str(tmp_path), "SESTETTO_WORKSPACE": "shop"})
    assert installation.workspaces == (installation.process,)
    assert (installation.several, installation.process.folder) == (False, tmp_path)
    assert one_workspace(installation).workspace == "shop"


def test_each_has_its_name_its_origin_and_its_own_folder(tmp_path: Path) -> None:
    acme, globex = read(tmp_path).workspaces
    assert (acme.workspace, acme.origin) == ("acme", "https://chat.acme.example")
    assert acme.folder == tmp_path / "workspaces" / "acme"
    assert acme.database.endswith("workspaces/acme/sestetto.db")
    assert globex.database.endswith("workspaces/globex/sestetto.db")


def test_what_the_environment_says_holds_for_all_that_do_not_say_otherwise(tmp_path: Path) -> None:
    acme, globex = read(tmp_path, BOTH + "retention_days = 30\n", RETENTION_DAYS="90", PORT="9000").workspaces
    assert (acme.retention_days, globex.retention_days) == (90, 30)
    assert acme.port == globex.port == 9000


def test_what_all_share_is_the_process_and_nothing_else() -> None:
    """A new setting is on one side or the other."""
    assert {row.name for row in TABLE if not row.own} == {
        *("host", "port", "data", "workspace", "workspaces", "trusted_proxies", "address_connections"),
        *("address_requests", "drain", "pace", "log", "metrics", "work", "work_port", "workers"),
    }


def test_a_setting_may_come_from_a_file_whatever_the_environment_has(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("k" * 40)
    acme, globex = read(tmp_path, BOTH + f'secret_file = "{tmp_path}/key"\n', SECRET="s" * 40).workspaces
    assert globex.secret == "k" * 40
    assert acme.secret not in ("s" * 40, globex.secret)


def test_one_secret_for_all_gives_each_its_own_the_same_on_every_machine(tmp_path: Path) -> None:
    first, again = read(tmp_path, SECRET="s" * 40), read(tmp_path, SECRET="s" * 40)
    secrets = [one.secret for one in first.workspaces]
    assert len({*secrets, "s" * 40}) == 3
    assert secrets == [one.secret for one in again.workspaces]
    assert [one.secret for one in read(tmp_path).workspaces] == ["", ""], "each is made in its folder"


def test_one_bucket_for_all_has_a_folder_for_each(tmp_path: Path) -> None:
    installation = read(tmp_path, FILES="s3://bucket/chats/")
    assert [one.files for one in installation.workspaces] == ["s3://bucket/chats/acme", "s3://bucket/chats/globex"]
    own = read(tmp_path, BOTH + 'files = "s3://other/chats"\n', FILES="s3://bucket")
    assert [one.files for one in own.workspaces] == ["s3://bucket/acme", "s3://other/chats"]


def test_a_command_is_about_the_one_that_is_named(tmp_path: Path) -> None:
    installation = read(tmp_path, WORKSPACE="globex")
    assert installation.chosen
    assert one_workspace(installation).origin == "https://chat.globex.example"
    with pytest.raises(SettingError, match=r"several workspaces.*--workspace acme, --workspace globex"):
        one_workspace(read(tmp_path))
    with pytest.raises(SettingError, match=r"There is no workspace initech. There are: acme, globex"):
        read(tmp_path, WORKSPACE="initech")


def test_a_paused_one_is_still_declared(tmp_path: Path) -> None:
    installation = read(tmp_path, BOTH + "paused = true\n")
    assert installation.paused == {"globex"}
    assert len(installation.workspaces) == 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "declares no workspace"),
        ("[acme", "is not TOML"),
        ('origin = "https://chat.acme.example"', "origin is outside a section"),
        ("[acme]", "[acme] origin: enter the address"),
        ('["two words"]\norigin = "https://a.example"', "up to 40 letters"),
        ('[acme]\norigin = "chat.acme.example"', "[acme] SESTETTO_ORIGIN: enter scheme and host"),
        (BOTH + "port = 9000", "[globex] port: all workspaces share it: set SESTETTO_PORT"),
        (BOTH + 'colour = "red"', "[globex] colour: there is no such setting"),
        (BOTH + "origin_file = [1]", "[globex] origin_file: enter one value"),
        (
            BOTH.replace("[globex]", 'files = "s3://b/x"\n[globex]') + 'files = "s3://b/x/"',
            "[globex] has the same bucket as [acme]",
        ),
        (
            BOTH.replace("[globex]", 'imap_url = "imaps://help:one@mail.example/INBOX"\n[globex]')
            + 'imap_url = "imaps://help:two@MAIL.example:993"',
            "[globex] has the same mailbox as [acme]",
        ),
        (BOTH + '[initech]\norigin = "https://CHAT.acme.example.:8443"', "[initech] has the same host as [acme]"),
        (BOTH + '[ACME]\norigin = "https://a.example"', "[ACME] has the same name as [acme]"),
        (
            '[a]\norigin = "https://a.example"\ndatabase = "postgresql://db/x"\n'
            '[b]\norigin = "https://b.example"\ndatabase = "postgresql://db/x"',
            "[b] has the same database as [a]",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_section(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(SettingError) as refused:
        read(tmp_path, text)
    assert says in str(refused.value)
    assert "SESTETTO_WORKSPACES" in str(refused.value)


@pytest.mark.parametrize("name", ["DATABASE", "ORIGIN", "DATABASE_FILE"])
def test_what_none_shares_is_refused_in_the_environment(tmp_path: Path, name: str) -> None:
    (tmp_path / "url").write_text("sqlite:///x.db")
    value = {"DATABASE": "sqlite:///x.db", "ORIGIN": "https://chat.example", "DATABASE_FILE": str(tmp_path / "url")}
    with pytest.raises(
        SettingError, match=r"each workspace needs its own. Move it to the sections of .*workspaces.toml"
    ):
        read(tmp_path, **{name: value[name]})


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"cannot read .*nothing.toml: No such file"):
        read_installation({"SESTETTO_WORKSPACES": str(tmp_path / "nothing.toml")})


@pytest.mark.parametrize(
    ("header", "host"),
    [
        (b"chat.acme.example", "chat.acme.example"),
        (b"CHAT.Acme.Example.:443", "chat.acme.example"),
        (b"[::1]:8000", "::1"),
        ("chät.example".encode("latin-1"), "xn--cht-rla.example"),
        (b"[::1", ""),
        (b"", ""),
    ],
)
def test_a_host_is_compared_by_its_plain_name(header: bytes, host: str) -> None:
    assert asked_host({"type": "http", "headers": [(b"host", header)]}) == host


def test_a_mailbox_for_all_is_refused_because_mails_would_reach_only_one(tmp_path: Path) -> None:
    mailbox = {"IMAP_URL": "imaps://help:secret@mail.example/INBOX"}
    with pytest.raises(SettingError, match=r"\[globex\] has the same mailbox as \[acme\]"):
        read(tmp_path, **mailbox)
    acme, globex = read(tmp_path, BOTH + 'imap_url = ""\n', **mailbox).workspaces
    assert (acme.imap_url, globex.imap_url) == (mailbox["IMAP_URL"], "")


def test_a_pause_in_quotes_is_a_mistake_and_not_ignored(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"\[globex\] paused: enter true or false"):
        read(tmp_path, BOTH + 'paused = "true"\n')
