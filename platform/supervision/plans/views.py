"""Supervision plans as pages and the API show them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import msgspec

from kernel.clock import local_date
from kernel.machine import Option
from policy.rulebook import RuleBook
from supervision.matters.models import Activity
from supervision.plans.models import PlanItem, SupervisionPlan
from supervision.plans.rules import STATES


class PlanRow(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    row_version: int
    organ: str
    year: int
    version: int
    state: str
    state_label: str
    title: str
    published_on: date | None


class LinkedMatter(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    number: str
    title: str
    state: str


class LinkedActivity(msgspec.Struct, frozen=True, kw_only=True):
    """One activity under an item."""

    id: UUID
    matter_id: UUID
    kind: str
    label: str
    """现场检查 10月8日 建安区城市管理局"""


class PlanItemView(msgspec.Struct, frozen=True, kw_only=True):
    """One item and how far it is: `started` and `closed` of `planned` matters. Counts are null for a reader who does
    not see the matters."""

    item_key: UUID
    no: int
    mode: str
    mode_label: str
    field: str
    area: str
    organ_ids: list[UUID]
    from_month: int
    until_month: int
    office: str
    planned: int
    started: int | None
    closed: int | None
    matters: list[LinkedMatter]
    activities: list[LinkedActivity]
    """Those linked by themselves, and those of the matters."""


class PlanPage(msgspec.Struct, frozen=True, kw_only=True):
    """One version with its items, the other versions, and each step with why not."""

    plan: PlanRow
    reason: str
    drafted_by_name: str
    approved_by_name: str
    approved_at: datetime | None
    items: list[PlanItemView]
    planned: int
    started: int | None
    closed: int | None
    versions: list[PlanRow]
    options: list[Option]
    may_link: bool


def row_view(plan: SupervisionPlan, organ: str) -> PlanRow:
    return PlanRow(
        id=plan.id,
        row_version=plan.row_version,
        organ=organ,
        year=plan.year,
        version=plan.version,
        state=plan.state,
        state_label=STATES[plan.state],
        title=plan.title,
        published_on=plan.published_on,
    )


def item_view(
    item: PlanItem,
    book: RuleBook,
    counts: tuple[int, int] | None,
    matters: list[LinkedMatter],
    activities: list[LinkedActivity],
) -> PlanItemView:
    """`counts`: started and closed; None where the reader does not see the matters."""
    return PlanItemView(
        item_key=item.item_key,
        no=item.no,
        mode=item.mode,
        mode_label=book.mode(item.mode).name,
        field=item.field,
        area=item.area,
        organ_ids=item.organ_ids,
        from_month=item.from_month,
        until_month=item.until_month,
        office=item.office,
        planned=item.planned,
        started=counts[0] if counts else None,
        closed=counts[1] if counts else None,
        matters=matters,
        activities=activities,
    )


def activity_view(activity: Activity, book: RuleBook) -> LinkedActivity:
    on = local_date(activity.at)
    name = next((m.name for m in book.measures if m.key == activity.kind), activity.kind)
    return LinkedActivity(
        id=activity.id,
        matter_id=activity.matter_id,
        kind=activity.kind,
        label=f"{name} {on.month}月{on.day}日 {activity.place}".strip(),
    )
