"""`sestetto check` asks the model for a draft, and reports clearly what is wrong."""

from pathlib import Path

import pytest

from console.config import read_settings
from console.errors import SettingError
from tests.support import model_server as manners
from tests.support.command_line import in_a_process
from tests.support.model_server import Manner, ModelServer


async def check(tmp_path: Path, **settings: str) -> tuple[int, str]:
    code, said, errors = await in_a_process("check", DATA=str(tmp_path / "data"), PORT="0", **settings)
    assert "sk-hush-hush" not in said + errors
    return code, " ".join((said + errors).split())


async def checked(tmp_path: Path, model: ModelServer) -> tuple[int, str]:
    return await check(tmp_path, **{name.upper(): value for name, value in model.settings.items()})


async def test_it_says_that_the_model_answers(tmp_path: Path) -> None:
    async with ModelServer() as model:
        code, said = await checked(tmp_path, model)
        assert code == 0
        assert f"the model sage at {model.url} answers in " in said
        assert len(model.asked) == 1


@pytest.mark.parametrize(
    ("manner", "says"),
    [
        (manners.fails(401), "refuses the key (HTTP 401) to fix: fix SESTETTO_MODEL_KEY"),
        (manners.fails(404), "does not know this model, or has no API there (HTTP 404)"),
        (manners.answers_html, "does not answer with chat completions (HTTP 200)"),
    ],
)
async def test_it_says_what_is_wrong_and_what_to_do(manner: Manner, says: str, tmp_path: Path) -> None:
    async with ModelServer(manner=manner) as model:
        code, said = await checked(tmp_path, model)
        assert code == 1
        assert f"the model sage at {model.url} {says}" in said


async def test_a_url_needs_the_models_name(tmp_path: Path) -> None:
    code, said = await check(tmp_path, MODEL_URL="http://127.0.0.1:1/v1")
    assert code == 1
    assert "SESTETTO_MODEL_URL is set, SESTETTO_MODEL_NAME is not" in said
    with pytest.raises(SettingError, match="SESTETTO_MODEL_NAME: name the model"):
        read_settings({"SESTETTO_MODEL_URL": "http://127.0.0.1:1/v1"})


def test_the_key_is_in_no_text_about_the_settings() -> None:
    settings = read_settings({"SESTETTO_MODEL_KEY": "sk-hush-hush"})
    assert settings.model_key == "sk-hush-hush"
    assert "sk-hush-hush" not in repr(settings)
