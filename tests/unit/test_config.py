"""Settings: one table, all invalid values reported together, and each setting in the handbook."""

from pathlib import Path

import pytest

from console.config import PREFIX, TABLE, Setting, Settings, find_text, read_settings
from console.errors import SettingError

HANDBOOK = Path(__file__).parents[2] / "docs" / "operations.md"


def test_nothing_set_gives_a_laptop() -> None:
    settings = read_settings({})
    assert (settings.host, settings.port, settings.data) == ("127.0.0.1", 8000, Path("data"))
    assert (settings.store, settings.database, settings.secret) == ("", "", "")
    assert settings.durability == "disk"
    assert settings.retention_days == 180


def test_every_row_of_the_table_becomes_a_setting() -> None:
    assert [setting.name for setting in TABLE] == list(Settings.__dataclass_fields__)


def test_the_environment_counts_and_what_is_given_counts_more() -> None:
    assert read_settings({"SESTETTO_PORT": "9000"}).port == 9000
    assert read_settings({"SESTETTO_PORT": "9000"}, port=9001).port == 9001
    assert read_settings({"SESTETTO_PORT": "9000"}, port=None).port == 9000


@pytest.mark.parametrize("setting", [row for row in TABLE if row.default], ids=lambda setting: setting.name)
def test_every_setting_can_be_read_from_a_file(setting: Setting, tmp_path: Path) -> None:
    file = tmp_path / "value"
    file.write_text(f"{setting.default}\n")
    name = f"{PREFIX}{setting.name.upper()}_FILE"
    assert find_text(setting, {name: str(file)}) == (setting.default, f"{name} ({file})")
    assert read_settings({name: str(file)}) == read_settings({})


def test_a_secret_in_a_file_is_read_without_its_line_end(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s" * 40 + "\n")
    assert read_settings({"SESTETTO_SECRET_FILE": str(tmp_path / "secret")}).secret == "s" * 40


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "SESTETTO_DATABASE: cannot read .*database: No such file or directory"),
        (b"\n", "SESTETTO_DATABASE: .*database is empty"),
        (b"\xff\xfe", "SESTETTO_DATABASE: cannot read .*database: it is not text in UTF-8"),
    ],
)
def test_a_file_without_a_value_stops_the_start_instead_of_the_default(
    content: bytes | None, says: str, tmp_path: Path
) -> None:
    """Else a database whose address is not written yet would be SQLite, and the members would be gone."""
    file = tmp_path / "database"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingError, match=says):
        read_settings({"SESTETTO_DATABASE_FILE": str(file)})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("PORT", "eight"),
        ("PORT", "70000"),
        ("PORT", "-1"),
        ("RETENTION_DAYS", "0"),
        ("RETENTION_DAYS", "soon"),
        ("RETENTION_DAYS", "1000000000000"),
        ("METRICS", "perhaps"),
        ("DURABILITY", "hope"),
        ("WORKSPACE", "two words"),
        ("WORKSPACE", "{main}"),
        ("SECRET", "short"),
        ("ORIGIN", "https://example.com/chat"),
        ("ORIGIN", "chat.example.com"),
        ("ORIGIN", "chat.example.com:8443"),
        ("ORIGIN", "ftp://chat.example.com"),
        ("ORIGIN", "https://"),
        ("ORIGIN", "https://ada:hush@chat.example.com"),
        ("ORIGIN", "https://chat.example.com?x=1"),
        ("ORIGIN", "https://chat.example.com:99999"),
        ("ORIGIN", "https://[chat"),
        ("TRUSTED_PROXIES", "foo"),
        ("TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/99"),
        ("LOG", "loud"),
        ("HOST", ""),
        ("HOST", "http://127.0.0.1"),
        ("DATA", ""),
        ("DATA", "/srv/caf\udce9"),  # a byte that is no text
        ("SECRET", "s" * 40 + "\udce9"),
        ("STORE", "10.0.0.7:6379"),
        ("STORE", "http://10.0.0.7"),
        ("DATABASE", "sestetto.db"),
        ("DATABASE", "mysql://10.0.0.7/sestetto"),
        ("SECRET_FILE", "/nowhere/at/all"),
        ("NO_SUCH_THING", "1"),
    ],
)
def test_a_wrong_value_stops_the_start_and_is_named(name: str, text: str) -> None:
    with pytest.raises(SettingError, match=f"SESTETTO_{name.removesuffix('_FILE')}"):
        read_settings({f"SESTETTO_{name}": text})


def test_all_wrong_values_are_named_at_once() -> None:
    with pytest.raises(SettingError) as problem:
        read_settings({"SESTETTO_PORT": "x", "SESTETTO_METRICS": "y", "SESTETTO_Z": "z"})
    assert all(name in str(problem.value) for name in ("SESTETTO_PORT", "SESTETTO_METRICS", "SESTETTO_Z"))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("SECRET", "hush-hush"),
        ("STORE", "redis:/:hush-hush@h"),
        ("STORE", "redis://:hush-hush/@h"),
        ("DATABASE", "mysql://ada:hush-hush@h/x"),
        ("DATABASE", "postgresql://ada:p#hush-hush@h/x"),
        ("ORIGIN", "https://ada:hush-hush@h"),
    ],
)
def test_no_error_ever_shows_a_secret(name: str, text: str) -> None:
    with pytest.raises(SettingError) as problem:
        read_settings({f"SESTETTO_{name}": text})
    assert "hush-hush" not in str(problem.value)


def test_a_setting_given_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s" * 40)
    with pytest.raises(SettingError, match="given twice: unset SESTETTO_SECRET or SESTETTO_SECRET_FILE"):
        read_settings({"SESTETTO_SECRET": "t" * 40, "SESTETTO_SECRET_FILE": str(tmp_path / "secret")})


@pytest.mark.parametrize("setting", TABLE, ids=lambda setting: setting.name)
def test_every_setting_is_in_the_handbook(setting: Setting) -> None:
    text = HANDBOOK.read_text()
    assert f"`{PREFIX}{setting.name.upper()}`" in text
    assert setting.says in text


def test_an_origin_with_a_path_is_refused_with_what_to_do() -> None:
    with pytest.raises(
        SettingError, match=r"remove the path .*/chat.*: Sestetto serves a whole host. Give it a host of its own"
    ):
        read_settings({"SESTETTO_ORIGIN": "https://example.com/chat/"})
    assert read_settings({"SESTETTO_ORIGIN": "https://chat.example.com/"}).origin == "https://chat.example.com"
