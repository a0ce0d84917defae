"""The table of Art. 16, random walks over it, and the comparison of declarations with parties."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import Barred, IllegalTransition
from kernel.ids import new_id
from supervision.recusals.rules import (
    IN_FORCE,
    RECUSAL,
    InterestInput,
    Parties,
    RecusalFacts,
    Tie,
    conflicts,
    credit_code,
    same_party,
    validate_interest,
)

READY = RecusalFacts()
ACTIONS = ["grant", "refuse", "order", "lift"]
URBAN = new_id()
DAY = date(2026, 10, 9)


def test_the_table_is_that_of_the_procedure() -> None:
    found = {(source, t.action, t.target) for t in RECUSAL.transitions for source in t.sources}
    assert found == {
        ("declared", "grant", "granted"),
        ("declared", "refuse", "refused"),
        ("declared", "order", "granted"),
        ("granted", "lift", "lifted"),
    }
    assert {s for s in RECUSAL.states if RECUSAL.is_final(s)} == {"refused", "lifted"}


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"actor_recused": True}, Barred),
        ({"actor_is_person": True}, IllegalTransition),
        ({"actor_decides": False}, IllegalTransition),
        ({"reason_given": False}, IllegalTransition),
    ],
)
def test_each_step_is_the_leaders_with_reasons(action: str, changed: dict[str, Any], error: type[Exception]) -> None:
    state = "granted" if action == "lift" else "declared"
    RECUSAL.step(state, action, READY)
    with pytest.raises(error) as refused:
        RECUSAL.step(state, action, replace(READY, **changed))
    assert refused.value.article == "16"  # type: ignore[attr-defined]


def test_an_order_presupposes_that_nobody_asked() -> None:
    with pytest.raises(IllegalTransition):
        RECUSAL.step("declared", "order", replace(READY, nobody_asked=False))


facts = st.builds(RecusalFacts, **{name: st.booleans() for name in (
    "actor_recused", "actor_is_person", "actor_decides", "reason_given", "nobody_asked")})  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(ACTIONS), facts), max_size=12))
def test_over_random_histories_nobody_decides_about_himself(moves: list[tuple[str, RecusalFacts]]) -> None:
    """A decision is taken once, a refused recusal never binds again, and only a granted one is lifted."""
    state, taken = RECUSAL.initial, []
    for action, known in moves:
        try:
            step = RECUSAL.step(state, action, known)
        except (Barred, IllegalTransition):
            continue
        assert known.actor_decides
        assert known.reason_given
        assert not known.actor_is_person
        assert not known.actor_recused
        state = step.reached_from(state)
        taken.append(action)
    assert len([a for a in taken if a in ("grant", "refuse", "order")]) <= 1
    assert taken.count("lift") <= 1
    assert (state in IN_FORCE) == (not taken or taken[-1] in ("grant", "order"))


def tie(**more: object) -> Tie:
    values = {"id": new_id(), "person_id": new_id(), "organ_id": None, "name": "许昌宏达商贸有限公司", "code": "",
              "from_on": date(2024, 1, 1), "until_on": None, "ended": False, **more}  # fmt: skip
    return Tie(**values)  # type: ignore[arg-type]


PARTIES = Parties(URBAN, "建安区城市管理局", (("许昌宏达商贸有限公司（个体）", "91411000MA44TEST0X"), ("张某某", "")))


@pytest.mark.parametrize(
    ("given_tie", "found"),
    [
        (tie(), True),
        (tie(name="许昌 宏达商贸（有限公司）"), True),
        (tie(name="另一公司", code="91411000ma44test0x"), True),
        (tie(organ_id=URBAN, name="建安区城市管理局"), True),
        (tie(organ_id=new_id(), name="建安区水利局"), False),
        (tie(name="建安区城市管理局"), True),
        (tie(name="张某"), False),
        (tie(ended=True), False),
        (tie(from_on=DAY + timedelta(days=1)), False),
        (tie(until_on=DAY), True),
        (tie(until_on=DAY - timedelta(days=1)), False),
    ],
)
def test_a_declaration_is_compared_with_every_party(given_tie: Tie, found: bool) -> None:
    assert bool(conflicts([given_tie], PARTIES, DAY)) is found


@given(st.text(max_size=20), st.text(max_size=20))
def test_comparison_of_names_is_symmetric(one: str, other: str) -> None:
    assert same_party(one, other) == same_party(other, one)


def test_the_credit_code_is_checked() -> None:
    assert credit_code("91350100M000100Y43")
    assert not credit_code("91350100M000100Y44")
    assert not credit_code("411003199001010018")
    assert not credit_code("")


def test_every_wrong_input_is_named() -> None:
    entered = InterestInput("cousin", "", False, "", "1", "none", "", None, None)
    assert {e.field for e in validate_interest(entered)} == {
        "holder", "subject_name", "subject_code", "nature", "from_on",
    }  # fmt: skip
    entered = InterestInput("self", "某", True, "", "", "other", "", DAY, DAY - timedelta(days=1))
    assert {e.field for e in validate_interest(entered)} == {"relative_name", "note", "until_on"}
