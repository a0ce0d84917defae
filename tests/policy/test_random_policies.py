"""Compiled and stock Casbin agree on policies that nobody wrote: random lines over a small space."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from policy.asking import enforcer
from policy.engine import Policy, Question, Space, default_policy, verdict_of
from policy.lines import EFFECTS, Line, among
from policy.vocabulary import LABELS
from tests.policy.points import points

ACT = ("decision:revoke", "decide")
SPACE = Space((ACT,), ("government", "department"), ("supervisor", "contact"), ("own", "level"), ("drafter", "clear"))
POINTS = list(product(SPACE.organ_classes, SPACE.roles, SPACE.relations, SPACE.standings))


def patterns(words: list[str]) -> list[str]:
    first, second = words
    return ["*", first, second, f"{first}|{second}", f"!{first}", f"!{first}|{second}"]


CHOICES = [patterns(list(words)) for words in (SPACE.organ_classes, SPACE.roles, SPACE.relations, SPACE.standings)]
KINDS, ACTIONS = ["*", "decision:*", "decision:revoke", "!decision:*", "clue"], ["*", "decide", "!decide", "read"]


def random_policy(draw: random.Random) -> list[Line]:
    """One to six lines, explanations before permissions as `lines.read` asks for."""
    order = {"bar": 0, "deny": 0, "refer": 1, "allow": 2}
    effects = sorted((draw.choice(EFFECTS) for _ in range(draw.randint(1, 6))), key=lambda e: order[e])
    return [_line(draw, n, effect) for n, effect in enumerate(effects)]


def _line(draw: random.Random, n: int, effect: str) -> Line:
    organ_class, role, relation, standing = (draw.choice(column) for column in CHOICES)
    kind, action = draw.choice(KINDS), draw.choice(ACTIONS)
    return Line(f"line{n}", effect, organ_class, role, relation, kind, action, standing, "19", "", "理由。", "", n)


def policies(number: int) -> Iterator[tuple[Policy, Any]]:
    """Compiled policies, each with stock Casbin over all its lines."""
    draw, stock = random.Random(2027), enforcer([])
    for _ in range(number):
        lines = random_policy(draw)
        stock.model.clear_policy()
        stock.model.add_policies("p", "p", [line.casbin() for line in lines])
        yield Policy(lines, SPACE), stock


def differs(policy: Policy, stock: Any, point: tuple[str, str, str, str]) -> bool:
    organ_class, role, relation, standing = point
    allowed, line = stock.enforce_ex(organ_class, role, relation, *ACT, standing)
    wanted = verdict_of(allowed, next((x for x in policy.lines if line and x.id == line[0]), None))
    return policy.point(Question(organ_class, frozenset({role}), relation, *ACT, standing), role) != wanted


def test_ten_thousand_random_policies_equal_casbin() -> None:
    """One random point of each here; the drill asks for all of them."""
    draw = random.Random(19)
    effects = set()
    for policy, stock in policies(10_000):
        point = draw.choice(POINTS)
        assert not differs(policy, stock, point), (policy.lines, point)
        organ_class, role, relation, standing = point
        effects.add(policy.point(Question(organ_class, frozenset(), relation, *ACT, standing), role).effect)
    assert effects == {"bar", "deny", "refer", "allow", "none"}


@pytest.mark.drill
@pytest.mark.long
def test_every_point_of_ten_thousand_random_policies_equals_casbin() -> None:
    for policy, stock in policies(10_000):
        assert not [point for point in POINTS if differs(policy, stock, point)]


@pytest.mark.drill
@pytest.mark.long
def test_every_point_of_the_rules_equals_stock_casbin() -> None:
    """The whole space, one by one, with the lines on the act; other lines match none of its points."""
    policy, asked = default_policy(), 0
    by_id = {line.id: line for line in policy.lines}
    enforcers = {
        (kind, action): policy.enforcer(
            [line for line in policy.lines if among(kind, line.kind) and among(action, line.action)]
        )
        for kind, action in LABELS
    }
    for question, role, verdict in points(policy):
        organ_class, _, relation, kind, action, standing = question
        allowed, line = enforcers[kind, action].enforce_ex(organ_class, role, relation, kind, action, standing)
        assert verdict == verdict_of(allowed, by_id[line[0]] if line else None), question
        asked += 1
    assert asked > 1_000_000


def test_a_table_that_differs_from_casbin_does_not_load(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the lines said one thing to the masks and another to Casbin, the policy would refuse to load."""
    lines = [line for line in default_policy().lines if line.kind == "clue"]

    monkeypatch.setattr("policy.engine.among", lambda value, pattern: value != "clear" and among(value, pattern))
    with pytest.raises(AssertionError, match="differs from Casbin"):
        Policy(lines)
