"""`sestetto import`: the same file as in the settings, from the command line; the running server does the work."""

import csv
from collections.abc import Callable
from pathlib import Path

from tests.support.command_line import in_a_process
from tests.support.server_process import RunningServer

REPLIES = "title,text\nRefund,Of course.\n,nobody\nHours,We open at nine.\n"


async def test_an_operator_imports_a_file_into_a_running_server(
    start_server: Callable[..., RunningServer], tmp_path: Path
) -> None:
    server = start_server()
    file, report = tmp_path / "replies.csv", tmp_path / "misfits.csv"
    file.write_text(REPLIES)
    words = "import", str(file), "--kind", "replies", "--report", str(report), "--yes"
    for says in ("2 imported, 0 already there, 1 not imported.", "0 imported, 2 already there, 1 not imported."):
        code, out, errors = await in_a_process(*words, DATA=str(server.data))
        assert (code, errors) == (0, "")
        assert "2 rows can be imported, 1 can't." in out
        assert "line 3: Enter a name of 1 to 80 characters on one line." in out
        assert says in out
    with report.open(encoding="utf-8-sig", newline="") as written:
        assert list(csv.reader(written))[1][0] == "3"


async def test_what_is_no_kind_and_members_without_an_address_of_the_server_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "members.csv"
    file.write_text("email\nkim@example.com\n")
    code, _, errors = await in_a_process("import", str(file), "--kind", "kings", DATA=str(tmp_path / "data"))
    assert (code, "members, replies, visitors, chats" in errors) == (2, True)
    code, _, errors = await in_a_process("import", str(file), "--kind", "members", DATA=str(tmp_path / "data"))
    assert (code, "SESTETTO_ORIGIN" in errors) == (1, True)
