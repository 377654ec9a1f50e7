"""One finding of `sestetto check`."""

from typing import NamedTuple


class CheckResult(NamedTuple):
    """`level` is ok, note or wrong; `mend` says how to fix it, if anything is to be done."""

    level: str
    what: str
    mend: str = ""
