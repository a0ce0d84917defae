"""Acting in another's place (代行): what a lent role adds to one's own, and what nobody lends. Pure.

A delegation adds a permission and takes away no bar: the question is put with the strictest standing of both persons,
once with the lent roles alone and once with the delegate's own beside them, and each time also in the standing
``acting``, of which the lines speak that keep an act to its holder. All answers must allow.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from policy import articles
from policy.engine import Policy, Question, Verdict
from policy.vocabulary import ACTIONS, LABELS, RELATION_LABELS

DELEGABLE: Final = frozenset(
    {
        "supervisor",
        "supervision_leader",
        "government_leader",
        "legal_officer",
        "organ_head",
        "contact",
        "judicial_assistant",
    }
)
"""Roles that may be lent: none of the three administrators, no outsider, no automatic step."""


@dataclass(frozen=True, slots=True)
class Flip:
    """One act that a delegation opens: in which relations, and the line that allows it."""

    kind: str
    action: str
    relations: tuple[str, ...]
    verdict: Verdict

    @property
    def act(self) -> str:
        return act_of(self.kind, self.action)

    @property
    def label(self) -> str:
        return LABELS[self.kind, self.action]

    @property
    def where(self) -> str:
        return "；".join(RELATION_LABELS[r] for r in self.relations)


@dataclass(frozen=True, slots=True)
class Withheld:
    """One act of the principal that stays with the principal, and why."""

    kind: str
    action: str
    verdict: Verdict

    @property
    def label(self) -> str:
        return LABELS[self.kind, self.action]

    @property
    def reason(self) -> str:
        return f"{self.verdict.sentence}（{articles.display(self.verdict.article)}）"


def act_of(kind: str, action: str) -> str:
    """The key of an act as delegations keep it: ``instrument:opinion/approve``."""
    return f"{kind}/{action}"


KNOWN_ACTS: Final = frozenset(act_of(kind, action) for kind, action in LABELS)


def acting_verdict(policy: Policy, question: Question, lent: frozenset[str]) -> Verdict:
    """The answer to a question of the delegate's own roles, put with `lent` roles of another; the first refusal wins.

    `question.standing` is the strictest one of both persons.
    """
    answers = [
        policy.decide(question._replace(roles=roles, standing=standing))
        for roles in (question.roles | lent, lent)
        for standing in (question.standing, "acting")
    ]
    return next((verdict for verdict in answers if not verdict.allowed), answers[-1])


def flips(policy: Policy, organ_class: str, own: frozenset[str], lent: frozenset[str]) -> list[Flip]:
    """Every act that the own roles are refused and the principal's place allows, in the order of the procedure."""
    found = []
    for kind, action in _acts():
        opened: dict[str, Verdict] = {}
        for relation in RELATION_LABELS:
            question = Question(organ_class, own, relation, kind, action)
            if not policy.decide(question).allowed:
                verdict = acting_verdict(policy, question, lent)
                if verdict.allowed:
                    opened[relation] = verdict
        if opened:
            found.append(Flip(kind, action, tuple(opened), next(iter(opened.values()))))
    return found


def withheld(policy: Policy, organ_class: str, own: frozenset[str], lent: frozenset[str]) -> list[Withheld]:
    """What the principal may do and the delegate may not in the principal's place, because a line keeps it back."""
    found = []
    for kind, action in _acts():
        for relation in RELATION_LABELS:
            question = Question(organ_class, own, relation, kind, action)
            held = policy.decide(question._replace(roles=lent)).allowed and not policy.decide(question).allowed
            verdict = acting_verdict(policy, question, lent)
            if held and not verdict.allowed:
                found.append(Withheld(kind, action, verdict))
                break
    return found


def _acts() -> Iterable[tuple[str, str]]:
    return ((kind, action) for kind, actions in ACTIONS.items() for action in actions)
