"""Says in which language texts are written, in a process of its own: the models take memory, and time to load.

`python -m console.languages.recognize cs,de,...` reads texts, a line of JSON each, and answers each with a line: the
code of the most likely one of these languages, and how likely it is, 0 to 1.
"""

import json
import os
import sys
from collections.abc import Iterable

from lingua import IsoCode639_1, LanguageDetectorBuilder

NICENESS = 10  # nobody waits for it
NEAREST = {"no": "nb"}  # codes that the models do not have


def known_codes(codes: Iterable[str]) -> list[IsoCode639_1]:
    """Return those that there are models for."""
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
