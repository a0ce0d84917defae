"""Instruments: who may draft what, time, answers, numbers, and the checks before issue."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import IllegalTransition
from supervision.instruments.checks import IssueFacts, all_passed, hard_checks
from supervision.instruments.kinds import (
    Earlier,
    KindRule,
    allowed_kinds,
    kind_refusal,
    sequence_refusal,
    vertical_content_refusal,
)
from supervision.instruments.numbering import (
    clashing_series,
    document_number,
    gaps,
    organ_letters,
    parse_number,
    series,
)
from supervision.instruments.rules import (
    INSTRUMENT,
    InstrumentFacts,
    deemed_served_on,
    has_failed,
    send_back_action,
)

JUSTICE = frozenset({"justice_department"})
KINDS = {
    "urging_letter": KindRule("urging_letter", "督办函", JUSTICE, frozenset({"level", "vertical"}), "19"),
    "opinion": KindRule("opinion", "意见书", JUSTICE, frozenset({"level", "vertical"}), "19"),
    "decision": KindRule("decision", "决定书", frozenset({"government"}), frozenset({"level"}), "20"),
    "internal_notice": KindRule(
        "internal_notice", "督促整改通知", frozenset({"department"}), frozenset({"line", "internal"}), "2(2)"
    ),
}


@pytest.mark.parametrize(
    ("kind", "relation", "issuer", "article"),
    [
        ("urging_letter", "assist", "judicial_office", "5"),
        ("urging_letter", "level", "township_government", "5"),
        ("urging_letter", "level", "subdistrict_office", "5"),
        ("decision", "level", "justice_department", "20"),
        ("decision", "vertical", "government", "2(3)"),
        ("opinion", "line", "department", "19"),
        ("internal_notice", "level", "department", "2(2)"),
        ("opinion", None, "justice_department", "2"),
        ("circular", "level", "justice_department", "19"),
    ],
)
def test_what_may_not_be_drafted(kind: str, relation: str | None, issuer: str, article: str) -> None:
    refusal = kind_refusal(kind, relation, issuer, KINDS)
    assert refusal is not None
    assert refusal.article == article
    assert refusal.reason.endswith("。")
    assert refusal.remedy.endswith("。")


def test_what_may_be_drafted() -> None:
    assert allowed_kinds("level", "justice_department", KINDS) == ["urging_letter", "opinion"]
    assert allowed_kinds("line", "department", KINDS) == ["internal_notice"]
    assert allowed_kinds("level", "government", KINDS) == ["decision"]


@pytest.mark.parametrize(
    ("kind", "earlier", "allowed"),
    [
        ("opinion", [], True),
        ("opinion", [Earlier("urging_letter", "lapsed")], True),
        ("opinion", [Earlier("urging_letter", "served")], True),
        ("opinion", [Earlier("urging_letter", "approved")], False),
        ("urging_letter", [Earlier("urging_letter", "served")], False),
        ("urging_letter", [Earlier("urging_letter", "withdrawn")], True),
        ("urging_letter", [Earlier("opinion", "lapsed")], False),
    ],
)
def test_letter_before_opinion(kind: str, earlier: list[Earlier], allowed: bool) -> None:
    assert (sequence_refusal(kind, earlier) is None) is allowed


def test_content_toward_vertical_bodies_is_limited() -> None:
    assert vertical_content_refusal("vertical", ["8(2)"], frozenset({"8(2)"})) is None
    assert vertical_content_refusal("level", ["10(3)"], frozenset({"8(2)"})) is None
    refusal = vertical_content_refusal("vertical", ["8(2)", "10(3)"], frozenset({"8(2)"}))
    assert refusal is not None
    assert refusal.article == "2(3)"


@pytest.mark.parametrize(("left", "asked"), [(3, True), (2, False), (0, False)])
def test_an_extension_is_asked_for_in_good_time(left: int, asked: bool) -> None:
    facts = InstrumentFacts(workdays_left=left, extension_notice_workdays=3)
    if asked:
        assert INSTRUMENT.step("served", "request_extension", facts).target == "="
    else:
        with pytest.raises(IllegalTransition, match="已经超过申请延期的时间"):
            INSTRUMENT.step("served", "request_extension", facts)


def test_an_objection_comes_within_its_time_and_is_not_decided_by_the_issuer() -> None:
    facts = InstrumentFacts(workdays_since_service=10, objection_workdays=10)
    assert INSTRUMENT.step("served", "object", facts).target == "="
    with pytest.raises(IllegalTransition, match="期限已经届满"):
        INSTRUMENT.step("served", "object", replace(facts, workdays_since_service=11))
    with pytest.raises(IllegalTransition, match="不得由起草、签发"):
        INSTRUMENT.step("served", "decide_objection", InstrumentFacts(objection_pending=True, actor_issued=True))


def test_an_objection_does_not_stop_the_time() -> None:
    facts = InstrumentFacts(objection_made=True, objection_pending=True, deadline_passed=True)
    assert INSTRUMENT.step("served", "lapse", facts).target == "lapsed"


def test_a_pending_extension_and_a_suspension_stop_the_lapse() -> None:
    for facts in (
        InstrumentFacts(deadline_passed=True, extension_pending=True),
        InstrumentFacts(deadline_passed=True, deadline_suspended=True),
        InstrumentFacts(),
    ):
        with pytest.raises(IllegalTransition):
            INSTRUMENT.step("served", "lapse", facts)


def test_the_last_sending_back_is_a_refusal() -> None:
    assert [send_back_action(n, 3) for n in range(3)] == ["send_back", "send_back", "refuse"]
    facts = InstrumentFacts(actor_on_case=True, send_backs=2, send_back_limit=3)
    with pytest.raises(IllegalTransition, match="视为拒不改正"):
        INSTRUMENT.step("answered", "send_back", facts)
    assert INSTRUMENT.step("answered", "refuse", facts).target == "refused"
    with pytest.raises(IllegalTransition, match="没有明确拒绝"):
        INSTRUMENT.step("answered", "refuse", replace(facts, send_backs=1))


def test_an_opinion_is_accepted_by_the_leader_and_only_when_verified() -> None:
    facts = InstrumentFacts(actor_on_case=True, needs_leader=True, findings_verified=True)
    with pytest.raises(IllegalTransition, match="由监督机构负责人决定"):
        INSTRUMENT.step("answered", "accept", facts)
    leader = replace(facts, actor_is_leader=True)
    assert INSTRUMENT.step("answered", "accept", leader).target == "accepted"
    with pytest.raises(IllegalTransition, match="尚未全部核验"):
        INSTRUMENT.step("answered", "accept", replace(leader, findings_verified=False))


def test_a_late_report_does_not_cure_the_lapse_by_itself() -> None:
    assert INSTRUMENT.step("lapsed", "answer", InstrumentFacts()).target == "answered"
    assert has_failed("answered", lapsed_before=True)
    assert not has_failed("answered", lapsed_before=False)
    assert not has_failed("accepted", lapsed_before=True)


def test_deemed_service_waits_for_the_next_working_day() -> None:
    worked = {date(2026, 10, 8), date(2026, 10, 9), date(2026, 10, 10)}
    assert deemed_served_on(date(2026, 9, 30), worked.__contains__) == date(2026, 10, 8)
    assert deemed_served_on(date(2026, 10, 9), worked.__contains__) == date(2026, 10, 10)


@given(st.text("建司执监督", min_size=1, max_size=8), st.integers(1000, 9999), st.integers(1, 99_999))
def test_a_number_reads_back(letters: str, year: int, seq: int) -> None:
    assert parse_number(document_number(letters, year, seq)) == (letters, year, seq)


def test_the_form_of_numbers() -> None:
    assert document_number(series("{organ}执监督", organ_letters("许昌市司法局")), 2026, 5) == "许司执监督〔2026〕5号"
    assert parse_number("许司执监督〔2026〕05号") is None
    with pytest.raises(ValueError, match="not a document number"):
        document_number("许司", 2026, 0)
    with pytest.raises(ValueError, match="names the organ once"):
        series("执监督", "许司")
    assert clashing_series({"opinion": "{organ}执监", "urging_letter": "{organ}执监"}) == [("opinion", "urging_letter")]
    assert gaps([1, 2, 4, 6]) == [3, 5]


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("许昌市司法局", "许司"),
        ("建安区司法局", "建司"),
        ("许昌市建安区司法局", "建司"),
        ("禹州市司法局", "禹司"),
        ("许昌市人民政府", "许政"),
        ("建安区人民政府", "建政"),
        ("许昌市城市管理局", "许城"),
        ("襄城县档案局", "襄档"),
    ],
)
def test_letters_of_an_organ(name: str, letters: str) -> None:
    assert organ_letters(name) == letters


def test_letters_may_be_entered_by_hand() -> None:
    assert organ_letters("示范区管理委员会", {"示范区管理委员会": "示管"}) == "示管"
    with pytest.raises(ValueError, match="no place"):
        organ_letters("管理委员会")


READY = IssueFacts(
    kind="decision",
    relation="vertical",
    kind_obstacle=None,
    content_obstacle=None,
    sequence_obstacle=None,
    relation_live=True,
    superior_copied=True,
    failed_instrument=True,
    remedies_checked_today=True,
    findings_without_evidence=0,
    findings_without_provision=0,
    due_is_workday=True,
    due_explained=True,
    handlers=2,
    handlers_certified=True,
    any_recused=False,
    complainant_named=False,
    secret=False,
    legal_review_done=True,
    copies_complete=True,
    receipt_open=True,
)


def test_nothing_is_issued_unless_every_check_passes() -> None:
    assert all_passed(hard_checks(READY))
    unasked = hard_checks(IssueFacts("decision", "vertical", None, None, None))
    assert sum(check.passed for check in unasked) == 3


@pytest.mark.parametrize(
    ("change", "article"),
    [
        ({"relation_live": False}, "2"),
        ({"superior_copied": False}, "2(3)"),
        ({"failed_instrument": False}, "20"),
        ({"remedies_checked_today": False}, "20"),
        ({"blocked_findings": 1}, "20"),
        ({"findings_without_evidence": 2}, "19"),
        ({"findings_without_provision": 1}, "19"),
        ({"due_is_workday": False}, "19"),
        ({"handlers": 1}, "6"),
        ({"any_recused": True}, "16"),
        ({"complainant_named": True}, "17"),
        ({"secret": True}, "19"),
        ({"legal_review_done": False}, "8(2)"),
        ({"copies_complete": False}, "19"),
        ({"receipt_open": False}, "19"),
        ({"kind_obstacle": kind_refusal("decision", "level", "judicial_office", KINDS)}, "5"),
        ({"sequence_obstacle": sequence_refusal("opinion", [Earlier("opinion", "served")])}, "19"),
    ],
)
def test_each_check_stops_the_issue_alone(change: dict[str, object], article: str) -> None:
    failing = [check for check in hard_checks(replace(READY, **change)) if not check.passed]  # type: ignore[arg-type]
    assert [check.article for check in failing] == [article]
    assert failing[0].text.endswith("。")
