"""Splits a text into sentences; `static/console/suggestions/sentences.js` finds the same ones."""

import re

# A full stop counts before a space; those of Chinese and Japanese need none.
STOP = re.compile("[.!?…؟۔।]+[\"'”’»)\\]]*(?=\\s)|[。！？]+[\"'”’»）」』]*|\\n+")


def sentences_of(text: str) -> list[str]:
    """Return the sentences of the text, without surrounding spaces. A lower-case letter does not begin a new one."""
    found: list[str] = []
    at = 0
    for stop in STOP.finditer(text):
        if text[stop.end() :].lstrip()[:1].islower() and "\n" not in stop.group():
            continue
        found.append(text[at : stop.end()].strip())
        at = stop.end()
    return [one for one in [*found, text[at:].strip()] if one]
