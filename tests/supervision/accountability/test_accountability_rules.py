"""The machine of accountability over all facts, the length of a removal from awards, and who imposes what (Art. 21)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import Barred, IllegalTransition
from policy import rulebook
from policy.engine import Question, decide
from policy.vocabulary import ORGAN_CLASSES, ROLES
from supervision.accountability.rules import CASE, LIVE, STATES, CaseFacts, awards_period, ordered_grounds, removed_in

READY = CaseFacts(
    grounds=1,
    facts_stated=True,
    evidence=1,
    gravity_known=True,
    measure_fits=True,
    registered=True,
    stated=True,
)
DAYS = st.dates(min_value=date(2024, 1, 1), max_value=date(2060, 12, 31))
ENDED = set(STATES) - set(LIVE)


def test_the_way_of_a_case() -> None:
    state = "proposed"
    for action, target in (("notify", "notified"), ("decide", "decided"), ("serve", "served"),
                           ("carry_out", "carried_out")):  # fmt: skip
        state = CASE.step(state, action, READY).reached_from(state)
        assert state == target
    with pytest.raises(IllegalTransition, match="尚未届满"):
        CASE.step(state, "close", READY)
    assert CASE.step(state, "close", replace(READY, review_over=True)).target == "closed"


@pytest.mark.parametrize("state", sorted(ENDED))
def test_an_ended_case_stays_ended(state: str) -> None:
    assert CASE.is_final(state)


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ({"grounds": 0}, "情形"),
        ({"facts_stated": False}, "事实"),
        ({"evidence": 0}, "证据"),
        ({"gravity_known": False}, "情节"),
        ({"measure_fits": False}, "处理"),
        ({"registered": False, "needs_register": True}, "档案"),
        ({"actor_is_drafter": True}, "自行审批"),
        ({"actor_is_respondent": True}, "对自己"),
    ],
)
def test_what_a_notice_and_a_decision_need(missing: dict[str, object], words: str) -> None:
    facts = replace(READY, **missing)  # type: ignore[arg-type]
    for state, action in (("proposed", "notify"), ("notified", "decide")):
        with pytest.raises(IllegalTransition, match=words) as refused:
            CASE.step(state, action, facts)
        assert refused.value.article


def test_nothing_is_decided_before_the_respondent_was_heard() -> None:
    silent = replace(READY, stated=False)
    with pytest.raises(IllegalTransition, match="尚未届满"):
        CASE.step("notified", "decide", silent)
    assert CASE.step("notified", "decide", replace(silent, statement_over=True)).target == "decided"
    with pytest.raises(IllegalTransition, match="听取意见"):
        CASE.step("notified", "decide", replace(READY, hearing_wanted=True))
    with pytest.raises(IllegalTransition, match="答复"):
        CASE.step("notified", "decide", replace(READY, defence_answered=False))


@given(state=st.sampled_from(sorted(STATES)), action=st.sampled_from([t.action for t in CASE.transitions]))
def test_a_recused_officer_takes_no_step_of_ours(state: str, action: str) -> None:
    theirs = {"state_defence", "answer_proposal", "record_training", "request_review", "serve", "carry_out"}
    facts = replace(READY, actor_recused=True, review_pending=True, review_over=True)
    if action not in theirs:
        with pytest.raises((Barred, IllegalTransition)):
            CASE.step(state, action, facts)


def test_a_review_is_not_for_who_decided_and_not_for_proposals() -> None:
    pending = replace(READY, review_pending=True)
    for action in ("uphold", "change", "set_aside"):
        with pytest.raises(IllegalTransition, match="原决定"):
            CASE.step("carried_out", action, replace(pending, actor_decided=True))
    assert CASE.step("carried_out", "set_aside", pending).target == "set_aside"
    with pytest.raises(IllegalTransition, match="加重"):
        CASE.step("carried_out", "change", replace(pending, lighter=False))
    with pytest.raises(IllegalTransition, match="其所在机关"):
        CASE.step("served", "request_review", replace(READY, is_proposal=True))


@given(first=DAYS, amount=st.integers(1, 10), unit=st.sampled_from(["year", "month", "calendar_day"]))
def test_a_removal_from_awards_lasts_whole_years_months_or_days(first: date, amount: int, unit: str) -> None:
    begin, last = awards_period(first, amount, unit)
    assert begin == first
    after = last + timedelta(days=1)
    if unit == "calendar_day":
        assert (after - first).days == amount
    elif unit == "year":
        assert (after.year - first.year, after.month) in ((amount, first.month), (amount, first.month % 12 + 1))
    assert removed_in(begin, last, None, first.year)
    assert not removed_in(begin, last, first, first.year)
    assert not removed_in(begin, last, None, last.year + 1)


def test_grounds_are_those_of_the_article() -> None:
    known = {g.code for g in rulebook.default().grounds}
    assert len(known) == 12
    assert ordered_grounds(["21(11)", "21(2)", "21(2)"], known) == ["21(2)", "21(11)"]
    with pytest.raises(ValueError, match="21\\(13\\)"):
        ordered_grounds(["21(13)"], known)


def test_who_imposes_which_measure() -> None:
    """Art. 21: policy allows nobody else, whatever class, role and relation."""
    book = rulebook.default()
    allowed = {
        sanction.key: {
            (organ, role, relation)
            for organ in ORGAN_CLASSES
            for role in ROLES
            for relation in ("level", "vertical", "line", "internal", "own", "supervised", "upper", "assist", "none")
            if decide(
                Question(organ, frozenset({role}), relation, f"accountability:{sanction.key}", "impose", "clear")
            ).allowed
        }
        for sanction in book.sanctions
        if sanction.imposed_by != "referral"
    }
    for key, found in allowed.items():
        by = book.sanction(key).imposed_by
        if by == "own_organ":
            assert {role for _, role, _ in found} == {"organ_head"}
            assert {relation for *_, relation in found} == {"internal", "supervised"}
        elif by == "supervision_body":
            assert found == {("justice_department", "supervision_leader", "level")}
    assert allowed["removal_from_awards"] == {("government", "government_leader", "level")}
    assert allowed["organ_circular"] == {
        (organ, role, relation)
        for organ, role in (("government", "government_leader"), ("justice_department", "supervision_leader"))
        for relation in ("level", "vertical")
    }


def test_the_drafter_and_the_respondent_never_impose() -> None:
    for sanction in rulebook.default().sanctions:
        action = {"own_organ": "recommend", "referral": "refer"}.get(sanction.imposed_by, "impose")
        for organ, role in (("justice_department", "supervision_leader"), ("government", "government_leader")):
            for standing in ("drafter", "owner", "recused"):
                question = Question(
                    organ, frozenset({role}), "level", f"accountability:{sanction.key}", action, standing
                )
                assert not decide(question).allowed, question
