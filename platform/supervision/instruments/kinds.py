"""Which kind of instrument an organ may draft toward which supervised organ (Arts. 2(3), 5, 19, 20).

The rule book says who signs a kind and toward which relations. What the regulation itself fixes stands above
it: only a county-or-above government decides, a judicial office and a township issue nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from supervision.instruments.rules import FAILED_STATES


@dataclass(frozen=True, slots=True)
class KindRule:
    """What the rule book says of one kind of instrument."""

    key: str
    name: str
    signed_by: frozenset[str]
    """Organ classes that issue it."""
    relations: frozenset[str]
    """Supervision relations toward which it may be issued."""
    article: str


class Refusal(NamedTuple):
    """Why something may not be drafted, under which article, and what to do instead."""

    reason: str
    article: str
    remedy: str


_NO_ISSUER: Final[dict[str, Refusal]] = {
    "judicial_office": Refusal(
        "司法所协助县级司法行政部门，不单独制发监督文书。",
        "5",
        "可以提交核查记录，由县级司法行政部门制发。",
    ),
    "township_government": Refusal(
        "乡镇人民政府不是县级以上人民政府，不制发监督文书。", "5", "可以将线索报送县级司法行政部门。"
    ),
    "subdistrict_office": Refusal("街道办事处是派出机关，不制发监督文书。", "5", "可以将线索报送县级司法行政部门。"),
}


_GOVERNMENT_ONLY: Final = Refusal(
    "监督决定由县级以上人民政府作出。", "20", "请向本级人民政府报告，由本级人民政府决定。"
)


def kind_refusal(kind: str, relation: str | None, issuer_class: str, rules: Mapping[str, KindRule]) -> Refusal | None:
    """What stands against this issuer drafting this kind toward this relation; None when nothing does.

    `relation` is the issuer's supervision relation to the addressee, None when there is none.
    """
    if issuer_class in _NO_ISSUER:
        return _NO_ISSUER[issuer_class]
    if kind == "decision" and issuer_class != "government":
        return _GOVERNMENT_ONLY
    if relation is None:
        return Refusal("本机关对该单位没有监督关系。", "2", "请在单位与监督关系中核对，或者转交有权机关。")
    rule = rules.get(kind)
    if rule is None:
        return Refusal("适用的规则没有这一种文书。", "19", "请从规则列明的文书种类中选择。")
    return _rule_refusal(rule, relation, issuer_class)


def _rule_refusal(rule: KindRule, relation: str, issuer_class: str) -> Refusal | None:
    if issuer_class not in rule.signed_by:
        return Refusal(f"{rule.name}不由本机关制发。", rule.article, "请移交同级司法行政部门，由其按规定制发。")
    return None if relation in rule.relations else _relation_refusal(rule, relation)


def _relation_refusal(rule: KindRule, relation: str) -> Refusal:
    if relation == "vertical":
        return Refusal(
            f"对实行垂直管理或者以上级部门领导为主的单位，不制发{rule.name}。",
            "2(3)",
            "请将发现的问题告知其上级主管部门。",
        )
    if relation == "line":
        return Refusal(f"条线监督不制发{rule.name}。", "2(2)", "请使用内部督促文书，或者移交同级司法行政部门。")
    return Refusal(f"这一监督关系不适用{rule.name}。", rule.article, "请改用规则允许的文书种类。")


def allowed_kinds(relation: str | None, issuer_class: str, rules: Mapping[str, KindRule]) -> list[str]:
    """The kinds that this issuer may draft toward this relation, in the order of the rule book."""
    return [kind for kind in rules if kind_refusal(kind, relation, issuer_class, rules) is None]


def vertical_content_refusal(
    relation: str, content_items: Iterable[str], vertical_items: frozenset[str]
) -> Refusal | None:
    """For a vertical or dual-led body: findings stay within observing and executing laws and policies."""
    if relation != "vertical" or set(content_items) <= vertical_items:
        return None
    return Refusal(
        "对实行垂直管理或者以上级部门领导为主的单位，只监督遵守和执行法律、政策文件的情况。",
        "2(3)",
        "请移出超出范围的问题，并告知其上级主管部门。",
    )


class Earlier(NamedTuple):
    """An instrument that already exists on the same findings."""

    kind: str
    state: str


_UNDER_WAY: Final = frozenset({"draft", "in_approval", "approved", "issued", "served", "answered"})


def sequence_refusal(kind: str, earlier: Iterable[Earlier]) -> Refusal | None:
    """What stands in the way because of earlier instruments on the same findings (Art. 19).

    An opinion may be the first instrument, and may follow a letter that is served, lapsed or refused. A
    letter after an opinion would go backwards, and a second one of a kind waits for the first.
    """
    known = list(earlier)
    if any(item.kind == kind and item.state in _UNDER_WAY for item in known):
        return Refusal("同一问题已有同种文书在办。", "19", "请在原文书办结或者撤回后再制发。")
    later = _UNDER_WAY | FAILED_STATES
    if kind == "urging_letter" and any(i.kind == "opinion" and i.state in later for i in known):
        return Refusal("同一问题已制发监督意见书。", "19", "逾期或者拒不改正的，应当向本级政府报告。")
    drafting = _UNDER_WAY - {"served", "answered"}
    if kind == "opinion" and any(i.kind == "urging_letter" and i.state in drafting for i in known):
        return Refusal("同一问题的督办函尚未送达。", "19", "请先送达督办函，或者撤回后直接制发意见书。")
    return None
