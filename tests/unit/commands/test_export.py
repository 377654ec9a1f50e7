"""`sestetto export`: the workspace or one visitor into a new, private file; a failed export leaves nothing behind."""

import zipfile
from pathlib import Path

from sqlalchemy import select

from console.archive.tables import audit
from console.archive.writer import Archive
from tests.support.archive_feed import Feed, fresh_database
from tests.support.command_line import in_a_process


async def test_the_command_exports_the_workspace_or_a_visitor_into_a_new_private_file(tmp_path: Path) -> None:
    data, whole, hers = tmp_path / "data", tmp_path / "whole.zip", tmp_path / "vera.zip"
    data.mkdir()
    feed = Feed()
    feed.talk("one", "Where is my parcel?")
    feed.talk("two", "Hello", visitor="kim", name="Kim")
    feed.open("open")
    async with fresh_database(data) as database:
        await Archive(database).append("e1", feed.entries)
        code, said, _ = await in_a_process("export", str(whole), DATA=str(data))
        assert code == 0
        assert "chats: 2" in said
        assert "Open chats, which are not included: 1." in said
        assert whole.stat().st_mode & 0o077 == 0
        assert (await in_a_process("export", str(hers), "--visitor", "vera", DATA=str(data)))[0] == 0
        with zipfile.ZipFile(hers) as archive:
            everything = b"".join(archive.read(name) for name in archive.namelist())
        assert b"parcel" in everything
        assert b"Kim" not in everything
        before = whole.read_bytes()
        code, _, errors = await in_a_process("export", str(whole), DATA=str(data))
        assert (code, "File exists" in errors, whole.read_bytes() == before) == (1, True, True)
        nobody = tmp_path / "nobody.zip"
        code, _, errors = await in_a_process("export", str(nobody), "--visitor", "nobody", DATA=str(data))
        assert (code, "There is no visitor nobody" in errors, nobody.exists()) == (1, True, False)
        async with database.reading() as connection:
            told = select(audit.c.what, audit.c.target, audit.c.name).where(audit.c.log == "reads").order_by(audit.c.id)
            lines = [tuple(line) for line in await connection.execute(told)]
    assert lines == [("Workspace exported", "workspace:", "sestetto"), ("Visitor exported", "visitor:vera", "sestetto")]
