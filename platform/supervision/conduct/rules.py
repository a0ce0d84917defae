"""Complaints about supervisors (Art. 23): where they go, their life, what may follow. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

from kernel.errors import FieldError
from kernel.machine import Guard, Machine, Transition

POSITIONS: Final = {"supervisor": "监督人员", "leader": "单位负责人"}
GROUNDS: Final = {"abuse": "滥用职权", "neglect": "玩忽职守", "favouritism": "徇私舞弊", "other": "其他问题"}
OUTCOMES: Final = {"founded": "反映属实", "partly": "部分属实", "unfounded": "反映不实"}
CONSEQUENCES: Final = {
    "recusal_order": "要求在有关事项中回避",
    "certificate_withdrawal": "建议收回监督证",
    "referral": "移送纪检监察机关",
    "criticism": "批评教育",
    "improvement": "要求改进工作",
}
CHANNELS: Final = {"supervised": "被监督机关", "supervisor": "监督机构人员", "public": "社会公众"}
SECRET_LEAST: Final = 8
EXAMINERS_MOST: Final = 3
T = TypeVar("T")


class Above(Protocol[T]):
    """What the routing asks of the organ tree."""

    def government_of(self, organ_id: T, /) -> T | None: ...

    def supervision_body_of(self, government_id: T, /) -> T | None: ...

    def upper_supervision_body(self, body_id: T, /) -> T | None: ...

    def government_above(self, government_id: T, /) -> T | None: ...


def competent(tree: Above[T], organ_id: T, position: str) -> T | None:
    """The organ above that examines a complaint about somebody of `organ_id`; None when it lies outside the city.

    A supervisor of a justice department: the one a level up, at the top its own government. Its leader: its own
    government. Somebody of a government: the government above. Everybody else who supervises (a department, a
    judicial office): the justice department of his government. It is never the organ itself.
    """
    government = tree.government_of(organ_id)
    if government is None:
        return None
    if organ_id == government:
        return tree.government_above(government)
    body = tree.supervision_body_of(government)
    if organ_id != body:
        return body
    return government if position == "leader" else tree.upper_supervision_body(organ_id) or government


@dataclass(frozen=True, slots=True)
class ConductFacts:
    """What the steps look at."""

    examined: bool = True
    examiners: int = 1
    founded_consequence: bool = True


_EXAMINED: Guard[ConductFacts] = Guard(lambda f: f.examined, "没有调查情况。", "23", "请由指定的调查人先行调查并记录。")
_EXAMINERS: Guard[ConductFacts] = Guard(
    lambda f: 1 <= f.examiners <= EXAMINERS_MOST, "没有指定调查人。", "23", "请指定一至三名与反映内容无关的人员。"
)
_CONSEQUENCE: Guard[ConductFacts] = Guard(
    lambda f: f.founded_consequence, "反映属实但没有处理措施。", "23", "请至少选择一项处理措施。"
)
_OPEN = frozenset({"received", "examining"})

CONDUCT: Machine[ConductFacts] = Machine(
    "conduct",
    "received",
    {"received": "待指定调查人", "examining": "调查中", "answered": "已答复", "closed": "已办结"},
    (
        Transition("assign", "指定调查人", _OPEN, "examining", "23", (_EXAMINERS,), "被反映人不得参与调查。"),
        Transition("examine", "记录调查情况", frozenset({"examining"}), "examining", "23"),
        Transition(
            "answer",
            "作出处理和答复",
            frozenset({"examining"}),
            "answered",
            "23",
            (_EXAMINED, _CONSEQUENCE),
            "答复由反映人凭查询口令查看。",
        ),
        Transition("close", "办结", frozenset({"answered"}), "closed", "23"),
    ),
)


def problems(fields: dict[str, str]) -> list[FieldError]:
    """What has to be changed in a complaint that is registered."""
    found = []
    if fields["position"] not in POSITIONS:
        found.append(FieldError("position", "请选择被反映人是监督人员还是单位负责人。"))
    if fields["ground"] not in GROUNDS:
        found.append(FieldError("ground", "请选择反映问题的种类。"))
    if not 2 <= len(fields["subject"].strip()) <= 100:
        found.append(FieldError("subject", "请写明被反映人的姓名或者职务，2 至 100 字。"))
    if not 10 <= len(fields["facts"].strip()) <= 4000:
        found.append(FieldError("facts", "请写明时间、地点和经过，10 至 4000 字。"))
    if not SECRET_LEAST <= len(fields["secret"]) <= 60:
        found.append(FieldError("secret", "请设置 8 至 60 位的查询口令，凭编号和口令查看答复。"))
    if len(fields["name"]) > 60 or len(fields["contact"]) > 100:
        found.append(FieldError("contact", "姓名不超过 60 字，联系方式不超过 100 字。"))
    return found


def answer_problems(outcome: str, answer: str, kinds: Sequence[str]) -> list[FieldError]:
    """What has to be changed in an answer."""
    found = []
    if outcome not in OUTCOMES:
        found.append(FieldError("outcome", "请选择反映是否属实。"))
    if not 10 <= len(answer.strip()) <= 4000:
        found.append(FieldError("answer", "请写明对反映人的答复，10 至 4000 字。"))
    if any(kind not in CONSEQUENCES for kind in kinds) or len(set(kinds)) != len(kinds):
        found.append(FieldError("consequences", "请从列出的处理措施中选择。"))
    if outcome == "unfounded" and kinds:
        found.append(FieldError("consequences", "反映不实的，不作处理。"))
    return found
