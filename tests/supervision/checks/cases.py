"""Records as rule models see them: one of each kind in which nothing is wrong, to be changed by a test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kernel.clock import SHANGHAI
from kernel.ids import new_id
from supervision.checks import service as checks
from supervision.checks.models import CheckHit
from supervision.records.models import EnforcementRecord
from tests.world import World

BODY = "建安区司法局"
ORGAN = "建安区城市管理局"
OTHER = "建安区水利局"


def day(text: str) -> date:
    return date.fromisoformat(text)


PENALTY: dict[str, Any] = {
    "kind": "penalty", "procedure": "ordinary", "is_major": False, "party_kind": "legal_person",
    "party_name": "某某商贸有限公司", "officer_certs": [], "officers_count": 2, "item_code": "CG-01",
    "item_name": "擅自占用城市道路", "clue_received_on": day("2026-03-02"), "filed_on": day("2026-03-04"),
    "survey_ended_on": day("2026-03-24"), "legal_review_on": day("2026-03-30"), "legal_review_result": "passed",
    "notice_served_on": day("2026-03-31"), "defence_due_on": day("2026-04-09"), "waived_defence": None,
    "hearing_right_told": True, "decided_on": day("2026-04-14"), "served_on": day("2026-04-16"),
    "due_on": day("2026-05-06"), "paid_on": day("2026-04-28"), "published_on": day("2026-04-20"),
    "closed_on": day("2026-05-08"), "fine_fen": 200_000, "proposed_fine_fen": 200_000, "penalty_kinds": ["fine"],
    "payee_account": "财政非税专户", "tier": "", "detail": {},
}  # fmt: skip
LICENCE: dict[str, Any] = {
    "kind": "licence", "result": "granted", "received_on": day("2026-03-02"), "accepted_on": day("2026-03-03"),
    "decided_on": day("2026-03-20"), "delivered_on": day("2026-03-24"), "published_on": day("2026-03-25"),
    "item_code": "XK-01", "item_name": "临时占道许可",
}  # fmt: skip
COERCION: dict[str, Any] = {
    "kind": "coercion", "measure": "seize", "approved_on": day("2026-03-02"), "is_urgent": False, "officers_count": 2,
    "executed_at": datetime(2026, 3, 3, 10, tzinfo=SHANGHAI), "reported_at": None, "held_from": day("2026-03-03"),
    "held_to": day("2026-04-01"), "released_on": day("2026-03-28"), "served_on": day("2026-03-03"),
    "doc_no": "建城扣字〔2026〕1号", "detail": {"goods": [{"kind": "物品"}]},
}  # fmt: skip
INSPECTION: dict[str, Any] = {
    "kind": "inspection", "inspection_kind": "daily", "approved_on": day("2026-03-02"), "done_on": day("2026-03-05"),
    "officers_count": 2, "result": "passed", "published_on": day("2026-03-10"), "item_code": "JC-01",
    "party_kind": "legal_person", "party_name": "某某餐饮有限公司",
}  # fmt: skip
CLEAN: Mapping[str, Mapping[str, Any]] = {
    "penalty": PENALTY, "licence": LICENCE, "coercion": COERCION, "inspection": INSPECTION,
}  # fmt: skip


def record(kind: str, **changes: Any) -> dict[str, Any]:
    """A record without fault, changed. Dates may be given as ISO text."""
    made = {**CLEAN[kind], **changes}
    for name, value in made.items():
        if isinstance(value, str) and (name.endswith("_on") or name in ("held_from", "held_to")):
            made[name] = day(value)
        elif isinstance(value, str) and name.endswith("_at"):
            made[name] = datetime.fromisoformat(value)
    return made


async def keep(
    world: World, records: Iterable[Mapping[str, Any]], *, organ: str = ORGAN, import_id: UUID | None = None
) -> list[UUID]:
    """Keep records of an organ, as their import does. Returns their ids in order."""
    body = await world.organ(BODY)
    ids = []
    async with world.work(organ) as work:
        for n, one in enumerate(records):
            made = new_id()
            ids.append(made)
            values = {
                "source": "test", "external_id": str(made), "version": 1, "body_id": body, "import_id": import_id,
                "taken_at": work.now, "case_no": f"罚字〔2026〕{n}号", "title": "测试案件", "quality": {}, "detail": {},
                "acted_on": one.get("decided_on") or one.get("done_on") or one.get("held_from") or work.today, **one,
            }  # fmt: skip
            work.session.add(EnforcementRecord(city_id=work.city_id, organ_id=work.organ_id, id=made, **values))
    return ids


async def run(world: World) -> int:
    async with world.work(BODY) as work:
        return await checks.run(work)


async def found(world: World, *, states: Iterable[str] = ("open",)) -> dict[UUID, dict[str, CheckHit]]:
    """Record → rule → hit, as the body sees them."""
    async with world.work(BODY) as work:
        hits = await work.session.scalars(select(CheckHit).where(CheckHit.state.in_(list(states))))
        seen: dict[UUID, dict[str, CheckHit]] = {}
        for hit in hits:
            seen.setdefault(hit.subject_id, {})[hit.rule] = hit
        return seen
