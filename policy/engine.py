"""Decide and explain: Casbin's answers over the whole finite space, compiled into a table when the rules load.

At every load Casbin decides every point of the space, one for all that it cannot tell apart: the model compares column
by column (a model that does not will not load), so points that the same lines speak of are one to it. Its answers are
laid out by that set of lines. The suite reads the lines for every single point, and a drill asks stock Casbin for it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any, Final, NamedTuple

from policy import articles, asking, lines, rulebook
from policy.errors import RuleBookError, UnknownTerm
from policy.lines import Line, among
from policy.vocabulary import LABELS, ORGAN_CLASSES, RELATIONS, ROLES, STANDING_LABELS, STANDINGS

_MEMO_LIMIT: Final = 200_000  # far above what a city uses; keeps odd role sets from growing it without end


class Question(NamedTuple):
    """May somebody with these roles in an organ of this class do this to a thing that stands so to the organ?

    `relation`, `standing` and the rest are words of `policy.vocabulary`. `relation` is the supervision relation toward
    the supervised organ (level, line, vertical, internal, assist) for what is proposed, drafted, approved, issued or
    decided; for an existing thing it says whose it is (own, government_of, body_of, supervised, upper).
    """

    organ_class: str
    roles: frozenset[str]
    relation: str
    kind: str
    action: str
    standing: str = "clear"


class Verdict(NamedTuple):
    """The answer with the deciding line. `effect`: allow, deny, bar (answer 409), refer, none (no line speaks)."""

    allowed: bool
    rule_id: str
    article: str
    sentence: str
    effect: str
    remedy: str = ""
    delegation: str = ""
    """The id of the delegation that the permission rests on; empty for the actor's own powers."""
    acting: str = ""
    """由李四代行王五（监督机构负责人）职责，第十九条: for explanations, the timeline and the audit entry."""

    @property
    def barred(self) -> bool:
        """The law forbids it for now: 409, not 403."""
        return self.effect == "bar"


NO_RULE: Final = Verdict(
    False, "", "规则:分工", "您的岗位和单位没有办理该事项的职责。", "none", "请联系本单位监督机构或者系统管理员。"
)


@dataclass(frozen=True, slots=True)
class _Slice:
    """The compiled answers for one (kind, action): word → mask of the lines that accept it; masks joined → verdict."""

    organ_class: Mapping[str, int]
    role: Mapping[str, int]
    relation: Mapping[str, int]
    standing: Mapping[str, int]
    verdicts: Mapping[int, Verdict]

    def verdict(self, organ_class: str, role: str, relation: str, standing: str) -> Verdict:
        mask = self.organ_class[organ_class] & self.role[role] & self.relation[relation] & self.standing[standing]
        return self.verdicts[mask]


@dataclass(frozen=True, slots=True)
class Space:
    """The words that a policy is compiled over."""

    acts: Sequence[tuple[str, str]] = tuple(LABELS)
    organ_classes: Iterable[str] = ORGAN_CLASSES
    roles: Iterable[str] = ROLES
    relations: Iterable[str] = RELATIONS
    standings: Iterable[str] = STANDINGS


