"""The compiled table is Casbin's own answer, every line decides something, and refusals explain themselves."""

from __future__ import annotations

import random
from itertools import product

import msgspec
import pytest

from policy import Question, decide, explain, rulebook, strictest
from policy.engine import Policy, Verdict, default_policy, is_active, policy_for, verdict_of
from policy.errors import UnknownTerm
from policy.lines import Line, among, read
from policy.vocabulary import LABELS, ORGAN_CLASSES, RELATIONS, ROLES, STANDINGS

NOBODY: frozenset[str] = frozenset()


@pytest.fixture(scope="module")
def policy() -> Policy:
    return default_policy()


def opened() -> rulebook.RuleBook:
    """A book that opens what the default book closes, and closes what it opens: the other side of every switch."""
    book = rulebook.default()
    instruments = tuple(
        msgspec.structs.replace(i, relations=(*i.relations, "line")) if i.key == "urging_letter" else i
        for i in book.instruments
    )
    swap = {True: (), False: ("vertical",)}
    decisions = tuple(
        msgspec.structs.replace(d, off_for_relations=swap[bool(d.off_for_relations)]) for d in book.decisions
    )
    return msgspec.structs.replace(book, instruments=instruments, decisions=decisions)


def ask(enforcer: object, policy: Policy, question: Question, role: str) -> Verdict:
    by_id = {line.id: line for line in policy.lines}
    organ_class, _, relation, kind, action, standing = question
    allowed, line = enforcer.enforce_ex(organ_class, role, relation, kind, action, standing)  # type: ignore[attr-defined]
    return verdict_of(allowed, by_id[line[0]] if line else None)


def test_a_large_sample_equals_casbin_with_all_lines(policy: Policy) -> None:
    enforcer = policy.enforcer()
    draw = random.Random(825)
    acts, classes, roles = sorted(LABELS), sorted(ORGAN_CLASSES), sorted(ROLES)
    relations, standings = sorted(RELATIONS), sorted(STANDINGS)
    for _ in range(1_000):
        kind, action = draw.choice(acts)
        role = draw.choice(roles)
        question = Question(
            draw.choice(classes), frozenset({role}), draw.choice(relations), kind, action, draw.choice(standings)
        )
        assert policy.point(question, role) == ask(enforcer, policy, question, role), question


def test_every_point_equals_the_lines_read_one_by_one(policy: Policy) -> None:
    """All points of the space against a plain reading of the lines, in the order that Casbin documents."""
    columns = {"organ_class": ORGAN_CLASSES, "role": ROLES, "relation": RELATIONS, "standing": STANDINGS}
    for kind, action in LABELS:
        lines = [x for x in policy.lines if among(kind, x.kind) and among(action, x.action)]
        speaking = {
            name: {word: frozenset(n for n, x in enumerate(lines) if among(word, getattr(x, name))) for word in words}
            for name, words in columns.items()
        }
        read: dict[frozenset[int], tuple[str, bool]] = {}
        for (a, of_a), (b, of_b), (c, of_c), (d, of_d) in product(*(words.items() for words in speaking.values())):
            matching = of_a & of_b & of_c & of_d
            if matching not in read:
                read[matching] = deciding([lines[n] for n in sorted(matching)])
            verdict = policy.point(Question(a, NOBODY, c, kind, action, d), b)
            assert (verdict.rule_id, verdict.allowed) == read[matching], (a, b, c, kind, action, d)


def deciding(matching: list[Line]) -> tuple[str, bool]:
    """A line that forbids, the first of them; else the last that speaks; and whether it allows."""
    forbidding = next((x for x in matching if x.effect in ("bar", "deny")), None)
    line = forbidding or (matching[-1] if matching else None)
    return (line.id, line.effect == "allow") if line else ("", False)


def test_every_line_decides_at_least_one_point() -> None:
    books = (rulebook.default(), opened())
    found = {verdict.rule_id for book in books for act in LABELS for verdict in policy_for(book).verdicts(*act)}
    assert {line.id for line in read()} - found == set()


def test_every_action_is_allowed_for_somebody(policy: Policy) -> None:
    assert [act for act in LABELS if not any(verdict.allowed for verdict in policy.verdicts(*act))] == []


