"""The life of a yearly supervision plan, and what an item must say (Arts. 5, 11). Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from kernel.errors import FieldError
from kernel.machine import SAME, Guard, Machine, Transition

ARTICLE: Final = "11"
STATES: Final[dict[str, str]] = {
    "draft": "编制中",
    "approved": "已批准",
    "published": "已印发",
    "superseded": "已被新版代替",
}
MOST_ITEMS: Final = 60
TEXT_MAX: Final = 500
YEARS: Final = range(2000, 2101)


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """What the steps of a plan depend on."""

    items: int = 0
    reason_given: bool = True


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """What is entered for an item."""

    mode: str
    field: str
    area: str
    from_month: int
    until_month: int
    office: str
    planned: int


_ITEMS: Final[Guard[PlanFacts]] = Guard(lambda f: f.items > 0, "计划中还没有项目", ARTICLE, "请先填写计划项目。")
_REASON: Final[Guard[PlanFacts]] = Guard(lambda f: f.reason_given, "没有写明调整的理由", ARTICLE, "请写明调整的理由。")

MACHINE: Final[Machine[PlanFacts]] = Machine(
    "年度监督计划",
    "draft",
    STATES,
    (
        Transition("write", "修改计划", frozenset({"draft"}), SAME, ARTICLE),
        Transition("approve", "批准", frozenset({"draft"}), "approved", ARTICLE, (_ITEMS,), "由监督机构负责人批准"),
        Transition("return", "退回修改", frozenset({"approved"}), "draft", ARTICLE),
        Transition("publish", "印发", frozenset({"approved"}), "published", ARTICLE),
        Transition("revise", "调整计划", frozenset({"published"}), SAME, ARTICLE, (_REASON,), "形成新的版本"),
        Transition("supersede", "由新版代替", frozenset({"published"}), "superseded", ARTICLE),
    ),
)


def faults(items: Sequence[ItemFacts], modes: Collection[str]) -> list[FieldError]:
    """What is wrong with the items, each named to its row and field (``items.0.mode``)."""
    found = [FieldError("items", f"计划项目不超过 {MOST_ITEMS} 个。")] if len(items) > MOST_ITEMS else []
    for n, item in enumerate(items[:MOST_ITEMS]):
        if item.mode not in modes:
            found.append(FieldError(f"items.{n}.mode", "请选择监督方式。"))
        for name, words, need in (
            ("field", item.field, "请写明监督的领域和内容。"),
            ("area", item.area, "请写明监督的单位或者区域。"),
            ("office", item.office, "请写明责任科室。"),
        ):
            if not words.strip():
                found.append(FieldError(f"items.{n}.{name}", need))
            elif len(words) > TEXT_MAX:
                found.append(FieldError(f"items.{n}.{name}", f"不超过{TEXT_MAX}个字。"))
        if not 1 <= item.from_month <= item.until_month <= 12:
            found.append(FieldError(f"items.{n}.until_month", "起止月份应在 1 至 12 之间，先后相接。"))
        if not 1 <= item.planned <= 1000:
            found.append(FieldError(f"items.{n}.planned", "计划数量应在 1 至 1000 之间。"))
    return found
