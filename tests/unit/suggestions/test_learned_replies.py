"""What the team's answers teach: frequent phrases, the words they followed, and nothing that only one visitor knows."""

from console.suggestions.learned_replies import Exchange, learn, phrase_of

REFUND = "Your refund arrives within three days."


def exchange(visitor: str, asked: str, answer: str = REFUND, **more: str) -> Exchange:
    known = {"name": "", "lang": "en", "agent": "ana", "canned": ""} | more
    return Exchange(visitor=visitor, asked=asked, answer=answer, at=1_000, **known)


def test_a_sentence_that_three_visitors_heard_is_learned_with_the_words_they_shared() -> None:
    said = [
        exchange("vera", "Where is my money?"),
        exchange("vito", "I want my money back", agent="ben"),
        exchange("vala", "Money please"),
    ]
    (found,) = learn(said).sentences
    assert (found.text, found.times, found.agents) == (REFUND, 3, {"ana": 2, "ben": 1})
    assert found.words == {"money": 3, "my": 2}


def test_what_fewer_than_three_visitors_heard_is_not_learned_however_often() -> None:
    said = [exchange("vera", "Where is my money?")] * 9 + [exchange("vito", "Money")] * 9
    assert learn(said).sentences == []


def test_a_word_that_only_one_visitor_used_is_not_kept() -> None:
    said = [exchange(v, f"order {secret}") for v, secret in (("vera", "4711"), ("vito", "0815"), ("vala", "4712"))]
    said += [exchange("vera", "order 4711")] * 5
    assert learn(said).sentences[0].words == {"order": 3}


def test_a_visitors_name_becomes_a_placeholder_so_that_one_greeting_is_one_phrase() -> None:
    said = [
        exchange(v, "hello", f"Hi {v.title()}, one moment!", name=f"{v.title()} Rossi")
        for v in ("vera", "vito", "vala")
    ]
    assert [one.text for one in learn(said).sentences] == ["Hi {first_name}, one moment!"]


def test_a_name_within_a_longer_word_stays() -> None:
    assert phrase_of("Ann, the Annual plan for Ann", "Ann") == "{visitor}, the Annual plan for {visitor}"
    assert phrase_of("Dear Vera Rossi, hello Vera", "Vera Rossi") == "Dear {visitor}, hello {first_name}"


def test_a_canned_reply_learns_from_its_first_use_but_only_shared_words() -> None:
    said = [exchange("vera", "refund please", canned="r1"), exchange("vito", "my refund", canned="r1")]
    learned = learn(said)
    assert learned.sentences == []
    assert (learned.canned["r1"].times, learned.canned["r1"].text) == (2, "")
    assert learned.canned["r1"].words == {"refund": 2}


def test_a_text_too_long_for_a_phrase_is_not_learned() -> None:
    said = [exchange(v, "hello", "word " * 200) for v in ("vera", "vito", "vala")]
    assert learn(said).sentences == []


def test_the_most_frequent_come_first() -> None:
    said = [exchange(f"v{n}", "hello", "Hello!") for n in range(5)] + [exchange(f"v{n}", "money") for n in range(3)]
    assert [one.text for one in learn(said).sentences] == ["Hello!", REFUND]


def test_a_sentence_of_longer_answers_is_a_phrase_with_the_name_as_a_placeholder() -> None:
    said = [
        exchange(v, "hello", f"Hi {v.title()}! Let me look that up for you. It is {n}.", name=v.title())
        for n, v in enumerate(("vera", "vito", "vala"))
    ]
    said += [exchange("vera", "hello", "This was said to Vera alone.")] * 5
    learned = learn(said)
    assert learned.sentences == []
    greeting, phrase = learned.phrases
    assert greeting.text == "Hi {visitor}!"
    assert (phrase.text, phrase.times, phrase.words) == ("Let me look that up for you.", 3, {})


def test_a_greeting_by_name_is_one_phrase() -> None:
    said = [exchange(v, "hi", f"Good day {v.title()}, hello.", name=v.title()) for v in ("vera", "vito", "vala")]
    assert [one.text for one in learn(said).phrases] == ["Good day {visitor}, hello."]
