"""What the government may decide on which finding: kind, reason code, and the block of Art. 20.

Kinds, reason codes and the relations for which a kind is off come from the rule book. The block belongs to an
administrative act: one act may be blocked while another is decided in the same decision.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, NamedTuple, TypeVar

from kernel.errors import Barred, FieldError
from supervision.matters.findings import OPEN_STATES
from supervision.matters.remedies import FindingOnAct, Remedy, block_sentence, blocked_findings

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class DecisionKind:
    """What the rule book says of one kind of decision."""

    key: str
    name: str
    reasons: Mapping[str, str]
    """Reason codes with their words."""
    off_for_relations: frozenset[str] = field(default_factory=frozenset)
    """Relations for which this kind is not offered (revoking, for vertical and dual-led bodies)."""
    must_state: Mapping[str, str] = field(default_factory=dict)
    """Fields that this kind has to state beside the requirement, with the hint for the drafter."""
    article: str = "20"


@dataclass(frozen=True, slots=True)
class DecisionItem(Generic[K]):
    """What is decided, or proposed, on one finding."""

    finding: K
    kind: str
    reason: str
    requirement: str
    statements: Mapping[str, str] = field(default_factory=dict)
    """The fields that the kind asks for in `must_state`."""


class Offer(NamedTuple):
    """One kind of decision as a page offers it for a relation; refused ones carry the sentence and the article."""

    key: str
    name: str
    allowed: bool
    reason: str
    article: str


def offers(kinds: Iterable[DecisionKind], relation: str) -> list[Offer]:
    """Every kind of the rule book with what stands against it for this relation."""
    return [
        Offer(kind.key, kind.name, True, "", kind.article)
        if relation not in kind.off_for_relations
        else Offer(kind.key, kind.name, False, _OFF, "2(3)" if relation == "vertical" else kind.article)
        for kind in kinds
    ]


_OFF: Final = "适用的规则对这一监督关系不采用该种决定，可以建议其上级主管部门处理。"


def check_items(
    items: Sequence[DecisionItem[K]],
    findings: Iterable[FindingOnAct[K]],
    kinds: Mapping[str, DecisionKind],
    relation: str,
) -> list[FieldError]:
    """Every field of the items that has to be changed; fields are named `items.<position>.<field>`.

    A finding is decided at most once, and only while it is open. The block of Art. 20 is `bar_blocked`'s.
    """
    open_findings = {item.finding for item in findings if item.state in OPEN_STATES}
    errors: list[FieldError] = []
    seen: set[K] = set()
    for position, item in enumerate(items):
        where = f"items.{position}"
        if item.finding in seen or item.finding not in open_findings:
            errors.append(FieldError(f"{where}.finding", "请选择尚待处理的问题，每项问题只作一项决定。"))
        seen.add(item.finding)
        errors += _item(item, where, kinds.get(item.kind), relation)
    return errors


def _item(item: DecisionItem[K], where: str, kind: DecisionKind | None, relation: str) -> list[FieldError]:
    if kind is None:
        return [FieldError(f"{where}.kind", "请选择决定种类（第二十条）。")]
    if relation in kind.off_for_relations:
        return [FieldError(f"{where}.kind", f"请改选其他种类。{_OFF}")]
    errors: list[FieldError] = []
    if item.reason not in kind.reasons:
        errors.append(FieldError(f"{where}.reason", f"请选择适用于{kind.name}的理由。"))
    if not item.requirement.strip():
        errors.append(FieldError(f"{where}.requirement", "请写明决定的内容和要求。"))
    errors += [
        FieldError(f"{where}.{name}", hint)
        for name, hint in kind.must_state.items()
        if not item.statements.get(name, "").strip()
    ]
    return errors


def bar_blocked(
    items: Iterable[DecisionItem[K]], findings: Iterable[FindingOnAct[K]], remedies: Iterable[Remedy[K]]
) -> None:
    """Raises Barred (Art. 20) when one of the items concerns a finding whose act is under reconsideration or
    litigation; `detail["findings"]` names them all."""
    blocked = blocked_findings(findings, remedies)
    stopped = [item.finding for item in items if item.finding in blocked]
    if stopped:
        raise Barred(
            f"暂不能作出监督决定。{block_sentence(blocked[stopped[0]])}",
            article="20",
            remedy="请移出该行为，对其他问题作出决定；复议、诉讼终结后，系统提示恢复办理。",
            detail={"findings": [str(finding) for finding in stopped]},
        )


class ActOnTable(NamedTuple, Generic[K]):
    """One act (or the omissions, with `act` None) with its open findings, as the decision page shows it."""

    act: K | None
    findings: tuple[K, ...]
    blocked_by: Remedy[K] | None


def by_act(findings: Iterable[FindingOnAct[K]], remedies: Iterable[Remedy[K]]) -> list[ActOnTable[K]]:
    """The open findings grouped by act in order of appearance, each group with the remedy that blocks it."""
    known = [item for item in findings if item.state in OPEN_STATES]
    blocked = blocked_findings(known, list(remedies))
    groups: dict[K | None, list[K]] = {}
    for item in known:
        groups.setdefault(item.act, []).append(item.finding)
    return [ActOnTable(act, tuple(group), blocked.get(group[0])) for act, group in groups.items()]
