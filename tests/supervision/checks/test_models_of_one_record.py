"""Every model that asks one record: what it finds, what it lets pass, and each trap; one run over all cases."""

from __future__ import annotations

from typing import Any

from supervision.checks import compiling
from supervision.checks.rules import catalogue, shown, told
from tests.supervision.checks.cases import CLEAN, found, keep, record, run
from tests.world import World

TODAY = "2026-10-09"
P, L, C, N = "penalty", "licence", "coercion", "inspection"
HIT = True
PASS = False
CASES: list[tuple[str, bool, str, dict[str, Any]]] = [
    ("P01", HIT, P, {"filed_on": "2026-01-05", "clue_received_on": "2026-01-05", "decided_on": "2026-04-14"}),
    ("P01", PASS, P, {"filed_on": "2026-01-14", "clue_received_on": "2026-01-14", "decided_on": "2026-04-14"}),
    ("P01", PASS, P, {"filed_on": "2026-01-05", "decided_on": "2026-04-14", "excluded_days": 10}),
    ("P01", PASS, P, {"filed_on": "2026-01-05", "decided_on": "2026-04-14", "extended_days": 30}),
    # The ninetieth day, 4 October, is a holiday: the limit moves to the first working day after it.
    ("P01", PASS, P, {"filed_on": "2026-07-06", "decided_on": "2026-10-08"}),
    ("P02", HIT, P, {"filed_on": "2026-08-01", "decided_on": None, "closed_on": None}),
    ("P02", PASS, P, {"filed_on": "2026-09-01", "decided_on": None, "closed_on": None}),
    ("P02", PASS, P, {"filed_on": "2026-08-01", "decided_on": None, "closed_on": "2026-09-01"}),
    ("P02", PASS, P, {"filed_on": "2026-08-01", "decided_on": None, "closed_on": None,
                      "quality": {"decided_on": "to_check"}}),
    ("P03", HIT, P, {"clue_received_on": "2026-02-02", "filed_on": "2026-03-10"}),
    ("P03", PASS, P, {"clue_received_on": "2026-02-12", "filed_on": "2026-03-05"}),
    ("P04", HIT, P, {"notice_served_on": None}),
    ("P04", HIT, P, {"notice_served_on": "2026-04-14"}),
    ("P04", PASS, P, {"notice_served_on": None, "waived_defence": True}),
    ("P04", PASS, P, {"notice_served_on": None, "procedure": "simple", "fine_fen": 10_000}),
    ("P04", PASS, P, {"notice_served_on": None, "quality": {"notice_served_on": "to_check"}}),
    # Only the decision was published: nothing is known of the steps before it.
    ("P04", PASS, P, {"notice_served_on": None, "filed_on": None, "clue_received_on": None}),
    ("P04", HIT, P, {"notice_served_on": None, "filed_on": None, "quality": {"notice_served_on": "none"}}),
    ("P05", HIT, P, {"defence_due_on": "2026-04-20"}),
    ("P05", PASS, P, {"defence_due_on": "2026-04-20", "defence_received_on": "2026-04-10"}),
    ("P05", PASS, P, {"defence_due_on": "2026-04-20", "waived_defence": True}),
    ("P06", HIT, P, {"hearing_right_told": False, "fine_fen": 5_000_000, "proposed_fine_fen": 5_000_000}),
    ("P06", HIT, P, {"hearing_right_told": False, "fine_fen": 500_000, "proposed_fine_fen": 500_000,
                     "party_kind": "citizen"}),
    ("P06", HIT, P, {"hearing_right_told": False, "penalty_kinds": ["revocation"]}),
    ("P06", PASS, P, {"hearing_right_told": False, "fine_fen": 500_000, "proposed_fine_fen": 500_000}),
    ("P06", PASS, P, {"hearing_right_told": None, "fine_fen": 5_000_000, "proposed_fine_fen": 5_000_000}),
    ("P06", PASS, P, {"hearing_right_told": False, "fine_fen": 5_000_000, "proposed_fine_fen": 5_000_000,
                      "business_line": "market_regulation"}),
    ("P06", PASS, P, {"hearing_right_told": False, "fine_fen": 500_000, "proposed_fine_fen": 500_000,
                      "party_kind": "individual_business"}),
    ("P07", HIT, P, {"hearing_requested_on": "2026-04-03"}),
    ("P07", PASS, P, {"hearing_requested_on": "2026-04-03", "hearing_held_on": "2026-04-13"}),
    ("P07", PASS, P, {"hearing_requested_on": "2026-04-13"}),
    ("P07", PASS, P, {"hearing_requested_on": "2026-04-03", "waived_defence": True}),
    ("P08", HIT, P, {"hearing_notice_served_on": "2026-04-07", "hearing_held_on": "2026-04-10"}),
    ("P08", PASS, P, {"hearing_notice_served_on": "2026-04-01", "hearing_held_on": "2026-04-13"}),
    ("P10", HIT, P, {"is_major": True, "legal_review_on": None, "discussed_on": "2026-04-10"}),
    ("P10", HIT, P, {"is_major": None, "fine_fen": 10_000_000, "proposed_fine_fen": None, "legal_review_on": None}),
    ("P10", HIT, P, {"is_major": True, "discussed_on": "2026-04-10", "legal_review_result": "refused"}),
    ("P10", HIT, P, {"is_major": True, "discussed_on": "2026-04-10", "legal_review_on": "2026-04-15"}),
    ("P10", PASS, P, {"is_major": True, "discussed_on": "2026-04-10"}),
    ("P10", PASS, P, {"is_major": False, "fine_fen": 10_000_000, "proposed_fine_fen": None, "legal_review_on": None}),
    ("P10", PASS, P, {"legal_review_on": None}),
    ("P13", HIT, P, {"is_major": True}),
    ("P13", PASS, P, {"is_major": True, "discussed_on": "2026-04-10"}),
    ("P13", PASS, P, {"is_major": None}),
    ("P14", HIT, P, {"officers_count": 1}),
    ("P14", HIT, P, {"officers_count": 0, "quality": {"officers": "not_stated"}}),
    ("P14", PASS, P, {"officers_count": 0}),
    ("P14", PASS, P, {"officers_count": 1, "procedure": "simple", "business_line": "transport", "fine_fen": 10_000}),
    ("P18", HIT, P, {"served_on": "2026-04-28"}),
    ("P18", HIT, P, {"served_on": None, "closed_on": None}),
    ("P18", PASS, P, {"served_on": "2026-04-23"}),
    ("P18", PASS, P, {"served_on": "2026-05-20", "closed_on": "2026-06-08", "service_manner": "announcement"}),
    ("P24", HIT, P, {"act_ended_on": "2023-10-01", "discovered_on": "2026-03-01"}),
    ("P24", PASS, P, {"act_ended_on": "2024-03-02", "discovered_on": "2026-03-01"}),
    ("P24", PASS, P, {"act_ended_on": "2023-10-01", "discovered_on": "2026-03-01",
                      "detail": {"harms_life_or_finance": True}}),
    ("P24", PASS, P, {"act_ended_on": "2023-10-01", "discovered_on": "2026-03-01", "detail": {"is_continuing": True}}),
    ("P27", HIT, P, {"procedure": "simple", "fine_fen": 300_001, "proposed_fine_fen": None}),
    ("P27", HIT, P, {"procedure": "simple", "fine_fen": 20_001, "proposed_fine_fen": None, "party_kind": "citizen"}),
    ("P27", HIT, P, {"procedure": "simple", "penalty_kinds": ["fine", "confiscation"]}),
    ("P27", PASS, P, {"procedure": "simple", "fine_fen": 300_000, "proposed_fine_fen": None}),
    ("P27", PASS, P, {"procedure": "simple", "fine_fen": 400_000, "business_line": "public_security"}),
    ("P27", PASS, P, {"procedure": "simple", "fine_fen": 25_000, "party_kind": "individual_business"}),
    ("P29", HIT, P, {"evidence_registered_on": "2026-03-05", "evidence_handled_on": "2026-03-20"}),
    ("P29", HIT, P, {"evidence_registered_on": "2026-03-05"}),
    ("P29", PASS, P, {"evidence_registered_on": "2026-03-05", "evidence_handled_on": "2026-03-16"}),
    ("P29", PASS, P, {"evidence_registered_on": "2026-03-05", "quality": {"evidence_handled_on": "to_check"}}),
    ("P31", HIT, P, {"decided_on": "2026-04-18"}),
    ("P31", HIT, P, {"notice_served_on": "2026-04-15"}),
    ("P31", PASS, P, {name: "2026-04-14" for name in CLEAN[P] if name.endswith("_on")}),
    ("P33", HIT, P, {"proposed_fine_fen": 100_000, "defence_received_on": "2026-04-03"}),
    ("P33", PASS, P, {"proposed_fine_fen": 200_000, "defence_received_on": "2026-04-03"}),
    ("P33", PASS, P, {"proposed_fine_fen": 100_000, "defence_received_on": "2026-03-30"}),
    ("P36", HIT, P, {"due_on": "2026-03-30", "served_on": "2026-03-15", "decided_on": "2026-03-15", "closed_on": None}),
    ("P36", PASS, P, {"closed_on": None}),
    ("P36", PASS, P, {"due_on": "2026-03-30", "closed_on": None, "court_applied_on": "2026-08-01"}),
    ("P36", PASS, P, {"due_on": "2026-03-30", "closed_on": None, "detail": {"lawsuit_case": "（2026）豫1003行初1号"}}),
    ("P39", HIT, P, {"fine_fen": 10_000_000, "proposed_fine_fen": None}),
    ("P39", HIT, P, {"fine_fen": 1_000_000, "proposed_fine_fen": None, "party_kind": "citizen",
                     "filed_up_on": "2026-05-20"}),
    ("P39", PASS, P, {"fine_fen": 10_000_000, "proposed_fine_fen": None, "filed_up_on": "2026-04-29"}),
    ("P39", PASS, P, {"fine_fen": 5_000_000, "proposed_fine_fen": None}),
    ("P39", PASS, P, {"fine_fen": 10_000_000, "proposed_fine_fen": None, "quality": {"filed_up_on": "to_check"}}),
    ("M01", HIT, P, {"collected_on_spot": True}),
    ("M01", PASS, P, {"collected_on_spot": True, "fine_fen": 10_000, "proposed_fine_fen": None}),
    ("M01", PASS, P, {"collected_on_spot": True, "detail": {"remark": "水上作业，当事人提出当场缴纳"}}),
    ("M06", HIT, P, {"surcharge_fen": 200_001}),
    ("M06", HIT, P, {"surcharge_fen": 61_000, "due_on": "2026-05-06", "paid_on": "2026-05-16"}),
    ("M06", PASS, P, {"surcharge_fen": 60_000, "due_on": "2026-05-06", "paid_on": "2026-05-16"}),
    ("M06", PASS, P, {"surcharge_fen": 200_000, "paid_on": None}),
    ("M07", HIT, P, {"paid_on": None, "closed_on": None}),
    ("M07", PASS, P, {"paid_on": None, "closed_on": None, "urged_on": "2026-06-01"}),
    ("M07", PASS, P, {"paid_on": None, "closed_on": None, "detail": {"lawsuit_case": "（2026）豫1003行初1号"}}),
    ("C01", HIT, C, {"approved_on": None}),
    ("C01", PASS, C, {"approved_on": None, "is_urgent": True}),
    ("C02", HIT, C, {"is_urgent": True, "reported_at": "2026-03-04T12:00:00+08:00"}),
    ("C02", PASS, C, {"is_urgent": True, "reported_at": "2026-03-04T10:00:00+08:00"}),
    ("C03", HIT, C, {"officers_count": 1}),
    ("C03", PASS, C, {"officers_count": 0}),
    ("C04", HIT, C, {"doc_no": ""}),
    ("C04", HIT, C, {"served_on": "2026-03-05"}),
    ("C04", HIT, C, {"detail": {}, "quality": {"goods": "none"}}),
    ("C04", PASS, C, {"detail": {}}),
    ("C04", PASS, C, {"served_on": "2026-03-05", "detail": {"party_present": False, "goods": [{}]}}),
    ("C04", PASS, C, {"served_on": "2026-03-05", "measure": "freeze"}),
    ("C05", HIT, C, {"released_on": "2026-04-20"}),
    ("C05", PASS, C, {"released_on": "2026-04-20", "extended_on": "2026-03-30"}),
    ("C05", HIT, C, {"released_on": "2026-05-20", "extended_on": "2026-03-30"}),
    ("C05", PASS, C, {"released_on": "2026-04-20", "excluded_days": 20}),
    ("C05", PASS, C, {"released_on": None, "detail": {"disposed_on": "2026-03-25", "goods": [{}]}}),
    ("C07", HIT, C, {"released_on": None}),
    ("C07", PASS, C, {"released_on": None, "detail": {"disposed_on": "2026-03-25", "goods": [{}]}}),
    ("C07", PASS, C, {"released_on": None, "held_to": "2026-11-01", "held_from": "2026-10-05",
                      "served_on": "2026-10-05"}),
    ("C08", HIT, C, {"measure": "freeze", "served_on": "2026-03-12"}),
    ("C08", PASS, C, {"measure": "freeze", "served_on": "2026-03-05"}),
    ("L01", HIT, L, {"decided_on": "2026-04-02"}),
    ("L01", PASS, L, {"decided_on": "2026-03-31"}),
    ("L01", PASS, L, {"decided_on": "2026-04-10", "extended_on": "2026-03-30"}),
    ("L01", PASS, L, {"decided_on": "2026-04-20", "detail": {"joint": True}}),
    ("L01", PASS, L, {"decided_on": "2026-04-02", "promised_days": 5, "excluded_days": 4}),
    ("L01", HIT, L, {"decided_on": None, "result": ""}),
    ("L05", HIT, L, {"delivered_on": "2026-04-10"}),
    ("L05", HIT, L, {"delivered_on": None}),
    ("L05", PASS, L, {"delivered_on": None, "result": "refused"}),
    ("L09", HIT, L, {"fee_fen": 100}),
    ("L09", PASS, L, {"fee_fen": 100, "detail": {"fee_basis": "《行政许可法》以外的法律"}}),
    ("L09", PASS, L, {"fee_fen": 0}),
    ("I02", HIT, N, {"approved_on": None}),
    ("I02", HIT, N, {"approved_on": "2026-03-06"}),
    ("I02", PASS, N, {"approved_on": None, "inspection_kind": "single"}),
    ("I03", HIT, N, {"officers_count": 1}),
    ("I03", PASS, N, {"officers_count": 1, "detail": {"method": "off_site"}}),
    ("I07", HIT, N, {"published_on": "2026-04-20"}),
    ("I07", HIT, N, {"published_on": None}),
    ("I07", PASS, N, {"published_on": "2026-04-02"}),
    ("I08", HIT, N, {"result": "failed", "follow_up": "none"}),
    ("I08", HIT, N, {"result": "failed", "quality": {"follow_up": "not_stated"}}),
    ("I08", PASS, N, {"result": "failed", "follow_up": "correct"}),
    ("I08", PASS, N, {"result": "failed"}),
    ("D01", HIT, P, {"published_on": "2026-04-28"}),
    ("D01", HIT, P, {"published_on": None}),
    ("D01", HIT, L, {"published_on": "2026-04-10"}),
    ("D01", PASS, P, {"published_on": "2026-04-23"}),
    ("D01", PASS, P, {"published_on": "2026-05-08", "business_line": "market_regulation"}),
    ("D01", PASS, P, {"published_on": None, "party_age": 16, "party_kind": "citizen"}),
    ("D01", PASS, P, {"published_on": None, "filed_on": None, "clue_received_on": None}),
    ("D03", HIT, P, {"close_kind": "revoked"}),
    ("D03", HIT, P, {"close_kind": "revoked", "withdrawn_on": "2026-05-20"}),
    ("D03", PASS, P, {"close_kind": "revoked", "withdrawn_on": "2026-05-11"}),
    ("D03", PASS, P, {"close_kind": "revoked", "published_on": None}),
]  # fmt: skip


