"""Clues: the steps of Art. 17, what may be registered, and likely duplicates."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kernel.errors import Barred, IllegalTransition
from supervision.clues.duplicates import likely_duplicates, normalise, similarity
from supervision.clues.rules import CLUE, ClueFacts, ClueInput, ClueLimits, validate_clue

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
LIMITS = ClueLimits(sources=frozenset({"hotline"}), title_max=20, facts_min=10, facts_max=2000)
GOOD = ClueInput("hotline", "扣押物品期满未处理", "2026年6月11日扣押三轮车一辆，至今没有处理。", NOW)


def test_a_dismissal_needs_a_proposal_and_another_person() -> None:
    with pytest.raises(IllegalTransition, match="尚未提出不予办理的意见"):
        CLUE.step("new", "dismiss", ClueFacts())
    with pytest.raises(IllegalTransition, match="不得审批自己"):
        CLUE.step("new", "dismiss", ClueFacts(dismissal_proposed=True, actor_proposed_dismissal=True))
    assert CLUE.step("accepted", "dismiss", ClueFacts(dismissal_proposed=True)).target == "dismissed"


def test_the_time_is_extended_as_often_as_the_rule_book_says_and_only_while_it_runs() -> None:
    assert CLUE.step("accepted", "extend", ClueFacts(extensions_used=0, extensions_allowed=1)).target == "="
    with pytest.raises(IllegalTransition, match="次数已经用完"):
        CLUE.step("accepted", "extend", ClueFacts(extensions_used=1, extensions_allowed=1))
    with pytest.raises(IllegalTransition, match="已经届满"):
        CLUE.step("accepted", "extend", ClueFacts(completion_lapsed=True))


def test_a_clue_about_an_organ_out_of_reach_is_passed_on_not_accepted() -> None:
    facts = ClueFacts(subject_in_reach=False)
    with pytest.raises(IllegalTransition) as refused:
        CLUE.step("new", "accept", facts)
    assert refused.value.article == "2"
    assert refused.value.remedy == "可以转交有监督权的机关办理。"
    assert CLUE.step("new", "pass_on", facts).target == "passed_on"


def test_recusal_comes_before_every_other_reason() -> None:
    with pytest.raises(Barred) as refused:
        CLUE.step("new", "accept", ClueFacts(actor_recused=True, subject_in_reach=False))
    assert refused.value.article == "16"


def test_a_complete_registration_passes() -> None:
    assert validate_clue(GOOD, LIMITS, NOW) == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (replace(GOOD, source="rumour"), "source"),
        (replace(GOOD, title=" "), "title"),
        (replace(GOOD, title="长" * 21), "title"),
        (replace(GOOD, facts="太短"), "facts"),
        (replace(GOOD, facts="长" * 2001), "facts"),
        (replace(GOOD, received_at=NOW + timedelta(minutes=1)), "received_at"),
        (replace(GOOD, subject_named=False), "subject"),
    ],
)
def test_each_wrong_field_is_named_with_what_to_write(wrong: ClueInput, field: str) -> None:
    (error,) = validate_clue(wrong, LIMITS, NOW)
    assert error.field == field
    assert error.message.endswith("。")


def test_the_same_complaint_through_another_channel_is_likely_a_duplicate() -> None:
    copy = "２０２６年６月１１日，扣押三轮车１辆、至今没有处理!"
    other = "投诉某餐饮店油烟扰民，多次反映没有结果。"
    assert normalise("ＡＢ， 12。") == "ab12"
    assert similarity(GOOD.facts, copy) > 90
    assert similarity("", GOOD.facts) == 0.0
    found = likely_duplicates(GOOD.facts, [(1, other), (2, copy), (3, GOOD.facts)], threshold=85, limit=5)
    assert [item.key for item in found] == [3, 2]
    assert len(likely_duplicates(GOOD.facts, [(2, copy), (3, GOOD.facts)], threshold=85, limit=1)) == 1
