"""Reading facts: thousands at a time, by several readers."""

import gc
from typing import get_args

from console.events import AnyFact, Author, Message, Turn, decode_fact

ANSWER = (
    b'{"kind":"message","at":9,"chat":"c1","seq":2,"prev":1,"by":"agent","turn":{"seq":1,"asked":2,"waited":7,"mine":7},'
    b'"answer":{"waited":7},"promised":{"due":8},"author":{"id":"ana","name":"Ana"},"cid":"a","text":"Hello"}'
)


def test_the_garbage_collector_has_no_facts_to_look_at() -> None:
    answer = decode_fact(ANSWER)
    assert isinstance(answer, Message)
    assert answer.turn == Turn(1, 2, 7, 7)
    assert answer.author == Author("ana", "Ana")
    assert not any(map(gc.is_tracked, (answer, answer.author, answer.turn, answer.answer, answer.promised)))
    assert [kind.__name__ for kind in get_args(AnyFact) if kind.__struct_config__.gc] == []
