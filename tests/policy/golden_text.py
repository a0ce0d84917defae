"""Write the decided space as tables for an auditor: per act, who may and who expressly may not, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from itertools import product

from policy import articles
from policy.engine import Policy, Question
from policy.vocabulary import (
    LABELS,
    ORGAN_CLASS_LABELS,
    ORGAN_CLASSES,
    RELATION_LABELS,
    RELATIONS,
    ROLE_LABELS,
    ROLES,
    STANDING_LABELS,
    STANDINGS,
)

HEAD = """# 权限对照表

本表由测试从编译后的规则生成，供核对。每个动作列出准许和明文禁止的情形，未列出的一律不准许；同时符合的，禁止优先。
“特殊情形”为“—”的，平时即适用；写明情形的，只在该情形下适用。“全部”指该栏的一切取值。规则编号见 policy/rules.csv。

"""
RESULTS = {"allow": "准许", "deny": "禁止", "bar": "暂不能（法定限制）"}
Cells = dict[tuple[str, str, str], set[str]]


def render(policy: Policy) -> str:
    """The golden text of the policy."""
    acts = {act: _cells(policy, *act) for act in LABELS}
    verdicts = [verdict for act in LABELS for verdict in policy.verdicts(*act) if verdict.effect in RESULTS]
    meaning = {verdict.rule_id: (RESULTS[verdict.effect], articles.display(verdict.article)) for verdict in verdicts}
    order = {line.id: n for n, line in enumerate(policy.lines)}
    parts = [HEAD]
    for kind, action in LABELS:
        parts.append(f"## {LABELS[kind, action]} `{kind} / {action}`\n\n")
        parts.append("| 结果 | 岗位 | 关系 | 单位类别 | 特殊情形 | 依据 | 规则 |\n|---|---|---|---|---|---|---|\n")
        for rule in sorted(acts[kind, action], key=lambda rule: (meaning[rule][0] != "准许", order[rule])):
            result, article = meaning[rule]
            for who in _rows(acts[kind, action][rule]):
                parts.append(f"| {result} | {' | '.join(who)} | {article} | `{rule}` |\n")
        parts.append("\n")
    return "".join(parts).rstrip() + "\n"


def _cells(policy: Policy, kind: str, action: str) -> dict[str, Cells]:
    """Rule → the cells in which it decides the act."""
    found: dict[str, Cells] = defaultdict(lambda: defaultdict(set))
    for relation, standing in product(sorted(RELATIONS), sorted(STANDINGS)):
        questions = [Question(cls, frozenset(), relation, kind, action, standing) for cls in sorted(ORGAN_CLASSES)]
        for role in sorted(ROLES):
            for question in questions:
                verdict = policy.point(question, role)
                if verdict.effect in RESULTS:
                    found[verdict.rule_id][standing, role, relation].add(question.organ_class)
    return found


def _rows(cells: Cells) -> list[tuple[str, str, str, str]]:
    """Join what has the same answer: first organ classes, then standings, then relations, then roles."""
    by_place: dict[tuple[str, str, frozenset[str]], set[str]] = defaultdict(set)
    for (standing, role, relation), classes in cells.items():
        by_place[role, relation, frozenset(classes)].add(standing)
    by_role: dict[tuple[str, frozenset[str], frozenset[str]], set[str]] = defaultdict(set)
    for (role, relation, classes_), standings in by_place.items():
        by_role[role, classes_, frozenset(standings)].add(relation)
    joined: dict[tuple[frozenset[str], frozenset[str], frozenset[str]], set[str]] = defaultdict(set)
    for (role, classes_, standings_), relations in by_role.items():
        joined[frozenset(relations), classes_, standings_].add(role)
    return sorted(
        (_names(roles, ROLE_LABELS), _names(rel, RELATION_LABELS), _names(cls, ORGAN_CLASS_LABELS), _standing(st))
        for (rel, cls, st), roles in joined.items()
    )


def _names(words: Collection[str], labels: Mapping[str, str]) -> str:
    """The labels in the vocabulary's order; long lists by what they leave out."""
    if len(words) == len(labels):
        return "全部"
    if len(words) > max(6, len(labels) // 2):
        return "除" + "、".join(text for word, text in labels.items() if word not in words) + "外全部"
    return "、".join(text for word, text in labels.items() if word in words)


def _standing(standings: Collection[str]) -> str:
    return "—" if "clear" in standings else _names(standings, STANDING_LABELS)
