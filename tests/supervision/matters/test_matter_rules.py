"""Matters: opening, closing, remedies, findings, and the checks of what is entered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from kernel.errors import Barred, FieldError, IllegalTransition
from supervision.matters.findings import FINDING, FindingFacts
from supervision.matters.inputs import (
    CONTENT_ITEMS,
    MODES,
    ActInput,
    ActivityInput,
    FindingInput,
    MatterInput,
    MatterLimits,
    RemedyInput,
    validate_act,
    validate_activity,
    validate_finding,
    validate_matter,
    validate_remedy,
)
from supervision.matters.remedies import (
    REMEDY_KINDS,
    FindingOnAct,
    Remedy,
    blocked_findings,
    findings_to_settle,
)
from supervision.matters.rules import MATTER, MatterFacts

TEAM = MatterFacts(supervised_in_reach=True, handler_count=2, handlers_certified=True, actor_on_case=True)
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
LIMITS = MatterLimits(
    title_max=40, text_min=5, text_max=5000, handlers_required=2, vertical_items=frozenset({"8(2)", "10(5)"})
)


@pytest.mark.parametrize(
    ("facts", "article", "bar"),
    [
        (replace(TEAM, actor_recused=True), "16", True),
        (replace(TEAM, any_handler_recused=True), "16", True),
        (replace(TEAM, actor_proposed_opening=True), "11", False),
        (replace(TEAM, supervised_in_reach=False), "2", False),
        (replace(TEAM, handler_count=1), "13", False),
        (replace(TEAM, handlers_certified=False), "6", False),
    ],
)
def test_an_opening_is_refused_with_its_article(facts: MatterFacts, article: str, bar: bool) -> None:
    with pytest.raises(Barred if bar else IllegalTransition) as refused:
        MATTER.step("proposed", "approve_opening", facts)
    assert refused.value.article == article
    assert refused.value.remedy


def test_an_opening_takes_as_many_handlers_as_the_rule_book_says() -> None:
    assert MATTER.step("proposed", "approve_opening", TEAM).target == "open"
    with pytest.raises(IllegalTransition):
        MATTER.step("proposed", "approve_opening", replace(TEAM, handlers_required=3))


@pytest.mark.parametrize(
    "open_thing",
    [
        {"finding_states": ("rectified", "established")},
        {"finding_states": ("decided",)},
        {"finding_states": ("not_rectified",)},
        {"live_instruments": 1},
        {"live_reports": 1},
        {"live_decisions": 1},
        {"open_deadlines": 1},
        {"undecided_recusals": 1},
        {"closing_report_given": False},
    ],
)
def test_nothing_unfinished_is_closed(open_thing: dict[str, object]) -> None:
    facts = replace(TEAM, finding_states=("rectified", "dropped", "executed", "referred"))
    assert MATTER.step("open", "propose_closing", facts).target == "closing"
    for state, action in (("open", "propose_closing"), ("closing", "approve_closing")):
        with pytest.raises(IllegalTransition):
            MATTER.step(state, action, replace(facts, **open_thing))  # type: ignore[arg-type]


def test_a_matter_without_findings_closes_with_reasons() -> None:
    assert MATTER.step("open", "propose_closing", TEAM).target == "closing"


def test_the_owner_never_verifies_its_own_rectification() -> None:
    seen = FindingFacts(matter_open=True, actor_on_case=True, answered=True)
    assert FINDING.step("established", "verify_rectified", seen).target == "rectified"
    with pytest.raises(IllegalTransition, match="不得核验自己"):
        FINDING.step("established", "verify_rectified", replace(seen, actor_is_owner=True))
    with pytest.raises(IllegalTransition, match="现场核查"):
        FINDING.step("established", "verify_rectified", replace(seen, site_check_required=True))


def test_a_blocked_finding_is_barred_even_when_its_instrument_lapsed() -> None:
    facts = FindingFacts(matter_open=True, blocked=True, instrument_failed=True)
    with pytest.raises(Barred) as refused:
        FINDING.step("established", "decide", facts)
    assert refused.value.article == "20"


FINDINGS = [
    FindingOnAct("f1", "a1", "established"),
    FindingOnAct("f2", "a2", "established"),
    FindingOnAct("f3", None, "established"),
    FindingOnAct("f4", "a1", "rectified"),
]


def test_a_remedy_blocks_the_findings_about_its_act_only() -> None:
    remedy = Remedy("a1", "reconsideration", running=True)
    assert blocked_findings(FINDINGS, [remedy]) == {"f1": remedy, "f4": remedy}
    assert blocked_findings(FINDINGS, [replace(remedy, running=False)]) == {}


def test_a_settled_act_takes_its_open_findings_along_unless_a_lawsuit_follows() -> None:
    ended = Remedy("a1", "reconsideration", running=False, settles=True)
    assert findings_to_settle(FINDINGS, [ended]) == ["f1"]
    assert findings_to_settle(FINDINGS, [replace(ended, settles=False)]) == []
    assert findings_to_settle(FINDINGS, [ended, Remedy("a1", "litigation", running=True)]) == []


def test_the_content_items_and_modes_are_those_of_the_regulation() -> None:
    assert len(CONTENT_ITEMS) == 24
    assert [*MODES.values()] == [f"11({n})" for n in range(1, 10)]


MATTER_INPUT = MatterInput(
    "扣押物品期满未作处理决定", "verification_urging", ("10(5)",), True, "level", "clue", "", True
)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (replace(MATTER_INPUT, title=""), "title"),
        (replace(MATTER_INPUT, title="长" * 41), "title"),
        (replace(MATTER_INPUT, mode="audit"), "mode"),
        (replace(MATTER_INPUT, content_items=()), "content_items"),
        (replace(MATTER_INPUT, content_items=("7(1)",)), "content_items"),
        (replace(MATTER_INPUT, relation="vertical", content_items=("10(3)",)), "content_items"),
        (replace(MATTER_INPUT, supervised_chosen=False), "supervised"),
        (replace(MATTER_INPUT, relation=None), "supervised"),
        (replace(MATTER_INPUT, basis="rumour"), "basis"),
        (replace(MATTER_INPUT, clue_chosen=False), "clue"),
        (replace(MATTER_INPUT, basis="plan_item"), "basis_note"),
    ],
)
def test_each_wrong_field_of_a_proposal(wrong: MatterInput, field: str) -> None:
    assert validate_matter(MATTER_INPUT, LIMITS) == []
    assert fields(validate_matter(wrong, LIMITS)) == [field]


def fields(errors: list[FieldError]) -> list[str]:
    assert all(error.message.endswith("。") for error in errors)
    return [error.field for error in errors]


def test_a_vertical_body_is_supervised_for_laws_and_policies() -> None:
    assert validate_matter(replace(MATTER_INPUT, relation="vertical"), LIMITS) == []


ACTIVITY = ActivityInput("inspection", NOW, "扣押物品仓库", 2, "查看扣押物品两件。")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (replace(ACTIVITY, kind="raid"), "kind"),
        (replace(ACTIVITY, at=NOW + timedelta(hours=1)), "at"),
        (replace(ACTIVITY, participants=1), "participants"),
        (replace(ACTIVITY, place=""), "place"),
        (replace(ACTIVITY, record=""), "record"),
        (replace(ACTIVITY, obstructed=True), "obstruction"),
        (replace(ACTIVITY, kind="covert_visit"), "approval_number"),
        (replace(ACTIVITY, kind="commission"), "commissioned"),
    ],
)
def test_each_wrong_field_of_an_activity(wrong: ActivityInput, field: str) -> None:
    assert validate_activity(ACTIVITY, LIMITS, NOW) == []
    assert fields(validate_activity(wrong, LIMITS, NOW)) == [field]


FINDING_INPUT = FindingInput(
    "10(5)", "扣押期满未处理", "6月11日扣押，至今未处理。", "行政强制法第二十五条", "ordinary", 1, True, True
)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (replace(FINDING_INPUT, content_item=""), "content_item"),
        (replace(FINDING_INPUT, title=""), "title"),
        (replace(FINDING_INPUT, facts=""), "facts"),
        (replace(FINDING_INPUT, provision=""), "provision"),
        (replace(FINDING_INPUT, gravity=""), "gravity"),
        (replace(FINDING_INPUT, evidence_count=0), "evidence"),
        (replace(FINDING_INPUT, concerns_act=None), "act"),
        (replace(FINDING_INPUT, act_in_matter=False), "act"),
    ],
)
def test_each_wrong_field_of_a_finding(wrong: FindingInput, field: str) -> None:
    assert validate_finding(FINDING_INPUT, LIMITS) == []
    assert fields(validate_finding(wrong, LIMITS)) == [field]


def test_acts_and_remedies_are_checked() -> None:
    assert validate_act(ActInput("扣押决定", TODAY, "张某某"), TODAY) == []
    tomorrow = TODAY + timedelta(days=1)
    assert fields(validate_act(ActInput("", tomorrow, ""), TODAY)) == ["name", "made_on", "counterpart"]
    filed = RemedyInput("reconsideration", "区人民政府", date(2026, 9, 21))
    assert validate_remedy(filed, REMEDY_KINDS, TODAY) == []
    wrong = RemedyInput("appeal", "", tomorrow)
    assert fields(validate_remedy(wrong, REMEDY_KINDS, TODAY)) == ["kind", "body", "filed_on"]
    ended = validate_remedy(filed, REMEDY_KINDS, TODAY, ending=True)
    assert fields(ended) == ["ended_on", "result", "settles"]
    done = replace(filed, ended_on=TODAY, result="撤销扣押决定", settles=True)
    assert validate_remedy(done, REMEDY_KINDS, TODAY, ending=True) == []
