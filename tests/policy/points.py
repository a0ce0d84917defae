"""Walk the finite space, one role at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

from policy.engine import Policy, Question, Verdict
from policy.vocabulary import LABELS, ORGAN_CLASSES, RELATIONS, ROLES, STANDINGS

Point = tuple[Question, str, Verdict]


def points(
    policy: Policy,
    *,
    acts: Iterable[tuple[str, str]] = LABELS,
    roles: Iterable[str] = ROLES,
    standings: Iterable[str] = STANDINGS,
) -> Iterator[Point]:
    """Every (question without a role, role, compiled verdict for that role). The whole space has three million: name
    the part that a test is about."""
    places = list(product(sorted(ORGAN_CLASSES), sorted(RELATIONS), sorted(standings)))
    asked = sorted(roles)
    nobody: frozenset[str] = frozenset()
    point = policy.point
    for kind, action in acts:
        for organ_class, relation, standing in places:
            question = Question(organ_class, nobody, relation, kind, action, standing)
            for role in asked:
                yield question, role, point(question, role)


def acts_of(kinds: Iterable[str]) -> list[tuple[str, str]]:
    """All acts on things of these kinds."""
    wanted = set(kinds)
    return [(kind, action) for kind, action in LABELS if kind in wanted]
