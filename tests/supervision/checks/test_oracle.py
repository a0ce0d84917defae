"""The compiled scan and the plain Python of the oracle find the same in records of any shape."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.clock import SHANGHAI
from supervision.checks import compiling
from supervision.deadlines import service as deadlines
from tests.supervision.checks.cases import CLEAN, found, keep, run
from tests.supervision.checks.oracle import ORACLE
from tests.supervision.checks.oracle import found as expected
from tests.world import World

TODAY = date(2026, 10, 9)
MANY = 250
DATES = {
    "penalty": ("act_ended_on", "discovered_on", "clue_received_on", "filed_on", "survey_ended_on",
                "evidence_registered_on", "evidence_handled_on", "legal_review_on", "notice_served_on",
                "defence_due_on", "defence_received_on", "hearing_requested_on", "hearing_notice_served_on",
                "hearing_held_on", "discussed_on", "decided_on", "served_on", "due_on", "paid_on", "urged_on",
                "court_applied_on", "filed_up_on", "published_on", "withdrawn_on", "closed_on"),
    "licence": ("accepted_on", "extended_on", "decided_on", "delivered_on", "published_on"),
    "coercion": ("approved_on", "held_from", "held_to", "extended_on", "released_on", "served_on", "closed_on"),
    "inspection": ("approved_on", "done_on", "published_on"),
}  # fmt: skip
CHOICES: dict[str, tuple[Any, ...]] = {
    "procedure": ("simple", "ordinary", "ordinary", ""), "is_major": (True, False, None),
    "party_kind": ("citizen", "legal_person", "individual_business"), "officers_count": (0, 1, 2, 2),
    "legal_review_result": ("", "passed", "refused"), "waived_defence": (None, True, False),
    "hearing_right_told": (True, False, None), "service_manner": ("", "direct", "announcement"),
    "close_kind": ("", "", "normal", "revoked", "no_penalty"), "fine_fen": (None, 5_000, 20_000, 20_001, 300_001,
    500_000, 1_000_000, 5_000_000, 10_000_000), "proposed_fine_fen": (None, 100_000, 500_000, 5_000_000),
    "confiscated_fen": (None, None, 1_000_000), "surcharge_fen": (None, None, 1_000, 600_000), "fee_fen": (None, 0, 9),
    "penalty_kinds": (["fine"], ["fine", "revocation"], ["warning"], ["suspension"], ["confiscation"],
    ["shutdown"], ["practice_ban"], []),
    "collected_on_spot": (None, True, False), "party_age": (None, 17, 40), "result": ("", "granted", "refused",
    "not_accepted", "failed", "passed"), "follow_up": ("", "none", "correct"), "is_urgent": (None, True, False),
    "measure": ("seal", "seize", "freeze", "restrain", "other", ""),
    "inspection_kind": ("daily", "single", "joint", ""),
    "doc_no": ("", "扣字1号"), "business_line": ("", "market_regulation", "transport", "public_security"),
    "excluded_days": (0, 0, 10), "extended_days": (0, 0, 30),
}  # fmt: skip
DETAIL: dict[str, tuple[Any, ...]] = {
    "is_continuing": (True, False, None), "harms_life_or_finance": (True, None), "lawsuit_case": ("1号", None, None),
    "review_case": ("2号", None, None), "remark": ("水上作业", "", None), "joint": (True, False, None),
    "fee_basis": ("《法》", None), "party_present": (True, False, None), "goods": ([{"kind": "物品"}], [], None),
    "disposed_on": ("2026-05-01", None, None), "method": ("on_site", "off_site", None),
}  # fmt: skip
MARKED = ("officers", "hearing_right_told", "doc_no", "goods", "follow_up", "fee_basis")


def some(luck: random.Random) -> dict[str, Any]:
    """A record as a careless source might tell it: days near each other in any order, or none."""
    kind = luck.choice(sorted(CLEAN))
    start = TODAY - timedelta(days=luck.choice((40, 120, 220, 500, 1500)))
    made: dict[str, Any] = {"kind": kind, **{name: luck.choice(values) for name, values in CHOICES.items()}}
    quality: dict[str, str] = {}
    density = luck.choice((0.35, 0.7, 0.9))
    for name in DATES[kind]:
        if luck.random() < density:
            made[name] = min(TODAY, start + timedelta(days=luck.choice((0, 1, 5, 7, 9, 15, 20, 30, 60, 91, 100))))
        elif luck.random() < 0.5:
            quality[name] = luck.choice(("none", "not_stated", "to_check"))
    for name in MARKED:
        if luck.random() < 0.3:
            quality[name] = luck.choice(("none", "not_stated", "to_check"))
    if "act_ended_on" in made:
        made["act_ended_on"] -= timedelta(days=luck.choice((0, 700, 800, 2_000)))
    if kind == "coercion" and luck.random() < 0.8:
        made["executed_at"] = datetime.combine(start, time(luck.choice((0, 10, 23))), SHANGHAI)
        made["reported_at"] = made["executed_at"] + timedelta(hours=luck.choice((1, 24, 25)))
    if kind != "penalty":
        made["penalty_kinds"] = []
    detail = {name: luck.choice(values) for name, values in DETAIL.items()}
    return made | {"quality": quality, "detail": {k: v for k, v in detail.items() if v is not None}, "acted_on": start}


def test_the_oracle_knows_every_model_of_one_record() -> None:
    assert {rule for of in ORACLE.values() for rule in of} == {rule.id for rule in compiling.of_records()}
    for rule in compiling.of_records():
        assert {kind for kind, of in ORACLE.items() if rule.id in of} == set(rule.kinds)


async def test_scan_and_oracle_agree(world: World) -> None:
    async with world.work("建安区司法局") as work:
        days = await deadlines.calendar(work)
    compared: set[str] = set()

    @settings(max_examples=5, suppress_health_check=list(HealthCheck), deadline=None)
    @given(st.integers(0, 2**32))
    def seeds(seed: int) -> None:
        chosen.append(seed)

    chosen: list[int] = []
    seeds()
    records = [some(random.Random(f"{seed}/{n}")) for seed in chosen for n in range(MANY)]
    ids = await keep(world, records)
    await run(world)
    hits = await found(world)
    known = {rule.id for rule in compiling.of_records()}
    for record, one in zip(records, ids, strict=True):
        seen, wanted = set(hits.get(one, {})) & known, expected(record, days, TODAY)
        assert seen == wanted, (sorted(seen ^ wanted), record)
        compared |= wanted
    assert compared == known
