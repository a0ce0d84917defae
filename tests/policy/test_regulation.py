"""What the regulation requires of the rules, over all points of the space."""

from __future__ import annotations

import pytest

from policy.engine import Policy, default_policy
from policy.vocabulary import DECISION_NAMES, LABELS, REFERRAL_NAMES
from tests.policy.points import Point, acts_of, points

LETTERS = {"instrument:urging_letter", "instrument:opinion"}
DECIDE = {f"decision:{kind}" for kind in DECISION_NAMES}
ADMINISTRATORS = {"system_admin", "security_admin", "audit_admin"}
BELOW_COUNTY = {"township_government", "subdistrict_office", "zone", "subordinate_body", "judicial_office"}
CASEWORK = {
    "clue", "matter", "instrument:urging_letter", "instrument:opinion", "instrument:internal_notice", "delivery",
    "reply", "extension", "objection", "report", "decision", "evidence", *DECIDE,
}  # fmt: skip
APPROVALS = {
    ("clue", "dismiss"), ("matter", "approve_opening"), ("matter", "approve_closing"), ("extension", "decide"),
    ("objection", "decide"), ("reply", "approve"), ("report", "send"), *((kind, "approve") for kind in LETTERS),
    ("instrument:internal_notice", "approve"), *((kind, "decide") for kind in DECIDE),
}  # fmt: skip
RECEIVED = ("acknowledge", "record_result", "record_return")
"""What the receiver's own system may send back on a referral."""


@pytest.fixture(scope="module")
def policy() -> Policy:
    return default_policy()


@pytest.fixture(scope="module")
def allowed(policy: Policy) -> list[Point]:
    return [point for point in points(policy) if point[2].allowed]


def test_letters_and_opinions_are_approved_and_issued_by_the_justice_department_alone(allowed: list[Point]) -> None:
    """Arts. 5, 19; over a level or a vertical relation (Art. 2(1), 2(3))."""
    found = {
        (q.organ_class, role, q.relation)
        for q, role, _ in allowed
        if q.kind in LETTERS and q.action in ("approve", "issue") and role != "system"
    }
    assert found == {("justice_department", "supervision_leader", relation) for relation in ("level", "vertical")}


def test_only_a_government_at_county_level_or_above_decides(allowed: list[Point]) -> None:
    """Art. 20."""
    found = {(q.organ_class, role) for q, role, _ in allowed if q.kind in DECIDE}
    assert found == {("government", "government_leader")}


def test_revocation_and_confirmation_are_off_over_vertical_bodies(policy: Policy) -> None:
    """Art. 2(3)."""
    leader = {
        (q.kind.removeprefix("decision:"), v.allowed, v.article)
        for q, _, v in points(policy, acts=acts_of(DECIDE), roles=["government_leader"], standings=["clear"])
        if (q.organ_class, q.relation) == ("government", "vertical")
    }
    off = {(kind, False, "2(3)") for kind in ("revoke", "confirm_unlawful", "confirm_void")}
    assert leader == off | {(kind, True, "2(3)") for kind in ("perform_in_time", "supplement_or_correct")}


def test_below_the_county_nobody_supervises(allowed: list[Point]) -> None:
    """Art. 2(1): they are supervised; Art. 5: a judicial office assists."""
    acts = {"approve", "issue", "submit", "propose", "approve_opening", "approve_closing", "verify_rectification"}
    for question, role, _ in allowed:
        if question.organ_class in BELOW_COUNTY and question.kind not in ("reply", "delegation", "return"):
            assert question.action not in acts, (question, role)
            assert question.kind not in DECIDE


def test_judicial_offices_assist_in_drafts_and_records(allowed: list[Point]) -> None:
    """Art. 5."""
    changes = {
        (q.kind, q.action)
        for q, role, _ in allowed
        if role == "judicial_assistant" and q.action not in ("read", "list", "read_submitted") and q.kind != "notice"
    }
    assert changes == {
        ("clue", "register"),
        ("clue", "pass_on"),
        ("matter", "record_activity"),
        ("matter", "add_evidence"),
        ("instrument:urging_letter", "draft"),
        ("instrument:opinion", "draft"),
        ("conduct", "register"),
    }


def test_departments_use_internal_documents_in_their_line_or_house(allowed: list[Point]) -> None:
    """Arts. 2(2), 12."""
    acts = ("draft", "submit", "approve", "issue")
    for question, _, _ in allowed:
        if question.kind.startswith("instrument:") and question.action in acts:
            if question.organ_class in ("department", "vertical_body"):
                assert question.kind == "instrument:internal_notice"
            if question.kind == "instrument:internal_notice":
                assert question.relation in ("line", "internal")


def test_the_legal_affairs_unit_supervises_internally(allowed: list[Point]) -> None:
    """Arts. 5, 12."""
    assert any(
        (q.organ_class, role, q.relation, q.kind, q.action)
        == ("department", "legal_officer", "internal", "matter", "propose")
        for q, role, _ in allowed
    )


