"""Arabic and Latin in one sentence: each keeps its order, and a number after a name stays on its side."""

import pytest
from markupsafe import Markup

from console.views.bidi import isolated
from console.views.templating import environment

ALI = "علي حسن"


@pytest.mark.parametrize("name", [ALI, "דנה", "Ali علي"])
def test_a_name_from_right_to_left_is_kept_together(name: str) -> None:
    assert isolated(name) == f"\u2068{name}\u2069"


@pytest.mark.parametrize("value", ["Ana", "Łukasz Ø", "김서연", "🙂", "", 7, Markup("<bdi>علي</bdi>")])
def test_everything_else_stays_as_it_is(value: object) -> None:
    assert isolated(value) is value


def test_every_sentence_of_a_page_isolates_what_is_filled_in() -> None:
    sentence = environment("it").from_string("{{ _('Watched by %(name)s, %(time)s', name=name, time=time) }}")
    assert sentence.render(name=ALI, time="0:42") == f"Watched by \u2068{ALI}\u2069, 0:42"
    counted = environment("en").from_string(
        "{{ ngettext('%(num)s of %(name)s', '%(num)s by %(name)s', 2, name=name) }}"
    )
    assert counted.render(name=ALI) == f"2 by \u2068{ALI}\u2069"
    assert sentence.render(name="<b>علي", time="") == "Watched by \u2068&lt;b&gt;علي\u2069, ", "still only a text"
