"""The badge and the path, against the pictures of the interface guide and over every combination."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervision.decisions.rules import DECISION_STATES, REPORT_STATES
from supervision.instruments.rules import STATES as INSTRUMENT_STATES
from supervision.matters.rules import STATES
from supervision.matters.stages import STAGES, Milestone, PathFacts, stage, stepper

PICTURE = PathFacts(
    state="open",
    accepted_on=date(2026, 8, 20),
    opened_on=date(2026, 8, 24),
    checked_on=date(2026, 9, 2),
    finding_states=("established", "established"),
    letter=Milestone("lapsed", date(2026, 9, 14), late="逾期 4 个工作日"),
)


def test_the_matter_of_the_picture() -> None:
    steps = stepper(PICTURE)
    assert stage(PICTURE).label == "督办中"
    assert [s.label for s in steps] == [
        "线索受理", "立项", "核查取证", "督办函", "意见书", "报告政府", "政府决定", "核验结项",
    ]  # fmt: skip
    assert [s.state for s in steps] == [*["done"] * 3, "late", *["conditional"] * 3, "future"]
    assert [s.article for s in steps] == ["17", "11", "13", "19", "19", "20", "20", "19"]
    assert steps[3].note == "逾期 4 个工作日"
    assert steps[5].note == "逾期或拒不改正时"


@pytest.mark.parametrize(
    ("facts", "label"),
    [
        (PathFacts("draft"), "草稿"),
        (PathFacts("proposed"), "待受理"),
        (PathFacts("rejected"), "不予立项"),
        (PathFacts("open"), "核查中"),
        (PathFacts("open", letter=Milestone("draft")), "核查中"),
        (PathFacts("open", letter=Milestone("in_approval")), "待签发"),
        (PathFacts("open", letter=Milestone("served")), "督办中"),
        (PathFacts("open", letter=Milestone("lapsed"), opinion=Milestone("served")), "意见书已送达"),
        (PathFacts("open", letter=Milestone("answered")), "待核验"),
        (PathFacts("open", opinion=Milestone("lapsed"), report=Milestone("draft")), "意见书已送达"),
        (PathFacts("open", opinion=Milestone("lapsed"), report=Milestone("reported")), "待政府决定"),
        (PathFacts("open", report=Milestone("decided"), decision=Milestone("served")), "决定执行中"),
        (PathFacts("open", report=Milestone("decided"), decision=Milestone("execution_reported")), "待核验"),
        (PathFacts("closing"), "待核验"),
        (PathFacts("closed", finding_states=("rectified", "referred")), "已结项"),
        (PathFacts("closed", finding_states=("referred",)), "已移送"),
        (PathFacts("suspended", letter=Milestone("served")), "已中止"),
        (PathFacts("open", letter=Milestone("served"), labels={"urging": "通知书已送达"}), "通知书已送达"),
    ],
)
def test_the_badge(facts: PathFacts, label: str) -> None:
    assert stage(facts).label == label


def test_an_opinion_without_a_letter_strikes_the_letter() -> None:
    steps = stepper(PathFacts("open", opinion=Milestone("served", date(2026, 9, 1))))
    assert (steps[3].state, steps[3].note) == ("struck", "未经此步")
    assert steps[4].state == "current"


def test_a_matter_closed_after_the_letter_strikes_the_government_with_the_reason() -> None:
    facts = PathFacts(
        "closed", letter=Milestone("accepted"), closed_on=date(2026, 10, 20), end_reason="已整改，无需报告"
    )
    steps = stepper(facts)
    assert [s.state for s in steps[3:]] == ["done", "struck", "struck", "struck", "done"]
    assert steps[5].note == "已整改，无需报告"
    assert steps[7].date == date(2026, 10, 20)


def test_a_rejected_proposal_is_struck_from_the_opening_on() -> None:
    steps = stepper(PathFacts("rejected", end_reason="不属于监督范围"))
    assert [s.state for s in steps] == ["done", *["struck"] * 7]
    assert {s.note for s in steps[1:]} == {"不属于监督范围"}


def test_a_decided_report_makes_the_decision_current_and_a_declined_one_the_closing() -> None:
    decided = stepper(PathFacts("open", opinion=Milestone("lapsed"), report=Milestone("decided")))
    declined = stepper(PathFacts("open", opinion=Milestone("lapsed"), report=Milestone("declined")))
    assert [s.key for s in decided if s.state == "current"] == ["decision"]
    assert [s.key for s in declined if s.state == "current"] == ["closing"]


def milestones(states: dict[str, str]) -> st.SearchStrategy[Milestone | None]:
    return st.none() | st.sampled_from(list(states)).map(Milestone)


@given(
    st.sampled_from(["draft", *STATES]),
    milestones(INSTRUMENT_STATES),
    milestones(INSTRUMENT_STATES),
    milestones(REPORT_STATES),
    milestones(DECISION_STATES),
)
def test_every_matter_has_a_badge_and_exactly_one_current_step_until_it_ends(
    state: str,
    letter: Milestone | None,
    opinion: Milestone | None,
    report: Milestone | None,
    decision: Milestone | None,
) -> None:
    facts = PathFacts(state, letter=letter, opinion=opinion, report=report, decision=decision)
    assert stage(facts).key in STAGES
    steps = stepper(facts)
    assert len(steps) == 8
    now = [step for step in steps if step.state in {"current", "late"}]
    assert len(now) == (0 if state in {"closed", "rejected"} else 1)
    assert all(step.note for step in steps if step.state == "struck")