async def test_each_model_finds_what_it_names_and_passes_its_traps(world: World) -> None:
    made = [record(kind, **changes) for _, _, kind, changes in CASES]
    ids = await keep(world, [*made, *(record(kind) for kind in CLEAN)])
    await run(world)
    hits = await found(world)
    wrong = [
        f"{rule} {'finds not' if expected else 'finds'} {kind} {changes}"
        for (rule, expected, kind, changes), made_id in zip(CASES, ids, strict=False)
        if (rule in hits.get(made_id, {})) is not expected
    ]
    assert not wrong, "\n".join(wrong)
    assert {kind: sorted(hits.get(one, {})) for kind, one in zip(CLEAN, ids[len(CASES) :], strict=True)} == {
        kind: [] for kind in CLEAN
    }
    for held in hits.values():
        for rule, hit in held.items():
            sentence = told(catalogue()[rule], hit.facts)
            assert not set("[]{}") & set(sentence), sentence
            assert "未记录" not in sentence or rule in ("P10", "P39", "P06"), sentence


def test_every_model_of_one_record_has_cases_for_both_sides() -> None:
    for rule in compiling.of_records():
        assert {expected for known, expected, _, _ in CASES if known == rule.id} == {HIT, PASS}, rule.id


def test_a_hit_names_penalties_as_the_register_does() -> None:
    assert (
        shown("kinds", ["suspension", "closure", "restriction"]) == "暂扣许可证件、责令停产停业、限制开展生产经营活动"
    )
    assert shown("measure", "restrain") == "限制公民人身自由"


async def test_a_hit_explains_itself_with_the_days_it_saw(world: World) -> None:
    days = {"filed_on": "2026-03-02", "clue_received_on": "2026-03-02", "decided_on": "2026-07-01", "excluded_days": 10}
    [one] = await keep(world, [record(P, **days)])
    await run(world)
    hit = (await found(world))[one]["P01"]
    assert told(catalogue()["P01"], hit.facts) == (
        "2026-03-02 立案，2026-07-01 决定，扣除听证、检验等 10 日后 111 日，超过 90 日（行政处罚法第六十条）。"
    )
    assert (hit.severity, hit.subject_version, hit.label) == ("B", 1, "罚字〔2026〕0号 测试案件")


async def test_dates_out_of_order_weigh_more_when_the_notice_came_after_the_decision(world: World) -> None:
    plain, grave = await keep(world, [record(P, decided_on="2026-04-18"), record(P, notice_served_on="2026-04-15")])
    await run(world)
    hits = await found(world)
    assert (hits[plain]["P31"].severity, hits[grave]["P31"].severity) == ("D", "B")