class Policy:
    """Rules compiled. Immutable but for its memo; safe to share between threads.

    `casbin_decisions` is how many points Casbin decided at load, each for all that it cannot tell from it.
    """

    def __init__(self, rules: Sequence[Line], space: Space | None = None) -> None:
        self.lines = tuple(rules)
        self.space = space or Space()
        self.casbin_decisions = 0
        self._slices = self._compile()
        self._memo: dict[Question, Verdict] = {}

    def decide(self, question: Question) -> Verdict:
        """The verdict over all roles: a bar or denial of any role wins, then a permission, then an explanation.

        Raises UnknownTerm for words outside the vocabulary.
        """
        found = self._memo.get(question)
        if found is None:
            found = self._decide(question)
            if len(self._memo) >= _MEMO_LIMIT:
                self._memo.clear()
            self._memo[question] = found
        return found

    def point(self, question: Question, role: str) -> Verdict:
        """The compiled answer for one role, whatever roles the question names."""
        organ_class, _, relation, kind, action, standing = question
        try:
            return self._slices[kind, action].verdict(organ_class, role, relation, standing)
        except KeyError as missing:
            raise UnknownTerm(f"not a word of the policy vocabulary: {missing}") from None

    def verdicts(self, kind: str, action: str) -> frozenset[Verdict]:
        """Every answer that some point of this act gets."""
        return frozenset(self._slices[kind, action].verdicts.values())

    def strictest(self, kind: str, action: str, standings: Iterable[str]) -> str:
        """The standing to ask with when several apply: the strongest one that any line on this act speaks of.

        A pending lawsuit says nothing about approving one's own draft; without this it would hide the drafter.
        """
        masks = self._slices[kind, action].standing
        held = set(standings)
        if not held <= STANDINGS:
            raise UnknownTerm(f"not standings: {held - STANDINGS}")
        return next((s for s in STANDING_LABELS if s in held and masks[s] != masks["clear"]), "clear")

    def permitted(self, organ_class: str, roles: frozenset[str], kind: str, action: str) -> frozenset[str]:
        """The relations in which somebody without a special standing may do this: for many targets at once, where
        a decision each is ``relation in permitted``."""
        questions = {r: Question(organ_class, roles, r, kind, action) for r in self.space.relations}
        return frozenset(relation for relation, question in questions.items() if self.decide(question).allowed)

    def enforcer(self, rules: Sequence[Line] | None = None) -> Any:
        """A fresh stock Casbin enforcer over all lines, or those given: the authority that the table equals."""
        return asking.enforcer(self.lines if rules is None else rules)

    def _decide(self, question: Question) -> Verdict:
        best = NO_RULE
        for role in sorted(question.roles):
            verdict = self.point(question, role)
            if _WEIGHT[verdict.effect] > _WEIGHT[best.effect]:
                best = verdict
        return best

    def _compile(self) -> dict[tuple[str, str], _Slice]:
        asking.matcher()  # a model that compiling does not understand must not load
        table = {}
        for kind, action in self.space.acts:
            relevant = [line for line in self.lines if among(kind, line.kind) and among(action, line.action)]
            table[kind, action] = self._slice(kind, action, relevant)
        return table

    def _slice(self, kind: str, action: str, relevant: Sequence[Line]) -> _Slice:
        space = self.space
        columns = (
            _masks(space.organ_classes, relevant, lambda line: line.organ_class),
            _masks(space.roles, relevant, lambda line: line.role),
            _masks(space.relations, relevant, lambda line: line.relation),
            _masks(space.standings, relevant, lambda line: line.standing),
        )
        verdicts: dict[int, Verdict] = {0: NO_RULE}
        if relevant:
            by_id = {line.id: line for line in relevant}
            ask = asking.quick_enforcer(relevant).enforce_ex
            # Points that the same lines speak of are one to Casbin: deciding one of them decides all.
            distinct = [list({mask: word for word, mask in column.items()}.items()) for column in columns]
            spoken_of: set[str] = set()
            for (a, organ_class), (b, role), (c, relation), (d, standing) in product(*distinct):
                mask = a & b & c & d
                words = {organ_class, role, relation, standing}
                if mask in verdicts and words <= spoken_of:
                    continue
                allowed, deciding = ask(organ_class, role, relation, kind, action, standing)
                found = verdict_of(allowed, by_id[deciding[0]] if deciding else None)
                if verdicts.setdefault(mask, found) != found:
                    raise AssertionError(f"the table differs from Casbin: {organ_class} {role} {relation} {standing}")
                if deciding:
                    spoken_of |= words
                self.casbin_decisions += 1
        return _Slice(*columns, verdicts)


_WEIGHT: Final = {"none": 0, "refer": 1, "allow": 2, "deny": 3, "bar": 4}


def _masks(words: Iterable[str], rules: Sequence[Line], column: Callable[[Line], str]) -> dict[str, int]:
    return {w: sum(1 << n for n, line in enumerate(rules) if among(w, column(line))) for w in sorted(words)}


def verdict_of(allowed: bool, line: Line | None) -> Verdict:
    """Casbin's answer and its deciding line as a verdict; a permission must never rest on another kind of line."""
    if line is None:
        if allowed:
            raise AssertionError("Casbin allowed without a line")
        return NO_RULE
    if allowed != (line.effect == "allow"):
        raise AssertionError(f"Casbin answered {allowed} on line {line.id} of effect {line.effect}")
    return Verdict(allowed, line.id, line.article, line.sentence, line.effect, line.remedy)


def is_active(line: Line, book: rulebook.RuleBook) -> bool:
    """Whether the rule book switches the line on: ``decision:revoke@vertical``, ``!instrument:urging_letter@line``.

    A decision's switch holds while the kind is off for the relation, an instrument's while the relation is open to it.
    """
    if not line.switch:
        return True
    negated = line.switch.startswith("!")
    subject, _, relation = line.switch.removeprefix("!").partition("@")
    family, _, key = subject.partition(":")
    if family == "decision":
        holds = relation in book.decision_kind(key).off_for_relations
    elif family == "instrument":
        holds = relation in book.instrument(key).relations
    else:
        raise RuleBookError(f"开关“{line.switch}”不存在", file=lines.RULES_FILE.name, line=line.number)
    return holds != negated


@cache
def policy_for(book: rulebook.RuleBook) -> Policy:
    """The compiled policy of a rule book, shared by all books that switch on the same lines."""
    return _compiled(tuple(line for line in _all_lines() if is_active(line, book)))


@cache
def _all_lines() -> tuple[Line, ...]:
    return lines.read()


@cache
def _compiled(rules: tuple[Line, ...]) -> Policy:
    return Policy(rules)


@cache
def default_policy() -> Policy:
    """The policy under the default rule book."""
    return policy_for(rulebook.default())


def decide(question: Question) -> Verdict:
    """`Policy.decide` under the default rule book."""
    return default_policy().decide(question)


def strictest(kind: str, action: str, standings: Iterable[str]) -> str:
    """`Policy.strictest` under the default rule book."""
    return default_policy().strictest(kind, action, standings)


def explain(question: Question, verdict: Verdict) -> str:
    """One Chinese passage: what, why, the article, and for a refusal what to do instead."""
    act = LABELS[question.kind, question.action]
    if verdict.allowed:
        return f"可以{act}。{verdict.sentence}（{verdict.acting or articles.display(verdict.article)}）"
    word = "暂不能" if verdict.barred else "不能"
    return f"{word}{act}。{verdict.sentence}（{articles.display(verdict.article)}）{verdict.remedy}"
