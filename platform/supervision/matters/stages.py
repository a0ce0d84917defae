"""Where a matter stands: the stage badge and the eight-step path (interface guide, section 4).

Both are computed from the same view of the matter, so that they never contradict each other. Overdue is
no stage: it is a deadline chip beside the badge, and a red ring in the path.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal, NamedTuple

Tone = Literal["grey", "outline", "light", "blue", "blue-outline", "violet", "green"]
StepState = Literal["done", "current", "late", "conditional", "future", "struck"]


class Stage(NamedTuple):
    """The badge: `key` for filters and queries, `label` for readers, `tone` for the style sheet."""

    key: str
    label: str
    tone: Tone


class Step(NamedTuple):
    """One step of the path. `note` is the condition, the delay or the reason of an early end."""

    key: str
    label: str
    state: StepState
    date: date | None
    note: str
    article: str


STAGES: Final[dict[str, Stage]] = {
    stage.key: stage
    for stage in (
        Stage("draft", "草稿", "grey"),
        Stage("to_accept", "待受理", "outline"),
        Stage("checking", "核查中", "light"),
        Stage("to_issue", "待签发", "light"),
        Stage("urging", "督办中", "blue"),
        Stage("opinion_served", "意见书已送达", "blue"),
        Stage("to_verify", "待核验", "blue-outline"),
        Stage("to_decide", "待政府决定", "violet"),
        Stage("executing", "决定执行中", "violet"),
        Stage("closed", "已结项", "green"),
        Stage("referred", "已移送", "grey"),
        Stage("suspended", "已中止", "grey"),
        Stage("rejected", "不予立项", "grey"),
    )
}


@dataclass(frozen=True, slots=True)
class Milestone:
    """The latest letter, opinion, report or decision of a matter.

    `state` is its machine state; `on` the date to show (service, sending or decision); `late` the words of the
    deadline chip when it is overdue (逾期 4 个工作日), else empty.
    """

    state: str
    on: date | None = None
    late: str = ""


@dataclass(frozen=True, slots=True)
class PathFacts:
    """What the badge and the path show of one matter. Withdrawn and superseded documents are left out."""

    state: str
    """State of the matter; `draft` for a proposal that is saved but not submitted."""
    basis: str = "clue"
    """What the matter rests on; only a clue has a date of acceptance."""
    basis_label: str = ""
    accepted_on: date | None = None
    opened_on: date | None = None
    checked_on: date | None = None
    """Day of the latest activity, or of the first finding."""
    finding_states: tuple[str, ...] = ()
    letter: Milestone | None = None
    opinion: Milestone | None = None
    report: Milestone | None = None
    decision: Milestone | None = None
    closed_on: date | None = None
    end_reason: str = ""
    """Why the path ended early: rejected, or closed before the government was asked."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Words of the rule book for stage or step keys, where they differ from the usual ones."""


_DRAFTING: Final = frozenset({"in_approval", "approved", "issued"})
_AT_GOVERNMENT: Final = frozenset({"reported", "returned"})
_EXECUTING: Final = frozenset({"decided", "issued", "served", "execution_reported", "not_executed"})
_BY_STATE: Final = {
    "draft": "draft",
    "proposed": "to_accept",
    "rejected": "rejected",
    "suspended": "suspended",
    "closing": "to_verify",
}


def stage(facts: PathFacts) -> Stage:
    """The badge of a matter. The furthest thing that is under way decides; what is finished does not count."""
    known = STAGES[_stage_key(facts)]
    return known._replace(label=facts.labels.get(known.key, known.label))


def _stage_key(facts: PathFacts) -> str:
    if facts.state == "closed":
        referred = bool(facts.finding_states) and all(s == "referred" for s in facts.finding_states)
        return "referred" if referred else "closed"
    if facts.state in _BY_STATE:
        return _BY_STATE[facts.state]
    if facts.decision and facts.decision.state in _EXECUTING:
        return "to_verify" if facts.decision.state == "execution_reported" else "executing"
    if facts.report and facts.report.state in _AT_GOVERNMENT:
        return "to_decide"
    return _instrument_stage(facts)


def _instrument_stage(facts: PathFacts) -> str:
    states = [m.state for m in (facts.opinion, facts.letter) if m is not None]
    if "answered" in states:
        return "to_verify"
    if _DRAFTING & set(states):
        return "to_issue"
    if facts.opinion and facts.opinion.state in {"served", "lapsed", "refused"}:
        return "opinion_served"
    if facts.letter and facts.letter.state in {"served", "lapsed", "refused"}:
        return "urging"
    return "to_verify" if "accepted" in states else "checking"


