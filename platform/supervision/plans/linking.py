"""Matters that carry out an item of the plan (Art. 11)."""

from __future__ import annotations

from uuid import UUID

from kernel.errors import IllegalTransition, Invalid, NotFound
from kernel.ids import new_id
from kernel.work import Work
from supervision.plans import repository
from supervision.plans.models import PlanItem, PlanLink
from supervision.plans.rules import ARTICLE
from tenants.access import Target, authorize, consider


async def choices(work: Work) -> list[PlanItem]:
    """Items of the reader's own published plan of this year, for whoever may link; else none."""
    verdict, _ = await consider(work, "supervision_plan", "link", Target(owner_id=work.organ_id))
    if not verdict.allowed:
        return []
    own = [p for p in await repository.in_force(work, work.today.year) if p.organ_id == work.organ_id]
    return await repository.items(work, own[0].id) if own else []


async def link(work: Work, item_key: UUID, *, matter_id: UUID | None = None, number: str = "") -> PlanLink:
    """Count a matter of the work's organ, named by its id or number, for an item of its published plan.

    Raises Denied, Invalid for an unknown item or matter, IllegalTransition for a matter that is linked or rejected.
    """
    await authorize(work, "supervision_plan", "link", Target(owner_id=work.organ_id))
    item = next((i for i in await choices(work) if i.item_key == item_key), None)
    if item is None:
        raise Invalid("请选择本年度印发的监督计划中的项目。", field="plan_item", article=ARTICLE)
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
