"""The door to policy: from a transaction and a thing to the facts that a rule asks for, and to its verdict."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kernel.errors import Barred, Denied, NotFound
from kernel.work import Actor, Work
from policy import Question, Verdict, articles, decide, explain, strictest
from policy.delegation import act_of, acting_verdict
from policy.engine import default_policy
from policy.vocabulary import ACTIONS
from tenants.delegations.effective import Lent, in_force
from tenants.organs.directory import Directory, directory


@dataclass(frozen=True, slots=True)
class Target:
    """What an act is about. `owner_id` is the tenant that holds the record (None: nothing exists yet),
    `supervised_id` the organ that is supervised in it, `relation` the supervision relation fixed in the record."""

    owner_id: UUID | None = None
    supervised_id: UUID | None = None
    relation: str | None = None
    drafters: frozenset[UUID] = frozenset()
    """Posts or persons that drafted, proposed or signed what is now to be decided."""
    recused: frozenset[UUID] = frozenset()
    """Persons whose recusal in the matter is declared or granted (Article 16)."""
    remedy_pending: bool = False
    responsible: frozenset[UUID] = frozenset()
    """Persons whose own rectification it is."""
    assisting: frozenset[UUID] = frozenset()
    """Judicial offices that help in the matter (Article 5 para. 4)."""


def relations(tree: Directory, organ_id: UUID, target: Target) -> list[str]:
    """Every relation in which an organ stands to the target, strongest first; ``["none"]`` when there is none."""
    found: list[str] = []
    owner = target.owner_id
    if target.supervised_id is not None and organ_id != target.supervised_id:
        relation = tree.relation(organ_id, target.supervised_id)
        if relation is not None and (owner is None or _acts_for(tree, organ_id, owner) or relation.kind == "assist"):
            same_case = target.relation is None or relation.kind in (target.relation, "assist")
            found.append(relation.kind if same_case else str(target.relation))
    if organ_id in target.assisting:
        found.append("assist")
    if owner is not None:
        found += _to_owner(tree, organ_id, owner)
    if target.supervised_id == organ_id:
        found.append(
            "internal" if owner in (None, organ_id) and target.relation in (None, "internal") else "supervised"
        )
    return list(dict.fromkeys(found)) or ["none"]


def _acts_for(tree: Directory, organ_id: UUID, owner: UUID) -> bool:
    """Whether the organ and the owner of the record are the same supervising side (a government and its body)."""
    return organ_id == owner or (
        tree.government_of(organ_id) == tree.government_of(owner)
        and {organ_id, owner}
        == {tree.government_of(owner), tree.supervision_body_of(tree.government_of(owner) or owner)}
    )


def _to_owner(tree: Directory, organ_id: UUID, owner: UUID) -> list[str]:
    if owner == organ_id:
        return ["own"]
    found: list[str] = []
    government = tree.government_of(owner)
    mine = tree.government_of(organ_id)
    if government is not None and organ_id == government:
        found.append("government_of")
    if owner == mine and tree.supervision_body_of(owner) == organ_id:
        found.append("body_of")
    if (
        government is not None
        and mine is not None
        and government != mine
        and _stands_for_government(tree, organ_id, mine)
    ):
        parent = tree.organs[government].parent_id
        if parent is not None and tree.government_of(parent) == mine:
            found.append("upper")
    if not found and tree.reads(organ_id, owner):
        found.append("upper")
    return found


def _stands_for_government(tree: Directory, organ_id: UUID, government: UUID) -> bool:
    return organ_id in (government, tree.supervision_body_of(government))


def standings(
    actor: Actor | None, organ_id: UUID, target: Target, found: list[str], lent: Lent | None = None
) -> list[str]:
    """In which positions the actor stands to the target, besides ``clear``; in the place of a principal (`lent`), in
    the principal's positions too: what the principal may not decide, nobody decides for the principal."""
    positions = ["clear"] if lent is None else ["acting"]
    if target.remedy_pending:
        positions.append("remedy_pending")
    if actor is None:
        return positions
    who = {actor.post_id, actor.person_id}
    if lent is not None:
        who |= {lent.principal_post_id, lent.principal_person_id}
    if who & target.recused:
        positions.append("recused")
    if who & target.drafters:
        positions.append("drafter")
    if who & target.responsible or (found[0] == "supervised" and organ_id == target.supervised_id):
        positions.append("owner")
    return positions


async def consider(work: Work, kind: str, action: str, target: Target) -> tuple[Verdict, str]:
    """The verdict and its Chinese sentence, without raising: for buttons and for 「暂不能办理」.

    What the actor's own roles do not allow, a delegation in force may; the verdict then names it. Raises Denied for
    a step that the kind does not have: a decision document is not sent back for review.
    """
    question, verdict = await _weigh(work, kind, action, target)
    return verdict, explain(question, verdict)


async def _weigh(work: Work, kind: str, action: str, target: Target) -> tuple[Question, Verdict]:
    """The verdict, with the question that it answers."""
    if action not in ACTIONS.get(kind, ()):
        raise Denied("这种文书或者记录没有这一步。")
    tree = await directory(work)
    organ_id = work.actor.organ_id if work.actor else work.organ_id
    found = relations(tree, organ_id, target)
    standing = strictest(kind, action, standings(work.actor, organ_id, target, found))
    roles = work.actor.roles if work.actor else frozenset({"system"})
    answers: list[tuple[Question, Verdict]] = []
    for relation in found:
        question = Question(tree.organ_class(organ_id), roles, relation, kind, action, standing)
        answers.append((question, decide(question)))
    best = min(answers, key=lambda pair: (not pair[1].barred, not pair[1].allowed))
    if work.actor is not None and not best[1].allowed and not best[1].barred:
        best = await _acting(work, work.actor, [question for question, _ in answers], target, found) or best
    return best


async def _acting(
    work: Work, actor: Actor, questions: list[Question], target: Target, found: list[str]
) -> tuple[Question, Verdict] | None:
    """The permission that a delegation in force gives to one of the questions; None when none does."""
    policy = default_policy()
    for lent in await in_force(work, actor):
        if act_of(questions[0].kind, questions[0].action) not in lent.acts:
            continue
        positions = standings(actor, actor.organ_id, target, found, lent)
        standing = strictest(questions[0].kind, questions[0].action, positions)
        for question in questions:
            verdict = acting_verdict(policy, question._replace(standing=standing), lent.roles)
            if verdict.allowed:
                by = f"由{lent.parties}，{articles.display(verdict.article)}"
                return question, verdict._replace(delegation=str(lent.id), acting=by)
    return None


async def authorize(work: Work, kind: str, action: str, target: Target) -> Verdict:
    """The verdict when it allows. Raises NotFound outside the reader's relations, Barred for a statutory bar,
    Denied otherwise, with the sentence and the article. The next `work.record` cites the deciding rule."""
    question, verdict = await _weigh(work, kind, action, target)
    if verdict.allowed:
        work.verdicts.append(verdict)
        return verdict
    sentence = explain(question, verdict)
    detail = {"rule_id": verdict.rule_id}
    if verdict.barred:
        raise Barred(sentence, article=verdict.article, detail=detail)
    tree = await directory(work)
    organ_id = work.actor.organ_id if work.actor else work.organ_id
    if target.owner_id is not None and relations(tree, organ_id, target) == ["none"]:
        raise NotFound
    raise Denied(sentence, article=verdict.article, detail=detail)
