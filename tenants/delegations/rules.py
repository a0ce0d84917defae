"""What may be lent to whom, and for how long. Pure; what no article fixes is a measure of the rule book."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from kernel.errors import FieldError
from policy.delegation import DELEGABLE, KNOWN_ACTS
from policy.vocabulary import ROLE_LABELS

ARTICLE = "规则:代行"
LONGEST_DAYS = 184
"""Half a year: what is needed for longer is a post."""
ADMINISTRATORS = frozenset({"system_admin", "security_admin", "audit_admin"})
STATE_LABELS = {
    "proposed": "待核准",
    "approved": "已核准",
    "rejected": "不予核准",
    "withdrawn": "已撤回",
    "ended": "已终止",
}


@dataclass(frozen=True, slots=True)
class Party:
    """A post as far as lending is concerned."""

    person: object
    name: str
    roles: frozenset[str]
    certified: bool


@dataclass(frozen=True, slots=True)
class Lending:
    """What is asked for."""

    roles: Sequence[str]
    acts: Sequence[str]
    valid_from: date
    valid_to: date
    reason: str


def problems(principal: Party, delegate: Party, asked: Lending, today: date) -> list[FieldError]:
    """Why this cannot be proposed, one sentence to a field; empty when it can."""
    return [*_parties(principal, delegate), *_roles(principal, delegate, asked), *_days(asked, today)]


def lendable(roles: Iterable[str]) -> list[str]:
    """The roles of a post that its holder can lend, in the vocabulary's order."""
    held = set(roles) & DELEGABLE
    return [role for role in ROLE_LABELS if role in held]


def holds(principal: Iterable[str], delegate: Party, lent: Iterable[str]) -> frozenset[str]:
    """The lent roles that still hold: the principal has them, and the delegate is one who may bear them.

    The three administrators lend and borrow nothing (三员分立); handling takes a supervision certificate (Art. 6).
    """
    if ADMINISTRATORS & delegate.roles or ADMINISTRATORS & set(principal):
        return frozenset()
    kept = set(lent) & set(principal) & DELEGABLE
    return frozenset(kept if delegate.certified else kept - {"supervisor"})


def _parties(principal: Party, delegate: Party) -> Iterator[FieldError]:
    if principal.person == delegate.person:
        yield FieldError("delegate", "代行人和被代行人应当是两名人员。")
    if ADMINISTRATORS & principal.roles:
        yield FieldError("principal", "系统、安全、审计管理员的职责不得由他人代行。")
    if ADMINISTRATORS & delegate.roles:
        yield FieldError("delegate", "系统、安全、审计管理员不得代行业务岗位的职责。")
    if "social_supervisor" in delegate.roles:
        yield FieldError("delegate", "社会监督员不是本单位工作人员，不得代行职责。")


def _roles(principal: Party, delegate: Party, asked: Lending) -> Iterator[FieldError]:
    if not asked.roles:
        yield FieldError("roles", "请至少选择一项代行的职责。")
    for role in asked.roles:
        if role not in principal.roles or role not in DELEGABLE:
            yield FieldError("roles", f"{principal.name}没有可以由他人代行的“{ROLE_LABELS.get(role, role)}”职责。")
    if "supervisor" in asked.roles and not delegate.certified:
        yield FieldError("delegate", f"{delegate.name}没有有效的行政执法监督证，不得代行监督人员职责（第六条）。")
    if not set(asked.acts) <= KNOWN_ACTS:
        yield FieldError("acts", "请从列表中选择代行的事项。")


def _days(asked: Lending, today: date) -> Iterator[FieldError]:
    if asked.valid_from < today:
        yield FieldError("valid_from", "代行从今天或者以后开始。")
    if asked.valid_to < asked.valid_from:
        yield FieldError("valid_to", "截止日期不能早于开始日期。")
    elif (asked.valid_to - asked.valid_from).days >= LONGEST_DAYS:
        yield FieldError("valid_to", f"一次代行最长 {LONGEST_DAYS} 日，需要更久的应当设立岗位。")
    if not asked.reason.strip():
        yield FieldError("reason", "请写明代行的理由。")
    if len(asked.reason) > 500:
        yield FieldError("reason", "理由不超过 500 字。")
