"""What must hold for every machine of the procedure, whatever the facts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import Barred, IllegalTransition
from kernel.machine import Guard, Machine
from supervision.accountability.rules import CASE, CaseFacts
from supervision.clues.rules import CLUE, ClueFacts
from supervision.commendations.rules import LIST, ListFacts
from supervision.conduct.rules import CONDUCT, ConductFacts
from supervision.decisions.rules import DECISION, REPORT, DecisionFacts, ReportFacts
from supervision.instruments.rules import INSTRUMENT, InstrumentFacts
from supervision.licensing.rules import APPLICATION, CERTIFICATE, CertificateFacts, LicenceFacts
from supervision.matters.findings import FINDING, FindingFacts
from supervision.matters.rules import MATTER, MatterFacts
from supervision.recusals.rules import RECUSAL, RecusalFacts
from supervision.referrals.rules import REFERRAL, ReferralFacts

OF_MATTERS: list[tuple[Machine[Any], type]] = [
    (CLUE, ClueFacts),
    (MATTER, MatterFacts),
    (FINDING, FindingFacts),
    (INSTRUMENT, InstrumentFacts),
    (REPORT, ReportFacts),
    (DECISION, DecisionFacts),
    (RECUSAL, RecusalFacts),
]
MACHINES = [*OF_MATTERS, (APPLICATION, LicenceFacts), (CERTIFICATE, CertificateFacts)]
LATER: list[tuple[Machine[Any], type]] = [
    (CASE, CaseFacts),
    (REFERRAL, ReferralFacts),
    (CONDUCT, ConductFacts),
    (LIST, ListFacts),
]
"""Follow-up, where policy alone keeps whoever is recused from acting."""
each = pytest.mark.parametrize(("machine", "facts_type"), MACHINES, ids=[m.name for m, _ in MACHINES])
every = pytest.mark.parametrize(
    ("machine", "facts_type"), [*MACHINES, *LATER], ids=[m.name for m, _ in [*MACHINES, *LATER]]
)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ARTICLE = re.compile(r"(?:[1-9]|1\d|2[0-4])(?:\((?:[1-9]|1[0-2])\))?")
UNWELCOME = ("!", "！", "失败", "非法", "抱歉", "错误")


def guards(machine: Machine[Any]) -> Iterator[Guard[Any]]:
    return (guard for transition in machine.transitions for guard in transition.guards)


@every
@given(data=st.data())
def test_every_action_steps_or_is_refused_with_reason_and_article(
    machine: Machine[Any], facts_type: type, data: st.DataObject
) -> None:
    facts = data.draw(st.builds(facts_type, **{f.name: _values(f.type) for f in fields(facts_type)}))
    for state in machine.states:
        for action in {t.action for t in machine.transitions}:
            refusal = _refusal(machine, state, action, facts)
            if refusal is None:
                assert machine.step(state, action, facts).reached_from(state) in machine.states
            else:
                assert CHINESE.search(refusal.message)
                assert ARTICLE.fullmatch(refusal.article or "")
        offered = machine.options(state, facts)
        assert all(option.allowed or option.reason for option in offered)


def _refusal(machine: Machine[Any], state: str, action: str, facts: Any) -> IllegalTransition | Barred | None:
    try:
        machine.step(state, action, facts)
    except (IllegalTransition, Barred) as error:
        return error
    return None


def _values(annotation: Any) -> st.SearchStrategy[Any]:
    if annotation == "bool":
        return st.booleans()
    if annotation == "int":
        return st.integers(0, 4)
    if annotation == "tuple[str, ...]":
        return st.lists(st.sampled_from(list(FINDING.states)), max_size=3).map(tuple)
    assert annotation == "str"
    return st.sampled_from(["government", "justice_department", "township_government", "department"])


@every
def test_wording_says_why_and_what_to_do(machine: Machine[Any], facts_type: type) -> None:
    for guard in guards(machine):
        assert guard.reason.endswith("。")
        assert guard.remedy.endswith("。")
        assert ARTICLE.fullmatch(guard.article)
        assert not any(word in guard.reason + guard.remedy for word in UNWELCOME)
    for transition in machine.transitions:
        assert ARTICLE.fullmatch(transition.article)
        assert not transition.label.endswith("。")
        assert not transition.hint or transition.hint.endswith("。")


@pytest.mark.parametrize(("machine", "facts_type"), OF_MATTERS, ids=[m.name for m, _ in OF_MATTERS])
def test_a_recused_officer_takes_no_step_that_asks_for_a_person(machine: Machine[Any], facts_type: type) -> None:
    # The supervised organ's own steps and those of the system are not an officer's work in the matter.
    others = {"open_receipt", "request_extension", "object", "answer", "lapse", "supersede"}
    for transition in machine.transitions:
        if transition.action not in others:
            recusal = transition.guards[0]
            assert (recusal.article, recusal.barred) == ("16", True)
            assert not recusal.holds(facts_type(actor_recused=True))


@pytest.mark.parametrize(
    ("machine", "final"),
    [
        (CLUE, {"dismissed", "merged", "answered"}),
        (MATTER, {"rejected"}),
        (FINDING, {"dropped", "executed", "referred"}),
        (INSTRUMENT, {"accepted", "withdrawn", "superseded"}),
        (REPORT, {"declined", "decided", "withdrawn"}),
        (DECISION, {"executed", "revoked"}),
        (RECUSAL, {"refused", "lifted"}),
    ],
    ids=lambda value: value.name if isinstance(value, Machine) else "",
)
def test_what_is_finished_stays_finished(machine: Machine[Any], final: set[str]) -> None:
    assert {state for state in machine.states if machine.is_final(state)} == final


def test_only_a_look_back_reopens() -> None:
    leaving = {t.action for t in MATTER.transitions if "closed" in t.sources and t.target != "="}
    assert leaving == {"reopen"}
    leaving = {t.action for t in FINDING.transitions if "rectified" in t.sources}
    assert leaving == {"relapse"}


@pytest.mark.parametrize(
    ("machine", "actions"),
    [
        (CLUE, "accept pass_on propose_dismissal dismiss merge open_matter extend answer"),
        (
            MATTER,
            "approve_opening reject_opening assign_handlers record_activity add_evidence establish_finding"
            " drop_finding refer_finding tell_upper enter_act enter_remedy end_remedy verify_rectification"
            " propose_closing"
            " approve_closing return_closing suspend resume look_back reopen order_from_above",
        ),
        (
            INSTRUMENT,
            "submit return_draft approve issue serve open_receipt answer accept send_back refuse lapse withdraw"
            " request_extension decide_extension object decide_objection supersede",
        ),
        (REPORT, "send_report return_report decline decide withdraw"),
        (DECISION, "issue serve report_execution verify_executed verify_not_executed revoke"),
    ],
    ids=lambda value: value.name if isinstance(value, Machine) else "",
)
def test_the_tables_have_the_actions_of_the_procedure(machine: Machine[Any], actions: str) -> None:
    assert {t.action for t in machine.transitions} == set(actions.split())
