"""One finding of `sestetto check`."""

from typing import NamedTuple


class CheckResult(NamedTuple):
    """`level` is ok, note or wrong; `mend` says how to fix it, if there is anything to fix."""

    level: str
    what: str
    mend: str = ""
