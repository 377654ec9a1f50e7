"""How a model's text is processed before an agent sees it."""

import json

import pytest

from console.drafts.completion import CompletionReader, as_draft
from console.drafts.failure import NoDraft


@pytest.mark.parametrize(
    ("said", "draft"),
    [
        ("  Hello.\r\nGood day.  ", "Hello.\nGood day."),
        ('"Your order is on its way."', "Your order is on its way."),
        ("“Arriva domani.”", "Arriva domani."),
        ('She said "no" and "yes"', 'She said "no" and "yes"'),
        ("<think>The user wants…\n\nI should</think>\n\nHello.", "Hello."),
        ("<think>without end", ""),
        ("a\x00b\x1b[31mc\u202ed\u200be\U000e0041f", "ab[31mcdef"),
        (
            "\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
            "\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        ),
        ("Ciao 👨‍👩‍👧", "Ciao 👨‍👩‍👧"),
        ("Use 4111 1111 1111 1111", "Use •••• •••• •••• 1111"),
        ("\u200b \n", ""),
        ("a" * 4_000, "a" * 4_000),
    ],
)
def test_a_draft_is_what_a_message_may_hold(said: str, draft: str) -> None:
    assert as_draft(said) == draft


def test_half_a_pair_of_surrogates_is_no_text() -> None:
    with pytest.raises(NoDraft):
        as_draft("a\ud800")


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("size", [1, 7, 1_000])
def test_a_stream_may_be_cut_anywhere(line_end: str, size: int) -> None:
    words = [{"choices": [{"delta": {"role": "assistant"}}]}, {"choices": [], "usage": {"total_tokens": 3}}]
    words += [{"choices": [{"delta": {"content": word}}]} for word in ("Però ", "sì", ".")]
    lines = ["event: chunk", *[f"data: {json.dumps(word, ensure_ascii=False)}" for word in words], "data: [DONE]"]
    raw = "".join(f": ping{line_end}{line}{line_end}{line_end}" for line in lines).encode()
    answer = CompletionReader(streamed=True)
    done = [answer.add(raw[at : at + size]) for at in range(0, len(raw), size)]
    assert done[-1]
    assert answer.text() == "Però sì."
