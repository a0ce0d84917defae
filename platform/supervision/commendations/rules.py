"""The yearly commendation list (Art. 6): its life, and who cannot be on it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kernel.errors import FieldError
from kernel.machine import Guard, Machine, Transition

KINDS: Final = {"organ": "单位", "person": "个人"}
FIELDS: Final = {"enforcement": "行政执法工作", "supervision": "行政执法监督工作"}
NOMINATION_STATES: Final = {"nominated": "待审核", "included": "列入", "rejected": "未列入"}
EARLIEST: Final = 2020


@dataclass(frozen=True, slots=True)
class ListFacts:
    """What the steps look at. `barred`: somebody on the list may not be commended at this moment."""

    included: int = 1
    waiting: int = 0
    barred: bool = False
    reasons: bool = True


_SOMEBODY: Guard[ListFacts] = Guard(lambda f: f.included > 0, "名单中没有列入的对象。", "6", "请先审核推荐对象。")
_REVIEWED: Guard[ListFacts] = Guard(lambda f: f.waiting == 0, "还有推荐对象没有审核。", "6", "请逐个审核后再报请。")
_CLEAR: Guard[ListFacts] = Guard(
    lambda f: not f.barred, "名单中有现在不能表彰的对象。", "21", "请查看标出的对象，退回后不予列入。"
)
_REASONS: Guard[ListFacts] = Guard(lambda f: f.reasons, "没有写明理由。", "6", "请写明退回的理由。")

LIST: Machine[ListFacts] = Machine(
    "commendation_list",
    "collecting",
    {"collecting": "推荐和审核", "submitted": "待政府批准", "approved": "已批准", "published": "已公布"},
    (
        Transition(
            "submit", "报请政府批准", frozenset({"collecting"}), "submitted", "6", (_SOMEBODY, _REVIEWED, _CLEAR)
        ),
        Transition("approve", "批准", frozenset({"submitted"}), "approved", "6", (_SOMEBODY, _CLEAR)),
        Transition("send_back", "退回", frozenset({"submitted"}), "collecting", "6", (_REASONS,)),
        Transition(
            "publish", "公布", frozenset({"approved"}), "published", "6", (_CLEAR,), "公布后任何人不登录即可查看。"
        ),
    ),
)


def problems(kind: str, field: str, merits: str) -> list[FieldError]:
    """What has to be changed in a nomination."""
    found = []
    if kind not in KINDS:
        found.append(FieldError("kind", "请选择推荐单位还是个人。"))
    if field not in FIELDS:
        found.append(FieldError("field", "请选择表彰的工作方面。"))
    if not 20 <= len(merits.strip()) <= 1000:
        found.append(FieldError("merits", "请写明主要事迹，20 至 1000 字。"))
    return found
