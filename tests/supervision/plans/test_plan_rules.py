"""What an item must say and what may follow what, without a database (Art. 11)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import IllegalTransition
from supervision.plans.rules import MACHINE, ItemFacts, PlanFacts, faults


@given(st.integers(-3, 15), st.integers(-3, 15), st.integers(-5, 2000))
def test_an_item_has_its_months_in_order_and_a_number(first: int, last: int, planned: int) -> None:
    item = ItemFacts("special", "领域", "区域", first, last, "科室", planned)
    good = 1 <= first <= last <= 12 and 1 <= planned <= 1000
    assert (faults([item], {"special"}) == []) == good


def test_every_gap_is_named_to_its_row() -> None:
    found = faults(
        [ItemFacts("special", "领域", "区域", 1, 2, "科室", 1), ItemFacts("x", "", "", 5, 2, "", 0)], {"special"}
    )
    assert [e.field for e in found] == [
        f"items.1.{n}" for n in ("mode", "field", "area", "office", "until_month", "planned")
    ]
    assert faults([ItemFacts("special", "领域", "区域", 1, 2, "科室", 1)] * 61, {"special"})


def test_nothing_is_issued_unapproved() -> None:
    with pytest.raises(IllegalTransition):
        MACHINE.step("draft", "publish", PlanFacts(items=1))
    with pytest.raises(IllegalTransition, match="还没有项目"):
        MACHINE.step("draft", "approve", PlanFacts())
