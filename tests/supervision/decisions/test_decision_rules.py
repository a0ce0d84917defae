"""The government's decision: who, on what, after which instrument, and never on a blocked finding (Art. 20)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kernel.errors import Barred, IllegalTransition
from supervision.decisions.items import (
    DecisionItem,
    DecisionKind,
    bar_blocked,
    by_act,
    check_items,
    offers,
)
from supervision.decisions.rules import DECISION, REPORT, DecisionFacts, ReportFacts, may_decide
from supervision.matters.remedies import FindingOnAct, Remedy

READY = ReportFacts(
    matter_open=True,
    organ_class="government",
    own_government=True,
    instrument_failed=True,
    proposals_allowed=True,
    remedies_checked_today=True,
    item_count=1,
)


@pytest.mark.parametrize(
    ("facts", "bar"),
    [
        (replace(READY, organ_class="justice_department"), True),
        (replace(READY, organ_class="township_government"), True),
        (replace(READY, instrument_failed=False), True),
        (replace(READY, blocked_items=1), True),
        (replace(READY, actor_recused=True), True),
        (replace(READY, own_government=False), False),
        (replace(READY, actor_is_drafter=True), False),
        (replace(READY, item_count=0), False),
        (replace(READY, proposals_allowed=False), False),
        (replace(READY, remedies_checked_today=False), False),
        (replace(READY, matter_open=False), False),
    ],
)
def test_what_keeps_the_government_from_deciding(facts: ReportFacts, bar: bool) -> None:
    assert REPORT.step("reported", "decide", READY).target == "decided"
    with pytest.raises(Barred if bar else IllegalTransition) as refused:
        REPORT.step("reported", "decide", facts)
    assert refused.value.article in {"16", "20"}
    assert refused.value.remedy


def test_only_a_county_or_higher_government_decides() -> None:
    assert may_decide("government")
    assert not may_decide("township_government")
    assert not may_decide("justice_department")


def test_the_report_is_sent_by_the_justice_department_after_a_failed_instrument() -> None:
    body = replace(READY, organ_class="justice_department", own_government=False)
    assert REPORT.step("draft", "send_report", body).target == "reported"
    with pytest.raises(Barred):
        REPORT.step("draft", "send_report", replace(body, instrument_failed=False))
    with pytest.raises(IllegalTransition, match="由司法行政部门提出"):
        REPORT.step("draft", "send_report", replace(body, organ_class="department"))


def test_a_remedy_between_decision_and_issue_stops_the_issue() -> None:
    facts = DecisionFacts(organ_class="government", numbered=True, checks_passed=True)
    assert DECISION.step("decided", "issue", facts).target == "issued"
    with pytest.raises(Barred):
        DECISION.step("decided", "issue", replace(facts, blocked_items=1))


def test_a_decision_toward_a_vertical_body_goes_to_its_superior_too() -> None:
    with pytest.raises(IllegalTransition, match="上级主管部门"):
        DECISION.step("issued", "serve", DecisionFacts(copy_required=True))
    copied = DecisionFacts(copy_required=True, copied_to_superior=True)
    assert DECISION.step("issued", "serve", copied).target == "served"


def test_not_executed_needs_a_report_or_the_end_of_the_term() -> None:
    handler = DecisionFacts(actor_on_case=True)
    with pytest.raises(IllegalTransition, match="尚未届满"):
        DECISION.step("served", "verify_not_executed", handler)
    late = replace(handler, term_passed=True)
    assert DECISION.step("served", "verify_not_executed", late).target == "not_executed"
    assert DECISION.step("execution_reported", "verify_not_executed", handler).target == "not_executed"
    with pytest.raises(IllegalTransition, match="不得核验自己"):
        DECISION.step("execution_reported", "verify_executed", replace(handler, actor_is_owner=True))


KINDS = {
    "supplement_or_correct": DecisionKind("supplement_or_correct", "责令补正或者改正", {"minor_form": "形式瑕疵"}),
    "revoke": DecisionKind("revoke", "撤销", {"facts_unclear": "主要事实不清"}, frozenset({"vertical"})),
    "confirm_unlawful": DecisionKind(
        "confirm_unlawful",
        "确认违法",
        {"nothing_to_revoke": "无可撤销内容"},
        must_state={"measures": "请写明补救措施。"},
    ),
}
FINDINGS = [
    FindingOnAct("f1", "a1", "established"),
    FindingOnAct("f2", "a2", "not_rectified"),
    FindingOnAct("f3", "a2", "rectified"),
    FindingOnAct("f4", None, "established"),
]
ITEM = DecisionItem("f2", "supplement_or_correct", "minor_form", "解除扣押并退还设备。")
REMEDY = Remedy("a1", "reconsideration", running=True)


@pytest.mark.parametrize(
    ("item", "relation", "field"),
    [
        (replace(ITEM, finding="f3"), "level", "finding"),
        (replace(ITEM, finding="f9"), "level", "finding"),
        (replace(ITEM, kind="fine"), "level", "kind"),
        (replace(ITEM, kind="revoke", reason="facts_unclear"), "vertical", "kind"),
        (replace(ITEM, reason="facts_unclear"), "level", "reason"),
        (replace(ITEM, requirement=" "), "level", "requirement"),
        (replace(ITEM, kind="confirm_unlawful", reason="nothing_to_revoke"), "level", "measures"),
    ],
)
def test_each_wrong_field_of_an_item(item: DecisionItem[str], relation: str, field: str) -> None:
    assert check_items([ITEM], FINDINGS, KINDS, "level") == []
    (error,) = check_items([item], FINDINGS, KINDS, relation)
    assert error.field == f"items.0.{field}"
    assert error.message.endswith("。")


def test_a_finding_is_decided_once() -> None:
    (error,) = check_items([ITEM, ITEM], FINDINGS, KINDS, "level")
    assert error.field == "items.1.finding"


def test_a_blocked_finding_is_barred_and_others_are_not() -> None:
    bar_blocked([ITEM], FINDINGS, [REMEDY])
    with pytest.raises(Barred, match="行政复议正在办理") as refused:
        bar_blocked([ITEM, replace(ITEM, finding="f1")], FINDINGS, [REMEDY])
    assert refused.value.article == "20"
    assert refused.value.detail["findings"] == ["f1"]


def test_the_table_of_the_government_shows_each_act_with_its_block() -> None:
    table = by_act(FINDINGS, [REMEDY])
    assert [(row.act, row.findings, row.blocked_by) for row in table] == [
        ("a1", ("f1",), REMEDY),
        ("a2", ("f2",), None),
        (None, ("f4",), None),
    ]


def test_revoking_is_not_offered_toward_a_vertical_body() -> None:
    refused = [offer for offer in offers(KINDS.values(), "vertical") if not offer.allowed]
    assert [(offer.key, offer.article) for offer in refused] == [("revoke", "2(3)")]
    assert all(offer.allowed for offer in offers(KINDS.values(), "level"))
