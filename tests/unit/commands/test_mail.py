"""A mail server passes a mail through a pipe: it is stored, and if that fails the mail server keeps it."""

import subprocess
from pathlib import Path

from console.archive.database import Database, sqlite_url
from console.archive.mail_inbox import MailInbox
from tests.support.server_process import RunningServer

MAIL = b"From: vera@example.com\r\nMessage-ID: <m1@example.com>\r\n\r\nHello\r\n"


def receive(environment: dict[str, str], mail: bytes = MAIL) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        RunningServer.command("mail", "receive"), input=mail, env=environment, capture_output=True, check=False
    )


async def test_a_mail_from_the_pipe_is_kept_once(tmp_path: Path) -> None:
    environment = RunningServer(tmp_path).environment
    for _ in range(2):
        done = receive(environment)
        assert (done.returncode, done.stdout) == (0, b""), done.stderr
    database = Database(sqlite_url(tmp_path))
    (kept,) = await MailInbox(database).pending()
    await database.close()
    assert kept.raw == MAIL


async def test_a_mail_reaches_the_only_declared_workspace_without_its_name(tmp_path: Path) -> None:
    file = tmp_path / "workspaces.toml"
    file.write_text('[acme]\norigin = "https://chat.acme.example"\n')
    done = receive({**RunningServer(tmp_path).environment, "SESTETTO_WORKSPACES": str(file)})
    assert done.returncode == 0, done.stderr
    database = Database(sqlite_url(tmp_path / "workspaces" / "acme"))
    (kept,) = await MailInbox(database, "acme").pending()
    await database.close()
    assert kept.raw == MAIL


def test_what_cannot_be_kept_stays_with_the_mail_server(tmp_path: Path) -> None:
    file = tmp_path / "no-folder"
    file.write_text("in the way")
    done = receive({**RunningServer(tmp_path).environment, "SESTETTO_DATABASE": f"sqlite:///{file}/x.db"})
    assert done.returncode == 75, done.stderr
    assert b"sestetto:" in done.stderr
