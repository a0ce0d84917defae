"""What the organ page shows, made from the tree and the policy: supervisors with their powers, tree, history."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from policy import Question, decide
from policy.vocabulary import DECISION_NAMES
from tenants.organs.codes import CODE_SYSTEMS, KINDS, LEADERSHIPS, LEVELS, RELATION_KINDS, line_name
from tenants.organs.directory import Directory
from tenants.organs.models import Organ
from tenants.organs.relations import Relation
from web.organ_views import icon_of

LEADERS = frozenset({"supervision_leader", "organ_head"})
NUMERALS = "零一两三四五"
GROUPS = (
    ("department", "政府部门", ("department",)),
    ("street", "街道办事处", ("dispatched_organ",)),
    ("vertical", "垂直、双重管理单位", ("vertical_body", "dual_led_body")),
    ("other", "所属机构、授权组织", ("subordinate_body", "dispatched_body", "authorised_organisation")),
    ("zone", "功能区", ("functional_zone",)),
    ("town", "乡镇人民政府", ()),
)


def supervisor_rows(tree: Directory, organ_id: UUID) -> list[dict[str, Any]]:
    """谁可以监督本单位: every supervisor with its scope, and what it may issue and decide."""
    rows = []
    for relation in tree.supervision.supervisors_of(organ_id):
        rows.append(
            {
                "id": relation.supervisor_id,
                "name": tree.name(relation.supervisor_id),
                "kind": kind_label(relation, tree),
                "article": relation.article,
                "scope": relation.scope_zh,
                "reason": relation.reason_zh,
                "through": tree.name(relation.through_id) if relation.through_id else "",
                "letter": _document(tree, relation, "urging_letter"),
                "opinion": _document(tree, relation, "opinion"),
                "decision": _decision(tree, relation),
            }
        )
    return rows


def kind_label(relation: Relation[UUID], tree: Directory) -> str:
    if relation.kind == "vertical":
        dual = tree.get(relation.supervised_id).leadership.startswith("dual")
        return "双重管理" if dual else "垂直管理"
    return RELATION_KINDS[relation.kind]


def _issuer(tree: Directory, relation: Relation[UUID]) -> str:
    """The class of the organ that would sign: a government acts through its justice department (Article 5)."""
    return tree.organ_class(relation.through_id or relation.supervisor_id)


def _document(tree: Directory, relation: Relation[UUID], kind: str) -> dict[str, str]:
    issuer = _issuer(tree, relation)
    verdict = decide(Question(issuer, LEADERS, relation.kind, f"instrument:{kind}", "issue"))
    if verdict.allowed:
        return {"answer": "yes", "text": "可以", "note": ""}
    internal = decide(Question(issuer, LEADERS, relation.kind, "instrument:internal_notice", "issue"))
    if internal.allowed:
        return {"answer": "limited", "text": "内部文书", "note": ""}
    return {"answer": "no", "text": "不可以", "note": ""}


def _decision(tree: Directory, relation: Relation[UUID]) -> dict[str, str]:
    decider = tree.organ_class(relation.supervisor_id)
    roles = frozenset({"government_leader"})
    allowed = [
        kind
        for kind in DECISION_NAMES
        if decide(Question(decider, roles, relation.kind, f"decision:{kind}", "decide")).allowed
    ]
    if not allowed:
        return {"answer": "no", "text": "不可以", "note": ""}
    if len(allowed) == len(DECISION_NAMES):
        return {"answer": "yes", "text": f"{NUMERALS[len(allowed)]}种", "note": ""}
    left_out = "、".join(name for kind, name in DECISION_NAMES.items() if kind not in allowed)
    return {"answer": "limited", "text": f"限{NUMERALS[len(allowed)]}种", "note": f"不含{left_out}"}


def supervised_rows(tree: Directory, organ_id: UUID) -> list[dict[str, Any]]:
    """本单位可以监督谁, in the order of the relations; a justice department works for its government."""
    return [
        {
            "id": relation.supervised_id,
            "name": tree.name(relation.supervised_id),
            "kind": kind_label(relation, tree),
            "article": relation.article,
            "scope": relation.scope_zh,
        }
        for relation in tree.supervision.supervised_by(organ_id)
    ]


def diagram(tree: Directory, organ: Organ, rows: list[dict[str, Any]], article_text: Any) -> dict[str, Any]:
    """Data of the relation diagram: kinds are drawn as line styles."""
    kinds = [relation.kind for relation in tree.supervision.supervisors_of(organ.id)]
    return {
        "target": {"name": organ.short_name or organ.name, "note": f"接受 {len(rows)} 方监督"},
        "sources": [
            {
                "name": row["name"],
                "note": f"经{row['through']}" if row["through"] else "",
                "kind": kind,
                "label": f"{row['kind']} ・ {article_text(row['article'])}",
            }
            for row, kind in zip(rows, kinds, strict=True)
        ],
        "sentence": "可以监督本单位的有：" + "、".join(f"{r['name']}（{r['kind']}）" for r in rows) + "。",
    }


def not_supervisors(tree: Directory, organ_id: UUID) -> list[dict[str, Any]]:
    """常被问到，但不能监督."""
    return [
        {"id": n.organ_id, "name": tree.name(n.organ_id), "reason": n.reason_zh, "article": n.article}
        for n in tree.supervision.not_supervisors_of(organ_id)
    ]


def head(tree: Directory, organ: Organ) -> dict[str, Any]:
    """Tags and the line of facts."""
    facts = []
    if organ.parent_id is not None:
        facts.append(f"隶属 {tree.name(organ.parent_id)}")
    if organ.located_in_id is not None and organ.located_in_id != organ.parent_id:
        facts.append(f"位于 {tree.short(organ.located_in_id)}")
    if organ.administered_by_id is not None:
        facts.append(f"由 {tree.short(organ.administered_by_id)} 代管")
    facts.append(LEVELS.get(organ.level, organ.level))
    if organ.business_lines:
        facts.append("、".join(line_name(line) for line in organ.business_lines))
    tags = [KINDS[organ.kind]]
    if organ.leadership not in ("government", "department"):
        tags.append(LEADERSHIPS[organ.leadership])
    if organ.is_supervision_body:
        tags.append("行政执法监督机构")
    if not tree.facts[organ.id].alive_on(tree.on):
        tags.append("该日不存在")
    return {"name": organ.name, "tags": tags, "facts": " ・ ".join(facts)}


def history(tree: Directory, organ: Organ) -> list[tuple[str, str]]:
    """沿革 as pairs of term and value; what is not known is said."""
    from kernel.wording import format_date

    code = f"{organ.division_code}（{CODE_SYSTEMS[organ.code_system or 'none']}）" if organ.division_code else "无"
    return [
        ("全称", organ.name),
        ("简称", organ.short_name or "无"),
        ("曾用名", "、".join(organ.former_names) or "无登记"),
        ("设立", format_date(organ.established_on) if organ.established_on else "未登记日期"),
        ("撤销、合并", format_date(organ.ended_on) if organ.ended_on else "存续"),
        ("职责承继", tree.name(organ.successor_id) if organ.successor_id else "无"),
        ("统一社会信用代码", organ.uscc or "未登记"),
        ("行政区划代码", code),
        ("资料来源", organ.source or "未登记"),
    ]


def _children(tree: Directory, organ: Organ) -> list[Organ]:
    """What hangs below an organ on the page: the city government also shows the bodies that have their leadership
    outside the city and stand in its area."""
    found = tree.children(organ.id)
    if organ.parent_id is None and organ.kind == "government":
        found = found + [root for root in tree.children(None) if root.kind != "government"]
    return found


def _count(tree: Directory, organ: Organ) -> int:
    return sum(1 + _count(tree, child) for child in _children(tree, organ))


def tree_nodes(tree: Directory, current: UUID | None, on: str = "") -> list[dict[str, Any]]:
    """The whole tree as the page shows it first: open along the path to the present organ, the rest on demand."""
    opened = {o.id for o in tree.path(current)} if current is not None else set()
    return [_node(tree, root, current, opened, on) for root in tree.children(None) if root.kind == "government"]


def child_nodes(tree: Directory, organ_id: UUID, on: str = "") -> list[dict[str, Any]]:
    """The nodes below one organ, as htmx asks for them."""
    return _below(tree, tree.get(organ_id), None, set(), on)


def _href(organ_id: UUID, on: str) -> str:
    return f"/organs/{organ_id}?on={on}" if on else f"/organs/{organ_id}"


def _node(tree: Directory, organ: Organ, current: UUID | None, opened: set[UUID], on: str) -> dict[str, Any]:
    below = _children(tree, organ)
    node: dict[str, Any] = {
        "label": organ.short_name or organ.name,
        "href": _href(organ.id, on),
        "icon": icon_of(organ),
        "current": organ.id == current,
        "count": _count(tree, organ) or None,
        "open": bool(below) and (organ.id in opened or (organ.parent_id is None and organ.kind == "government")),
    }
    if node["open"]:
        node["children"] = _below(tree, organ, current, opened, on)
    elif below:
        node["load_href"] = f"/organs/{organ.id}/children" + (f"?on={on}" if on else "")
    return node


def _below(tree: Directory, organ: Organ, current: UUID | None, opened: set[UUID], on: str) -> list[dict[str, Any]]:
    children = _children(tree, organ)
    if organ.kind != "government" or organ.level == "township":
        return [_node(tree, child, current, opened, on) for child in children]
    found = [
        _node(tree, child, current, opened, on)
        for child in children
        if child.kind == "government" and child.level != "township"
    ]
    groups = []
    for key, label, kinds in GROUPS:
        members = [c for c in children if c.kind in kinds or (key == "town" and _is_town(c))]
        if members:
            groups.append(
                {
                    "label": label,
                    "href": _href(organ.id, on),
                    "icon": "folder",
                    "count": len(members),
                    "open": any(m.id in opened for m in members),
                    "children": [_node(tree, m, current, opened, on) for m in members],
                }
            )
    order = {"政府部门": 0, "垂直、双重管理单位": 1}
    first = [g for g in groups if g["label"] in order]
    return first + found + [g for g in groups if g["label"] not in order]


def _is_town(organ: Organ) -> bool:
    return organ.kind == "government" and organ.level == "township"
