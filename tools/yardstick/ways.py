"""The ways of working that are compared."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Way:
    """`threads`: a list and one thread instead of six panes. The other fields are the features that the person uses."""

    name: str
    threads: bool = False
    ahead: bool = False  # reads what visitors are typing, and prepares the answer
    first_word: bool = False  # one key gives a first word to every visitor who waits for one
    suggestions: bool = False  # takes a suggested reply by its key
    completion: bool = False  # takes the grey rest of a sentence with Tab
    automatic: bool = False  # the queue gives the first word automatically
    later: bool = False  # gives reasons in a quiet moment, from the list


WAYS = {
    way.name: way
    for way in (
        Way("list", threads=True),
        Way("keys"),
        Way("first-word", first_word=True),
        Way("ahead", ahead=True),
        Way("suggestions", suggestions=True, completion=True),
        Way("all", ahead=True, first_word=True, suggestions=True, completion=True, later=True),
        Way("automatic", ahead=True, suggestions=True, completion=True, automatic=True, later=True),
    )
}
