"""The life of a referral (Arts. 18, 21; rules of 2020 on the transfer of suspected crimes). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from kernel.clock import SHANGHAI
from kernel.errors import FieldError
from kernel.machine import Guard, Machine, Transition

KINDS: Final = {"discipline": "问题线索移送", "criminal": "涉嫌犯罪案件移送", "urge_transfer": "督促移送"}
LETTERS: Final = {
    "discipline": "discipline_referral",
    "criminal": "criminal_transfer",
    "urge_transfer": "urge_transfer",
}
"""Kind → the rule book's kind of its letter."""
ARTICLES: Final = {"discipline": "18", "criminal": "21", "urge_transfer": "8(5)"}
DECIDERS: Final = {
    "discipline": ("supervision_leader", "government_leader"),
    "criminal": ("organ_head",),
    "urge_transfer": ("supervision_leader",),
}
"""Kind → the roles of which one decides."""
SECRECY: Final = {"public": "公开", "internal": "内部"}
"""The system is not for state secrets: no higher class can be entered."""
ORIGINS: Final = {
    "own": "工作中发现",
    "matter": "监督事项",
    "accountability": "责任追究",
    "conduct": "对监督人员的反映",
    "urging": "监督机构督促移送",
}
FILE_ROLES: Final = {
    "material": "移送材料",
    "receipt": "回执",
    "result": "办理结果",
    "urging": "督促移送函",
    "letter": "前一轮移送文书",
    "archive": "前一轮案卷",
}
TEXT_LIMIT: Final = 4000
LIMITS: Final = {
    "draft": "referral.decide",
    "approved": "referral.send",
    "sent": "referral.answer",
    "acknowledged": "referral.result",
}
"""State → the limit that runs in it."""


@dataclass(frozen=True, slots=True)
class ReferralFacts:
    """What the steps look at. `complete`: person or case, facts and how they were found are written down.
    `sealed`: the archive lies in the store. `has_proof`: the receiver's paper is handed in. `reasons` are given."""

    complete: bool = True
    sealed: bool = True
    has_proof: bool = True
    reasons: bool = True


_COMPLETE: Guard[ReferralFacts] = Guard(
    lambda f: f.complete, "移送内容不完整。", "18", "请写明涉及的人员或者案件、涉嫌的问题和发现经过。"
)
_SEALED: Guard[ReferralFacts] = Guard(
    lambda f: f.sealed, "案卷正在封存。", "18", "封存完成后即可送出，一般不超过一分钟。"
)
_PROOF: Guard[ReferralFacts] = Guard(
    lambda f: f.has_proof, "没有受移送机关的回执或者文书。", "18", "请上传受移送机关的回执或者文书。"
)
_REASONS: Guard[ReferralFacts] = Guard(lambda f: f.reasons, "没有写明理由。", "21", "请写明理由，理由存入案卷。")
_OUT = frozenset({"sent", "acknowledged"})

REFERRAL: Machine[ReferralFacts] = Machine(
    "referral",
    "draft",
    {
        "draft": "待决定",
        "approved": "已决定，待送出",
        "declined": "不予移送",
        "sent": "已送出",
        "acknowledged": "已受理",
        "resulted": "已有结果",
        "returned": "已退回",
    },
    (
        Transition(
            "transfer",
            "决定移送",
            frozenset({"draft"}),
            "approved",
            "18",
            (_COMPLETE,),
            "案卷清单随决定固定，系统封存后应当在规定时间内送出。",
        ),
        Transition("decline", "决定不移送", frozenset({"draft"}), "declined", "18", (_REASONS,), "理由存入案卷。"),
        Transition(
            "send",
            "送出移送文书",
            frozenset({"approved"}),
            "sent",
            "18",
            (_SEALED,),
            "取得文号，生成移送文书，列明案卷校验值。",
        ),
        Transition("acknowledge", "登记受理回执", frozenset({"sent"}), "acknowledged", "18", (_PROOF,)),
        Transition("record_result", "登记办理结果", _OUT, "resulted", "18", (_PROOF,)),
        Transition("record_return", "登记退回", _OUT, "returned", "18", (_PROOF, _REASONS)),
        Transition(
            "reopen",
            "补充后重新移送",
            frozenset({"returned", "declined"}),
            "draft",
            "18",
            (_REASONS,),
            "原案卷和文书保留，重新决定后另行封存。",
        ),
    ),
)


def problems(kind: str, fields: dict[str, str]) -> list[FieldError]:
    """What of a draft has to be changed; the keys are those of the contents."""
    asked = {
        "subject": (
            2,
            300,
            "请写明涉及人员的姓名、单位和职务。" if kind == "discipline" else "请写明案件名称和当事人。",
        ),
        "conduct": (10, TEXT_LIMIT, "请写明涉嫌的问题，10 至 4000 字。"),
        "discovered": (5, TEXT_LIMIT, "请写明发现经过，5 至 4000 字。"),
        "handled": (0, TEXT_LIMIT, "已经采取的措施不超过 4000 字。"),
        "contact": (0, 100, "联系人和电话不超过 100 字。"),
        "recipient": (4, 100, "请写明受移送机关的全称。"),
    }
    return [
        FieldError(name, message)
        for name, (least, most, message) in asked.items()
        if not least <= len(fields.get(name, "").strip()) <= most
    ]


def within_hours(decided_at: datetime, days: int) -> datetime:
    """The end of a limit that the rules of 2020 give in hours: 24 for each day, from the very moment of the decision
    and over holidays."""
    return decided_at + timedelta(hours=24 * days)


def end_of_day(day: date) -> datetime:
    """The instant at which a limit of days is over: the end of its last day in Shanghai."""
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI)


def last_day(due_at: datetime | None) -> date | None:
    """The day in Shanghai on which a limit ends."""
    return (due_at - timedelta(seconds=1)).astimezone(SHANGHAI).date() if due_at else None