def test_every_refusal_has_a_sentence_and_something_to_do_instead(policy: Policy) -> None:
    for kind, action in LABELS:
        for verdict in policy.verdicts(kind, action):
            assert verdict.allowed == (verdict.effect == "allow")
            assert verdict.allowed or verdict.remedy
            text = explain(Question("department", NOBODY, "own", kind, action), verdict)
            assert text.startswith(("可以", "不能", "暂不能"))
            assert "！" not in text
            assert "（第" in text or "（规则 " in text


def test_the_explanation_reads_as_the_guide_wants_it() -> None:
    question = Question(
        "judicial_office", frozenset({"judicial_assistant"}), "assist", "instrument:urging_letter", "issue"
    )
    assert explain(question, decide(question)) == (
        "不能签发督办函。司法所协助县级司法行政部门，不单独制发督办函。（第五条）"
        "可以提交核查记录，由县级司法行政部门制发。"
    )


def test_several_roles_add_up_but_a_denial_of_one_wins() -> None:
    def asked(*roles: str) -> Verdict:
        return decide(Question("justice_department", frozenset(roles), "own", "matter", "approve_opening"))

    assert not asked("supervisor").allowed
    assert asked("supervisor", "supervision_leader").allowed
    assert asked("supervision_leader", "system_admin").rule_id == "administrators"


def test_without_a_line_the_answer_is_a_sensible_refusal() -> None:
    question = Question("department", frozenset({"supervisor"}), "none", "matter", "read")
    verdict = decide(question)
    assert (verdict.allowed, verdict.effect) == (False, "none")
    assert explain(question, verdict).startswith("不能查看监督事项。")
    assert decide(question._replace(roles=frozenset())).effect == "none"


def test_nothing_that_is_not_public_is_allowed_without_a_relation(policy: Policy) -> None:
    public = {"organ", "relation", "rulebook", "calendar"}
    open_to_all = [act for act in LABELS if act[0] in public and act[1] in ("read", "list")]
    for kind, action in set(LABELS) - set(open_to_all):
        for organ_class, role in product(ORGAN_CLASSES, ROLES):
            assert not policy.point(Question(organ_class, NOBODY, "none", kind, action), role).allowed


def test_words_outside_the_vocabulary_are_mistakes_of_the_caller() -> None:
    for wrong in (
        Question("ministry", frozenset({"supervisor"}), "own", "clue", "read"),
        Question("department", frozenset({"king"}), "own", "clue", "read"),
        Question("department", frozenset({"supervisor"}), "own", "clue", "fly"),
    ):
        with pytest.raises(UnknownTerm):
            decide(wrong)
    with pytest.raises(UnknownTerm):
        strictest("clue", "dismiss", ["lazy"])


def test_the_strictest_standing_is_the_one_that_the_act_knows() -> None:
    held = ["drafter", "remedy_pending"]
    assert strictest("instrument:opinion", "approve", held) == "drafter"
    assert strictest("decision:revoke", "decide", held) == "remedy_pending"
    assert strictest("instrument:opinion", "approve", [*held, "recused"]) == "recused"
    assert strictest("matter", "read", [*held, "recused"]) == "clear"


def test_the_rule_book_switches_lines() -> None:
    leader = Question("government", frozenset({"government_leader"}), "vertical", "decision:revoke", "decide")
    head = Question("department", frozenset({"organ_head"}), "line", "instrument:urging_letter", "approve")
    assert not decide(leader).allowed
    assert not decide(head).allowed
    assert policy_for(opened()).decide(leader).allowed
    assert policy_for(opened()).decide(head).allowed


def test_tenants_that_change_only_deadlines_share_the_compiled_policy() -> None:
    book = rulebook.default().with_overrides({"clue.acceptance": (3, "working_day")})
    assert policy_for(book) is default_policy()


def test_switches_of_the_rules_are_understood() -> None:
    assert sum(is_active(line, rulebook.default()) for line in read() if line.switch) > 0


@pytest.mark.parametrize(
    ("value", "pattern", "holds"),
    [
        ("own", "*", True),
        ("own", "own|level", True),
        ("line", "own|level", False),
        ("line", "!own|level", True),
        ("decision:revoke", "decision:*", True),
        ("decision", "decision:*", False),
        ("decision:revoke", "!decision:*", False),
    ],
)
def test_patterns(value: str, pattern: str, holds: bool) -> None:
    assert among(value, pattern) is holds


def test_the_space_is_what_the_design_says() -> None:
    size = len(list(product(ORGAN_CLASSES, ROLES, RELATIONS, STANDINGS))) * len(LABELS)
    assert 500_000 < size < 4_000_000
