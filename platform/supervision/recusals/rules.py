"""The law of recusal (Art. 16): the machine, who is tied to a matter, and what a declaration must hold. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from kernel.errors import FieldError
from kernel.machine import Guard, Machine, Transition
from supervision.matters.guards import not_recused, reasoned

STATES: Final = {"declared": "待决定", "granted": "决定回避", "refused": "决定不回避", "lifted": "已解除回避"}
IN_FORCE: Final = frozenset({"declared", "granted"})
"""States in which the person does nothing in the matter."""
HOLDERS: Final[Mapping[str, str]] = {
    "self": "本人",
    "spouse": "配偶",
    "parent": "父母",
    "child": "子女",
    "sibling": "兄弟姐妹",
    "grandparent": "祖父母、外祖父母、孙子女、外孙子女",
    "in_law": "配偶的父母、兄弟姐妹，子女的配偶",
    "other_kin": "其他有扶养、赡养关系的近亲属",
}
NATURES: Final[Mapping[str, str]] = {
    "employment": "任职、聘用",
    "shareholding": "持股、投资",
    "dispute": "诉讼、仲裁等争议",
    "creditor": "债权债务",
    "other": "其他利害关系",
}
REASON_MIN, REASON_MAX = 5, 2000
WORKING: Final = frozenset(
    {
        "record_activity",
        "add_evidence",
        "establish_finding",
        "drop_finding",
        "verify_rectification",
        "enter_act",
        "enter_remedy",
        "end_remedy",
        "propose_closing",
        "look_back",
        "draft_instrument",
        "submit",
        "approve",
        "accept",
        "send_back",
        "serve",
        "withdraw",
    }
)
"""Acts on the trail of a matter whose content rests on the officer who did them."""


@dataclass(frozen=True, slots=True)
class RecusalFacts:
    """What the guards look at. The defaults are those of a step that may be taken."""

    actor_recused: bool = False
    """Of the deciding leader: an own recusal in the same matter."""
    actor_is_person: bool = False
    actor_decides: bool = True
    """The leader who decides on this recusal by the rule book, or the supervising organ's for an order."""
    reason_given: bool = True
    nobody_asked: bool = True
    """Neither the officer nor the supervised side asked: what an order presupposes."""


_CLEAR: Guard[RecusalFacts] = not_recused(lambda f: f.actor_recused)
_NOT_SELF: Guard[RecusalFacts] = Guard(
    lambda f: not f.actor_is_person, "本人的回避不得由本人决定。", "16", "主要负责人的回避由上一级决定。"
)
_DECIDES: Guard[RecusalFacts] = Guard(
    lambda f: f.actor_decides,
    "这一回避不由您决定。",
    "16",
    "监督人员的回避由其所在单位主要负责人决定，主要负责人的由上一级决定。",
)
_REASONED: Guard[RecusalFacts] = reasoned(lambda f: f.reason_given, "16", "请写明决定的理由。")
_NOBODY: Guard[RecusalFacts] = Guard(
    lambda f: f.nobody_asked,
    "该监督人员已经申报回避或者被申请回避。",
    "16",
    "请对已有的申报、申请作出决定。",
)
_BY_LEADER: Final = (_CLEAR, _NOT_SELF, _DECIDES, _REASONED)

RECUSAL: Final[Machine[RecusalFacts]] = Machine(
    "recusal",
    "declared",
    STATES,
    (
        Transition("grant", "决定回避", frozenset({"declared"}), "granted", "16", _BY_LEADER, "终止其承办。"),
        Transition("refuse", "决定不回避", frozenset({"declared"}), "refused", "16", _BY_LEADER, "继续承办。"),
        Transition("order", "责令回避", frozenset({"declared"}), "granted", "16", (*_BY_LEADER, _NOBODY), "立即生效。"),
        Transition("lift", "解除回避", frozenset({"granted"}), "lifted", "16", _BY_LEADER, "回避的原因已经消除。"),
    ),
)


@dataclass(frozen=True, slots=True)
class Tie:
    """A declaration as the comparison sees it."""

    id: UUID
    person_id: UUID
    organ_id: UUID | None
    name: str
    code: str
    from_on: date
    until_on: date | None
    ended: bool


@dataclass(frozen=True, slots=True)
class Parties:
    """Whom a matter is about: the supervised organ, and the counterparts of the acts under it."""

    organ_id: UUID
    organ_name: str
    counterparts: tuple[tuple[str, str], ...] = ()
    """(name, credit code or empty)."""


