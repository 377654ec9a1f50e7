"""One finding of `sestetto check`."""

from typing import NamedTuple


class CheckResult(NamedTuple):
    """`level` is ok, note or wrong; `mend` says what to do, when there is something."""

    level: str
    what: str
    mend: str = ""
