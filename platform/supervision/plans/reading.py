"""Plans as their makers, their government and the organs of the city read them (Art. 11)."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from kernel.errors import NotFound
from kernel.machine import Option
from kernel.work import Work
from supervision.deadlines import service as deadlines
from supervision.matters.views import Page
from supervision.plans import repository
from supervision.plans.drafting import drafters_of
from supervision.plans.models import SupervisionPlan
from supervision.plans.rules import MACHINE, PlanFacts
from supervision.plans.views import (
    LinkedActivity,
    LinkedMatter,
    PlanItemView,
    PlanPage,
    PlanRow,
    activity_view,
    item_view,
    row_view,
)
from tenants.access import Target, authorize, consider, relations
from tenants.organs.directory import directory

MOST_MATTERS = 500
ACTIONS = {"write": "draft", "return": "publish", "revise": "draft"}


async def plans(work: Work, *, before: UUID | None = None, limit: int = 50) -> Page[PlanRow]:
    """Every version of the reader's own organ, the newest first. Raises Denied."""
    await authorize(work, "supervision_plan", "list", Target(owner_id=work.organ_id))
    rows = await repository.own(work, before=before, limit=limit + 1)
    tree = await directory(work)
    shown = [row_view(row, tree.short(row.organ_id)) for row in rows[:limit]]
    return Page(shown, str(rows[limit - 1].id) if len(rows) > limit else None)


async def published(work: Work, year: int) -> list[PlanRow]:
    """The published plans of other organs of the city for a year. Raises Denied."""
    await authorize(work, "supervision_plan", "list", Target(owner_id=work.organ_id))
    tree = await directory(work)
    rows = [row for row in await repository.in_force(work, year) if row.organ_id != work.organ_id]
    return [row_view(row, tree.short(row.organ_id)) for row in rows]


async def may_draft(work: Work) -> bool:
    """Whether the reader makes the plans of his organ."""
    return (await consider(work, "supervision_plan", "draft", Target(owner_id=work.organ_id)))[0].allowed


async def plan(work: Work, plan_id: UUID, action: str = "read") -> PlanPage:
    """One version with its progress. Raises NotFound for another organ's that is not published, Denied."""
    found = await repository.get(work, plan_id)
    if found is None:
        raise NotFound
    await authorize(work, "supervision_plan", action, await _about(work, found))
    tree = await directory(work)
    items = await _items(work, found)
    seen = [item for item in items if item.started is not None]
    return PlanPage(
        plan=row_view(found, tree.short(found.organ_id)),
        reason=found.reason,
        drafted_by_name=found.drafted_by_name if found.organ_id == work.organ_id else "",
        approved_by_name=found.approved_by_name,
        approved_at=found.approved_at,
        items=items,
        planned=sum(item.planned for item in items),
        started=sum(item.started or 0 for item in items) if seen else None,
        closed=sum(item.closed or 0 for item in items) if seen else None,
        versions=[
            row_view(row, tree.short(row.organ_id))
            for row in await repository.versions(work, found.organ_id, found.year)
        ],
        options=await _options(work, found, len(items)),
        may_link=found.state == "published" and await _may_link(work, found),
    )


async def _about(work: Work, found: SupervisionPlan) -> Target:
    """A published plan is open to the whole city, as if it were the reader's own."""
    target = Target(owner_id=found.organ_id)
    open_to_all = found.state in ("published", "superseded")
    outside = relations(await directory(work), work.organ_id, target) == ["none"]
    return Target(owner_id=work.organ_id) if open_to_all and outside else target


async def _may_link(work: Work, found: SupervisionPlan) -> bool:
    own = found.organ_id == work.organ_id
    return own and (await consider(work, "supervision_plan", "link", Target(owner_id=found.organ_id)))[0].allowed


async def _items(work: Work, found: SupervisionPlan) -> list[PlanItemView]:
    book, tree = await deadlines.rulebook(work), await directory(work)
    rows = await repository.items(work, found.id)
    keys = [row.item_key for row in rows]
    government = tree.government_of(found.organ_id)
    sees = work.organ_id in (found.organ_id, government) or tree.reads(work.organ_id, found.organ_id)
    counts = await repository.progress(work, found.organ_id, keys) if sees else {}
    matters: dict[UUID, list[LinkedMatter]] = defaultdict(list)
    for key, m in await repository.linked(work, found.organ_id, keys, MOST_MATTERS) if sees else []:
        matters[key].append(LinkedMatter(id=m.id, number=m.number or "", title=m.title, state=m.state))
    done: dict[UUID, list[LinkedActivity]] = defaultdict(list)
    for key, a in await repository.activities(work, found.organ_id, keys, MOST_MATTERS) if sees else []:
        done[key].append(activity_view(a, book))
    return [
        item_view(
            row,
            book,
            counts.get(row.item_key, (0, 0, 0))[1:] if sees else None,
            matters[row.item_key],
            done[row.item_key],
        )
        for row in rows
    ]


async def _options(work: Work, found: SupervisionPlan, items: int) -> list[Option]:
    """Steps of the present state for the makers, with policy's own refusal in front."""
    if found.organ_id != work.organ_id:
        return []
    options = []
    for option in MACHINE.options(found.state, PlanFacts(items=items)):
        if option.action == "supersede":
            continue
        drafters = drafters_of(found) if option.action == "approve" else frozenset[UUID]()
        about = Target(owner_id=found.organ_id, drafters=drafters)
        verdict, sentence = await consider(work, "supervision_plan", ACTIONS.get(option.action, option.action), about)
        if verdict.allowed:
            options.append(option)
        else:
            refused = Option(option.action, option.label, False, sentence, verdict.article, "", option.hint)
            options.append(refused)
    return options
