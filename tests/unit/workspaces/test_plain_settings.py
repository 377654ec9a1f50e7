"""Settings without their files: the same installation, whatever becomes of the files afterwards."""

from pathlib import Path

import msgspec
import pytest

from console.errors import SettingError
from console.workspaces.declared import read_installation
from console.workspaces.plain_settings import PlainSettings, read_plain_settings

SECTIONS = """
[acme]
origin = "https://chat.acme.example"
secret_file = "{folder}/acme-secret"
[globex]
origin = "https://chat.globex.example"
retention_days = 30
paused = true
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "workspaces.toml").write_text(SECTIONS.format(folder=tmp_path))
    (tmp_path / "acme-secret").write_text("a" * 40 + "\n")
    (tmp_path / "store").write_text("redis://:pass@store.example\n")
    return {
        "SESTETTO_WORKSPACES": str(tmp_path / "workspaces.toml"),
        "SESTETTO_DATA": str(tmp_path / "data"),
        "SESTETTO_STORE_FILE": str(tmp_path / "store"),
        "PATH": "/bin",
    }


def told(plain: PlainSettings) -> PlainSettings:
    """Return what the other process decodes."""
    return msgspec.json.decode(msgspec.json.encode(plain), type=PlainSettings)


def test_they_are_the_same_installation_without_the_files(environment: dict[str, str], tmp_path: Path) -> None:
    before, plain = read_installation(environment), told(read_plain_settings(environment))
    for name in ("workspaces.toml", "acme-secret", "store"):
        (tmp_path / name).unlink()
    assert plain.installation() == before
    assert before.workspaces[0].secret == "a" * 40
    assert plain.installation().paused == {"globex"}


def test_one_workspace_needs_no_file_either(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s" * 40)
    plain = read_plain_settings(
        {"SESTETTO_SECRET_FILE": str(tmp_path / "secret"), "SESTETTO_ORIGIN": "https://a.example"}
    )
    (tmp_path / "secret").unlink()
    settings = plain.installation().process
    assert (settings.secret, settings.origin) == ("s" * 40, "https://a.example")


def test_a_file_that_cannot_be_read_is_named(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "acme-secret").unlink()
    with pytest.raises(SettingError, match=r"\[acme\] SESTETTO_SECRET: cannot read .*acme-secret"):
        read_plain_settings(environment).installation()


def test_a_setting_that_is_given_twice_is_still_refused(environment: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "workspaces.toml"
    file.write_text(file.read_text().replace("[globex]", f'secret = "{"b" * 40}"\n[globex]'))
    with pytest.raises(SettingError, match=r"\[acme\] SESTETTO_SECRET: given twice"):
        read_plain_settings(environment).installation()
