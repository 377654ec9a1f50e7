"""Commands of an installation with several workspaces: those for one, which has to be named, and those for all."""

from pathlib import Path

import pytest

from tests.support.command_line import run_command

BOTH = '[acme]\norigin = "https://chat.acme.example"\n[globex]\norigin = "https://chat.globex.example"\n'


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Both are migrated, and Acme has a queue."""
    folder = tmp_path_factory.mktemp("workspaces")
    (folder / "workspaces.toml").write_text(BOTH)
    given = {"DATA": str(folder / "data"), "WORKSPACES": str(folder / "workspaces.toml"), "PORT": "0"}
    code, said, _ = run_command("migrate", **given)
    assert code == 0
    assert [line[: line.index("]") + 1] for line in said.splitlines() if "was migrated" in line] == [
        "[acme]",
        "[globex]",
    ]
    code, said, problem = run_command("queue", "add", "support", "--name", "Support", "--workspace", "acme", **given)
    assert code == 0, problem
    return given


def test_a_command_says_which_names_there_are(settings: dict[str, str]) -> None:
    code, _, problem = run_command("member", "list", **settings)
    assert (code, problem.count("\n")) == (1, 1)
    assert "several workspaces. Choose one: --workspace acme, --workspace globex" in problem
    code, _, problem = run_command("member", "list", "--workspace", "initech", **settings)
    assert (code, "There is no workspace initech. There are: acme, globex" in problem) == (1, True)


def test_what_is_added_to_one_is_not_in_the_other(settings: dict[str, str]) -> None:
    assert "Support" in run_command("queue", "list", "--workspace", "acme", **settings)[1]
    assert "Support" not in run_command("queue", "list", "--workspace", "globex", **settings)[1]
    assert "Support" in run_command("queue", "list", WORKSPACE="acme", **settings)[1]


def test_the_audit_logs_are_two(settings: dict[str, str]) -> None:
    code, said, _ = run_command("audit", "verify", **settings)
    assert code == 0
    assert "[acme] the audit log of changes is intact: 1 line" in said
    assert "[globex] the audit log of changes is intact: 0 lines" in said
    assert run_command("audit", "export", **settings)[0] == 1
    assert '"support"' in run_command("audit", "export", "--workspace", "acme", **settings)[1]


def test_an_invitation_leads_to_the_workspaces_own_address(settings: dict[str, str]) -> None:
    for name in ("acme", "globex"):
        code, said, problem = run_command("member", "invite", f"ada@{name}.example", "--workspace", name, **settings)
        assert code == 0, problem
        assert f"https://chat.{name}.example/sign-in/invitation/" in said
        assert f"workspaces/{name}/sestetto.db" in problem


def test_check_tells_of_each(settings: dict[str, str]) -> None:
    code, said, _ = run_command("check", **settings)
    assert code == 0, said
    for name in ("acme", "globex"):
        assert f"https://chat.{name}.example" in said
        assert f"[{name}] the archive responds (sqlite)" in said
        assert f"[{name}] the store" in said or "the embedded store is created" in said


def test_check_names_what_is_wrong_with_the_file(settings: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "workspaces.toml"
    file.write_text(BOTH + 'colour = "red"\n')
    code, said, _ = run_command("check", **settings | {"WORKSPACES": str(file)})
    assert code == 1
    assert "[globex] colour: there is no such setting" in said


def test_one_that_is_gone_for_good_leaves_nothing_behind_and_the_other_whole(tmp_path: Path) -> None:
    file, data = tmp_path / "workspaces.toml", tmp_path / "data"
    file.write_text(BOTH)
    given = {"DATA": str(data), "WORKSPACES": str(file), "PORT": "0"}
    assert run_command("adopt", "--yes", **given)[0] == 0
    for environment in (given, given | {"WORKSPACE": "acme"}):
        assert "still declared" in run_command("workspace", "delete", "globex", "--yes", **environment)[2]
    file.write_text(BOTH[: BOTH.index("[globex]")])
    code, said, problem = run_command("workspace", "delete", "globex", "--yes", **given)
    assert (code, "Deleted globex" in said) == (0, True), problem
    assert [one.name for one in (data / "workspaces").iterdir()] == ["acme"]
    assert "0 keys" not in said
    again = run_command("workspace", "delete", "globex", "--yes", **given)[1]
    assert "Deleted globex: 0 keys" in again
    assert "[acme] the store" in run_command("check", **given)[1]
    assert "served" in run_command("workspace", "list", **given)[1]
    assert "not a valid workspace name" in run_command("workspace", "delete", "../acme", "--yes", **given)[2]


@pytest.mark.parametrize("command", [("workspace", "delete", "initech", "--yes"), ("adopt", "--yes")])
def test_a_store_that_is_away_is_one_line_without_a_trace(settings: dict[str, str], command: tuple[str, ...]) -> None:
    code, said, problem = run_command(*command, **settings | {"STORE": "redis://127.0.0.1:1"})
    assert code == 1
    assert "The store" in said + problem
    assert "does not respond" in said + problem
    for wrong in ("Traceback", "It will be sent again"):
        assert wrong not in said + problem


def test_one_that_fails_keeps_no_other_from_it(settings: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "workspaces.toml"
    file.write_text(BOTH.replace("[globex]", 'database = "sqlite:////nowhere/at/all/x.db"\n[globex]'))
    code, said, problem = run_command("audit", "verify", **settings | {"WORKSPACES": str(file)})
    assert code == 1
    assert "[globex] the audit log of changes is intact" in said
    assert "The command failed for acme" in problem