class _Frame(NamedTuple):
    key: str
    label: str
    article: str
    ahead: StepState
    condition: str


_FRAMES: Final = (
    _Frame("clue", "线索受理", "17", "future", ""),
    _Frame("opening", "立项", "11", "future", "待批准"),
    _Frame("checking", "核查取证", "13", "future", "立项后"),
    _Frame("letter", "督办函", "19", "conditional", "认定问题后"),
    _Frame("opinion", "意见书", "19", "conditional", "可制发"),
    _Frame("report", "报告政府", "20", "conditional", "逾期或拒不改正时"),
    _Frame("decision", "政府决定", "20", "conditional", "由本级政府作出"),
    _Frame("closing", "核验结项", "19", "future", "书面报告后"),
)
_CHECKING: Final = 2
_REPORT: Final = 5
_CLOSING: Final = 7


def stepper(facts: PathFacts) -> list[Step]:
    """The eight steps of the statutory path, each with its state, date or condition, and article.

    Steps that the matter went past without needing them, and those after an early end, are struck, with the
    reason. Exactly one step is current (or late) while the matter is neither closed nor rejected.
    """
    position = _position(facts)
    return [_step(index, frame, facts, position) for index, frame in enumerate(_FRAMES)]


def _milestones(facts: PathFacts) -> dict[int, Milestone]:
    found = {3: facts.letter, 4: facts.opinion, 5: facts.report, 6: facts.decision}
    return {index: milestone for index, milestone in found.items() if milestone is not None}


def _position(facts: PathFacts) -> int:
    """Index of the current step; one past the end when the path is finished."""
    if facts.state in {"closed", "rejected"}:
        return len(_FRAMES)
    if facts.state in {"draft", "proposed"}:
        return 1
    if facts.state == "closing":
        return _CLOSING
    reached = _milestones(facts)
    if not reached:
        return _CHECKING
    last = max(reached)
    return _after(last, reached[last].state)


def _after(index: int, state: str) -> int:
    """The step that is current once the furthest document is in this state: a report that the government
    decided on continues in the decision; one that it declined goes back to the supervision body."""
    if index == _REPORT and state == "decided":
        return _REPORT + 1
    finished = {_REPORT: {"declined"}, _REPORT + 1: {"executed"}}.get(index, {"accepted"})
    return _CLOSING if state in finished else index


def _step(index: int, frame: _Frame, facts: PathFacts, position: int) -> Step:
    label = facts.labels.get(frame.key, frame.label)
    milestone = _milestones(facts).get(index)
    if index == position:
        return Step(frame.key, label, *_here(index, frame, facts, milestone), frame.article)
    if index > position:
        return Step(frame.key, label, frame.ahead, None, frame.condition, frame.article)
    return Step(frame.key, label, *_behind(index, facts, milestone), frame.article)


def _here(
    index: int, frame: _Frame, facts: PathFacts, milestone: Milestone | None
) -> tuple[StepState, date | None, str]:
    if facts.state == "suspended":
        return "current", milestone.on if milestone else None, "已中止"
    if milestone is None:
        on = facts.checked_on if index == _CHECKING else None
        note = "" if on or index == _CHECKING else "待批准" if facts.state == "closing" else frame.condition
        return "current", on, note
    late = bool(milestone.late) or milestone.state in {"lapsed", "refused", "not_executed"}
    note = milestone.late or _MILESTONE_NOTES.get(milestone.state, "")
    return "late" if late else "current", milestone.on, note


_MILESTONE_NOTES: Final = {
    "draft": "起草中",
    "in_approval": "待签发",
    "approved": "待签发",
    "issued": "待送达",
    "answered": "待核验",
    "lapsed": "已逾期",
    "refused": "拒不改正",
    "returned": "退回补充",
    "declined": "不予决定",
    "execution_reported": "待核验",
    "not_executed": "未执行",
}


def _behind(index: int, facts: PathFacts, milestone: Milestone | None) -> tuple[StepState, date | None, str]:
    dates = {0: facts.accepted_on, 1: facts.opened_on, 2: facts.checked_on, 7: facts.closed_on}
    if milestone is not None:
        return "done", milestone.on, _MILESTONE_NOTES.get(milestone.state, "")
    if index == 0:
        return "done", dates[0], "" if facts.basis == "clue" else facts.basis_label
    if facts.state == "rejected":
        return "struck", None, facts.end_reason or "不予立项"
    if index in dates:
        return "done", dates[index], ""
    if any(later > index for later in _milestones(facts)):
        return "struck", None, "未经此步"
    return "struck", None, facts.end_reason or "无需办理"
