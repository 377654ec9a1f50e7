"""The part of `sestetto check` and `sestetto audit verify` about the audit log; changes nothing."""

from collections.abc import Iterator

from console.archive.audit_check import Chain, check_chains
from console.archive.database import Database
from console.commands.check_result import CheckResult

MEND = "compare it with a backup: see operations.md, The audit log as evidence"
NAMES = {"changes": "changes", "reads": "reads and exports"}


async def check_audit(database: Database) -> list[CheckResult]:
    return [finding for chain in await check_chains(database) for finding in results_of(chain)]


def results_of(chain: Chain) -> Iterator[CheckResult]:
    """Yield whether a chain is intact, up to where, and what has been removed from it."""
    name = f"the audit log of {NAMES.get(chain.log, chain.log)}"
    if chain.wrong:
        yield CheckResult("wrong", f"{name} is not intact: {chain.wrong}", MEND)
        return
    says = [f"{name} is intact: {_count(chain.lines, 'line')}"]
    says += [f"head {chain.head}"] if chain.head else []
    says += [f"{_count(chain.cut, 'older one')} deleted by data retention"] if chain.cut else []
    says += [f"the values of {_count(chain.erased, 'line')} erased"] if chain.erased else []
    yield CheckResult("ok", ", ".join(says))
    if chain.unchained:
        lines = _count(chain.unchained, "line")
        yield CheckResult("note", f"{lines} of an older release will be chained with the next one")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