def test_referrals_are_decided_by_a_leader_who_did_not_draft_them(policy: Policy) -> None:
    """Arts. 18, 21; the enforcement organ itself transfers a crime, the supervision body urges it to."""
    acts = [(kind, action) for kind, action in LABELS if kind.startswith("referral:")]
    found = {
        (q.kind.removeprefix("referral:"), role)
        for q, role, verdict in points(policy, acts=acts)
        if q.action in ("transfer", "decline") and verdict.allowed
    }
    assert found == {
        ("discipline", "supervision_leader"),
        ("discipline", "government_leader"),
        ("urge_transfer", "supervision_leader"),
        ("criminal", "organ_head"),
    }
    for question, _, verdict in points(policy, acts=acts):
        if question.standing in ("drafter", "recused", "acting"):
            assert not (verdict.allowed and question.action in ("transfer", "decline"))
        if question.kind == "referral:criminal" and question.organ_class == "justice_department":
            assert not verdict.allowed


def test_conduct_is_examined_above_and_never_by_the_administrators(allowed: list[Point]) -> None:
    """Art. 23: every office may complain; only the own records of a body or government are handled."""
    for question, role, _ in allowed:
        if question.kind == "conduct":
            assert role not in ADMINISTRATORS
            assert question.relation == "own"
            if question.action != "register":
                assert question.organ_class in ("justice_department", "government")


def test_nobody_approves_what_they_drafted(policy: Policy) -> None:
    for *_, verdict in points(policy, acts=APPROVALS, standings=["drafter"]):
        assert verdict.effect == "deny"


def test_a_recused_officer_does_nothing(allowed: list[Point]) -> None:
    """Art. 16: reading stays open, and the registering of another clue."""
    acting = CASEWORK - {"delivery", "reply"}
    for question, _, _ in allowed:
        if question.standing == "recused" and question.kind in acting:
            assert question.action in ("read", "list", "read_served", "register")


def test_a_recusal_is_a_bar_with_its_article(policy: Policy) -> None:
    barred = {verdict.article for *_, verdict in points(policy, standings=["recused"]) if verdict.barred}
    assert barred == {"16"}


def test_a_pending_remedy_bars_every_decision(policy: Policy) -> None:
    """Art. 20, last sentence."""
    for *_, verdict in points(policy, acts=acts_of(DECIDE), standings=["remedy_pending"]):
        assert verdict.barred
        assert verdict.article == "20"


def test_nobody_closes_their_own_rectification(policy: Policy) -> None:
    acts = {("matter", "verify_rectification"), ("matter", "approve_closing"), ("matter", "propose_closing")}
    for *_, verdict in points(policy, acts=acts, standings=["owner"]):
        assert verdict.effect == "deny"


def test_the_supervised_side_neither_sees_nor_does_the_supervisors_part(allowed: list[Point]) -> None:
    for question, role, _ in allowed:
        if question.relation == "supervised":
            assert question.kind not in {"clue", "report", "evidence", *DECIDE}
            assert (question.kind, question.action) != ("matter", "read")
            assert not (question.kind.startswith("instrument:") and question.action != "refuse")
            assert (
                role in {"organ_head", "contact", "legal_officer", "system", "api_key"} or question.kind not in CASEWORK
            )


def test_the_head_approves_the_answer_and_others_draft_it(allowed: list[Point]) -> None:
    who: dict[str, set[str]] = {"approve": set(), "draft": set()}
    for question, role, _ in allowed:
        if question.kind == "reply" and question.action in who:
            who[question.action].add(role)
    assert who == {"approve": {"organ_head"}, "draft": {"contact", "legal_officer", "api_key"}}


def test_administrators_never_see_casework(policy: Policy) -> None:
    for *_, verdict in points(policy, acts=acts_of(CASEWORK), roles=ADMINISTRATORS):
        assert verdict.effect in ("deny", "bar")


def test_administrators_do_not_share_their_powers(allowed: list[Point]) -> None:
    powers: dict[str, set[tuple[str, str]]] = {role: set() for role in ADMINISTRATORS}
    for question, role, _ in allowed:
        # Where one is reached oneself is no power.
        if role in ADMINISTRATORS and question.action not in ("read", "list", "settings"):
            powers[role].add((question.kind, question.action))
    assert not powers["system_admin"] & powers["security_admin"]
    assert not powers["system_admin"] & powers["audit_admin"]
    assert not powers["security_admin"] & powers["audit_admin"]


def test_the_system_runs_the_automatic_steps_only(allowed: list[Point]) -> None:
    reads = ("read", "list", "read_imports")
    steps = {(q.kind, q.action) for q, role, _ in allowed if role == "system" and q.action not in reads}
    documents = {f"instrument:{kind}" for kind in ("urging_letter", "opinion", "internal_notice")}
    assert steps == {
        ("channel", "receive_order"),
        ("clue", "register"),
        ("enforcement_record", "import"),
        ("report", "draft"),
        ("decision", "issue"),
        ("decision", "serve"),
        ("deadline", "run_step"),
        ("officer", "warn"),
        ("overview", "export"),
        *((f"referral:{kind}", step) for kind in REFERRAL_NAMES for step in RECEIVED),
        *(("accountability", action) for action in ("propose", "serve", "carry_out", "close")),
        *((document, action) for document in documents for action in ("issue", "serve", "lapse")),
    }
