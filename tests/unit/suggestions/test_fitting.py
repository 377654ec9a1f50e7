"""Which of the team's replies a model receives: those that fit, and nothing that only one visitor wrote."""

from console.suggestions.fitting import CANNED, SENTENCES, fitting_replies
from console.suggestions.learned_replies import Exchange, LearnedReplies, learn

REPLIES = [
    ("k1", "Hello", "Good morning."),
    ("k2", "Refund", "Refunds take five days."),
    ("k3", "TV", "Update the app."),
]


def exchange(number: int, asked: str, answer: str, canned: str = "") -> Exchange:
    return Exchange(f"v{number}", f"Vera{number}", "en", asked, answer, "ana", number, canned)


def test_words_of_the_reply_itself_and_of_visitors_before_it_lead_to_it() -> None:
    learned = learn(exchange(number, "my screen is black", "", "k3") for number in range(3))
    found = fitting_replies("The SCREEN stays black", REPLIES, learned)
    assert (found[0].title, found[0].text, found[0].after) == ("TV", "Update the app.", ["black", "is", "my", "screen"])
    assert fitting_replies("a refund?", REPLIES, learned)[0].title == "Refund"


def test_without_a_common_word_the_most_frequent_replies_come_first() -> None:
    learned = learn(exchange(number, "hi", "", "k2") for number in range(3))
    assert [one.title for one in fitting_replies("quando arriva", REPLIES, learned)] == ["Refund", "Hello", "TV"]


def test_sentences_of_the_team_follow_and_no_more_than_a_few() -> None:
    said = [exchange(v, f"parcel {n}", f"Sentence number {n} about parcels.") for n in range(20) for v in range(3)]
    many = [(f"k{n}", f"Title {n}", "parcel") for n in range(20)]
    found = fitting_replies("where is parcel 7", many, learn(said))
    assert [bool(one.title) for one in found] == [True] * CANNED + [False] * SENTENCES
    assert found[CANNED].text == "Sentence number 7 about parcels."


def test_what_only_one_visitor_heard_or_said_is_in_none() -> None:
    told = [exchange(v, "secret word" if v == 0 else "parcel", "Parcels take two days.") for v in range(3)]
    told.append(exchange(9, "parcel", "Your parcel is at Rome Street 5."))
    found = fitting_replies("parcel", [], learn(told))
    assert [(one.text, one.after) for one in found] == [("Parcels take two days.", ["parcel"])]
    assert fitting_replies("parcel", [], LearnedReplies()) == []
