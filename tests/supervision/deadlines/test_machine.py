"""The states of a deadline and what leads from one to the other (Arts. 19, 20)."""

from __future__ import annotations

import pytest

from kernel.errors import IllegalTransition
from policy.articles import display
from supervision.deadlines.rules import MACHINE, STATES, Occasion


@pytest.mark.parametrize(
    ("state", "action", "occasion", "target"),
    [
        ("running", "suspend", Occasion(ground="复议"), "suspended"),
        ("suspended", "resume", Occasion(), "running"),
        ("running", "extend", Occasion(applied_in_time=True), "running"),
        ("lapsed", "extend", Occasion(overdue=True, applied_in_time=True), "running"),
        ("suspended", "recalculate", Occasion(), "suspended"),
        ("running", "lapse", Occasion(overdue=True), "lapsed"),
        ("lapsed", "meet", Occasion(overdue=True), "met"),
        ("suspended", "meet", Occasion(), "met"),
        ("lapsed", "cancel", Occasion(ground="文书撤回"), "cancelled"),
    ],
)
def test_possible_steps(state: str, action: str, occasion: Occasion, target: str) -> None:
    assert MACHINE.step(state, action, occasion).reached_from(state) == target


@pytest.mark.parametrize(
    ("state", "action", "occasion", "reason"),
    [
        ("running", "suspend", Occasion(overdue=True, ground="复议"), "期限已经届满"),
        ("running", "suspend", Occasion(ground=" "), "没有写明事由"),
        ("running", "extend", Occasion(), "没有在规定时间内提出"),
        ("running", "extend", Occasion(applied_in_time=True, extensions=1), "次数已经用完"),
        ("running", "lapse", Occasion(), "期限尚未届满"),
        ("suspended", "lapse", Occasion(overdue=True), "当前状态为“已中止”"),
        ("met", "cancel", Occasion(ground="x"), "当前状态为“已完成”"),
        ("cancelled", "resume", Occasion(), "当前状态为“已取消”"),
    ],
)
def test_refused_steps_say_why(state: str, action: str, occasion: Occasion, reason: str) -> None:
    with pytest.raises(IllegalTransition, match=reason) as caught:
        MACHINE.step(state, action, occasion)
    assert caught.value.article in {"19", "20"}


def test_what_is_over_stays_over() -> None:
    """But for the limit of a letter whose decision was revoked: it is overdue again."""
    assert [state for state in STATES if MACHINE.is_final(state)] == ["met"]
    again = MACHINE.step("cancelled", "reinstate", Occasion(overdue=True, ground="监督决定已撤销"))
    assert again.target == "lapsed"
    with pytest.raises(IllegalTransition, match="尚未届满"):
        MACHINE.step("cancelled", "reinstate", Occasion(ground="监督决定已撤销"))


def test_every_step_has_an_article_that_exists() -> None:
    assert all(display(row.article) for row in MACHINE.describe())
