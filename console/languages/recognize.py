"""Recognizes the language of texts in its own process: the models take memory, and time to load.

`python -m console.languages.recognize cs,de,...` reads texts, one JSON line each, and answers each with a line: the
code of the most likely of these languages, and its probability, 0 to 1.
"""

import json
import os
import sys
from collections.abc import Iterable

from lingua import IsoCode639_1, LanguageDetectorBuilder

NICENESS = 10  # nobody waits for the result
NEAREST = {"no": "nb"}  # codes that the models do not have


def known_codes(codes: Iterable[str]) -> list[IsoCode639_1]:
    """Return the codes that have a model."""
    found = set[IsoCode639_1]()
    for code in codes:
        try:
            found.add(IsoCode639_1.from_str(NEAREST.get(code, code).upper()))
        except ValueError:
            continue
    return list(found)


def main(codes: str) -> None:
    os.nice(NICENESS)
    detector = LanguageDetectorBuilder.from_iso_codes_639_1(*known_codes(codes.split(","))).build()
    for line in sys.stdin:
        likely = detector.compute_language_confidence_values(json.loads(line))[0]
        print(json.dumps([likely.language.iso_code_639_1.name.lower(), likely.value]), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