_DROPPED: Final = str.maketrans("", "", " \u3000()（）·.,，。-—")


def plain(name: str) -> str:
    """A name without what people write in different ways: spaces, brackets, points; letters in upper case."""
    return name.translate(_DROPPED).upper()


def same_party(one: str, other: str) -> bool:
    """Whether two names mean the same party: equal, or one of at least four signs is part of the other."""
    a, b = plain(one), plain(other)
    if not a or not b:
        return False
    short, long = sorted((a, b), key=len)
    return short == long or (len(short) >= 4 and short in long)


def in_time(tie: Tie, on: date) -> bool:
    """Whether the declaration holds on a day. One that begins later does not, nor one that ended."""
    return not tie.ended and tie.from_on <= on and (tie.until_on is None or tie.until_on >= on)


def tied(tie: Tie, parties: Parties) -> bool:
    """Whether a declaration names the supervised organ or one of the counterparts."""
    if tie.organ_id is not None:
        return tie.organ_id == parties.organ_id or any(same_party(tie.name, n) for n, _ in parties.counterparts)
    if same_party(tie.name, parties.organ_name):
        return True
    code = tie.code.upper()
    return any(same_party(tie.name, n) or (code != "" and code == c.upper()) for n, c in parties.counterparts)


def conflicts(ties: Iterable[Tie], parties: Parties, on: date) -> list[Tie]:
    """The declarations that stand against a person's work on the matter on that day."""
    return [tie for tie in ties if in_time(tie, on) and tied(tie, parties)]


@dataclass(frozen=True, slots=True)
class InterestInput:
    """A declaration as it was handed in."""

    holder: str
    relative_name: str
    organ_chosen: bool
    subject_name: str
    subject_code: str
    nature: str
    note: str
    from_on: date | None
    until_on: date | None


def validate_interest(entered: InterestInput) -> list[FieldError]:
    """Every input that must be changed, by field."""
    found: list[FieldError] = []
    if entered.holder not in HOLDERS:
        found.append(FieldError("holder", "请选择是本人还是哪一类近亲属。"))
    elif entered.holder != "self" and not entered.relative_name:
        found.append(FieldError("relative_name", "请填写近亲属的姓名。"))
    elif entered.holder == "self" and entered.relative_name:
        found.append(FieldError("relative_name", "本人的利害关系不填写近亲属姓名。"))
    if len(entered.relative_name) > 50:
        found.append(FieldError("relative_name", "姓名不超过 50 字。"))
    if not entered.organ_chosen and not 2 <= len(entered.subject_name) <= 100:
        found.append(FieldError("subject_name", "请选择单位，或者填写企业、个人的名称，2 至 100 字。"))
    if entered.subject_code and not credit_code(entered.subject_code):
        found.append(FieldError("subject_code", "统一社会信用代码应为 18 位，且校验位正确；不填写公民身份号码。"))
    if entered.nature not in NATURES:
        found.append(FieldError("nature", "请选择利害关系的种类。"))
    if len(entered.note) > REASON_MAX or (entered.nature == "other" and len(entered.note) < REASON_MIN):
        found.append(FieldError("note", f"请写明具体情况，{REASON_MIN} 至 {REASON_MAX} 字。"))
    if entered.from_on is None:
        found.append(FieldError("from_on", "请填写开始日期。"))
    elif entered.until_on is not None and entered.until_on < entered.from_on:
        found.append(FieldError("until_on", "结束日期不早于开始日期。"))
    return found


_SIGNS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS: Final = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def credit_code(code: str) -> bool:
    """Whether this is a unified social credit code with its check sign (GB 32100-2015)."""
    text = code.upper()
    if len(text) != 18 or any(sign not in _SIGNS for sign in text):
        return False
    total = sum(_SIGNS.index(sign) * weight for sign, weight in zip(text[:17], _WEIGHTS, strict=True))
    return text[17] == _SIGNS[(31 - total % 31) % 31]


def validate_reason(reason: str, field: str = "reason", what: str = "利害关系或者其他情形") -> list[FieldError]:
    """A text that others decide on, or have to understand."""
    if REASON_MIN <= len(reason) <= REASON_MAX:
        return []
    return [FieldError(field, f"请写明{what}，{REASON_MIN} 至 {REASON_MAX} 字。")]
