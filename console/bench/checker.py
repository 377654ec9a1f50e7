"""Compares what every client remembers with what the workspace recorded, and names each broken promise.

A client remembers each command it sent (a `Claim`) and each fact it was shown (a `View`). The record is the facts of
the feed, in order. Pure: no store, no socket, no clock.

- lost: an acknowledged command, or a fact somebody should have been shown, is missing
- doubled: one command became two facts, or one fact was shown twice
- disordered: one author's commands, a chat's seqs, or the facts shown are in another order
- over_limit: an agent had more used slots than their limit, or a chat was in two places
- untrue: an answer does not match the record: a refused command was done, or another seq
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

import msgspec

from console.bench.state_checker import StateChecker
from console.events import ChatFact, Fact, Opened, Reopened

Outcome = Literal["acked", "refused", "unknown"]
Wrong = Literal["lost", "doubled", "disordered", "over_limit", "untrue"]


class Claim(msgspec.Struct):
    """A command as its client remembers it: `unknown` until it is answered. Each client's claims are in order.

    `began` and `answered` are seconds on the client's clock; `resent`: whether it was sent again after a reconnect.
    """

    client: str
    cid: str
    outcome: Outcome = "unknown"
    chat: str = ""
    seq: int = 0
    began: float = 0.0
    answered: float = 0.0
    resent: bool = False


class View(msgspec.Struct):
    """The seqs of one chat as one screen received them; `staff` sees all of them, a visitor only public ones.

    A view of a chat that left its agent is `whole` only up to that point.
    """

    client: str
    chat: str
    seqs: list[int]
    staff: bool = False
    whole: bool = True


class Finding(NamedTuple):
    wrong: Wrong
    what: str

    def __str__(self) -> str:
        return f"{self.wrong}: {self.what}"


def check(
    claims: Sequence[Claim],
    facts: Sequence[Fact],
    views: Iterable[View] = (),
    *,
    limits: Mapping[str, int] | None = None,
) -> list[Finding]:
    """Return a sentence for every broken promise; empty if all were kept.

    `facts` are in feed order, from the first on. `limits` are the agents' (six if missing).
    """
    logs: dict[str, list[ChatFact]] = defaultdict(list)
    for fact in facts:
        if isinstance(fact, ChatFact):
            logs[fact.chat].append(fact)
    found = [*_commands(claims, logs)]
    for chat, log in logs.items():
        found += _log(chat, log)
    for view in views:
        found += _view(view, logs.get(view.chat, []))
    return [*found, *_places(facts, limits or {})]


def count(findings: Iterable[Finding]) -> dict[str, int]:
    """Count the findings by kind; missing kinds are 0."""
    seen = Counter(finding.wrong for finding in findings)
    return {wrong: seen[wrong] for wrong in ("lost", "doubled", "disordered", "over_limit", "untrue")}


# --- commands -------------------------------------------------------------------------------------


def _commands(claims: Sequence[Claim], logs: Mapping[str, Sequence[ChatFact]]) -> Iterator[Finding]:
    made = _by_cid(logs)
    latest: dict[tuple[str, str], int] = {}
    for claim in claims:
        results = made.get(claim.cid, [])
        yield from _outcome(claim, results)
        for fact in results[:1]:
            where = (claim.client, fact.chat)
            if fact.seq <= latest.get(where, 0):
                yield Finding("disordered", f"{claim.client}'s {claim.cid} is before what they said before it")
            latest[where] = fact.seq


def _by_cid(logs: Mapping[str, Sequence[ChatFact]]) -> dict[str, list[ChatFact]]:
    """Map cids to the facts of their commands.

    An opening is identified by its first message, which has the same cid.
    """
    made: dict[str, list[ChatFact]] = defaultdict(list)
    for log in logs.values():
        for fact in log:
            cid = getattr(fact, "cid", "")
            if cid and not isinstance(fact, Opened | Reopened):
                made[cid].append(fact)
    return made


def _outcome(claim: Claim, results: Sequence[ChatFact]) -> Iterator[Finding]:
    name = f"{claim.client}'s {claim.cid}"
    if len(results) > 1:
        places = ", ".join(f"{fact.chat}:{fact.seq}" for fact in results)
        yield Finding("doubled", f"{name} stands at {places}")
    if claim.outcome == "acked" and not results:
        yield Finding("lost", f"{name} was acknowledged and is nowhere")
    elif claim.outcome == "refused" and results:
        yield Finding("untrue", f"{name} was refused and stands at {results[0].chat}:{results[0].seq}")
    elif claim.outcome == "acked" and (claim.chat, claim.seq) not in {(fact.chat, fact.seq) for fact in results}:
        yield Finding("untrue", f"{name} was acknowledged as {claim.chat}:{claim.seq} and is not there")


# --- a chat's log -----------------------------------------------------------------------------------


def _log(chat: str, log: Sequence[ChatFact]) -> Iterator[Finding]:
    yield from _sequence(f"the log of {chat}", [fact.seq for fact in log], list(range(1, len(log) + 1)))
    last = 0
    for fact in log:
        if fact.prev != last:
            yield Finding("disordered", f"{chat}:{fact.seq} names {fact.prev} as the public fact before it, not {last}")
        last = fact.seq if fact.public else last


def _view(view: View, log: Sequence[ChatFact]) -> Iterator[Finding]:
    wanted = [fact.seq for fact in log if view.staff or fact.public]
    if not view.whole:
        wanted = [seq for seq in wanted if seq <= max(view.seqs, default=0)]
    yield from _sequence(f"{view.client}'s screen of {view.chat}", view.seqs, wanted)


def _sequence(where: str, seqs: Sequence[int], wanted: Sequence[int]) -> Iterator[Finding]:
    """Yield what only one of `seqs` and `wanted` contains; then errors of order."""
    if seqs == wanted:
        return
    times = Counter(seqs)
    for seq in sorted(set(wanted) - set(seqs)):
        yield Finding("lost", f"{where} has no {seq}")
    for seq in sorted(seq for seq in times if times[seq] > 1):
        yield Finding("doubled", f"{where} has {seq} {times[seq]} times")
    for seq in sorted(set(seqs) - set(wanted)):
        yield Finding("untrue", f"{where} has a {seq} that should not be there")
    once = list(dict.fromkeys(seqs))
    for before, after in pairwise(once):
        if after < before:
            yield Finding("disordered", f"{where} has {after} after {before}")


# --- places -----------------------------------------------------------------------------------------


def _places(facts: Sequence[Fact], limits: Mapping[str, int]) -> Iterator[Finding]:
    """Go through the feed: each chat in one place, and never more used slots than the limit."""
    places = StateChecker(limits)
    for fact in facts:
        for sentence in places.take(fact):
            yield Finding("over_limit", sentence)
