"""Matters and activities that carry out an item of the plan (Art. 11)."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from kernel.clock import SHANGHAI, local_date
from kernel.errors import IllegalTransition, Invalid, NotFound
from kernel.ids import new_id
from kernel.work import Work
from supervision.matters.models import Activity
from supervision.plans import repository
from supervision.plans.models import PlanActivity, PlanItem, PlanLink
from supervision.plans.rules import ARTICLE
from tenants.access import Target, authorize, consider

MOST_CHOICES: Final = 100


def start_of_year(year: int) -> datetime:
    """The first moment of a year."""
    return datetime(year, 1, 1, tzinfo=SHANGHAI)


async def choices(work: Work) -> list[PlanItem]:
    """Items of the reader's own published plan of this year, for whoever may link; else none."""
    verdict, _ = await consider(work, "supervision_plan", "link", Target(owner_id=work.organ_id))
    if not verdict.allowed:
        return []
    own = [p for p in await repository.in_force(work, work.today.year) if p.organ_id == work.organ_id]
    return await repository.items(work, own[0].id) if own else []


async def _item(work: Work, item_key: UUID) -> PlanItem:
    """An item of the published plan. Raises Denied, Invalid."""
    await authorize(work, "supervision_plan", "link", Target(owner_id=work.organ_id))
    item = next((i for i in await choices(work) if i.item_key == item_key), None)
    if item is None:
        raise Invalid("请选择本年度印发的监督计划中的项目。", field="plan_item", article=ARTICLE)
    return item


async def activity_choices(work: Work) -> list[Activity]:
    """Activities of this year that may be counted for an item by themselves, for whoever may link; else none."""
    verdict, _ = await consider(work, "supervision_plan", "link", Target(owner_id=work.organ_id))
    if not verdict.allowed:
        return []
    return await repository.unlinked(work, start_of_year(work.today.year), MOST_CHOICES)


async def link_activity(work: Work, item_key: UUID, activity_id: UUID) -> PlanActivity:
    """Count one activity for an item of the published plan, whatever its matter counts for.

    Raises Denied, NotFound for another organ's activity, Invalid for an unknown item or another year's activity,
    IllegalTransition for one that is linked.
    """
    item = await _item(work, item_key)
    found = await repository.activity(work, activity_id)
    if found is None:
        raise NotFound
    if local_date(found.at).year != work.today.year:
        raise Invalid("只能计入本年度的监督活动。", field="activity_id", article=ARTICLE)
    if await repository.activity_link_of(work, found.id) is not None:
        raise IllegalTransition("这一活动已经计入计划项目。", article=ARTICLE)
    row = PlanActivity(
        id=new_id(),
        city_id=work.city_id,
        organ_id=work.organ_id,
        item_key=item.item_key,
        activity_id=found.id,
        linked_by_name=work.actor.name if work.actor else "系统",
        linked_at=work.now,
    )
    work.session.add(row)
    title = f"监督活动计入监督计划项目：{item.field}"
    work.record("link_plan", "matter", found.matter_id, title=title, article=ARTICLE, thread_id=found.matter_id)
    await work.session.flush()
    return row


async def link(work: Work, item_key: UUID, *, matter_id: UUID | None = None, number: str = "") -> PlanLink:
    """Count a matter of the work's organ, named by its id or number, for an item of its published plan.

    Raises Denied, Invalid for an unknown item or matter, IllegalTransition for a matter that is linked or rejected.
    """
    item = await _item(work, item_key)
    if matter_id is None and not number.strip():
        raise Invalid("请填写监督事项编号。", field="number", article=ARTICLE)
    matter = await repository.matter(work, matter_id=matter_id, number=number.strip())
    if matter is None:
        if matter_id is not None:
            raise NotFound
        raise Invalid("本单位没有这一编号的监督事项。", field="number", article=ARTICLE)
    if matter.state == "rejected":
        raise IllegalTransition("未批准立项的事项不计入计划。", article=ARTICLE)
    if await repository.link_of(work, matter.id) is not None:
        raise IllegalTransition("这一事项已经计入计划项目。", article=ARTICLE)
    row = PlanLink(
        id=new_id(),
        city_id=work.city_id,
        organ_id=work.organ_id,
        item_key=item.item_key,
        matter_id=matter.id,
        linked_by_name=work.actor.name if work.actor else "系统",
        linked_at=work.now,
    )
    work.session.add(row)
    title = f"计入监督计划项目：{item.field}"
    work.record("link_plan", "matter", matter.id, title=title, article=ARTICLE, thread_id=matter.id)
    await work.session.flush()
    return row
