"""Walk the whole finite space, one role at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

from policy.engine import Policy, Question, Verdict
from policy.vocabulary import LABELS, ORGAN_CLASSES, RELATIONS, ROLES, STANDINGS

Point = tuple[Question, str, Verdict]


def points(policy: Policy, standings: Iterable[str] = STANDINGS) -> Iterator[Point]:
    """Every (question with one role, that role, compiled verdict)."""
    for kind, action in LABELS:
        for organ_class, role, relation, standing in product(
            sorted(ORGAN_CLASSES), sorted(ROLES), sorted(RELATIONS), sorted(standings)
        ):
            question = Question(organ_class, frozenset({role}), relation, kind, action, standing)
            yield question, role, policy.point(question, role)
