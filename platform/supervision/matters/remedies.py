"""Administrative acts under a matter and the remedies about them (Art. 20).

A reconsideration or lawsuit belongs to one act. While it runs, the government decides nothing on findings
about that act; findings about other acts, or about no act, go on.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from supervision.matters.findings import OPEN_STATES

K = TypeVar("K", bound=Hashable)

REMEDY_KINDS: Final[dict[str, str]] = {"reconsideration": "行政复议", "litigation": "行政诉讼"}


@dataclass(frozen=True, slots=True)
class Remedy(Generic[K]):
    """A reconsideration or lawsuit about one act.

    `settles` says, once it ended, whether its result disposes of the problem: the act was revoked, changed or
    confirmed unlawful, or upheld after a review of the same point.
    """

    act: K
    kind: str
    running: bool
    settles: bool = False


@dataclass(frozen=True, slots=True)
class FindingOnAct(Generic[K]):
    """A finding with the act it concerns, or none."""

    finding: K
    act: K | None
    state: str


def running_about(act: K | None, remedies: Iterable[Remedy[K]]) -> Remedy[K] | None:
    """The first running remedy about an act; None for a finding that concerns no act."""
    if act is None:
        return None
    return next((remedy for remedy in remedies if remedy.running and remedy.act == act), None)


def blocked_findings(findings: Iterable[FindingOnAct[K]], remedies: Iterable[Remedy[K]]) -> dict[K, Remedy[K]]:
    """The findings on which nothing may be decided now, each with the remedy that blocks it."""
    known = list(remedies)
    found = ((item.finding, running_about(item.act, known)) for item in findings)
    return {finding: remedy for finding, remedy in found if remedy is not None}


def is_settled(act: K | None, remedies: Iterable[Remedy[K]]) -> bool:
    """Whether the act's remedies have ended and one of them settled it. A second remedy that still runs
    (a lawsuit after the reconsideration) keeps the act open."""
    about = [remedy for remedy in remedies if act is not None and remedy.act == act]
    return any(remedy.settles for remedy in about) and not any(remedy.running for remedy in about)


def findings_to_settle(findings: Iterable[FindingOnAct[K]], remedies: Iterable[Remedy[K]]) -> list[K]:
    """The open findings whose act was settled elsewhere: they take the step `settle`; all others continue."""
    known = list(remedies)
    return [item.finding for item in findings if item.state in OPEN_STATES and is_settled(item.act, known)]


def block_sentence(remedy: Remedy[K]) -> str:
    """What a page says about an act that a remedy blocks."""
    return f"{REMEDY_KINDS[remedy.kind]}正在办理，不能就该行为作出监督决定。"
