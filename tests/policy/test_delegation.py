"""Acting for another opens what the principal may do, and never what is kept apart."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import product

import pytest

from policy import Question
from policy.delegation import DELEGABLE, acting_verdict, flips, withheld
from policy.engine import default_policy
from policy.vocabulary import LABELS, ORGAN_CLASSES, RELATIONS, ROLES, STANDINGS

POLICY = default_policy()
ADMINISTRATORS = ("system_admin", "security_admin", "audit_admin")


def test_a_lent_role_opens_what_its_holder_may_do() -> None:
    question = Question("justice_department", frozenset({"supervisor"}), "level", "instrument:opinion", "approve")
    assert not POLICY.decide(question).allowed
    verdict = acting_verdict(POLICY, question, frozenset({"supervision_leader"}))
    assert (verdict.allowed, verdict.article) == (True, "19")
    found = flips(POLICY, "justice_department", question.roles, frozenset({"supervision_leader"}))
    assert ("instrument:opinion", "approve") in {(f.kind, f.action) for f in found}


def drawn(number: int, standings: list[str]) -> Iterator[tuple[Question, frozenset[str]]]:
    """Questions with random words, and a role that is lent for each."""
    draw = random.Random(825)
    words = [sorted(w) for w in (ORGAN_CLASSES, ROLES - {"system"}, RELATIONS, DELEGABLE)]
    for _ in range(number):
        organ_class, own, relation, lent = (draw.choice(w) for w in words)
        kind, action = draw.choice(list(LABELS))
        yield (
            Question(organ_class, frozenset({own}), relation, kind, action, draw.choice(standings)),
            frozenset({lent}),
        )


def test_nothing_is_open_in_anothers_place_that_is_closed_to_the_principal() -> None:
    """A delegation never gives more than the principal has in the strictest standing of both, and nothing against a
    bar or denial that the delegate's own roles meet."""
    opened = 0
    for question, lent in drawn(30_000, sorted(STANDINGS)):
        if acting_verdict(POLICY, question, lent).allowed:
            opened += 1
            assert POLICY.decide(question._replace(roles=lent)).allowed
            assert POLICY.decide(question).effect not in ("bar", "deny")
    assert opened > 500


@pytest.mark.parametrize("standing", ["recused", "drafter", "owner", "remedy_pending"])
def test_what_a_standing_forbids_stays_forbidden_in_anothers_place(standing: str) -> None:
    forbidden = 0
    for question, lent in drawn(10_000, [standing]):
        both = POLICY.decide(question), POLICY.decide(question._replace(roles=lent))
        if {verdict.effect for verdict in both} & {"bar", "deny"}:
            forbidden += 1
            assert not acting_verdict(POLICY, question, lent).allowed
    assert forbidden > 500


def test_nobody_decides_for_a_government_leader() -> None:
    """Art. 20: the decision, its refusal and its issue stay with the leader; so does the order from above (Art. 4)."""
    lent = frozenset({"government_leader"})
    opened = {(f.kind, f.action) for f in flips(POLICY, "government", frozenset({"legal_officer"}), lent)}
    kept = {(w.kind, w.action) for w in withheld(POLICY, "government", frozenset({"legal_officer"}), lent)}
    decisions = {(k, a) for k, a in LABELS if k.startswith("decision:")}
    assert not decisions & opened
    assert decisions | {("decision", "decline"), ("decision", "return_report"), ("decision", "issue")} <= kept
    assert ("matter", "order_from_above") in kept


@pytest.mark.parametrize("organ_class", ["government", "justice_department", "department"])
def test_the_three_administrators_neither_lend_nor_borrow(organ_class: str) -> None:
    for admin in ADMINISTRATORS:
        lent = flips(POLICY, organ_class, frozenset({"contact"}), frozenset({admin}))
        assert {f.action for f in lent} <= {"read", "list"}
        borrowed = flips(POLICY, organ_class, frozenset({admin}), frozenset({"supervision_leader"}))
        assert {f.kind for f in borrowed} <= {"organ", "relation", "rulebook", "calendar"}


def test_who_complained_is_shown_to_nobody_in_anothers_place() -> None:
    for organ_class, role in product(("justice_department", "department"), sorted(DELEGABLE)):
        opened = {(f.kind, f.action) for f in flips(POLICY, organ_class, frozenset({"contact"}), frozenset({role}))}
        assert not opened & {("clue", "read_source"), ("evidence", "unmask")}


def test_powers_that_the_own_roles_have_are_no_flips() -> None:
    for role in ("supervisor", "supervision_leader", "organ_head"):
        assert flips(POLICY, "justice_department", frozenset({role}), frozenset({role})) == []
